"""How to film, what the numbers mean, how far to trust them, what happens to a clip, and what to do when it fails."""

import streamlit as st

from pages.components.guide import show_exercises, show_filming, show_numbers, show_privacy, show_troubles

st.title("Guide", anchor=False)
film, exercises, numbers, privacy, trouble = st.tabs(
    ["Filming", "Exercises", "Numbers", "Privacy", "Problems"]  # short: all five fit on a phone
)
with film:
    show_filming()
with exercises:
    show_exercises()
with numbers:
    show_numbers()
with privacy:
    show_privacy()
with trouble:
    show_troubles()
