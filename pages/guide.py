"""How to film, what the numbers mean, how far to trust them, and what happens to a clip."""

from pathlib import Path

import streamlit as st

README = Path(__file__).parent.parent / "README.md"


def _readme_section(title: str) -> str:
    """Return a section of the README: the measured tables are written down once."""
    rest = README.read_text(encoding="utf-8").split(f"## {title}\n", 1)[1]
    return f"### {title}\n" + rest.split("\n## ", 1)[0]


st.title("Guide")
st.markdown(
    """
### How to film
- Put the phone down; a steady camera is worth more than a good one. Hip height, the whole body in the picture.
- Film **from the side** for depth, tempo and range of motion; from the front only to see left against right.
- One person, one set, one clip. Walking in and out is fine.
- Good light and clothes that differ from the background help more than resolution.

### What the numbers mean
- **Rep**: a whole cycle that returns to where it started. Half reps at the ends of a clip and set-up movements are
  not counted; partial reps are listed and marked.
- **Angles** are clinical flexion in degrees: a straight knee, hip or elbow is 0°, a deep squat has a knee flexion of
  120° or more. The ankle is 0° with the foot at a right angle to the shank. Trunk lean is measured from vertical.
- **Start, turn, end**: when a rep begins, changes direction, and is over. **ROM**: how far the angle travels in it.
- **Eccentric and concentric**: lowering and lifting, told apart by whether the moving part goes down or up.

"""
)
st.markdown(_readme_section("How far to trust it"))
st.markdown(
    """
### Your clip
It is stored on the server that runs RepScope, under a random name, and deleted when your visit ends or it expires.
Nothing is sent anywhere else.
"""
)
