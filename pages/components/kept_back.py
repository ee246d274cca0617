"""What the uploader keeps back in the browser, and why: it says so only to a mouse that rests on the file."""

import streamlit as st

from core.settings import load_settings
from core.spool import say_too_large
from core.video import FILE_TYPES

ENDINGS = [f".{each}" for each in (*FILE_TYPES, "mpeg4")]
"""Streamlit adds the last one."""

_watch = st.components.v2.component(
    "repscope_kept_back",
    html="<span hidden></span>",
    js="""
const MB = (/^Win/i.test(navigator.platform) ? 1024 : 1000) ** 2; // as Streamlit's uploader counts
const WAIT_MS = 1000; // a run that starts now can lose the addresses that the uploader has asked for the other files

export default function ({ data: [asked], setTriggerValue, parentElement }) {
  const isClip = ({ name }) => asked.endings.some((ending) => name.toLowerCase().endsWith(ending));
  const isKept = (file) => file.size > asked.max_mb * MB || !isClip(file);
  const look = (files) => {
    const kept = [...files].filter(isKept).map((file) => ({ name: file.name, is_clip: isClip(file) }));
    if (!kept.length && !parentElement.hasTold) return;
    parentElement.hasTold = kept.length > 0;
    setTimeout(() => parentElement.isGone || setTriggerValue("kept", kept), WAIT_MS);
  };
  const hear = ({ type, target, dataTransfer }) => {
    const { files } = type === "drop" ? dataTransfer : target;
    if (files?.length) look(files);
  };
  const leave = () => {
    parentElement.isGone = true; // a word from a page that was left would bring it back
    ["change", "drop"].forEach((event) => document.removeEventListener(event, hear, true));
  };
  if (parentElement.leave) parentElement.leave();
  else document.querySelectorAll("input[type=file]").forEach((input) => look(input.files)); // chosen before this came
  parentElement.isGone = false;
  parentElement.leave = leave;
  ["change", "drop"].forEach((event) => document.addEventListener(event, hear, true));
  return leave;
}
""",
)


def hear_kept_back(*, key: str) -> list[tuple[str, str]] | None:
    """Return the name of each file that the browser kept back of those chosen just now, and why; None without news."""
    settings = load_settings()
    asked = {"max_mb": settings.max_file_size_mb, "endings": ENDINGS}
    # in a list: looking for data frames in a dictionary, Streamlit would load pandas, with PyArrow 67 MB
    kept = _watch(data=[asked], key=key, on_kept_change=lambda: None).kept
    if kept is None:
        return None
    too_large = say_too_large(settings.max_file_size_mb)
    no_clip = f"The file is no clip RepScope reads: it reads {', '.join(FILE_TYPES)}."
    return [(file["name"], too_large if file["is_clip"] else no_clip) for file in kept]
