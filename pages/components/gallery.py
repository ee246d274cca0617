"""Pictures of the guide: good ones and bad ones, drawn by the mannequin (`core.mannequin.pictures`)."""

from dataclasses import asdict, dataclass
from typing import Literal

import streamlit as st

SIZE_WH = (300, 400)
"""px of every picture."""

_gallery = st.components.v2.component(
    "repscope_gallery",
    html='<div class="gallery"></div>',
    css="""
.gallery { display: grid; gap: 16px; grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); }
.gallery { color: var(--st-text-color); font: 0.875rem/1.4 var(--st-font); }
figure { margin: 0; max-width: 300px; }
img { display: block; width: 100%; height: auto; border-radius: 8px; border-bottom: 4px solid var(--mark); }
.good { --mark: #128c46; }
.bad { --mark: #d55e00; }
figcaption { margin-top: 6px; }
strong { display: block; }
""",
    js="""
export default function ({ parentElement, data: [sizeWh, shots] }) {
  const gallery = parentElement.querySelector(".gallery");
  const made = shots.map(({ name, title, words, kind, alt }) => {
    const figure = document.createElement("figure");
    figure.className = kind;
    const [width, height] = sizeWh;
    const img = Object.assign(document.createElement("img"), { alt, width, height, loading: "lazy" });
    img.src = `/pictures/${name}.jpg`;
    const caption = document.createElement("figcaption");
    const strong = Object.assign(document.createElement("strong"), { textContent: title });
    caption.append(strong, words);
    figure.append(img, caption);
    return figure;
  });
  gallery.replaceChildren(...made);
}
""",
)


@dataclass(frozen=True)
class Shot:
    """A picture with what it shows and why it is good or bad."""

    name: str
    title: str
    words: str
    kind: Literal["good", "bad"]
    alt: str


def show_gallery(shots: tuple[Shot, ...], *, key: str) -> None:
    """Show pictures beside each other; their room is kept while they load."""
    _gallery(data=[list(SIZE_WH), [asdict(shot) for shot in shots]], key=key)
