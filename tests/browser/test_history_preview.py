"""A clip that the browser cannot play, saved with its preview: it plays again from the history."""

from pathlib import Path

import av
import pytest
from playwright.sync_api import Browser, Page

from core.history import Labels
from core.mannequin import Filming, View, draw_clip, plan_steady
from tests.browser.conftest import UPLOADER, open_analyze
from tests.browser.test_analyze import count_on, start
from tests.browser.test_history import card, open_history, save
from tests.saved_sets import save_for_browser
from tests.server import running_app, wait_until

REPS = 3


@pytest.fixture
def avi(tmp_path) -> Path:
    """Drawn squats in a container that no browser plays."""
    drawn, path = tmp_path / "drawn.mp4", tmp_path / "set.avi"
    filming = Filming(view=View(yaw_deg=80), resolution_wh=(240, 320), fps=15)
    draw_clip(drawn, plan_steady("squat", count=REPS, period_s=1.6), filming=filming)
    with av.open(str(drawn)) as source, av.open(str(path), "w") as target:
        stream = target.add_stream("mpeg4", rate=15)
        stream.width, stream.height, stream.pix_fmt, stream.bit_rate = 240, 320, "yuv420p", 2_000_000
        for index, frame in enumerate(source.decode(video=0)):
            image = av.VideoFrame.from_ndarray(frame.to_ndarray(format="rgb24"), format="rgb24")
            image.pts = index
            target.mux(stream.encode(image))
        target.mux(stream.encode())
    return path


def plays(page: Page) -> bool:
    """Tell whether a clip on the page has loaded, from a preview."""
    videos = "videos => videos.some(each => each.readyState >= 2 && each.currentSrc.endsWith('/preview.mp4'))"
    return wait_until(lambda: page.locator("video").evaluate_all(videos), timeout_s=60)


def test_what_the_browser_cannot_play_plays_from_the_history_too(chromium: Browser, tmp_path, avi):
    cookie = save_for_browser(tmp_path / "data", [Labels("Ben")])
    with running_app(tmp_path, HISTORY_DIR=tmp_path / "data") as server:
        visitor = chromium.new_context()
        visitor.add_cookies([{"name": "repscope_history", "value": cookie, "url": server.url}])
        page = open_analyze(visitor, server)
        page.set_input_files(UPLOADER, avi)
        start(page)
        assert count_on(page) == REPS
        save(page, athlete="Anna", with_clip=True)
        page.close()

        page = open_analyze(visitor, server)
        page.get_by_role("link", name="Compare", exact=True).click()
        assert plays(page), "side by side"
        open_history(page)
        card(page, "Anna").get_by_role("button", name="Open").click()
        assert count_on(page) == REPS
        assert plays(page), "opened"
        visitor.close()
