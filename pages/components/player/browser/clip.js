// The video element: which source plays, where it stands, and what is on screen. Knows nothing of reps.

const GONE = "This clip is no longer on the server. Drop it again to see it here; the numbers stay.";
const UNPLAYABLE = "Your browser cannot play this format. The analysis is not affected.";
const PICTURE_MS = 3000; // WebKit may know the size of the picture some 0.1 s after all else; a clip of sound alone never has one

/** Without a clip it still keeps a time, so that curves can be read and reps edited. */
class Clip {
  constructor(video, { onTime, onState, onEnd, onMessage }) {
    Object.assign(this, { video, onTime, onState, onMessage });
    this.time = 0;
    this.durationS = 0;
    this.frameS = 1 / 30;
    this.sources = [];
    this.wanted = null; // where a seek under way is to end
    this.queued = null; // where to go after it
    this.stopped = new AbortController();
    const on = (name, react) => video.addEventListener(name, react, { signal: this.stopped.signal });
    on("loadedmetadata", () => (video.videoWidth ? this.ready() : this.awaitPicture()));
    on("error", () => this.tryNext());
    on("seeked", () => this.afterSeek());
    on("loadeddata", () => this.onTime(this.time));
    for (const name of ["play", "pause", "ended"]) on(name, () => this.onState());
    on("pause", () => this.settle());
    on("ended", () => onEnd());
    this.followFrames();
  }

  get canPlay() {
    return this.sources.length > 0;
  }

  get isPlaying() {
    return this.canPlay && !this.video.paused && !this.video.ended;
  }

  /** Load a clip, or none; the same one again changes nothing. */
  load(clip, { durationS, frameS }) {
    Object.assign(this, { durationS, frameS, hasClip: Boolean(clip) });
    const sources = clip ? this.choose(clip) : [];
    const name = JSON.stringify([clip?.src, clip?.preview_src]);
    if (name === this.name) return;
    if (this.canPlay && sources.includes(this.sources[0])) {
      this.sources = sources.slice(sources.indexOf(this.sources[0])); // a preview came after the clip
    } else {
      this.sources = sources;
      this.show();
    }
    this.name = name;
  }

  choose({ src, preview_src: preview, mime, needs_preview: needsPreview }) {
    const isHopeless = needsPreview || (mime && !this.video.canPlayType(mime));
    if (!preview) return needsPreview ? [] : [src];
    return isHopeless ? [preview] : [src, preview];
  }

  show() {
    this.wanted = this.queued = null;
    this.onMessage(this.canPlay || !this.hasClip ? "" : UNPLAYABLE);
    if (this.canPlay) this.video.src = this.sources[0];
    else this.video.removeAttribute("src");
    this.video.hidden = !this.canPlay;
    this.onState();
  }

  ready() {
    if (Number.isFinite(this.video.duration)) this.durationS = this.video.duration;
    this.video.playbackRate = this.rate || 1;
    this.seek(this.time);
    this.onState();
  }

  awaitPicture() {
    const loaded = this.sources[0];
    const isSame = () => this.sources[0] === loaded && !this.stopped.signal.aborted;
    const timer = setTimeout(() => isSame() && this.tryNext(), PICTURE_MS);
    this.video.onresize = () => {
      if (!this.video.videoWidth) return;
      this.video.onresize = null;
      clearTimeout(timer);
      if (isSame()) this.ready();
    };
  }

  async tryNext() {
    const failed = this.sources.shift();
    if (!failed) return;
    this.show();
    if (this.canPlay) return;
    const answer = await fetch(failed, { method: "HEAD" }).catch(() => null);
    if (!this.canPlay && (!answer || answer.status === 404)) this.onMessage(GONE);
  }

  setRate(rate) {
    this.rate = rate;
    this.video.playbackRate = rate;
  }

  toggle() {
    if (!this.canPlay) return;
    if (this.isPlaying) this.video.pause();
    else this.play();
  }

  play() {
    if (this.time >= this.durationS - this.frameS) this.seek(0);
    this.video.play().catch(() => this.onState()); // refused or interrupted: the button shows that it stands
  }

  /** Go to a time; while a seek is under way only the last one asked for follows. */
  seek(timeS) {
    this.time = clamp(timeS, 0, this.durationS);
    this.onTime(this.time);
    if (!this.canPlay || this.video.readyState < 1) return;
    if (this.wanted !== null) {
      this.queued = this.time;
      return;
    }
    this.wanted = this.time;
    // the middle of a frame: at its very edge, rounding shows the one before
    this.video.currentTime = Math.min(this.time + this.frameS / 4, this.durationS);
  }

  afterSeek() {
    const next = this.queued;
    this.wanted = this.queued = null;
    if (next !== null && Math.abs(next - this.time) < 1e-6 && Math.abs(this.video.currentTime - next) > this.frameS / 3) {
      this.seek(next);
    } else if (!this.isPlaying) {
      this.onTime(this.time);
    }
  }

  /** Stand where the picture stands: a page that was busy has not been told of the last frames. */
  settle() {
    const { currentTime, ended } = this.video;
    if (this.wanted === null && !ended && Math.abs(currentTime - this.time) > this.frameS) this.seek(currentTime);
  }

  step(frames) {
    this.video.pause();
    const frame = Math.floor(this.time / this.frameS + 0.25) + frames;
    this.seek(frame * this.frameS);
  }

  /** Call `onTime` for every frame that comes on screen. */
  followFrames() {
    const { video } = this;
    const show = (timeS) => {
      if (this.stopped.signal.aborted) return;
      if (this.isPlaying && this.wanted === null) {
        this.time = timeS;
        this.onTime(timeS);
      }
      follow();
    };
    const follow = video.requestVideoFrameCallback
      ? () => video.requestVideoFrameCallback((_, { mediaTime }) => show(mediaTime))
      : () => requestAnimationFrame(() => show(video.currentTime));
    follow();
  }

  destroy() {
    this.stopped.abort();
    this.video.pause();
    this.video.removeAttribute("src");
    this.video.load(); // lets go of the connection
  }
}
