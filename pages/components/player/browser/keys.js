// Keys for the player in use; Streamlit keeps its own, and whoever types is left alone.

let inUse = null; // of several players on a page, the one touched last

function listenToKeys(bench) {
  inUse = bench;
  bench.on(bench.root, "pointerdown", () => (inUse = bench));
  bench.on(bench.root, "focusin", () => (inUse = bench));
  bench.on(document, "keydown", (event) => {
    if (inUse !== bench || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!isOurs(bench, event.target) || needsKey(event)) return;
    if (act(bench, event)) event.preventDefault();
  });
}

/** Inside the player, or nowhere in particular. */
const isOurs = (bench, target) => bench.root.contains(target) || target.contains(bench.root);

/** Whether the focused element does something of its own with this key. */
function needsKey({ target, key }) {
  if (target.isContentEditable || target.matches("select, textarea, input:not([type=range])")) return true;
  if (target.matches("input[type=range]")) return key !== " " && !/^[1-9lL]$/.test(key);
  return target.matches("button, a, summary") && (key === " " || key === "Enter");
}

function act(bench, { key, shiftKey }) {
  const { clip } = bench;
  const by = { ArrowLeft: -1, ArrowRight: 1 }[key];
  if (by && shiftKey) bench.seek(clip.time + by);
  else if (by) clip.step(by);
  else if (key === " ") clip.toggle();
  else if (key === "l" || key === "L") bench.toggleLoop();
  else if (/^[1-9]$/.test(key)) bench.goToNumber(Number(key));
  else return false;
  return true;
}

function forgetKeys(bench) {
  if (inUse === bench) inUse = null;
}
