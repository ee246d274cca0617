// One row a clip. A row is made once and changed in place, so that nothing jumps and no focus is lost.

const CELLS = { name: "", state: "", reps: "Reps", exercise: "Exercise", tempo: "Tempo (s)", depth: "Range", notes: "", act: "" };
const tables = new WeakMap(); // root → number of a row → its element

function make(tag, className, properties = {}) {
  return Object.assign(document.createElement(tag), { className, ...properties });
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

class Row {
  constructor() {
    this.element = make("tr", "row", { role: "row" });
    this.cells = {};
    for (const [name, label] of Object.entries(CELLS)) {
      const cell = make("td", name, { role: "cell" });
      if (label) cell.dataset.label = label;
      this.cells[name] = cell;
      this.element.append(cell);
    }
    this.words = make("span", "words");
    this.bar = make("progress", "", { max: 1 });
    this.error = make("p", "error", { hidden: true });
    this.cells.state.append(this.words, this.bar, this.error);
  }

  update(row, ask) {
    for (const name of ["name", "reps", "exercise", "tempo", "depth"]) setText(this.cells[name], row[name]);
    setText(this.words, row.words);
    this.bar.hidden = row.state !== "sent";
    this.bar.classList.toggle("idle", row.share === null);
    this.bar.ariaLabel = `Progress of ${row.name}`;
    if (row.share === null) this.bar.removeAttribute("value");
    else this.bar.value = row.share;
    this.error.hidden = !row.error;
    this.error.classList.toggle("calm", row.state === "done"); // nobody is seen: nothing failed
    this.cells.state.colSpan = row.error ? 6 : 1; // a sentence has no room in a column
    for (const name of ["reps", "exercise", "tempo", "depth", "notes"]) this.cells[name].hidden = Boolean(row.error);
    setText(this.error, row.error);
    this.showNotes(row.notes);
    this.showButton(row, ask);
  }

  showNotes(notes) {
    const text = notes.join("\n");
    if (this.notes === text) return;
    this.notes = text;
    this.cells.notes.replaceChildren();
    if (!notes.length) return;
    const details = make("details", "");
    const list = make("ul", "");
    list.append(...notes.map((note) => make("li", "", { textContent: note })));
    details.append(make("summary", "", { textContent: `${notes.length} ${notes.length === 1 ? "note" : "notes"}` }), list);
    this.cells.notes.append(details);
  }

  showButton({ number, name, state, can_open: canOpen }, ask) {
    const action = canOpen ? "Open" : state === "waiting" || state === "sent" ? "Cancel" : "";
    this.ask = () => ask("act", { do: action.toLowerCase(), number });
    if (this.action === action) return;
    this.action = action;
    this.cells.act.replaceChildren();
    if (!action) return;
    const button = make("button", "", { type: "button", textContent: action, ariaLabel: `${action} ${name}` });
    button.addEventListener("click", () => this.ask());
    this.cells.act.append(button);
  }
}

/** Streamlit calls this for every change. */
export default function batch({ parentElement, data: given, setTriggerValue }) {
  const body = parentElement.querySelector("tbody");
  const rows = tables.get(body) ?? new Map();
  tables.set(body, rows);
  const numbers = new Set(given.map((row) => row.number));
  for (const [number, row] of rows) {
    if (numbers.has(number)) continue;
    row.element.remove();
    rows.delete(number);
  }
  for (const each of given) {
    const row = rows.get(each.number) ?? new Row();
    if (!rows.has(each.number)) body.append(row.element);
    rows.set(each.number, row);
    row.update(each, setTriggerValue);
  }
}
