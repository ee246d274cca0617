"""The sampling plan: even, whole, capped, dense enough, and honest about its rate."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.sampling import Sampler, SamplingPlan, plan_sampling, supported_at


def plan(duration_s: float = 10, fps: float = 30, **changes: object) -> SamplingPlan:
    values = {"frame_skip": "auto", "max_frames": 200, "min_frames": 20, "resize_width": 480, "size_wh": (1920, 1080)}
    return plan_sampling(duration_s=duration_s, fps=fps, **(values | changes))


@pytest.mark.parametrize(
    ("duration_s", "fps", "frames", "rate_hz"),
    [
        (10, 30, 150, 15.0),
        (60, 30, 200, 200 / 60),
        (10, 10, 100, 10.0),
        (1, 30, 20, 20.0),
        (0.5, 30, 15, 30.0),
    ],
    ids=["useful rate", "capped", "slow source", "short: denser", "every frame there is"],
)
def test_auto_spreads_the_frames_over_the_clip(duration_s, fps, frames, rate_hz):
    found = plan(duration_s, fps)
    assert (found.frames, found.stride) == (frames, None)
    assert found.sample_rate_hz == pytest.approx(rate_hz)
    assert found.note == ""


@pytest.mark.parametrize(
    ("duration_s", "skip", "stride", "note"),
    [
        (10, 8, 8, ""),
        (60, 8, 9, "Every 9th frame is analysed instead of every 8th frame: that covers the whole clip with at most"),
        (10, 1, 2, "Every 2nd frame is analysed instead of every frame: that covers the whole clip with at most"),
        (5, 8, 7, "Every 7th frame is analysed instead of every 8th frame: the clip is short"),
        (0.3, 12, 1, "Every frame is analysed instead of every 12th frame: the clip is short"),
    ],
    ids=["honoured", "widened", "widened from every frame", "denser", "every frame"],
)
def test_a_fixed_skip_is_kept_where_it_can_be(duration_s, skip, stride, note):
    found = plan(duration_s, frame_skip=skip)
    assert found.stride == stride
    assert found.note.startswith(note)
    assert bool(found.note) == bool(note)


@pytest.mark.parametrize(
    ("duration_s", "fps", "skip", "cap", "remedy"),
    [
        (20, 30, "auto", 200, ""),
        (
            27, 30, "auto", 200,
            "With at most 200 frames a clip, range of motion and tempo are measured in clips up to 26 s, velocity in "
            "clips up to 20 s: cut off walking in and out, or film fewer reps at a time.",
        ),
        (
            22, 30, "auto", 200,
            "With at most 200 frames a clip, velocity is measured in clips up to 20 s: cut off walking in and out, "
            "or film fewer reps at a time.",
        ),
        (90, 30, "auto", 600, "With at most 600 frames a clip, range of motion and tempo are measured in clips up to"),
        (27, 30, 6, 200, "With at most 200 frames a clip, range of motion and tempo are measured in clips up to 26 s"),
        (10, 30, 6, 200, "The frame skip leaves too few frames: with Auto, range of motion and tempo are measured"),
        (10, 30, 4, 200, "The frame skip leaves too few frames: with Auto, velocity is measured too."),
        (10, 6, "auto", 200, "The clip itself has only 6 frames a second: film with more."),
        (40, 8, "auto", 200, "With at most 200 frames a clip, range of motion and tempo are measured in clips up to 2"),
    ],
    ids=["enough", "cap", "cap, velocity", "larger cap", "skip and cap", "skip", "skip, velocity", "camera", "both"],
)  # fmt: skip
def test_what_a_rate_does_not_support_is_told_with_its_cause(duration_s, fps, skip, cap, remedy):
    found = plan(duration_s, fps, frame_skip=skip, max_frames=cap).remedy
    assert found.startswith(remedy)
    assert bool(found) == bool(remedy)
    assert not (fps == 8 and "velocity" in found), "the camera is too slow for it at any length"


@given(cap=st.integers(60, 2000))
def test_a_clip_as_long_as_the_remedy_allows_is_measured(cap):
    remedy = plan(cap / 4, max_frames=cap).remedy
    spans_s = [int(words.split(" s")[0]) for words in remedy.split("up to ")[1:]]
    supports = [plan(span_s, max_frames=cap).supports for span_s in spans_s]
    assert supports[0]["rom_and_tempo"]
    assert supports[1]["velocity"]


@pytest.mark.parametrize(
    ("size_wh", "width", "expected"),
    [
        ((1920, 1080), 480, (480, 270)),
        ((1080, 1920), 480, (480, 854)),
        ((321, 241), 640, (321, 241)),
        ((4000, 2), 240, (240, 2)),
    ],
    ids=["landscape", "portrait, even", "never up", "at least 2 px"],
)
def test_the_frame_is_scaled_to_the_width(size_wh, width, expected):
    assert plan(size_wh=size_wh, resize_width=width).size_wh == expected


@pytest.mark.parametrize(
    ("rate_hz", "expected"),
    [(3.0, "---"), (3.3, "c--"), (7.4, "c--"), (7.5, "cr-"), (9.99, "crv"), (30, "crv")],
)
def test_the_rate_gates_what_is_claimed(rate_hz, expected):
    supports = supported_at(rate_hz)
    assert "".join(letter if ok else "-" for letter, ok in zip("crv", supports.values(), strict=True)) == expected


@given(
    duration_s=st.floats(0.3, 600),
    fps=st.floats(5, 240),
    skip=st.one_of(st.just("auto"), st.integers(1, 12)),
    jitter=st.floats(0, 0.4),
)
def test_the_whole_clip_is_covered_with_at_most_the_allowed_frames(duration_s, fps, skip, jitter):
    found = plan(duration_s, fps, frame_skip=skip)
    sampler = Sampler(found, fps=fps)
    times_s = [(index + jitter * (index % 2)) / fps for index in range(max(1, round(duration_s * fps)))]
    taken = [time_s for index, time_s in enumerate(times_s) if sampler.takes(index, time_s)]
    assert 1 <= len(taken) <= 200
    assert taken[0] == times_s[0]
    assert times_s[-1] - taken[-1] <= 2.5 / found.sample_rate_hz + 1 / fps


def test_times_that_do_not_rise_are_passed_over():
    sampler = Sampler(plan(frame_skip=1, max_frames=400), fps=30)
    assert [sampler.takes(index, time_s) for index, time_s in enumerate([0.0, 0.1, 0.1, 0.05, 0.2])] == [
        True, True, False, False, True,
    ]  # fmt: skip
