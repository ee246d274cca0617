// The tools that change reps. Each sends one edit; what comes back replaces the reps.

const USUAL_REP_S = 1.5; // where no rep tells how long one is
const CHOOSE_WORDS = "Choose a rep: click its number above, or its card below.";

class Edits {
  constructor(bench) {
    this.bench = bench;
    this.toggle = bench.find(".rs-edit-toggle");
    this.tools = bench.find(".rs-tools");
    this.chosen = bench.find(".rs-chosen");
    this.buttons = Object.fromEntries([...bench.findAll("[data-edit]")].map((button) => [button.dataset.edit, button]));
    bench.on(this.toggle, "click", () => this.open(!bench.editing));
    for (const [action, button] of Object.entries(this.buttons)) {
      bench.on(button, "click", () => (isOff(button) ? this.say(button.title) : bench.send(this.edit(action))));
    }
  }

  /** The rep on screen is the one to edit, as its edges and the name on Delete tell; between reps none is. */
  open(isOpen) {
    this.bench.editing = isOpen;
    this.tools.hidden = this.chosen.hidden = !isOpen;
    this.toggle.ariaExpanded = String(isOpen);
    this.bench.select(isOpen ? repAt(this.bench.reps, this.bench.clip.time)?.row ?? null : null);
  }

  edit(action) {
    const { selected: row, clip, reps } = this.bench;
    if (action === "split") return { action, row, at_s: clip.time };
    if (action === "partial") return { action, row, is_partial: !reps[row].is_partial };
    if (action === "add") return { action, ...this.free() };
    return action === "undo" || action === "reset" ? { action } : { action, row };
  }

  /** Where a new rep would go: from the cursor, as long as the median rep; or null with too little room. */
  free() {
    const { reps, clip, data } = this.bench;
    const whole = reps.filter((rep) => !rep.is_partial);
    const length = median(whole.map((rep) => rep.end_s - rep.start_s)) || USUAL_REP_S;
    const isTaken = repAt(reps, clip.time);
    const next = Math.min(data.time_s.at(-1), ...reps.map((rep) => rep.start_s).filter((start) => start > clip.time));
    const end = Math.min(clip.time + length, next);
    return isTaken || end - clip.time < SHORTEST_REP_S ? null : { start_s: clip.time, end_s: end };
  }

  /** Why each tool can do nothing now; empty where it can. */
  reasons() {
    const { reps, selected, clip, data, busy } = this.bench;
    const rep = reps[selected] ?? null;
    const none = rep ? "" : CHOOSE_WORDS;
    const following = rep && reps.slice(selected + 1).some((other) => compete(other, rep));
    const fits = rep && clip.time - rep.start_s >= SHORTEST_REP_S && rep.end_s - clip.time >= SHORTEST_REP_S;
    const reasons = {
      delete: none,
      split: none || (fits ? "" : "Move the cursor inside the chosen rep, to where the second one starts."),
      merge: none || (following ? "" : "No rep follows this one."),
      partial: none,
      add: this.free() ? "" : "Move the cursor to where a rep starts, outside the others.",
      undo: data.can_undo ? "" : "Nothing to undo.",
      reset: data.can_reset ? "" : "Nothing was edited.",
    };
    return busy ? Object.fromEntries(Object.keys(reasons).map((name) => [name, "One moment."])) : reasons;
  }

  update() {
    const { bench } = this;
    if (!bench.editing) return;
    const rep = bench.reps[bench.selected] ?? null;
    const titles = {
      delete: "Delete the chosen rep",
      split: "Make two reps of it, the second one from the cursor on",
      merge: "Make one rep of this and the next",
      partial: rep?.is_partial ? "Count this rep" : "List this rep, but do not count it",
      add: "Add a rep that starts at the cursor",
      undo: "Undo the last edit",
      reset: "Go back to the reps that were found",
    };
    const deletes = rep ? `Delete ${repWords(rep).toLowerCase()}` : "Delete";
    if (this.buttons.delete.textContent !== deletes) this.buttons.delete.textContent = deletes;
    this.buttons.partial.textContent = rep?.is_partial ? "Counts" : "Partial";
    for (const [name, reason] of Object.entries(this.reasons())) setOff(this.buttons[name], reason, titles[name]);
    const edges = bench.handles.edges();
    const words = rep
      ? `${repWords(rep)}, ${edges.start_s.toFixed(2)} to ${edges.end_s.toFixed(2)} s. Drag its edges in the curves.`
      : CHOOSE_WORDS;
    this.say(words);
  }

  /** In the line that a finger sees, too: why a tool is off is its title, for a mouse that rests on it. */
  say(words) {
    if (this.chosen.textContent !== words) this.chosen.textContent = words;
  }
}
