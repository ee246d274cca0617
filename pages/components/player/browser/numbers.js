// Numbers as Python packed them (core/overlay.py), and looking them up by time.

const ABSENT_XY = 65535;
const LONGEST_GAP_S = 0.55; // core/annotate.py: DRAWN_GAP_S; across a longer one nothing is drawn

function decodeBytes(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer;
}

/** Landmarks over time: `pose(t)` is a list of {x, y, visibility} in px of the analysed frame, null where unseen. */
class Track {
  constructor(overlay) {
    Object.assign(this, { names: overlay.names, segments: overlay.segments, sides: overlay.sides });
    this.sizeWh = overlay.size_wh;
    this.margin = overlay.margin;
    this.timeS = Array.from(new Uint32Array(decodeBytes(overlay.time_ms)), (ms) => ms / 1000);
    this.xy = new Uint16Array(decodeBytes(overlay.xy));
    this.visibility = new Uint8Array(decodeBytes(overlay.visibility));
  }

  row(index) {
    return this.names.map((_, point) => this.landmark(index, point));
  }

  landmark(index, point) {
    const at = index * this.names.length + point;
    if (this.xy[2 * at] === ABSENT_XY) return null;
    const px = (code, size) => ((code / (ABSENT_XY - 1)) * (1 + 2 * this.margin) - this.margin) * size;
    return {
      x: px(this.xy[2 * at], this.sizeWh[0]),
      y: px(this.xy[2 * at + 1], this.sizeWh[1]),
      visibility: this.visibility[at] / 255,
    };
  }

  pose(timeS) {
    const [before, after, share] = neighbours(this.timeS, timeS);
    if (before === null) return null;
    const [one, other] = [this.row(before), this.row(after)];
    return one.map((from, point) => {
      const to = other[point];
      if (!from || !to) return share < 0.5 ? from : to;
      const mix = (name) => from[name] + share * (to[name] - from[name]);
      return { x: mix("x"), y: mix("y"), visibility: mix("visibility") };
    });
  }
}

/** The angle the reps are measured on, in degrees; NaN where not measured. */
class Driving {
  constructor(packed, timeS) {
    this.words = packed.words;
    this.landmark = packed.landmark;
    this.timeS = timeS;
    this.degrees = new Float32Array(decodeBytes(packed.degrees));
  }

  at(timeS) {
    const [before, after, share] = neighbours(this.timeS, timeS);
    if (before === null) return NaN;
    const [one, other] = [this.degrees[before], this.degrees[after]];
    return one + share * (other - one);
  }
}

/** The rows around a time and how far it lies between them; nulls across a gap and outside the clip. */
function neighbours(timeS, at) {
  const last = timeS.length - 1;
  if (last < 0 || at < timeS[0] - LONGEST_GAP_S || at > timeS[last] + LONGEST_GAP_S) return [null, null, 0];
  if (at <= timeS[0]) return [0, 0, 0];
  if (at >= timeS[last]) return [last, last, 0];
  const after = firstAfter(timeS, at);
  const span = timeS[after] - timeS[after - 1];
  if (span > LONGEST_GAP_S) return [null, null, 0];
  return [after - 1, after, (at - timeS[after - 1]) / span];
}

function firstAfter(timeS, at) {
  let [low, high] = [0, timeS.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (timeS[middle] <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

const TIE_S = 0.001; // as in core/stills.py, which says of which rows a saved set has pictures

function nearestRow(timeS, at) {
  const after = Math.min(firstAfter(timeS, at), timeS.length - 1);
  return after > 0 && at - timeS[after - 1] <= timeS[after] - at + TIE_S ? after - 1 : after;
}

/** The row whose frame shows a moment, as `row_at` in core/stills.py; -1, in a stretch without frames, shows nothing. */
function shownRow(timeS, frames, at) {
  const rows = frames.flatMap((frame, row) => (frame < 0 ? [] : [row]));
  return rows[nearestRow(rows.map((row) => timeS[row]), at)];
}

const clamp = (value, least, most) => Math.min(Math.max(value, least), most);
const degrees = (value) => (Number.isFinite(value) ? `${Math.round(value)}°`.replace("-", "−") : "–");
const seconds = (value) => `${value.toFixed(1)} s`;
const repWords = (rep) => (rep.is_partial ? "Partial rep" : `Rep ${rep.number}`);
const middleOf = (rep) => (rep.start_s + rep.end_s) / 2;
const compete = (one, other) => one.side === other.side || one.side === "both" || other.side === "both";

/** The rep playing at a time, the one that began last; null between reps. */
function repAt(reps, timeS) {
  let found = null;
  for (const rep of reps) if (rep.start_s <= timeS + 1e-3 && timeS < rep.end_s) found = rep;
  return found;
}

function median(values) {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted.length ? sorted[sorted.length >> 1] : NaN;
}

function make(tag, className, properties = {}) {
  const { dataset, ...rest } = properties;
  const element = Object.assign(document.createElement(tag), { className, ...rest });
  Object.assign(element.dataset, dataset);
  return element;
}
