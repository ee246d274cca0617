// What the workbench and the pair of players have in common: an element, what listens to it, and its end.

class Mounted {
  constructor(root) {
    this.root = root;
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

  destroy() {
    this.isGone = true;
    this.listening.abort();
    this.observers.forEach((observer) => observer.disconnect());
    forgetKeys(this);
  }
}
