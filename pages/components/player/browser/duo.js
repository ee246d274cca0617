// Two sets side by side, locked on the phase of their reps. The parts of the workbench draw each of them.

class Duo extends Mounted {
  constructor(root) {
    super(root);
    [this.showsSkeleton, this.loopRow, this.currentRow, this.current] = [true, null, null, null];
    [this.reps, this.pairs, this.charts] = [[], [], []];
    this.track = true; // there is a skeleton to switch off
    this.clip = new PairClip(this);
    this.sides = [];
    this.sides.push(...[...this.findAll(".rs-side")].map((side) => new Side(this, side)));
    this.transport = new Transport(this);
    this.list = this.find(".rs-pairs");
    this.observeSize(this.find(".rs-phases"), () => this.charts.forEach((chart) => chart.resize()));
    listenToKeys(this);
  }

  update(data) {
    const isSame = data === this.data;
    const before = this.data;
    this.data = data;
    if (isSame) {
      this.charts.forEach((chart) => chart.draw());
      return;
    }
    this.pairs = data.pairs;
    this.reps = data.pairs.map(({ one, numbers }, row) => ({
      row, number: numbers[0], start_s: one[0], turn_s: one[1], end_s: one[2], is_partial: false,
    }));
    this.loopRow = this.currentRow = this.current = null;
    this.sides.forEach((side, index) => side.update(data.sides[index], data.side_colors));
    this.listPairs();
    this.charts.forEach((chart) => chart.destroy());
    this.charts = data.charts.map((chart) => new PhaseChart(this, chart));
    this.find(".rs-phases").replaceChildren(...this.charts.map((chart) => chart.element));
    this.charts.forEach((chart) => chart.draw());
    const isOther = JSON.stringify(before?.sides.map(({ id }) => id)) !== JSON.stringify(data.sides.map(({ id }) => id));
    this.clip.pause();
    this.seek(isOther ? this.reps[0].start_s : this.clip.time);
    this.transport.update();
    this.root.dataset.ready = "";
  }

  listPairs() {
    this.buttons = this.pairs.map(({ numbers }, row) => {
      const button = make("button", "rs-pair", { type: "button", textContent: `${numbers[0]} | ${numbers[1]}` });
      button.ariaLabel = `Rep ${numbers[0]} of A with rep ${numbers[1]} of B`;
      this.on(button, "click", () => this.goTo(this.reps[row]));
      return button;
    });
    this.list.replaceChildren(...this.buttons);
  }

  seek(timeS) {
    this.clip.seek(timeS);
    if (this.loopRow !== null) this.loopRow = repAt(this.reps, this.clip.time)?.row ?? null;
    this.transport.update();
  }

  goTo(rep) {
    this.seek(rep.start_s);
  }

  toggleSkeleton() {
    this.showsSkeleton = !this.showsSkeleton;
    this.transport.update();
    this.sides.forEach((side) => side.picture.draw());
  }

  showState() {
    if (this.data) this.transport.update();
  }

  /** Draw what depends on the time of the first set. */
  showTime(side) {
    if (side !== this.sides[0] || !this.reps.length) return;
    const { time } = this.clip;
    const looped = this.reps[this.loopRow];
    if (looped && this.clip.isPlaying && time >= looped.end_s) {
      this.clip.seek(looped.start_s);
      return;
    }
    this.current = repAt(this.reps, time);
    const row = this.current?.row ?? null;
    if (row !== this.currentRow) {
      this.currentRow = row;
      this.buttons.forEach((button, index) => button.setAttribute("aria-current", String(index === row)));
      this.charts.forEach((chart) => chart.showPair());
    }
    const phase = row === null ? NaN : phaseOf(this.pairs[row].one, time);
    this.charts.forEach((chart) => chart.showPhase(phase));
    this.transport.showTime();
  }

  destroy() {
    super.destroy();
    this.charts.forEach((chart) => chart.destroy());
    this.sides.forEach((side) => side.clip.destroy());
  }
}

/** Streamlit calls this for every change, and the function it returns last when the component goes. */
export default function showDuo({ parentElement, data: [data] }) {
  const root = parentElement.querySelector(".rs-duo");
  return mount(root, Duo, data);
}
