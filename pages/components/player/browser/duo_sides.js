// One of the two sets on screen, and both of them as one clip that plays, stops and seeks.

/** A set: its clip with the skeleton, or the skeleton alone where the clip was not kept. */
class Side {
  constructor(duo, root) {
    Object.assign(this, { duo, root, reps: [], track: null, driving: null });
    this.clip = new Clip(this.find("video"), {
      onTime: () => this.showTime(),
      onState: () => duo.showState(),
      onEnd: () => duo.clip.stopAt(this),
      onMessage: (text) => this.showMessage(text),
    });
    this.picture = new Picture(this);
  }

  find(selector) {
    return this.root.querySelector(selector);
  }

  observeSize(element, react) {
    this.duo.observeSize(element, react);
  }

  get showsSkeleton() {
    return this.duo.showsSkeleton || this.drawsAlone;
  }

  get drawsAlone() {
    return !this.data?.has_clip;
  }

  update(data, colors) {
    const isOther = this.data?.id !== data.id;
    this.data = { ...data, colors };
    this.reps = data.reps;
    if (isOther) this.track = data.overlay && new Track(data.overlay);
    this.driving = data.driving && new Driving(data.driving, data.time_s);
    if (isOther) this.clip.time = 0;
    this.clip.load(data.has_clip ? data.clip : null, { durationS: data.duration_s, frameS: data.frame_s });
    this.find(".rs-side-name").textContent = data.name;
    this.find("video").ariaLabel = `The clip ${data.name}`;
    this.picture.update();
  }

  showTime() {
    if (!this.data || !this.picture) return;
    this.picture.draw();
    this.duo.showTime(this);
  }

  showMessage(text) {
    const message = this.find(".rs-message");
    message.textContent = text;
    message.hidden = !text;
  }
}

const SOON_S = 0.04; // over which the pace of the other set is taken
const JUMP_S = 0.25; // further apart than this, the second clip jumps; else it catches up by its pace
const CATCH_UP = 4; // share of the distance that is made up in a second
const PACES = [0.07, 8]; // what browsers play

/** Both clips, led by the first: the second plays at the pace of its own rep, so that start, turn and end coincide. */
class PairClip {
  constructor(duo) {
    this.duo = duo;
    this.rate = 1;
    this.isPlaying = false;
    this.canPlay = true;
  }

  get lead() {
    return this.duo.sides[0];
  }

  get follower() {
    return this.duo.sides[1];
  }

  get time() {
    return this.lead.clip.time;
  }

  get durationS() {
    return this.lead.clip.durationS;
  }

  get frameS() {
    return this.lead.clip.frameS;
  }

  setRate(rate) {
    this.rate = rate;
    this.lead.clip.setRate(rate);
  }

  toggle() {
    if (this.isPlaying) this.pause();
    else this.play();
  }

  play() {
    if (this.time >= this.durationS - this.frameS) this.seek(0);
    this.isPlaying = true;
    this.then = performance.now();
    if (this.lead.clip.canPlay) this.lead.clip.play();
    this.duo.showState();
    requestAnimationFrame((now) => this.tick(now));
  }

  pause() {
    this.isPlaying = false;
    for (const { clip } of this.duo.sides) clip.video.pause();
    this.follower.clip.seek(mapTime(this.duo.pairs, this.time));
    this.duo.showState();
  }

  /** The first clip came to its end; the second may end early and waits. */
  stopAt(side) {
    if (side === this.lead) this.pause();
  }

  seek(timeS) {
    this.lead.clip.seek(timeS);
    this.follower.clip.seek(mapTime(this.duo.pairs, this.lead.clip.time));
  }

  step(frames) {
    this.pause();
    this.seek((Math.floor(this.time / this.frameS + 0.25) + frames) * this.frameS);
  }

  /** Keep both in the same phase, once for every picture the screen shows. */
  tick(now) {
    if (!this.isPlaying || this.duo.isGone) return;
    const { clip } = this.lead;
    if (!clip.canPlay) clip.seek(clip.time + (this.rate * (now - this.then)) / 1000);
    this.then = now;
    if (clip.time >= clip.durationS && !clip.canPlay) {
      this.pause();
      return;
    }
    this.follow(clip.canPlay && clip.wanted === null ? clip.video.currentTime : clip.time);
    requestAnimationFrame((next) => this.tick(next));
  }

  follow(timeS) {
    const { clip } = this.follower;
    const target = mapTime(this.duo.pairs, timeS);
    if (!clip.canPlay) {
      clip.seek(target);
      return;
    }
    const { video } = clip;
    const pace = (this.rate * (mapTime(this.duo.pairs, timeS + SOON_S) - target)) / SOON_S;
    const behind = target - video.currentTime;
    const waits = pace < PACES[0] || target < 0 || target >= clip.durationS - clip.frameS || this.lead.clip.wanted !== null;
    if (waits || (this.lead.clip.canPlay && this.lead.clip.video.readyState < 3)) {
      video.pause();
      if (Math.abs(behind) > clip.frameS && clip.wanted === null) clip.seek(target);
      return;
    }
    if (clip.wanted === null && Math.abs(behind) > JUMP_S) clip.seek(target);
    const wanted = clamp(pace + CATCH_UP * behind, ...PACES);
    if (Math.abs(video.playbackRate - wanted) > 0.02) video.playbackRate = wanted;
    if (video.paused) video.play().catch(() => {});
  }
}
