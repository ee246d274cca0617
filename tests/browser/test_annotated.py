"""The annotated video made from a page: asked for, waited for, saved, played."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from core.landmarks import INDEX
from core.mannequin import compute_truth
from core.mannequin.__main__ import SAMPLE_FILMING, SAMPLE_MOTION
from core.palette import SIDE_COLORS
from tests.server import Server, running_app, wait_until
from tests.test_video import read

MAKING_MS = 120_000


@pytest.fixture(scope="module")
def annotated_app(tmp_path_factory) -> Iterator[Server]:
    script = Path(__file__).with_name("annotated_app.py")
    with running_app(tmp_path_factory.mktemp("annotated"), script=script) as server:
        yield server
        assert "Traceback" not in server.log()


@pytest.fixture
def page(context: BrowserContext, annotated_app: Server) -> Page:
    opened = context.new_page()
    opened.goto(annotated_app.url)
    expect(opened.get_by_role("button", name="Annotated video (MP4)")).to_be_visible()
    return opened


def ask(page: Page) -> None:
    page.get_by_role("button", name="Annotated video (MP4)").click()


def saved_link(page: Page):
    link = page.get_by_role("link", name=re.compile(r"Save annotated video \(\d+\.\d MB\)"))
    expect(link).to_be_visible(timeout=MAKING_MS)
    return link


def left_files(server: Server) -> list[Path]:
    return list(server.spool_dir.glob("*/run-*/*"))


def test_it_is_made_saved_and_plays(page, annotated_app, tmp_path):
    ask(page)
    expect(page.get_by_text(re.compile(r"Drawing the annotated video: \d+%"))).to_be_visible()
    link = saved_link(page)
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0)
    with page.expect_download() as saved:
        link.click()
    assert saved.value.suggested_filename == "Annas squats_annotated.mp4"
    path = tmp_path / "saved.mp4"
    saved.value.save_as(path)

    truth = compute_truth(SAMPLE_MOTION, filming=SAMPLE_FILMING)
    amber = np.array([int(SIDE_COLORS["right"][at : at + 2], 16) for at in (1, 3, 5)])
    frames = read(path)
    assert len(frames) == len(truth.time_s)
    for frame in frames[20:-20:60]:
        row = int(np.argmin(np.abs(truth.time_s - frame.time_s)))
        x, y = np.round(truth.track.xyz[row, INDEX["right_ankle"], :2]).astype(int)
        assert np.abs(frame.image[y - 1 : y + 2, x - 1 : x + 2].mean(axis=(0, 1)) - amber).max() < 60
    plays(page, annotated_app, link.get_attribute("href"))


def plays(page: Page, server: Server, address: str) -> None:
    """Check that Chromium plays a video to a picture with the skeleton's colours in it."""
    page.evaluate(
        """src => {
          const video = document.createElement("video");
          video.src = src; video.muted = true; video.id = "made";
          document.body.append(video); video.play();
        }""",
        server.url + address if address.startswith("/") else address,
    )
    video = page.locator("#made")
    assert wait_until(lambda: video.evaluate("video => video.currentTime") > 0.5), "it does not play"
    assert video.evaluate("video => [video.videoWidth, video.videoHeight]") == [480, 640]
    assert video.evaluate("video => video.duration") == pytest.approx(SAMPLE_MOTION.duration_s, abs=0.1)


def test_a_correction_asks_for_a_new_one(page):
    ask(page)
    saved_link(page)
    page.get_by_role("button", name="Correct").click()
    expect(page.get_by_role("button", name="Annotated video (MP4)")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("Save annotated"))).to_have_count(0)
    ask(page)
    saved_link(page)


def test_a_correction_stops_the_one_under_way(page, annotated_app):
    ask(page)
    expect(page.get_by_text(re.compile("Drawing the annotated video"))).to_be_visible()
    page.get_by_role("button", name="Correct").click()
    expect(page.get_by_role("button", name="Annotated video (MP4)")).to_be_visible()
    assert wait_until(lambda: not worker_is_busy(annotated_app))


def worker_is_busy(server: Server) -> bool:
    children = psutil.Process(server.process.pid).children(recursive=True)
    return any(file.path.endswith(" (deleted)") for child in children for file in child.open_files())


def test_it_goes_on_while_another_page_is_open(page):
    ask(page)
    page.get_by_text("Another page").click()
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0)
    page.wait_for_timeout(1000)
    page.get_by_text("Another page").click()
    saved_link(page)


def test_cancel_leaves_nothing(page, annotated_app):
    before = left_files(annotated_app)
    ask(page)
    expect(page.get_by_text(re.compile("Drawing the annotated video"))).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("button", name="Annotated video (MP4)")).to_be_visible()
    page.wait_for_timeout(1500)
    assert left_files(annotated_app) == before


def test_waiting_shows_the_place_in_the_queue(page):
    page.get_by_role("button", name="Keep the worker busy").click()
    ask(page)
    expect(page.get_by_text("Annotated video: number 1 in the queue")).to_be_visible(timeout=10_000)
    saved_link(page)


def test_a_killed_worker_is_explained_and_it_can_be_asked_for_again(page, annotated_app):
    ask(page)
    expect(page.get_by_text(re.compile(r"Drawing the annotated video: [1-9]"))).to_be_visible()
    for child in psutil.Process(annotated_app.process.pid).children(recursive=True):
        if "core.worker.inside" in " ".join(child.cmdline()):
            child.kill()
    expect(page.get_by_text(re.compile("stopped by the system"))).to_be_visible(timeout=10_000)
    ask(page)
    saved_link(page)


def test_a_deleted_result_takes_its_video_along(page, annotated_app):
    before = left_files(annotated_app)
    ask(page)
    link = saved_link(page)
    assert len(left_files(annotated_app)) == len(before) + 1
    address = annotated_app.url + re.sub(r"^https?://[^/]+", "", link.get_attribute("href"))
    assert page.request.get(address).status == 200
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("0 results")).to_be_visible()
    assert wait_until(lambda: left_files(annotated_app) == before)
    assert page.request.get(address).status == 404
