"""The chapters of the guide. Tables and limits come from where they are kept: the README and the catalogues."""

import re
from pathlib import Path

import streamlit as st

from core import ROOT
from core.compare.errors_measured import APART, SHARES
from core.exercises import BY_NAME, CUE_RULES, EXERCISES, CueRule, Exercise
from core.settings import load_settings
from pages.components.gallery import Shot, show_gallery
from pages.components.troubles import TROUBLES

_README = ROOT / "README.md"
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

_LYING = (
    "The body lies across the picture: turn the phone sideways and put it low, at knee height, with head and feet both "
    "in view."
)
_PLACING = {
    "push_up": f"{_LYING} The elbows point away from the camera, so the range comes out up to 20° short.",
    "bench_press": _LYING,
    "sit_up": _LYING,
    "pull_up": "Stand far enough back that the hands on the bar and the feet below stay in the picture.",
    "overhead_press": "Leave room above the head: the hands must not leave the picture at the top.",
    "jumping_jack": "Leave room on both sides and above the head for arms and legs.",
    "burpee": "Stand far enough back that the body fits in standing with the arms up, and lying.",
    "calf_raise": "The feet must be seen well: no wide trousers, and nothing in front of them.",
}
"""Where to put the phone, for exercises that need it elsewhere than upright at hip height."""


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
        placing = _PLACING.get(exercise.name, "Phone upright, at hip height, three to four metres away.")
        st.markdown(f"**Film from the {exercise.film_from}.** {placing}")
        st.markdown(f"Depth is judged at the {exercise.joint}.")
        _show_cues(exercise)
    with picture:
        _show_picture(exercise)


def _show_cues(exercise: Exercise) -> None:
    rules = [CUE_RULES[kind] for kind in exercise.cues]
    if not rules:
        st.markdown("No form cue is specific to it; reps of short range are pointed out, as in every exercise.")
        return
    lines = [f"- {_say_from(rule)} ({_seen_from(rule.views)})" for rule in rules]
    st.markdown("A form cue is given when:\n" + "\n".join(lines))
    st.caption("And when a rep's range is a fifth shorter than usual in the set. No cue is no praise.")


def _say_from(rule: CueRule) -> str:
    """Return a cue's words with the number from which on it is given: "thigh stopped 10° or more above parallel"."""
    return re.sub(r"({:\.0f}(?:°| %))", r"\1 or more", rule.text).format(rule.threshold)


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
    st.markdown(_explain_numbers())
    st.caption(
        "Accuracy from the side, at 10 analysed frames a second or more; two of three sets are closer to the truth. "
        "Compare a person with herself, filmed from the same place: most of the error is then the same in both."
    )
    st.subheader("How exactly", anchor=False)
    st.caption(
        "Hz: analysed frames a second, shown before each analysis under Advanced. Degrees above a column: how far the "
        "camera stands from the front, so that 90° is the side. RMSE: two of three values are closer than that."
    )
    st.markdown(_turn_table(_readme_section("How far to trust it"), first="seen from"))


