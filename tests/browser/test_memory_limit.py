"""The whole app in a container's memory: web process and worker in one cgroup of 512 MB, a minute of 1080p."""

import pytest

from benchmarks.memory import draw_long_clip, is_available, run_in_container


@pytest.mark.slow
@pytest.mark.skipif(not is_available(), reason="needs a writable memory cgroup, version 1")
def test_a_minute_of_1080p_fits_into_512_mb(tmp_path):
    usage = run_in_container(draw_long_clip(tmp_path / "minute.mp4"), tmp_path, limit_mb=512)
    assert (usage.error, usage.kills) == ("", 0)
    assert usage.anonymous_mb < 450
