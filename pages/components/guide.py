"""The chapters of the guide. Tables and limits come from where they are kept: the README and the catalogues."""

from pathlib import Path

import streamlit as st

from core.exercises import BY_NAME, CUE_RULES, EXERCISES, Exercise
from pages.components.gallery import Shot, show_gallery
from pages.components.troubles import TROUBLES

_README = Path(__file__).parents[2] / "README.md"
_PICTURES = Path(__file__).parents[1] / "pictures"

_PLACES = (
    Shot("side", "From the side", "Depth, range, tempo: the best place for nearly everything.", "good",
         "A figure squats, seen exactly from the side, all of it in the picture"),
    Shot("oblique", "A little from the front", "Good too: angles are off by up to 2° more.", "good",
         "The same squat, the camera 30 degrees further to the front"),
    Shot("front", "From the front", "For left against right. Not for depth: angles are off by 10 to 15°.",
         "good", "The same squat from the front"),
)  # fmt: skip
_MISTAKES = (
    Shot("cut", "Cut off", "Head and feet must stay in the picture through the whole rep.", "bad",
         "A squat filmed so close that head and feet are outside the picture"),
    Shot("far", "Too far away", "The body should fill most of the height: step closer, or zoom in.", "bad",
         "A squat filmed from so far away that the figure fills a quarter of the picture"),
    Shot("above", "From above", "A phone held high looks down on the joints. Put it at hip height.", "bad",
         "A squat filmed from high above"),
    Shot("dark", "Too dark", "Grain and blur hide the joints. Light from the front, never a window behind.", "bad",
         "A squat in a dark room, hardly to be seen"),
    Shot("camouflage", "Like the background", "Clothes in the colour of the wall are lost in it.", "bad",
         "A figure dressed in the colour of the wall behind it"),
)  # fmt: skip


def show_filming() -> None:
    """Show where to put the phone, and what spoils a clip."""
    st.subheader("How to film", anchor=False)
    st.markdown(
        """
1. **Put the phone down**, upright, at hip height, three to four metres away. A steady camera is worth more than a good
   one.
2. **The whole body stays in the picture**, at the lowest and at the highest point of the rep.
3. **One person, one set, one clip.** Walking in and out is fine.
4. **Light from the front**, clothes that differ from the background. 1080p at 30 frames a second is enough.
5. **To compare, film from the same place**: same distance, same height, same side.
"""
    )
    st.markdown("**Where to put the phone**")
    show_gallery(_PLACES, key="guide_places")
    st.markdown("**What spoils a clip**")
    show_gallery(_MISTAKES, key="guide_mistakes")


def show_exercises() -> None:
    """Show, for one exercise, where to film it from, what is measured and which cues are given."""
    st.subheader("By exercise", anchor=False)
    chosen = st.selectbox(
        "Exercise",
        [exercise.name for exercise in EXERCISES],
        format_func=lambda name: BY_NAME[name].label.capitalize(),
        key="guide_exercise",
        width=320,
    )
    exercise = BY_NAME[chosen]
    picture, words = st.columns([1, 3], gap="medium")
    with words:
        st.markdown(f"**Film from the {exercise.film_from}.** Depth and range are read at the {exercise.joint}.")
        _show_cues(exercise)
    with picture:
        _show_picture(exercise)


def _show_cues(exercise: Exercise) -> None:
    rules = [CUE_RULES[kind] for kind in exercise.cues]
    if not rules:
        st.markdown("No form cue is specific to it; reps of short range are pointed out, as in every exercise.")
        return
    lines = [f"- {rule.text.format(rule.threshold)} or more ({_seen_from(rule.views)})" for rule in rules]
    st.markdown("A form cue is given when:\n" + "\n".join(lines))
    st.caption("And when a rep's range is a fifth shorter than usual in the set. No cue is no praise.")


def _seen_from(views: frozenset[str]) -> str:
    places = {"side": any(view.startswith("side") for view in views), "front": "front" in views}
    named = [place for place, is_seen in places.items() if is_seen]
    return f"seen from the {' or the '.join(named)}" if named else "seen from anywhere"


def _show_picture(exercise: Exercise) -> None:
    name = "side" if exercise.name == "squat" else exercise.name
    if (_PICTURES / f"{name}.jpg").exists():
        alt = f"A figure in the {exercise.label}, seen from the {exercise.film_from}"
        show_gallery((Shot(name, exercise.label.capitalize(), "", "good", alt),), key="guide_picture")


def show_numbers() -> None:
    """Show what each number means and how exactly it is measured."""
    st.subheader("What the numbers mean", anchor=False)
    st.markdown(
        """
- **Rep**: a whole cycle that returns to where it started. Half reps at the ends of a clip and set-up movements are
  not counted; **partial** reps, with clearly less range, are listed and marked.
- **Start, turn, end**: when a rep begins, changes direction, and is over.
- **Angles** are clinical flexion in degrees: a straight knee, hip or elbow is 0°, a deep squat has a knee flexion of
  120° or more; shoulder 0° is the arm at the side. The ankle is 0° with the foot at a right angle to the shank. Trunk
  lean is measured from vertical.
- **Range of motion (ROM)**: how far the angle travels in a rep. **Depth**: the largest angle it reaches.
- **Tempo**: seconds of lowering (eccentric), pause, lifting (concentric), pause. Lowering and lifting are told apart by
  whether the moving part goes down or up.
- **Peak and mean velocity**: of the angle, in degrees a second; mean velocity is that of the lifting half.
- **Velocity loss**: from the first rep to the last, a sign of fatigue. **Consistency**: 100 % is a metronome.
- **Left against right**: 100 × (left − right) / their mean, of the range; positive when the left moves further.
- **Quality** of a rep: how well it was seen and how alike it is to the others; 1 is best.
"""
    )
    st.subheader("How exactly", anchor=False)
    st.markdown(_readme_section("How far to trust it"))


def show_privacy() -> None:
    """Show what happens to a clip."""
    st.subheader("Privacy", anchor=False)
    st.markdown(_readme_section("Privacy"))


def show_troubles() -> None:
    """Show each error in its own words, and what to do."""
    st.subheader("When something goes wrong", anchor=False)
    st.caption("Find the message you see. A … stands for a number or a name.")
    for heading, troubles in TROUBLES.items():
        with st.expander(heading):
            for trouble in troubles:
                quoted = "\n\n".join(f"> {says}" for says in trouble.says)
                st.markdown(f"{quoted}\n\n**{trouble.do}** {trouble.means}")


def _readme_section(title: str) -> str:
    """Return a section of the README without its heading: the measured tables are written down once."""
    rest = _README.read_text(encoding="utf-8").split(f"## {title}\n", 1)[1]
    return rest.split("\n## ", 1)[0]
