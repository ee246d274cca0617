// What the workbench and the pair of players have in common: an element, what listens to it, and its end.

const mounted = new WeakMap();

class Mounted {
  constructor(root) {
    this.root = root;
    this.calls = 0;
    this.selected = null;
    this.isGone = false;
    this.listening = new AbortController();
    this.observers = [];
  }

  find(selector) {
    return this.root.querySelector(selector);
  }

  findAll(selector) {
    return this.root.querySelectorAll(selector);
  }

  on(target, name, react) {
    target.addEventListener(name, react, { signal: this.listening.signal });
  }

  observeSize(element, react) {
    const observer = new ResizeObserver(() => !this.isGone && this.data && react());
    observer.observe(element);
    this.observers.push(observer);
  }

  /** Go to the next rep or the one before; from inside a rep, back is first to its own start. */
  goToNeighbour(by) {
    const { time } = this.clip;
    const [later, earlier] = [
      this.reps.find((rep) => rep.start_s > time + 0.02),
      this.reps.findLast((rep) => rep.start_s < time - (this.clip.isPlaying ? 0.5 : 0.02)),
    ];
    const rep = by > 0 ? later : earlier;
    if (rep) this.goTo(rep);
  }

  goToNumber(number) {
    const rep = this.reps.find((each) => each.number === number && !each.is_partial);
    if (rep) this.goTo(rep);
  }

  toggleLoop() {
    const rep = this.current ?? this.reps[this.selected] ?? this.reps.find((each) => each.start_s > this.clip.time) ?? this.reps.at(-1);
    this.loopRow = this.loopRow === null && rep && this.clip.canPlay ? rep.row : null;
    if (this.loopRow !== null && rep !== this.current) this.clip.seek(rep.start_s);
    this.transport.update();
  }

  destroy() {
    mounted.delete(this.root);
    this.isGone = true;
    this.listening.abort();
    this.observers.forEach((observer) => observer.disconnect());
    forgetKeys(this);
  }
}

/** Bring what is mounted on an element up to date; the function returned last ends it. */
function mount(root, Kind, ...given) {
  const one = mounted.get(root) ?? new Kind(root);
  mounted.set(root, one);
  one.calls += 1;
  const call = one.calls;
  one.update(...given);
  return () => one.calls === call && !one.isGone && one.destroy(); // a call that came too late ends nothing
}
