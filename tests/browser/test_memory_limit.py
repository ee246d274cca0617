"""The whole app in a container's memory: web process and worker in one cgroup of 512 MB, a minute of 1080p."""

import pytest

from benchmarks.memory import COUNT, confined, draw_long_clip, is_available, peak_anonymous, profile, read_field
from tests.browser.conftest import UPLOADER, open_analyze
from tests.browser.test_analyze import count_on, start
from tests.server import running_app


@pytest.mark.slow
@pytest.mark.skipif(not is_available(), reason="needs a writable memory cgroup, version 1")
def test_a_minute_of_1080p_fits_into_512_mb(tmp_path, context):
    clip = draw_long_clip(tmp_path)
    with (
        confined(512) as group,
        peak_anonymous(group) as peak,
        running_app(tmp_path, cgroup=group, **profile()) as server,
    ):
        page = open_analyze(context, server)
        page.set_input_files(UPLOADER, clip)
        start(page)
        assert count_on(page) == COUNT
        assert read_field(group / "memory.oom_control", "oom_kill") == 0
    assert peak[0] < 320
