// The table of differences, made anew for every comparison.

const CELLS = { label: "", one: "A", other: "B", change: "B − A", detectable: "Detectable", verdict: "" };

function makeRow(row) {
  const element = document.createElement("tr");
  element.className = row.kind;
  element.role = "row";
  for (const [name, label] of Object.entries(CELLS)) {
    const cell = document.createElement("td");
    Object.assign(cell, { className: name, role: "cell", textContent: row[name] });
    if (label) cell.dataset.label = label;
    element.append(cell);
  }
  return element;
}

/** Streamlit calls this for every change. */
export default function differences({ parentElement, data }) {
  parentElement.querySelector("tbody").replaceChildren(...data.map(makeRow));
}
