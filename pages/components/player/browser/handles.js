// The two edges of the chosen rep, to drag or to move by arrow keys; the video shows the frame at the edge.

const SHORTEST_REP_S = 0.2; // core/corrections.py: MIN_REP_S
const KEY_PAUSE_MS = 700; // after the last arrow key the edit is sent

class Handles {
  constructor(bench) {
    this.bench = bench;
    this.handles = Object.fromEntries([...bench.findAll(".rs-handle")].map((handle) => [handle.dataset.edge, handle]));
    this.moved = null; // {row, start_s, end_s} while it differs from the rep
    for (const [edge, handle] of Object.entries(this.handles)) this.listen(handle, edge);
  }

  listen(handle, edge) {
    const { bench } = this;
    let drags = false;
    bench.on(handle, "pointerdown", (event) => {
      if (event.button) return;
      drags = true;
      bench.clip.video.pause();
      handle.setPointerCapture(event.pointerId);
      handle.focus();
      event.preventDefault();
    });
    bench.on(handle, "pointermove", (event) => drags && this.move(edge, bench.curves.timeAt(event)));
    bench.on(handle, "pointerup", () => {
      if (drags) this.send();
      drags = false;
    });
    bench.on(handle, "pointercancel", () => {
      drags = false;
      this.moved = null;
      this.update();
    });
    bench.on(handle, "keydown", (event) => this.onKey(event, edge));
    bench.on(handle, "blur", () => !drags && this.send());
  }

  onKey(event, edge) {
    const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
    if (!by || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    const times = this.bench.data.time_s;
    const row = clamp(nearestRow(times, this.edges()[`${edge}_s`]) + by, 0, times.length - 1);
    this.move(edge, times[row]);
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.send(), KEY_PAUSE_MS);
  }

  /** Where the chosen rep starts and ends now. */
  edges() {
    return this.moved || this.bench.reps[this.bench.selected];
  }

  move(edge, timeS) {
    const { bench } = this;
    const rep = bench.reps[bench.selected];
    if (!rep) return;
    const { start_s: start, end_s: end } = this.edges();
    const others = bench.reps.filter((other) => other !== rep && compete(other, rep));
    const least = Math.max(0, ...others.filter((other) => middleOf(other) < middleOf(rep)).map((other) => other.end_s));
    const most = Math.min(bench.data.time_s.at(-1), ...others.filter((other) => middleOf(other) > middleOf(rep)).map((other) => other.start_s));
    this.moved = { row: rep.row, start_s: start, end_s: end };
    if (edge === "start") this.moved.start_s = clamp(timeS, Math.min(least, start), end - SHORTEST_REP_S);
    else this.moved.end_s = clamp(timeS, start + SHORTEST_REP_S, Math.max(most, end));
    bench.seek(this.moved[`${edge}_s`], { keepsRep: true });
    this.update();
  }

  send() {
    clearTimeout(this.waiting);
    const rep = this.moved && this.bench.reps[this.moved.row];
    if (!rep || (this.moved.start_s === rep.start_s && this.moved.end_s === rep.end_s)) return;
    this.bench.send({ action: "move", ...this.moved });
  }

  /** Take what Python answered; until then a moved edge stays where it was let go. */
  settle() {
    this.moved = null;
    this.update();
  }

  update() {
    const { bench } = this;
    const rep = bench.editing && bench.selected !== null ? this.edges() : null;
    for (const [edge, handle] of Object.entries(this.handles)) {
      handle.hidden = !rep;
      if (!rep) continue;
      const at = rep[`${edge}_s`];
      handle.style.left = `${(100 * at) / bench.data.duration_s}%`;
      Object.assign(handle, { ariaValueMin: "0", ariaValueMax: bench.data.duration_s.toFixed(2), ariaValueNow: at.toFixed(2) });
      handle.ariaValueText = `${at.toFixed(2)} seconds`;
    }
    if (!rep) return;
    for (const band of bench.findAll(`.rs-curves [data-row="${bench.selected}"]`)) bench.curves.span(band, rep);
  }
}
