"""Uploads in a real browser: the clip goes to disk, the web process stays small, refusals are explained."""

import hashlib
import re
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import expect

from benchmarks.memory import pad
from core.spool import MB
from tests.browser.conftest import UPLOADER, open_analyze
from tests.browser.test_accessibility import violations
from tests.peak import sampled_peak
from tests.server import ROOT, Server, running_app, wait_until

SAMPLE = ROOT / "models" / "sample_squats.mp4"
BIG_MB, MAX_GROWTH_MB = 200, 20


@pytest.fixture(scope="module")
def big_clip(tmp_path_factory) -> Path:
    """A real clip of 200 MB: the sample, and random bytes in a box that players skip."""
    path = pad(SAMPLE, tmp_path_factory.mktemp("big") / "squats.mp4", size_bytes=BIG_MB * MB)
    assert path.stat().st_size == BIG_MB * MB
    return path


def read_rss_mb(server: Server) -> float:
    return psutil.Process(server.process.pid).memory_info().rss / MB


def test_200_mb_go_to_disk_and_not_into_the_web_process(app, page, big_clip):
    time.sleep(1)  # the first page run has ended
    before_mb = read_rss_mb(app)
    with sampled_peak(lambda: read_rss_mb(app), every_s=0.01, size=float) as peak:
        page.set_input_files(UPLOADER, big_clip)
        expect(page.get_by_role("button", name="Analyze")).to_be_visible()
    growth_mb = peak[0] - before_mb
    print(f"web process: {before_mb:.1f} MB before, {peak[0]:.1f} MB peak, growth {growth_mb:.1f} MB")  # noqa: T201
    assert growth_mb < MAX_GROWTH_MB

    (clip,) = app.clips()
    with clip.open("rb") as on_disk, big_clip.open("rb") as original:
        assert hashlib.file_digest(on_disk, "sha256").digest() == hashlib.file_digest(original, "sha256").digest()
    assert f"Video streamed to temp file: {BIG_MB}.0 MB" in app.log()

    page.get_by_role("button", name="Remove squats.mp4").click()
    assert wait_until(lambda: not app.clips()), "the delete button leaves the clip"


def test_clip_goes_when_the_visitor_leaves(app, context, page):
    page.set_input_files(UPLOADER, SAMPLE)
    assert wait_until(lambda: app.clip_sizes() == [SAMPLE.stat().st_size])
    context.close()
    assert wait_until(lambda: not app.clips())


def test_another_clip_replaces_the_first(app, page, tmp_path):
    other = tmp_path / "other.mp4"
    other.write_bytes(SAMPLE.read_bytes() + b"\0\0\0\x08free")
    for clip in (SAMPLE, other):
        page.set_input_files(UPLOADER, clip)
        expected = [clip.stat().st_size]
        assert wait_until(lambda expected=expected: app.clip_sizes() == expected)


@pytest.fixture(scope="module")
def small_app(tmp_path_factory) -> Iterator[Server]:
    with running_app(tmp_path_factory.mktemp("small"), MAX_FILE_SIZE_MB=2, SPOOL_QUOTA_MB=2) as server:
        yield server


def make_file(folder: Path, *, size_mb: float) -> Path:
    path = folder / "clip.mp4"
    path.write_bytes(bytes(int(size_mb * MB)))
    return path


@pytest.mark.parametrize(
    ("size_mb", "message"),
    [
        pytest.param(3, r"larger than 2 MB.*MAX_FILE_SIZE_MB.*Trim it|must be 2\.0MB or smaller", id="too large, 413"),
        pytest.param(0, r"empty \(0 bytes\).*upload it", id="empty, 400"),
    ],
)
def test_refusal_is_explained_on_the_page(small_app, context, tmp_path, size_mb, message):
    page = open_analyze(context, small_app)
    page.set_input_files(UPLOADER, make_file(tmp_path, size_mb=size_mb))
    expect(page.get_by_test_id("stMain")).to_contain_text(re.compile(message))
    assert small_app.clips() == []


