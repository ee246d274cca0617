// The workbench: one per mounted component. It holds the state; the parts draw it and ask it to change.

const PATIENCE_MS = 1500; // a refused edit is taken back when no other reps have come by then

const places = new Map(); // clip → the time at which it stood, for a player that comes back
let lastSeek = 0; // number of the last request from outside that any player has seen

class Bench extends Mounted {
  constructor(root) {
    super(root);
    this.reps = [];
    this.loopRow = this.current = this.track = this.driving = null;
    [this.editing, this.busy, this.showsSkeleton] = [false, false, true];
    this.stillness = window.matchMedia("(prefers-reduced-motion: reduce)");
    this.clip = new Clip(this.find("video"), {
      onTime: () => this.showTime(),
      onState: () => this.parts && this.transport.update(),
      onEnd: () => this.loopAgain(),
      onMessage: (text) => this.showMessage(text),
    });
    this.transport = new Transport(this);
    this.picture = new Picture(this);
    this.curves = new Curves(this);
    this.handles = new Handles(this);
    this.strip = new Filmstrip(this);
    this.edits = new Edits(this);
    this.parts = [this.transport, this.picture, this.curves, this.strip, this.edits, this.handles];
    listenToKeys(this);
  }

  /** Take what Python sent; called for every rerun that changed something, and when the theme changes. */
  update(data, ask) {
    this.ask = ask;
    if (data === this.data) {
      this.curves.retheme();
      return;
    }
    const before = this.data;
    this.data = data;
    if (!before || before.overlay?.xy !== data.overlay?.xy) this.track = data.overlay && new Track(data.overlay);
    this.driving = data.driving && new Driving(data.driving, data.time_s);
    const isOther = !before || data.clip?.src !== before.clip?.src;
    if (isOther) this.takePlace(before);
    this.takeReps(before);
    this.clip.load(data.clip, { durationS: data.duration_s, frameS: data.frame_s });
    for (const part of this.parts) part.update();
    this.root.dataset.ready = "";
    const isAsked = data.seek.time_s !== null && data.seek.id !== (isOther ? lastSeek : before.seek.id);
    lastSeek = data.seek.id;
    if (!isAsked) return this.showTime();
    this.seek(data.seek.time_s);
    this.comeIntoView();
  }

  /** Scroll to the picture, or to the curves where there is none; what is on screen already stays where it is. */
  comeIntoView() {
    const shown = this.find(this.data.clip ? ".rs-stage" : ".rs-main");
    shown.scrollIntoView({ block: "nearest", behavior: this.stillness.matches ? "auto" : "smooth" });
  }

  /** Stand where this clip stood when it was last seen, at first where the set begins; another clip leaves its place. */
  takePlace(before) {
    if (before) places.set(before.clip?.src, this.clip.time);
    const { clip, reps } = this.data;
    const first = reps.find((rep) => !rep.is_partial) ?? reps[0];
    this.clip.time = places.get(clip?.src) ?? first?.start_s ?? 0;
    this.selected = this.loopRow = null;
  }

  /** Replace the reps; the chosen one stays chosen where it can still be told which it is. */
  takeReps(before) {
    const chosen = this.reps[this.selected] ?? null;
    const isSame = JSON.stringify(this.reps) === JSON.stringify(this.data.reps);
    this.reps = this.data.reps;
    if (before && isSame && before.answered !== this.data.answered) {
      this.waiting = setTimeout(() => this.settle(), PATIENCE_MS);
      return;
    }
    const again = chosen && this.reps.find((rep) => rep.start_s <= middleOf(chosen) && middleOf(chosen) <= rep.end_s);
    this.selected = again ? again.row : null;
    if (this.loopRow >= this.reps.length) this.loopRow = null;
    this.settle();
  }

  settle() {
    clearTimeout(this.waiting);
    this.busy = false;
    this.root.removeAttribute("aria-busy");
    this.handles.settle();
    this.edits.update();
    if (this.selected !== null) this.curves.drawBands();
  }

  send(edit) {
    this.busy = true;
    this.root.setAttribute("aria-busy", "true");
    this.edits.update();
    this.ask("edit", edit);
  }

  seek(timeS, { keepsRep = false } = {}) {
    this.clip.seek(timeS);
    if (this.loopRow === null || keepsRep) return;
    this.loopRow = repAt(this.reps, this.clip.time)?.row ?? null;
    this.transport.update();
  }

  goTo(rep, timeS = rep.start_s) {
    this.seek(timeS);
    if (this.editing) this.select(rep.row);
  }

  /** A rep may last to the very end of the clip. */
  loopAgain() {
    if (this.loopRow === null) return;
    this.clip.seek(this.reps[this.loopRow].start_s);
    this.clip.play();
  }

  toggleSkeleton() {
    this.showsSkeleton = !this.showsSkeleton;
    this.transport.update();
    this.picture.draw();
  }

  select(row) {
    this.selected = row;
    this.handles.settle();
    this.edits.update();
    this.curves.showRep();
    this.strip.showRep();
  }

  /** Draw everything that depends on the time. */
  showTime() {
    if (!this.parts || !this.data) return;
    const looped = this.reps[this.loopRow];
    if (looped && this.clip.isPlaying && this.clip.time >= looped.end_s) {
      this.clip.seek(looped.start_s);
      return;
    }
    const current = repAt(this.reps, this.clip.time);
    if (current !== this.current) {
      this.current = current;
      this.curves.showRep();
      this.strip.showRep();
    }
    this.transport.showTime();
    this.picture.draw();
    this.curves.showTime();
    this.edits.update();
  }

  showMessage(text) {
    const message = this.find(".rs-message");
    message.textContent = text;
    message.hidden = !text;
    if (this.parts) this.picture.draw();
  }

  theme() {
    return themeOf(this.root);
  }

  destroy() {
    if (this.data) places.set(this.data.clip?.src, this.clip.time);
    super.destroy();
    clearTimeout(this.waiting);
    clearTimeout(this.handles.waiting);
    this.curves.destroy();
    this.clip.destroy();
  }
}

/** Streamlit calls this for every change, and the function it returns last when the component goes. */
export default function workbench({ parentElement, data: [data], setTriggerValue }) {
  const root = parentElement.querySelector(".rs-bench");
  return mount(root, Bench, data, setTriggerValue);
}
