"""The whole app in a container's memory: web process and worker in one cgroup of 512 MB, a minute of 1080p."""

import pytest

from benchmarks.memory import CYCLE_S, SECONDS, draw_long_clip, is_available, measure


@pytest.mark.slow
@pytest.mark.skipif(not is_available(), reason="needs a writable memory cgroup, version 1")
def test_a_minute_of_1080p_fits_into_512_mb(tmp_path, chromium):
    usage = measure(draw_long_clip(tmp_path / "minute.mp4"), limit_mb=512, folder=tmp_path, browser=chromium)
    assert usage.kills == 0
    assert usage.peak_anonymous_mb < 450
    assert usage.rep_count == SECONDS / CYCLE_S
