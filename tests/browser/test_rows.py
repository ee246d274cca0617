"""The browser takes the picture of a moment from the row of which a saved set has one."""

import numpy as np
import pytest

from core.stills import row_at
from tests.server import ROOT

NUMBERS_JS = (ROOT / "pages" / "components" / "player" / "browser" / "numbers.js").read_text(encoding="utf-8")
ROWS = f"([times, frames, moments]) => {{ {NUMBERS_JS}\n return moments.map((at) => shownRow(times, frames, at)); }}"


@pytest.mark.parametrize("fps", [24, 25, 29.97, 30, 60])
@pytest.mark.parametrize("stride", [1, 2, 3, 4])
def test_a_moment_between_two_analysed_frames_has_one_row_here_and_there(context, fps, stride):
    """A push-up that turns halfway between two had a black picture once it was opened from the history."""
    frames_s = np.arange(0, 10, 1 / fps)
    time_s, moments_s = frames_s[::stride], np.sort(np.concatenate([frames_s, frames_s + 1 / fps / 2]))
    rounded = [[round(float(at_s), 4) for at_s in each] for each in (time_s, moments_s)]
    frames = np.where((time_s > 3) & (time_s < 4), -1, np.arange(len(time_s)) * stride)  # a second that does not decode
    rows = context.new_page().evaluate(ROWS, [rounded[0], frames.tolist(), rounded[1]])
    assert rows == [row_at(time_s, at_s, frame_index=frames) for at_s in moments_s]
    assert (frames[rows] >= 0).all()
