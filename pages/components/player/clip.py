"""A clip in the browser's own player, streamed from disk: ``st.video`` would read it into memory."""

import streamlit as st

from core.spool import SpooledFile

_player = st.components.v2.component(
    "repscope_player",
    html='<video controls playsinline muted preload="metadata"></video><img alt="The clip" hidden><p hidden></p>',
    css="""
[hidden] { display: none !important; }
p { font: 0.875rem var(--st-font); color: var(--st-text-color); }
video, img { width: 100%; max-height: 50vh; object-fit: contain; display: block; }
video, img { background: #12201e; border-radius: 8px; }
""",
    js="""
export default function ({ parentElement, data }) {
  const video = parentElement.querySelector("video");
  const image = parentElement.querySelector("img");
  const note = parentElement.querySelector("p");
  const shown = data.isImage ? image : video;
  if (shown.getAttribute("src") === data.src) return;
  video.hidden = data.isImage;
  image.hidden = !data.isImage;
  note.hidden = true;
  video.onerror = () => {
    video.hidden = true;
    note.hidden = false;
    note.textContent = "Your browser cannot play this format. The analysis is not affected.";
  };
  shown.src = data.src;
}
""",
)


def show_clip(file: SpooledFile, *, key: str) -> None:
    """Show a spooled clip; the browser fetches the parts it plays, a GIF as the picture it is."""
    _player(data={"src": f"/clip/{file.token}", "isImage": file.media_type == "image/gif"}, key=key)
