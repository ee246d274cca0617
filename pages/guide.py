"""How to film, what the numbers mean, how far to trust them, and what happens to a clip."""

import streamlit as st

from core.sampling import COUNT_MIN_HZ, ROM_MIN_HZ, VELOCITY_MIN_HZ

st.title("Guide")
st.markdown(
    f"""
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

### How far to trust them
- The camera sees two dimensions. From the side, knee and hip are good to a few degrees; from the front the picture
  hardly shows how far a knee bends, and the result says so.
- The frame rate limits what can be claimed: counts need {COUNT_MIN_HZ} analysed frames a second, range of motion and
  tempo {ROM_MIN_HZ}, velocity {VELOCITY_MIN_HZ:.0f}. What the rate does not support is left out.
- RepScope is not a medical device.

### Your clip
It is stored on the server that runs RepScope, under a random name, and deleted when your visit ends or it expires.
Nothing is sent anywhere else.
"""
)
