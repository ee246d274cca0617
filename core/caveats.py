"""What must be said with a result, in words for the trainer: what was not seen, and what may be off."""

import numpy as np

from core.exercises import BY_NAME
from core.landmarks import LandmarkTrack
from core.rep_count import RepCount
from core.sampling import SamplingPlan, rate_within, supported_at
from core.video import VideoInfo
from core.view import View

LOST_PERSON_MIN_S = 1.0
"""Shorter absences are filled or harmless; longer ones are told."""
FACING = {"front": "in front", "back": "behind", "above": "above"}
"""Views from which a joint's angle is not seen in the picture, in words."""
NOT_TIMED = "it is counted, but not timed in full."
CUT_OFF_MIN_S = 0.5
"""A file that ends this much before its announced length, beyond one sample, was cut off."""


def clip_caveats(track: LandmarkTrack, *, info: VideoInfo, plan: SamplingPlan) -> list[str]:
    """Return what the clip itself and its sampling leave out."""
    warnings = [words for words in (plan.note, plan.remedy) if words]
    if info.is_mirrored:
        warnings.append(
            "The clip is stored mirrored, as selfie cameras do: what is called left here is the athlete's right. "
            "Turn mirroring off in the camera's settings, or film with the rear camera."
        )
    missing_s = info.duration_s - float(track.time_s[-1])
    if missing_s > CUT_OFF_MIN_S + 1 / plan.sample_rate_hz:
        warnings.append(
            f"The file ends early: the clip says it lasts {info.duration_s:.1f} s, but only "
            f"{track.time_s[-1]:.1f} s of it can be read. The result covers that part."
        )
    return warnings


def track_caveats(
    track: LandmarkTrack, count: RepCount, *, view: View, rate_hz: float, exercise: str | None
) -> list[str]:
    """Return what the landmarks, the rate and the camera's view of the exercise do not show."""
    warnings = [count.reason] if count.reason else []
    if count.uncounted_s:
        start_s, end_s = count.uncounted_s
        warnings.append(
            f"From {start_s:.0f} s to {end_s:.0f} s something repeats that is not in the count: add its reps by hand, "
            "or film each exercise in a clip of its own."
        )
    warnings += [f"Rep {rep.number} had begun before the clip did: {NOT_TIMED}" for rep in count.reps if rep.cut_start]
    warnings += [f"Rep {rep.number} ends after the clip does: {NOT_TIMED}" for rep in count.reps if rep.cut_end]
    supports = supported_at(rate_hz)
    if not supports["counts"]:
        warnings.append(f"Only {rate_hz:.1f} frames a second were analysed: fast reps may be missed (counts need 3.3).")
    elif not supports["rom_and_tempo"]:
        warnings.append(
            f"{rate_hz:.1f} frames a second were analysed: enough to count, too few for range of motion and tempo "
            "(7.5) and for velocity (10)."
        )
    elif not supports["velocity"]:
        warnings.append(f"{rate_hz:.1f} frames a second were analysed: too few for peak velocity, which needs 10.")
    if slow := _slow_reps(track, count, rate_hz=rate_hz):
        listed = ", ".join(str(rep) for rep in slow)
        warnings.append(
            f"The camera slowed down, as phones do in poor light: too few frames in rep {listed} for range of motion "
            "and tempo (7.5 a second) or for velocity (10), which are left out there. Film in more light."
        )
    return [*warnings, *_absences(track), *_facing_caveats(view, exercise)]


def _absences(track: LandmarkTrack) -> list[str]:
    """Return when nobody is seen; only who comes back was lost."""
    told = []
    for start, end in lost_intervals(track):
        if start == track.time_s[0]:
            told.append(f"Nobody is seen before {end:.1f} s.")
        elif end == track.time_s[-1]:
            told.append(f"Nobody is seen after {start:.1f} s.")
        else:
            told.append(
                f"The person was lost for {end - start:.1f} s, from {start:.1f} s to {end:.1f} s. "
                "A rep across it is not measured."
            )
    return told


def _facing_caveats(view: View, exercise: str | None) -> list[str]:
    """Return what a camera that joints bend towards does not show; some bend across its picture from the front."""
    film_from = BY_NAME[exercise].film_from if exercise else None
    if view.name not in FACING or (film_from == "front" and view.name != "above"):
        return []
    place = f"the {film_from}" if film_from else "where they are seen to bend, for most exercises the side,"
    return [
        f"The camera is {FACING[view.name]}: joints bend towards it, so their angles rest on estimated depth "
        f"and may be off by 10 to 15°. Film from {place} to judge depth and range."
    ]


def _slow_reps(track: LandmarkTrack, count: RepCount, *, rate_hz: float) -> list[int]:
    """Return the numbers of the whole reps whose own samples support less than the clip as a whole does."""
    claims = supported_at(rate_hz)
    within = {rep.number: rate_within(track.time_s, start_s=rep.start_s, end_s=rep.end_s) for rep in count.reps}
    return [number for number, own_hz in within.items() if own_hz < rate_hz and supported_at(own_hz) != claims]


def lost_intervals(track: LandmarkTrack) -> list[tuple[float, float]]:
    """Return the (start, end) in s of the absences of at least `LOST_PERSON_MIN_S`."""
    seen = track.is_seen
    edges = np.flatnonzero(np.diff(np.r_[True, seen, True].astype(int)))
    time_s = np.r_[track.time_s, track.time_s[-1]]
    spans = [(float(time_s[start]), float(time_s[end])) for start, end in zip(edges[::2], edges[1::2], strict=True)]
    return [(start, end) for start, end in spans if end - start >= LOST_PERSON_MIN_S]
