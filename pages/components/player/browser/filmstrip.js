// One card a rep: the frames at its start, turn and end, cut to the body, with skeleton and angle.

const SHOT_HEIGHT_PX = 132; // less where three pictures side by side would be wider than the page
const AROUND_SHOTS_PX = 36; // what a card has beside its three pictures, and the strip beside the card
const SHOT_SHAPES = [0.55, 1.1]; // narrowest and widest picture, width over height
const AROUND = 0.13; // room around the body, as a share of its size

class Filmstrip {
  constructor(bench) {
    this.bench = bench;
    this.strip = bench.find(".rs-strip");
    bench.observeSize(this.strip, () => this.update()); // a phone is turned
  }

  update() {
    const { reps, data, track, driving } = this.bench;
    const crop = track && this.cropAround(reps);
    const widest = Math.max(1, this.strip.clientWidth - AROUND_SHOTS_PX) / 3;
    this.scale = crop && Math.min(SHOT_HEIGHT_PX / crop.height, widest / crop.width);
    const wanted = JSON.stringify([reps, data.stills_src, data.overlay?.xy, data.driving, this.scale]);
    if (wanted === this.shown) return;
    this.shown = wanted;
    this.strip.setAttribute("role", reps.length ? "list" : "group");
    this.strip.replaceChildren(...reps.map((rep) => this.makeCard(rep, { crop, track, driving })));
    if (!reps.length) this.strip.append(make("p", "rs-empty", { textContent: this.emptyWords() }));
    this.showRep({ scrolls: false });
  }

  emptyWords() {
    return "No reps here. Press Edit reps, go to where one starts, then press Add rep here.";
  }

  rowAt(at) {
    return shownRow(this.bench.data.time_s, this.bench.data.frame_index, at);
  }

  /** The part of the frame that holds the body at every moment shown, in px of the analysed frame. */
  cropAround(reps) {
    const { track } = this.bench;
    const rows = reps.flatMap((rep) => [rep.start_s, rep.turn_s, rep.end_s]).map((at) => this.rowAt(at));
    const points = rows.flatMap((row) => track.row(row)).filter((point) => point && point.visibility > 0.3);
    const [frameWidth, frameHeight] = track.sizeWh;
    if (!points.length) return { x: 0, y: 0, width: frameWidth, height: frameHeight };
    const range = (axis, size) => {
      const values = points.map((point) => clamp(point[axis], 0, size));
      return [Math.min(...values), Math.max(...values)];
    };
    const [[left, right], [top, bottom]] = [range("x", frameWidth), range("y", frameHeight)];
    const room = AROUND * Math.max(right - left, bottom - top); // the crown of the head is no landmark
    let width = Math.min(right - left + 2 * room, frameWidth);
    let height = Math.min(bottom - top + 2 * room, frameHeight);
    width = Math.min(Math.max(width, height * SHOT_SHAPES[0]), frameWidth);
    height = Math.min(Math.max(height, width / SHOT_SHAPES[1]), frameHeight);
    return {
      x: clamp((left + right - width) / 2, 0, frameWidth - width),
      y: clamp((top + bottom - height) / 2, 0, frameHeight - height),
      width,
      height,
    };
  }

  makeCard(rep, { crop, track, driving }) {
    const kind = this.bench.curves.kind(rep);
    const card = make("div", `rs-card${kind}`, { dataset: { row: rep.row } });
    card.setAttribute("role", "listitem");
    card.append(this.makeHead(rep));
    const shots = make("div", "rs-shots");
    for (const [name, at] of [["start", rep.start_s], ["turn", rep.turn_s], ["end", rep.end_s]]) {
      const isTold = driving && rep.rom_deg !== null; // where a range is withheld, two angles would tell it all the same
      const angle = isTold ? driving.degrees[this.rowAt(at)] : NaN; // of the picture shown
      shots.append(this.makeShot(rep, { name, at, crop, track, angle }));
    }
    card.append(shots);
    return card;
  }

  makeHead(rep) {
    const head = make("button", "rs-card-head", { type: "button", onclick: () => this.bench.goTo(rep) });
    head.append(make("b", "", { textContent: repWords(rep) }));
    if (rep.is_edited) head.append(make("span", "rs-badge", { textContent: "edited" }));
    head.append(make("span", "rs-note", { textContent: this.tempoWords(rep) }));
    return head;
  }

  tempoWords(rep) {
    const halves = [[rep.eccentric_s, "lowering"], [rep.concentric_s, "lifting"]].filter(([value]) => value !== null);
    const words = halves.map(([value, name]) => `${name} ${value.toFixed(1)}`).join(", ");
    return words ? `${seconds(rep.end_s - rep.start_s)}: ${words}` : seconds(rep.end_s - rep.start_s);
  }

  makeShot(rep, { name, at, crop, track, angle }) {
    const shot = make("button", "rs-shot", { type: "button", onclick: () => this.bench.goTo(rep, at) });
    shot.ariaLabel = `${repWords(rep)}, ${name}, ${at.toFixed(1)} seconds, ${degrees(angle)}`;
    if (crop) shot.append(this.makePicture(at, { crop, track }));
    const caption = make("span", "rs-shot-caption");
    caption.append(make("span", "", { textContent: name }), make("b", "", { textContent: degrees(angle) }));
    shot.append(caption);
    return shot;
  }

  makePicture(at, { crop, track }) {
    const { scale } = this;
    const row = this.rowAt(at);
    const box = make("span", "rs-picture rs-bare");
    Object.assign(box.style, { width: `${crop.width * scale}px`, height: `${crop.height * scale}px` });
    if (this.bench.data.stills_src) {
      const image = make("img", "", { alt: "", loading: "lazy", draggable: false });
      box.classList.remove("rs-bare");
      image.onerror = () => { // a saved set keeps pictures of the reps it was saved with
        image.remove();
        box.classList.add("rs-bare");
      };
      Object.assign(image.style, {
        width: `${track.sizeWh[0] * scale}px`, height: `${track.sizeWh[1] * scale}px`,
        left: `${-crop.x * scale}px`, top: `${-crop.y * scale}px`,
      });
      image.src = `${this.bench.data.stills_src}/${String(this.bench.data.frame_index[row]).padStart(5, "0")}.jpg`;
      box.append(image);
    }
    const canvas = make("canvas", "");
    box.append(canvas);
    const context = sharpContext(canvas, crop.width * scale, crop.height * scale);
    const place = ({ x, y }) => ({ x: (x - crop.x) * scale, y: (y - crop.y) * scale });
    drawBody(context, track, track.row(row), { place, colors: this.bench.data.colors, weight: 2 });
    return box;
  }

  /** Mark the rep being played and bring it into view inside the strip; the page itself stays where it is. */
  showRep({ scrolls = true } = {}) {
    const { current, selected, stillness } = this.bench;
    for (const card of this.strip.children) {
      if (!card.dataset.row) continue;
      const isCurrent = Number(card.dataset.row) === current?.row;
      card.classList.toggle("rs-current", isCurrent);
      card.classList.toggle("rs-selected", Number(card.dataset.row) === selected);
      if (isCurrent) card.setAttribute("aria-current", "true");
      else card.removeAttribute("aria-current");
      if (!isCurrent || !scrolls) continue;
      const left = card.offsetLeft - (this.strip.clientWidth - card.offsetWidth) / 2;
      this.strip.scrollTo({ left, behavior: stillness.matches ? "auto" : "smooth" });
    }
  }
}
