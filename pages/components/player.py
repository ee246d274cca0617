"""A clip in the browser's own player, streamed from disk: ``st.video`` would read it into memory."""

import streamlit as st

_player = st.components.v2.component(
    "repscope_player",
    html='<video controls playsinline muted preload="metadata"></video>',
    css="video { width: 100%; max-height: 50vh; background: #12201e; border-radius: 8px; display: block; }",
    js="""
export default function ({ parentElement, data }) {
  const video = parentElement.querySelector("video");
  if (video.getAttribute("src") !== data.src) video.src = data.src;
}
""",
)


def show_clip(token: str, *, key: str) -> None:
    """Show the spooled clip of a token; the browser fetches the parts it plays."""
    _player(data={"src": f"/clip/{token}"}, key=key)
