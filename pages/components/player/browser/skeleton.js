// Drawing a body on a canvas: over the video, and over the pictures of the filmstrip.

const FAINTEST = 0.15; // a guessed landmark stays visible as a trace

/** Make a canvas as sharp as the screen; returns its context in CSS px, cleared. */
function sharpContext(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  const size = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== size[0] || canvas.height !== size[1]) [canvas.width, canvas.height] = size;
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

/** Draw a pose; `place` maps a landmark to CSS px, `weight` is the width of a limb. */
function drawBody(context, track, pose, { place, colors, weight }) {
  const points = pose.map((landmark) => landmark && place(landmark));
  const colorOf = (point) => colors[track.sides[point]] || colors.trunk_lean;
  context.lineCap = "round";
  for (const [one, other] of track.segments) {
    if (!points[one] || !points[other]) continue;
    const sameSide = track.sides[one] === track.sides[other];
    const visibility = Math.min(pose[one].visibility, pose[other].visibility);
    context.globalAlpha = clamp(visibility, FAINTEST, 1);
    line(context, points[one], points[other], { color: "rgba(255, 255, 255, 0.85)", width: weight + 2 });
    line(context, points[one], points[other], { color: sameSide ? colorOf(one) : colors.trunk_lean, width: weight });
  }
  points.forEach((point, index) => {
    if (!point) return;
    context.globalAlpha = clamp(pose[index].visibility, FAINTEST, 1);
    dot(context, point, { color: "#fff", radius: weight * 0.95 + 1 });
    dot(context, point, { color: colorOf(index), radius: weight * 0.95 });
  });
  context.globalAlpha = 1;
  return points;
}

function line(context, from, to, { color, width }) {
  context.strokeStyle = color;
  context.lineWidth = width;
  context.beginPath();
  context.moveTo(from.x, from.y);
  context.lineTo(to.x, to.y);
  context.stroke();
}

function dot(context, { x, y }, { color, radius }) {
  context.fillStyle = color;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
}

/** Write a value beside a point, on the side with more room. */
function drawReadout(context, { x, y }, text, { width, height, weight }) {
  const size = clamp(width / 26, 12, 18);
  context.font = `600 ${size}px ${getComputedStyle(context.canvas).fontFamily}`;
  const box = { width: context.measureText(text).width + size, height: size * 1.6 };
  const left = x < width / 2 ? x + 4 * weight : x - 4 * weight - box.width;
  const at = { x: clamp(left, 2, width - box.width - 2), y: clamp(y - box.height / 2, 2, height - box.height - 2) };
  context.fillStyle = "rgba(10, 16, 15, 0.78)";
  context.beginPath();
  context.roundRect(at.x, at.y, box.width, box.height, box.height / 2);
  context.fill();
  context.fillStyle = "#fff";
  context.textBaseline = "middle";
  context.fillText(text, at.x + size / 2, at.y + box.height / 2 + 0.5);
}
