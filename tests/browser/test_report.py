"""The report as its reader meets it: a file opened without a network, printed, and made from the page."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pypdf import PdfReader

from core.pipeline import Analysis
from core.report.document import Details, to_report_html
from tests.report_case import make_analysis, still_clip, write_stills
from tests.server import ROOT, free_port, is_up, wait_until
from tests.test_report import A4_PT, SECTIONS, crowd, text_of

DETAILS = Details(trainer="Maja Lindqvist", client="Jonas Weber", notes="Two notes.", made_on=date(2026, 11, 22))
SCRIPT = Path(__file__).with_name("report_script.py")


def write_report(analysis: Analysis, folder: Path) -> Path:
    path = write_stills(analysis, folder) / "report.html"
    path.write_text(to_report_html(analysis, DETAILS, clip="set.mp4", folder=folder), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_report(make_analysis(reps=5), tmp_path_factory.mktemp("report"))


def open_offline(context: BrowserContext, path: Path) -> tuple[Page, list[str]]:
    """Open a file without a network; returns the page and what it complained about or asked for."""
    complaints: list[str] = []

    def let_through(route) -> None:
        url = route.request.url
        if url != path.as_uri() and not url.startswith("data:"):
            complaints.append(f"asked for {url}")
            route.abort()
        else:
            route.continue_()

    context.set_offline(True)
    context.route("**/*", let_through)
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(path.as_uri())
    return page, complaints


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_it_opens_without_a_network(chromium: Browser, report: Path, tmp_path, width, scheme):
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page, complaints = open_offline(context, report)
    expect(page.get_by_role("heading", level=1)).to_have_text("Squat")
    assert page.title() == "Squat · Jonas Weber · 22 November 2026"
    assert page.locator("svg.still").count() == 12
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    smallest = page.evaluate(
        "Math.min(...[...document.querySelectorAll('svg.chart')].filter(s => s.getClientRects().length)"
        ".map(s => 10.5 * s.getBoundingClientRect().width / s.viewBox.baseVal.width))"
    )
    assert smallest >= 9, "text of the charts, px"
    page.screenshot(path=tmp_path / "report.png", full_page=True)
    assert complaints == []
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_everybody_can_read_it(chromium: Browser, report: Path, width, scheme):
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    page.goto(report.as_uri())
    found = Axe().run(page).response["violations"]
    assert [f"{each['id']}: {each['nodes'][0]['html'][:120]}" for each in found] == []
    context.close()


def test_print_is_two_pages_of_a4(chromium: Browser, report: Path, tmp_path):
    context = chromium.new_context(color_scheme="dark")  # paper is light whatever the screen is
    page, _ = open_offline(context, report)
    page.pdf(path=tmp_path / "print.pdf", prefer_css_page_size=True)
    pdf = PdfReader(tmp_path / "print.pdf")
    assert len(pdf.pages) == 2
    for each in pdf.pages:
        assert (float(each.mediabox.width), float(each.mediabox.height)) == pytest.approx(A4_PT, abs=1)
    text = text_of(pdf)
    assert [section for section in SECTIONS if section not in text] == []
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(18, 32, 30)"
    context.close()


@pytest.mark.parametrize(("reps", "pages"), [(0, 1), (1, 2), (12, 2), (40, 3)])
def test_print_of_short_and_long_sets(chromium: Browser, tmp_path, reps, pages):
    analysis = make_analysis(reps=reps, period_s=1.4) if reps else still_clip()
    analysis = crowd(analysis) if reps == 12 else analysis
    context = chromium.new_context()
    page, complaints = open_offline(context, write_report(analysis, tmp_path))
    page.pdf(path=tmp_path / "print.pdf", prefer_css_page_size=True)
    pdf = PdfReader(tmp_path / "print.pdf")
    assert len(pdf.pages) == pages
    if reps == 40:
        assert ["Remarks" in each.extract_text() for each in pdf.pages] == [False, True, True]
    assert complaints == []
    context.close()


@pytest.fixture(scope="module")
def form(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The form in an app of its own: its address and the folder of its results."""
    folder, port = tmp_path_factory.mktemp("form"), free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(SCRIPT), "--server.address=127.0.0.1"]
    environment = os.environ | {"REPORT_FOLDER": str(folder), "SPOOL_DIR": str(folder / "spool")}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [*command, f"--server.port={port}"], cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT
        )
    url = f"http://127.0.0.1:{port}"
    try:
        assert wait_until(lambda: is_up(f"{url}/_stcore/health"), timeout_s=60), (folder / "log").read_text()
        yield url, folder
    finally:
        process.terminate()
        process.wait(10)


def fill_and_make(page: Page) -> None:
    page.get_by_label("Client").fill("Jonas <script>")
    page.get_by_label("Trainer").fill("Maja Lindqvist")
    page.get_by_label("Notes").fill("Deeper next time.")
    page.get_by_role("button", name="Make the report").click()


def test_the_form_makes_both_files_and_remembers_the_trainer(context: BrowserContext, form, tmp_path):
    url, folder = form
    page = context.new_page()
    page.goto(url)
    fill_and_make(page)
    for name, ending in (("Report (PDF)", ".pdf"), ("Report (HTML)", ".html")):
        with page.expect_download() as download:
            page.get_by_role("button", name=name).click()
        assert download.value.suggested_filename == f"5 squats_report{ending}"
        download.value.save_as(tmp_path / f"report{ending}")
    pdf = PdfReader(tmp_path / "report.pdf")
    assert len(pdf.pages) == 2
    assert "Jonas <script>" in text_of(pdf)
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert html == (folder / "5" / "report.html").read_text(encoding="utf-8")
    assert "Deeper next time." in html
    assert len(re.findall("data:image/jpeg", html)) == 12

    page.get_by_role("button", name="Next result").click()
    expect(page.get_by_label("Trainer")).to_have_value("Maja Lindqvist")
    for label in ("Client", "Notes"):  # of another clip, perhaps of another client
        expect(page.get_by_label(label).first).to_have_value("")  # that of before goes when the run has ended
    expect(page.get_by_text("The last report was made of other numbers")).to_have_count(0)
    expect(page.get_by_role("button", name="Report (PDF)")).to_have_count(0)
    page.get_by_role("button", name="Make the report").click()
    expect(page.get_by_role("button", name="Report (PDF)")).to_be_visible()
    assert (folder / "3" / "report.pdf").is_file()


def test_without_its_folder_there_is_still_the_html(context: BrowserContext, form):
    page = context.new_page()
    page.goto(f"{form[0]}/?gone")
    fill_and_make(page)
    expect(page.get_by_text("The PDF cannot be made: the files of this analysis have been deleted")).to_be_visible()
    expect(page.get_by_role("button", name="Report (HTML)")).to_be_visible()
    expect(page.get_by_role("button", name="Report (PDF)")).to_have_count(0)
