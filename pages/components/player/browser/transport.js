// Play, step, speed, loop, the time slider; and the picture: skeleton, angle, rep counter.

class Transport {
  constructor(bench) {
    this.bench = bench;
    this.slider = bench.find(".rs-slider");
    this.speed = bench.find(".rs-speed");
    this.buttons = Object.fromEntries([...bench.findAll("[data-do]")].map((button) => [button.dataset.do, button]));
    const { clip } = bench;
    const actions = {
      play: () => clip.toggle(),
      back: () => clip.step(-1),
      forward: () => clip.step(1),
      previous: () => bench.goToNeighbour(-1),
      next: () => bench.goToNeighbour(1),
      loop: () => bench.toggleLoop(),
      skeleton: () => bench.toggleSkeleton(),
    };
    for (const [name, act] of Object.entries(actions)) {
      bench.on(this.buttons[name], "click", () => !isOff(this.buttons[name]) && act());
    }
    bench.on(this.slider, "input", () => bench.seek(Number(this.slider.value)));
    bench.on(this.speed, "change", () => clip.setRate(Number(this.speed.value)));
  }

  /** Follow the state of the clip and of the loop. */
  update() {
    const { clip, reps, loopRow } = this.bench;
    const [play, loop] = [this.buttons.play, this.buttons.loop];
    play.querySelector("use").setAttribute("href", clip.isPlaying ? "#rs-i-pause" : "#rs-i-play");
    play.ariaLabel = clip.isPlaying ? "Pause" : "Play";
    const noClip = clip.canPlay ? "" : "There is no clip to play here.";
    const noReps = reps.length ? "" : "There are no reps.";
    setOff(play, noClip, `${play.ariaLabel} (space)`);
    setOff(loop, noClip || noReps, "Loop this rep (L)");
    setOff(this.buttons.previous, noReps, "Previous rep");
    setOff(this.buttons.next, noReps, "Next rep");
    setOff(this.buttons.skeleton, this.bench.track && clip.canPlay ? "" : "There is no clip to draw on.", "Show the skeleton");
    loop.ariaPressed = String(loopRow !== null);
    this.buttons.skeleton.ariaPressed = String(this.bench.showsSkeleton);
    this.slider.max = clip.durationS;
    this.showTime();
  }

  showTime() {
    const { clip, current } = this.bench;
    this.slider.value = clip.time;
    this.slider.style.setProperty("--rs-share", clip.durationS ? clip.time / clip.durationS : 0);
    this.slider.setAttribute("aria-valuetext", `${clip.time.toFixed(2)} seconds${current ? `, ${repWords(current)}` : ""}`);
    this.bench.find(".rs-time").textContent = `${clip.time.toFixed(2)} / ${clip.durationS.toFixed(1)} s`;
  }
}

/** Switch a button off with the reason as its title, or on; it stays in the tab order, so that the reason is read. */
function setOff(button, reason, title) {
  button.setAttribute("aria-disabled", String(Boolean(reason)));
  button.title = reason || title;
}

const isOff = (button) => button.getAttribute("aria-disabled") === "true";

/** What is drawn over the video. */
class Picture {
  constructor(bench) {
    this.bench = bench;
    this.canvas = bench.find(".rs-skeleton");
    this.counter = bench.find(".rs-counter");
    this.screen = bench.find(".rs-screen");
    bench.observeSize(this.screen, () => this.draw());
  }

  update() {
    const { data } = this.bench;
    this.bench.root.classList.toggle("rs-clipless", !data.clip);
    if (data.clip) this.screen.style.setProperty("--rs-ratio", data.clip.size_wh[0] / data.clip.size_wh[1]);
    this.draw();
  }

  /** Over the clip, or alone where there is none and the player says so. */
  get isShown() {
    return this.bench.clip.canPlay || Boolean(this.bench.drawsAlone);
  }

  draw() {
    const { track, driving, clip, showsSkeleton, data } = this.bench;
    const { clientWidth: width, clientHeight: height } = this.screen;
    if (!width) return;
    const context = sharpContext(this.canvas, width, height);
    this.count();
    const pose = track && showsSkeleton && this.isShown ? track.pose(clip.time) : null;
    if (!pose) return;
    const scale = { x: width / track.sizeWh[0], y: height / track.sizeWh[1] };
    const place = ({ x, y }) => ({ x: x * scale.x, y: y * scale.y });
    const weight = clamp(Math.min(width, height) / 110, 2.5, 5);
    const points = drawBody(context, track, pose, { place, colors: data.colors, weight });
    const [beside, angle] = [driving && points[driving.landmark], driving ? driving.at(clip.time) : NaN];
    if (beside && Number.isFinite(angle)) drawReadout(context, beside, degrees(angle), { width, height, weight });
  }

  count() {
    const { reps, clip } = this.bench;
    const whole = reps.filter((rep) => !rep.is_partial);
    const begun = whole.filter((rep) => rep.start_s <= clip.time + 1e-3).length;
    this.counter.hidden = !whole.length || !this.isShown;
    this.counter.textContent = begun ? `Rep ${begun} / ${whole.length}` : `${whole.length} ${whole.length === 1 ? "rep" : "reps"}`;
  }
}
