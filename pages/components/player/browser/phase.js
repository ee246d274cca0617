// From a moment of one set to the moment of the other with the same phase.

/**
 * Return the moment of the other set: linear from start to turn, from turn to end, and through the rest up to the next
 * pair. Before the first pair and after the last, time runs alike in both. Where the other set would have to run
 * backwards through a rest (the same rep again), it waits at the rep's end. It may lie outside the clip.
 * `pairs` are [{one: [start, turn, end], other: [start, turn, end]}], in order of the first set's time.
 */
function mapTime(pairs, timeS) {
  const at = Math.max(0, pairs.findLastIndex(({ one }) => one[0] <= timeS));
  const { one, other } = pairs[at];
  if (timeS < one[0]) return other[0] + timeS - one[0];
  if (timeS <= one[1]) return between(timeS, one[0], one[1], other[0], other[1]);
  if (timeS <= one[2]) return between(timeS, one[1], one[2], other[1], other[2]);
  const next = pairs[at + 1];
  if (!next) return other[2] + timeS - one[2];
  return next.other[0] >= other[2] ? between(timeS, one[2], next.one[0], other[2], next.other[0]) : other[2];
}

/** How far a moment lies in a rep: 0 at its start, 0.5 at the turn, 1 at the end; NaN outside. */
function phaseOf([start, turn, end], timeS) {
  if (timeS < start || timeS > end) return NaN;
  return timeS <= turn ? between(timeS, start, turn, 0, 0.5) : between(timeS, turn, end, 0.5, 1);
}

function between(value, from, to, otherFrom, otherTo) {
  return otherFrom + (to > from ? (value - from) / (to - from) : 0) * (otherTo - otherFrom);
}
