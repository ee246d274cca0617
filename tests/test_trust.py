"""How far angles are trusted: by view, by side and by how well they are seen."""

from dataclasses import replace

import numpy as np
import pytest

from core.landmarks import ANGLE_NAMES, INDEX, LandmarkTrack
from core.trust import assess_trust, expected_error_deg
from core.view import View, estimate_view
from tests.synthetic import EXERCISES, blend, make_track

TIME_S = np.arange(0, 4, 0.1)


def film(*, yaw_deg: float) -> LandmarkTrack:
    move = EXERCISES["squat"]
    poses = blend(move.start, move.turn, (1 - np.cos(np.pi * TIME_S)) / 2)
    track = make_track(poses, time_s=TIME_S, yaw_deg=-yaw_deg, anchor=move.anchor)
    return replace(track, visibility=np.full_like(track.visibility, 0.95))


def hide(track: LandmarkTrack, name: str, *, visibility: float, share: float = 1.0) -> LandmarkTrack:
    seen = track.visibility.copy()
    seen[: round(share * len(seen)), INDEX[name]] = visibility
    return replace(track, visibility=seen)


def level(track: LandmarkTrack, name: str) -> str:
    return assess_trust(track, estimate_view(track))[name].level


@pytest.mark.parametrize(
    ("yaw_deg", "name", "expected"),
    [
        pytest.param(90, "left_knee", "good", id="knee from the side"),
        pytest.param(60, "left_hip", "good", id="hip at 60"),
        pytest.param(0, "left_knee", "fair", id="knee from the front, lifted"),
        pytest.param(0, "trunk_lean", "fair", id="trunk from the front"),
        pytest.param(45, "right_elbow", "fair", id="far elbow"),
    ],
)
def test_level_by_view(yaw_deg, name, expected):
    assert level(film(yaw_deg=yaw_deg), name) == expected


def test_every_angle_is_judged_and_told_in_words():
    trust = assess_trust(film(yaw_deg=40), estimate_view(film(yaw_deg=40)))
    assert tuple(trust) == ANGLE_NAMES
    assert all(one.reason.endswith(".") and one.expected_error_deg > 0 for one in trust.values())


def test_the_far_side_is_said_to_be():
    trust = assess_trust(film(yaw_deg=60), estimate_view(film(yaw_deg=60)))
    assert "turned away" in trust["right_knee"].reason
    assert "turned away" not in trust["left_knee"].reason
    assert trust["right_elbow"].expected_error_deg > trust["left_elbow"].expected_error_deg


class TestSeen:
    @pytest.mark.parametrize(
        ("visibility", "share", "expected"),
        [
            pytest.param(0.1, 0.9, "none", id="nearly never"),
            pytest.param(0.1, 0.6, "poor", id="much of the time hidden"),
            pytest.param(0.1, 0.45, "poor", id="nearly half of the time hidden"),
            pytest.param(0.4, 1.0, "poor", id="guessed throughout"),
            pytest.param(0.1, 0.2, "good", id="now and then hidden"),
        ],
    )
    def test_hidden_knee(self, visibility, share, expected):
        track = hide(film(yaw_deg=90), "left_knee", visibility=visibility, share=share)
        trust = assess_trust(track, estimate_view(track))["left_knee"]
        assert trust.level == expected
        assert ("hidden" in trust.reason) == (expected != "good")

    @pytest.mark.parametrize("point", ["knee", "ankle", "heel", "foot_index"])
    def test_an_ankle_is_hidden_with_any_of_its_landmarks(self, point):
        """The sole it is measured against begins at the heel."""
        assert level(hide(film(yaw_deg=90), f"left_{point}", visibility=0.1), "left_ankle") == "none"

    def test_only_samples_with_a_person_count(self):
        track = film(yaw_deg=90)
        gone = (TIME_S > 0.5)[:, None]
        away = replace(
            track,
            xyz=np.where(gone[:, :, None], np.nan, track.xyz),
            world=np.where(gone[:, :, None], np.nan, track.world),
            visibility=np.where(gone, np.nan, track.visibility),
        )
        assert level(away, "left_knee") == "good"


class TestView:
    def test_without_world_landmarks_the_front_is_poor(self):
        track = film(yaw_deg=0)
        assert level(replace(track, world=np.full_like(track.world, np.nan)), "left_knee") == "poor"

    def test_from_above_more_is_expected(self):
        front, above = (View(name, 0.0, "upright", 1.0, "", (1.0, 0.0, 0.0)) for name in ("front", "above"))
        errors = [expected_error_deg("left_knee", view, has_world=True) for view in (front, above)]
        assert errors[1] == pytest.approx(errors[0] + 10)

    def test_an_unsure_view_is_poor(self):
        track = film(yaw_deg=90)
        unsure = replace(estimate_view(track), confidence=0.3)
        assert assess_trust(track, unsure)["left_knee"].level == "poor"

    def test_an_unknown_view_is_poor(self):
        trust = assess_trust(film(yaw_deg=90), View("unknown", np.nan, "upright", 0.0, ""))["left_knee"]
        assert trust.level == "poor"
        assert np.isnan(trust.expected_error_deg)


@pytest.mark.parametrize("rows", [0, 3])
def test_nobody(rows):
    nothing = np.full((rows, 33, 3), np.nan)
    track = LandmarkTrack(np.arange(rows) / 10, nothing, nothing[:, :, 0], nothing)
    assert {one.level for one in assess_trust(track, estimate_view(track)).values()} == {"none"}