def _explain_numbers() -> str:
    """Return a table: each number, what it means, and what was measured of its accuracy (README, `errors_measured`)."""
    _, clips, exact, within, _ = _readme_row("phone and web clips")
    _, knee, hip, elbow, shoulder, _, _ = _readme_row("side")
    side = {name: errors[-1] * (100 if name in SHARES else 1) for name, errors in APART.items()}
    counted = f"{100 * float(exact):.0f} % of {clips} real clips exact, {100 * float(within):.0f} % within one"
    angles = f"within: knee {knee}°, hip {hip}°, elbow {elbow}°, shoulder {shoulder}°"
    follows = "follows from the numbers above"
    rows = (
        ("Rep", "A whole cycle that returns to where it started. Half reps at the ends of a clip and set-up movements "
         "are not counted; **partial** reps, of clearly less range or cut in half by the clip, are listed and marked.",
         counted),
        ("Start, turn, end", "When a rep begins, changes direction, and is over.", "half of them within 0.05 s"),
        ("Angle", "Clinical flexion: a straight knee, hip or elbow is 0°, a deep squat bends the knee by 120° or more; "
         "shoulder 0° is the arm at the side; ankle 0° is the foot at a right angle to the shank. Trunk lean is "
         "measured from vertical.", angles),
        ("Range of motion (ROM)", "How far the angle travels in a rep.", f"within {side['rom_deg']:.0f}°"),
        ("Depth", "The largest angle a rep reaches.", f"within {side['max_deg']:.0f}°"),
        ("Tempo", "Seconds of lowering (eccentric), pause, lifting (concentric), pause; lowering is where the moving "
         "part goes down. More than 5 s between two reps is a rest and no part of it.",
         f"within {side['eccentric_s']:.1f} s each way"),
        ("Mean velocity", "Of the angle while lifting, in °/s.", f"within {side['mean_velocity_deg_s']:.0f} %"),
        ("Peak velocity", "The fastest moment of the angle.", f"within {side['peak_velocity_deg_s']:.0f} %"),
        ("Lifting over the set", "By how much the mean velocity of lifting falls from the first to the last rep, along "
         "a straight line through all of them: the velocity loss, a sign of fatigue. No trend: the reps differ "
         "among themselves by more.", follows),
        ("Consistency", "How alike the reps are: 100 % is a metronome.", follows),
        ("Left against right", "By how much one side moves further, of the mean range of both, and whether error can "
         "make as much of a difference.",
         f"both sides must be seen; each range is off by {side['rom_deg']:.0f}°"),
        ("Quality of a rep", "How well it was seen and how alike it is to the others; 1 is best.", "a rule of thumb"),
    )  # fmt: skip
    lines = [f"| **{name}** | {meaning} | {accuracy} |" for name, meaning, accuracy in rows]
    return "\n".join(["| Number | What it means | Accuracy, measured |", "|---|---|---|", *lines])


def show_privacy() -> None:
    """Show what happens to a clip, in words for the trainer, and in detail for who runs the server."""
    minutes = load_settings().spool_ttl_minutes
    st.subheader("Privacy", anchor=False)
    st.markdown(
        f"""
- **Your clip stays on the server RepScope runs on.** Nothing is sent anywhere else, and there are no usage statistics.
- **It is deleted** when you remove or replace it, ten minutes after you close the page, and at the latest {minutes:g}
  minutes after it came. The results of a visit go with it; until then the same tab finds them again, also when the
  phone has put it away. No other tab does, except a duplicate of one that is frozen or offline.
- **Nothing is kept unless you press Save to history.** Then the numbers, the body points, small pictures of the reps
  and what you wrote are kept until you delete them; the clip itself only where you tick its box.
- **Who sees what is saved**: your account where this server has accounts, else this browser only, by a cookie. Clear
  the cookies, or use another device, and it cannot be found: export it now and then.
- **Delete removes** the numbers, the pictures and the clip for good, ten seconds later.
- **Film others only if they agree**, and save under a name or number that they agree to.
"""
    )
    with st.expander("In detail, for who runs the server"):
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


def _turn_table(text: str, *, first: str) -> str:
    """Return a text with rows and columns exchanged in one of its tables: seven columns are wider than a phone."""
    found = re.search(rf"^\| {re.escape(first)} \|.*\n(?:\|.*(?:\n|$))+", text, re.MULTILINE)
    assert found, f"there is no table {first}"
    head, _, *rows = ([cell.strip() for cell in row.strip("|").split("|")] for row in found[0].splitlines())
    turned = [f"| {' | '.join(column)} |" for column in zip(head, *rows, strict=True)]
    turned.insert(1, "|---" * (len(rows) + 1) + "|")
    return text.replace(found[0], "\n".join(turned) + "\n")


def _readme_row(first: str) -> list[str]:
    """Return the cells of the row of the README's tables that begins with a word."""
    found = re.search(rf"^\| {re.escape(first)} \|.*\|$", _README.read_text(encoding="utf-8"), re.MULTILINE)
    assert found, f"the README has no row {first}"
    return [cell.strip() for cell in found[0].strip("|").split("|")]