def test_that_others_have_taken_the_room_is_explained_on_the_page(small_app, context, tmp_path):
    other, page = (open_analyze(context, small_app) for _ in range(2))
    other.set_input_files(UPLOADER, SAMPLE)
    assert wait_until(lambda: small_app.clip_sizes() == [SAMPLE.stat().st_size])
    page.set_input_files(UPLOADER, make_file(tmp_path, size_mb=1.9))
    message = re.compile(r"no room for the clip.*2 MB \(SPOOL_QUOTA_MB\), and 0\.5 MB is taken.*try again")
    expect(page.get_by_test_id("stMain")).to_contain_text(message)
    assert small_app.clip_sizes() == [SAMPLE.stat().st_size]


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        pytest.param(("clip.mp4", 3), "larger than 2 MB, the limit on this server", id="too large"),
        pytest.param(("plan.pdf", 0.1), "no clip RepScope reads", id="no clip"),
    ],
)
def test_what_the_browser_keeps_back_is_explained_where_no_mouse_rests(small_app, context, tmp_path, chosen, words):
    """Streamlit's uploader says it to a mouse over the red file alone: on a phone there was no word, and no remedy."""
    name, size_mb = chosen
    page = open_analyze(context, small_app)
    page.set_input_files(UPLOADER, make_file(tmp_path, size_mb=size_mb).rename(tmp_path / name))
    expect(page.get_by_test_id("stAlert")).to_contain_text(words)
    page.set_input_files(UPLOADER, SAMPLE)
    expect(page.get_by_text(words)).to_have_count(0)


def test_what_the_browser_keeps_back_has_a_row_in_a_batch(small_app, context, tmp_path):
    """The uploader is empty again as soon as the others have arrived, and one of the clips was gone without a word."""
    page = context.new_page()
    page.goto(f"{small_app.url}/batch")
    page.locator(UPLOADER).wait_for(state="attached")
    good = tmp_path / "small.mp4"
    good.write_bytes(b"just text" * 200)
    page.set_input_files(UPLOADER, [make_file(tmp_path, size_mb=3), good])
    expect(page.get_by_text("0 of 2 done, 2 failed")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="clip.mp4")).to_contain_text("larger than 2 MB, the limit")
    page.get_by_role("button", name="Clear the list").click()
    expect(page.get_by_text("larger than 2 MB")).to_have_count(0)


def test_what_the_browser_keeps_back_is_told_where_the_list_of_a_batch_is_full(small_app, context, tmp_path):
    """No row was left for it, and so there was no word either."""
    page = context.new_page()
    page.goto(f"{small_app.url}/batch")
    page.locator(UPLOADER).wait_for(state="attached")
    plans = [tmp_path / f"plan {number}.pdf" for number in range(1, 22)]
    late = tmp_path / "late.mp4"
    for path in (*plans, late):
        path.write_bytes(b"just text" * 200)
    page.set_input_files(UPLOADER, plans[:20])
    expect(page.get_by_text("0 of 20 done, 20 failed")).to_be_visible()
    page.set_input_files(UPLOADER, [make_file(tmp_path, size_mb=3), plans[20], late])
    alerts = page.get_by_test_id("stAlert")
    expect(alerts.filter(has_text="1 too many were left out: late.mp4")).to_be_visible()
    kept = alerts.filter(has_text="holds 20 clips; 2 files that the browser did not send have no row in it.")
    expect(kept).to_contain_text(re.compile(r"clip\.mp4: The clip is larger than 2 MB.*plan 21\.pdf: The file is no "))
    assert violations(page) == {}
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"] == 390
    page.get_by_role("button", name="Clear the list").click()
    expect(alerts.filter(has_text="The list holds 20 clips")).to_have_count(0)
    expect(alerts.filter(has_text="Choose the clips of a session together")).to_be_visible()
