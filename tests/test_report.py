"""The report: what it says, that it asks the network for nothing, and that its PDF holds the same."""

import base64
import itertools
import math
import os
import re
import subprocess
import sys
import unicodedata
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from pypdf import PdfReader

from core.corrections import Corrections, delete_rep, mark_partial, move_edges
from core.cues import Cue
from core.errors import ReportError
from core.exercises import CUE_RULES
from core.history.archive import collect_pictures, rows_to_show
from core.landmarks import INDEX
from core.mannequin import Filming, Motion, RepPlan, compute_truth
from core.pipeline import Analysis, correct, summarize
from core.report.bars import draw_tempo
from core.report.charts import Plot, curve, every, nice_ticks
from core.report.document import MAX_NAME, MAX_NOTES, Details, key_figures, to_report_html
from core.report.figures import rep_shapes
from core.report.filmstrip import choose_reps, make_filmstrip
from core.report.pdf import not_in_font, report_pdf_in_worker
from core.report.words import say
from tests.report_case import SIZE_WH, make_analysis, still_clip, write_stills

SECTIONS = (
    "Key figures",
    "Start, turn and end",
    "angle over the set",
    "Form",
    "Shape of the set",
    "Whole reps, one over the other",
    "Range and speed of each rep",
    "Tempo of each rep",
    "Left against right",
    "Reps",
    "How it was measured",
)
DETAILS = Details(
    trainer="Maja Lindqvist", client="Jonas Weber", notes="Two notes.\nOn two lines.", made_on=date(2026, 11, 22)
)
CUE = Cue(
    rep=1,
    time_s=2.0,
    kind="squat_depth",
    text="Rep 1, 2.0 s: too high by 1°",
    value=11.0,
    unit="°",
    threshold=10.0,
    source="rule of thumb",
    severity="warning",
)
A4_PT = (595.28, 841.89)


class Page(HTMLParser):
    """What a browser would load, and what it would show."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.headings: list[tuple[int, str]] = []
        self.addresses: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._open.append(tag)
        self.addresses += [
            value for name, value in attrs if name in ("src", "href", "srcset", "action", "data", "poster")
        ]
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append((int(tag[1]), ""))

    def handle_endtag(self, tag):
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data):
        if "style" in self._open:
            return
        self.words.append(data)
        if self.headings and any(re.fullmatch(r"h[1-6]", tag) for tag in self._open):
            level, said = self.headings[-1]
            self.headings[-1] = (level, (said + data).strip())

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def report(
    analysis: Analysis, *, folder: Path | None = None, details: Details = DETAILS, clip: str = "set.mp4"
) -> Page:
    return Page(to_report_html(analysis, details, clip=clip, folder=folder))


@pytest.fixture(scope="module")
def five() -> Analysis:
    return make_analysis(reps=5)


@pytest.fixture(scope="module")
def stills(five, tmp_path_factory) -> Path:
    return write_stills(five, tmp_path_factory.mktemp("analysis"))


def test_all_sections_are_there_in_order(five, stills):
    page = report(five, folder=stills)
    said = [heading for _, heading in page.headings]
    assert said[0] == "Squat"
    places = [next(index for index, each in enumerate(said) if section in each) for section in SECTIONS]
    assert places == sorted(places)
    for words in (
        "Jonas Weber",
        "Maja Lindqvist",
        "22 November 2026",
        "Two notes. On two lines.",
        "not a medical device",
    ):
        assert words in page.text


def test_headings_descend_one_level_at_a_time(five, stills):
    levels = [level for level, _ in report(five, folder=stills).headings]
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_it_asks_the_network_for_nothing(five, stills):
    html = to_report_html(five, DETAILS, clip="set.mp4", folder=stills)
    page = Page(html)
    assert len([address for address in page.addresses if address.startswith("data:image/jpeg;base64,")]) == 12
    assert all(address.startswith(("data:", "#")) for address in page.addresses)
    assert not re.search(r"https?:|@import|<script|<link|url\((?!#)", html)
    assert len(html) < 1_500_000


def test_what_people_type_comes_out_as_text(five):
    evil = '<script>alert("x")</script>'
    html = to_report_html(
        five,
        replace(DETAILS, trainer=evil, client=evil, notes=f"{evil} & <b>bold</b>"),
        clip=f"{evil}.mp4",
        folder=None,
    )
    page = Page(html)
    assert not [tag for tag, _ in page.tags if tag in ("script", "b")]
    assert page.text.count(evil) == 5  # title, client, trainer, notes, clip


def test_pictures_and_charts_say_what_they_show(five, stills):
    images = [attrs for _, attrs in report(five, folder=stills).tags if attrs.get("role") == "img"]
    labels = [attrs["aria-label"] for attrs in images]
    assert len(labels) == 12 + 2 + 3  # stills, the curve wide and narrow, three charts: the far side is not compared
    assert all(len(label) > 20 for label in labels)
    assert any(re.fullmatch(r"Rep 1, turn, 1\.\d s: \w+ knee 12\d°", label) for label in labels)


def test_of_one_rep_neither_cadence_nor_consistency_is_told():
    figures = {figure.label: figure for figure in key_figures(make_analysis(reps=1))}
    told = [(figures[name].value, figures[name].detail) for name in ("Cadence", "Consistency")]
    assert told == [("–", "Needs two measured reps")] * 2


def test_key_figures_are_those_of_the_metrics(five):
    figures = {figure.label: figure for figure in key_figures(five)}
    rom = five.metrics.statistics["rom_deg"]
    assert figures["Reps"].value == "5"
    assert figures["Range of motion"].value == f"{rom.mean:.0f} ± {rom.sd:.0f}°"
    said = re.sub(r"\d\.\d s", "#", figures["Tempo"].value)
    assert said == "lowering # · pause # · lifting # · pause #"
    means = five.metrics.tempo.split("-")
    assert re.findall(r"\d\.\d", figures["Tempo"].value) == means
    assert figures["Cadence"].value == f"{five.metrics.cadence_per_min:.0f} /min"
    assert figures["Consistency"].value == f"{100 * five.metrics.consistency:.0f} %"
    assert (figures["Velocity loss"].value, figures["Velocity loss"].detail) == ("–", "no clear trend")
    assert figures["Left against right"].value == "–"
    assert "one side is hidden" in figures["Left against right"].detail


def test_the_tempo_has_the_order_of_the_page_where_lifting_comes_first():
    curls = make_analysis(reps=4, exercise="curl", yaw_deg=90)
    assert curls.metrics.eccentric_first is False
    tempo = next(figure for figure in key_figures(curls) if figure.label == "Tempo")
    assert re.fullmatch(r"lowering .* · pause .* · lifting .* · pause .*", tempo.value)
    assert re.findall(r"\d\.\d", tempo.value) == curls.metrics.tempo.split("-")


@pytest.mark.parametrize(("fps", "withheld"), [(6, "it needs 7.5"), (8, "it needs 10")])
def test_a_low_rate_gives_dashes_with_the_reason(fps, withheld):
    slow = make_analysis(reps=4, fps=fps)
    figures = {figure.label: figure for figure in key_figures(slow)}
    assert figures["Velocity loss"].value == "–"
    assert withheld in figures["Velocity loss"].detail
    assert (figures["Range of motion"].value == "–") == (fps == 6)
    page = report(slow)
    assert "nan" not in page.text.lower().split()
    assert not [
        value for _, attrs in page.tags for value in attrs.values() if value and re.search(r"\bnan\b", value, re.I)
    ]


def test_no_angle_is_told_where_the_rate_withholds_ranges(tmp_path):
    slow = make_analysis(reps=4, fps=6)
    folder = write_stills(slow, tmp_path)
    captions = [still.caption for rep in make_filmstrip(slow, folder).reps for still in rep.stills]
    assert len(captions) == 12
    assert all(caption.endswith("· –") for caption in captions)
    page = report(slow, folder=folder)
    labels = [attrs["aria-label"] for _, attrs in page.tags if attrs.get("aria-label")]
    assert len(labels) > 12, "the pictures and the curve stay"
    assert not [label for label in labels if "°" in label]


def test_a_rep_that_ends_where_no_frame_decodes_has_its_picture_all_the_same(five, tmp_path):
    end_s = five.metrics.reps[0].end_s
    rows = np.flatnonzero((five.track.time_s < end_s - 0.4) | (five.track.time_s > end_s + 0.4))
    holed = replace(summarize(five.track.take(rows), frame_index=rows), plan=five.plan)
    at_end = int(np.argmin(np.abs(holed.track.time_s - holed.metrics.reps[0].end_s)))
    assert (holed.rep_count, holed.frame_index[at_end]) == (5, -1)
    assert len(make_filmstrip(holed, write_stills(holed, tmp_path)).reps) == 4
    assert len(collect_pictures(holed, tmp_path)) == len(rows_to_show(holed))


def test_what_is_not_known_is_a_dash_in_the_table(five):
    unknown = replace(five.metrics.reps[1], rom_deg=math.nan, min_deg=math.nan, max_deg=math.nan, to_turn_s=math.nan)
    reps = (five.metrics.reps[0], unknown, *five.metrics.reps[2:])
    page = report(replace(five, metrics=replace(five.metrics, reps=reps)))
    row = re.search(r" 2 ([\d.]+) ([\d.]+) (\S+) (\S+) (\S+) (\S+) (\S+) ", page.text.split("Remarks")[1])
    assert row is not None
    assert [row[index] for index in (3, 6, 7)] == ["–", "–", "–"]


@pytest.mark.parametrize(("reps", "parts"), [(5, 5 * 3 + 4), (1, 3)])
def test_the_last_rep_has_a_bar_without_the_rest_that_follows_none(reps, parts):
    drawn = draw_tempo(make_analysis(reps=reps))
    assert drawn.svg.count('class="phase ') == parts + 4, "and the four of the legend"


def test_pauses_alone_are_no_tempo_to_draw(five):
    unseen = [replace(rep, to_turn_s=math.nan, from_turn_s=math.nan, eccentric_s=math.nan, concentric_s=math.nan,
                      pause_turn_s=math.nan, pause_top_s=0.0) for rep in five.metrics.reps]  # fmt: skip
    drawn = draw_tempo(replace(five, metrics=replace(five.metrics, reps=tuple(unseen))))
    assert (drawn.svg, drawn.note) == ("", "Not drawn: the joint was not seen throughout a rep.")


def test_left_and_right_are_compared_where_both_are_seen():
    front = make_analysis(reps=4, exercise="lateral_raise", yaw_deg=0)
    assert math.isfinite(front.metrics.asymmetry_pct)
    page = report(front)
    labels = [attrs["aria-label"] for _, attrs in page.tags if attrs.get("role") == "img"]
    assert any(label.startswith("Left against right, left minus right: 1 ") for label in labels)
    for pct, words in ((0.3, "both move alike"), (8.0, "left further, within error ("), (60.0, "left moves further")):
        assert words in report(replace(front, metrics=replace(front.metrics, asymmetry_pct=pct))).text


def test_edited_reps_are_marked_everywhere(five, stills):
    reps = five.count.all_reps
    signal, time_s = five.count.signal, five.track.time_s
    moved = move_edges(reps, 0, start_s=reps[0].start_s + 0.1, end_s=reps[0].end_s, time_s=time_s, signal=signal)
    edited = correct(five, Corrections(reps=mark_partial(moved, 4, is_partial=True)))
    page = report(edited, folder=stills)
    assert "The reps were corrected by hand; 2 reps edited: 1*, p*." in page.text
    assert any(heading.startswith("Rep 1 (edited)") for _, heading in page.headings)
    assert "partial, not counted, edited by hand" in page.text
    assert "* set or changed by hand." in page.text
    assert "4 reps · 1 partial, not counted" in page.text
    charts = [attrs["aria-label"] for _, attrs in page.tags if attrs.get("role") == "img"]
    assert all("1* " in label and "p* " in label for label in charts if label.startswith(("Range and", "Tempo")))


def test_a_rep_taken_out_leaves_its_trace(five):
    edited = correct(five, Corrections(reps=delete_rep(five.count.all_reps, 2), exercise="squat", joint="left_knee"))
    said = report(edited).text
    assert "corrected by hand" in said
    assert "Exercise: squat (chosen by the trainer)." in said
    assert "Counted on: left knee (chosen by the trainer)." in said
    assert "none was changed by hand" in report(five).text


def test_cues_stand_with_time_and_bound(five):
    cues = [
        replace(CUE, rep=rep, value=10.0 + rep, text=f"Rep {rep}, {2 * rep}.0 s: too high by {rep}°", time_s=2.0 * rep)
        for rep in (1, 3)
    ]
    said = report(replace(five, cues=tuple(cues))).text
    assert "Warning. Rep 3, 6.0 s: too high by 3°. Also in rep 1 (2.0 s)." in said
    assert "A fault is named beyond its bound: too little depth 10°." in said


def test_without_reps_it_is_short_and_honest():
    analysis = still_clip()
    assert analysis.rep_count == 0
    page = report(analysis)
    assert [heading for level, heading in page.headings if level == 1] == ["Set"]
    assert "0 reps" in page.text
    assert analysis.count.reason in page.text
    assert "Shape of the set" not in page.text
    assert "table" not in [tag for tag, _ in page.tags]


def test_the_filmstrip_of_many_reps_shows_the_telling_ones(five):
    chosen = choose_reps(five.metrics.reps)
    assert chosen[0][0].rep == 1
    assert chosen[-1][0].rep == 5
    assert "last" in chosen[-1][1]
    assert "smallest" in chosen[-1][1]
    assert len(chosen) == 4
    assert {why for _, why in chosen} >= {"next largest"}
    assert choose_reps(five.metrics.reps[:3]) == [(rep, "") for rep in five.metrics.reps[:3]]


def test_the_strip_says_why_each_of_its_reps_is_shown(five, stills):
    strip = make_filmstrip(five, stills)
    said = strip.note.removeprefix("4 of 5 reps, by range of motion: ").removesuffix(".").split(", ")
    assert {f"the {reason}" for each in strip.reps for reason in each.why.split(", ")} == set(said)


def test_a_partial_rep_is_none_of_those_that_could_be_shown(five, stills):
    reps = five.metrics.reps
    more = replace(five, metrics=replace(five.metrics, reps=(*reps, replace(reps[1], is_partial=True))))
    assert make_filmstrip(more, stills).note.startswith("4 of 5 reps, ")


@pytest.mark.parametrize(
    ("rate_hz", "said"),
    [
        (5.0, "enough for counts"),
        (8.0, "counts, range of motion and tempo"),
        (15.0, "range of motion, tempo and velocity"),
    ],
)
def test_what_the_rate_is_enough_for_reads_as_one_list(five, rate_hz, said):
    assert said in report(replace(five, sample_rate_hz=rate_hz)).text


def test_missing_pictures_are_explained(five, tmp_path):
    for folder in (None, tmp_path):
        strip = make_filmstrip(five, folder)
        assert strip.reps == ()
        assert "no longer on the server" in strip.note
        assert strip.note in report(five, folder=folder).text
    assert "without a clip" in make_filmstrip(replace(five, plan=None), tmp_path).note


def test_stills_are_those_of_the_moments_and_hold_the_body(five, stills):
    still = make_filmstrip(five, stills).reps[0].stills[1]
    x, y, width, height = map(float, re.search(r'viewBox="([^"]+)"', still.svg)[1].split())
    row = int(np.argmin(np.abs(five.track.time_s - five.metrics.reps[0].turn_s)))
    picture = (stills / "stills" / f"{row:05d}.jpg").read_bytes()
    assert base64.b64encode(picture).decode() in still.svg
    points = five.track.xyz[row, 11:, :2]
    assert (points >= [x, y]).all()
    assert (points <= [x + width, y + height]).all()
    assert width <= SIZE_WH[0] or x < 0


def test_the_joint_measured_is_drawn_on_its_own_side_as_far_as_it_is_seen(five, stills):
    def limbs(analysis: Analysis) -> int:
        (drawn,) = re.findall(r'class="limb" [^>]*d="([^"]+)"', make_filmstrip(analysis, stills).reps[0].stills[1].svg)
        return drawn.count("M")

    assert five.metrics.reps[0].joint == "right_knee"
    assert limbs(five) == 2
    visibility = five.track.visibility.copy()
    visibility[:, INDEX["right_ankle"]] = 0.2
    assert limbs(replace(five, track=replace(five.track, visibility=visibility))) == 1


def test_numbers_are_said_with_a_true_minus_and_no_minus_zero():
    assert say(math.nan, "°") == "–"
    assert say(-3.2, "°") == "−3°"
    assert say(-0.2, signed=True) == "0"
    assert say(2.0, signed=True) == "+2"


def test_a_curve_is_interrupted_where_nothing_is_known():
    plot = Plot(0, 0, 100, 100, (0, 5), (0, 1))
    ys = np.array([0, 1, np.nan, 0.5, 0.5, 1])
    assert curve(np.arange(6.0), ys, plot, kind="line").count("<polyline") == 2
    assert curve(np.arange(3.0), np.full(3, np.nan), plot, kind="line") == ""


@pytest.mark.parametrize(("low", "high"), [(0, 130), (-12.5, 12.5), (3.2, 3.9), (0, 84.0), (0, 1e-3)])
def test_ticks_are_round_few_and_inside(low, high):
    ticks = nice_ticks(low, high, most=5)
    assert 2 <= len(ticks) <= 6
    assert all(low <= tick <= high for tick in ticks)


def test_labels_are_thinned_before_they_touch():
    assert every(5, width=300, widest="40*") == 1
    assert every(40, width=300, widest="40*") > 1


def make_pdf(analysis: Analysis, folder: Path, *, details: Details = DETAILS) -> PdfReader:
    html_path, pdf_path = folder / "report.html", folder / "report.pdf"
    html_path.write_text(to_report_html(analysis, details, clip="set.mp4", folder=folder), encoding="utf-8")
    list(report_pdf_in_worker(html_path, pdf_path))
    assert not list(folder.glob("*.part"))
    return PdfReader(pdf_path)


def text_of(pdf: PdfReader) -> str:
    text = " ".join(page.extract_text() for page in pdf.pages)
    return " ".join(unicodedata.normalize("NFKC", text).split())  # Chromium joins f and i to one character


@pytest.mark.parametrize("reps", [1, 2, 5, 12])
def test_the_pdf_of_a_usual_set_is_two_pages_of_a4(tmp_path, reps):
    analysis = make_analysis(reps=reps)
    pdf = make_pdf(analysis, write_stills(analysis, tmp_path))
    assert len(pdf.pages) == 2
    for page in pdf.pages:
        assert (float(page.mediabox.width), float(page.mediabox.height)) == pytest.approx(A4_PT, abs=1)
    text = text_of(pdf)
    assert [section for section in SECTIONS if section not in text] == []
    assert "lowering" in text
    assert "Jonas Weber" in text
    assert "Page 2 of 2" in text


def crowd(analysis: Analysis) -> Analysis:
    """Return a set with as much to say about it as happens."""
    cues = [
        replace(
            CUE,
            rep=rep,
            kind=kind,
            text=f"Rep {rep}, {2 * rep}.0 s: {CUE_RULES[kind].text.format(10 + rep)}",
            source=CUE_RULES[kind].source,
        )
        for kind in ("squat_depth", "knee_past_toes", "trunk_past_shin")
        for rep in range(1, 6)
    ]
    warnings = (
        "The person was lost for 1.2 s, from 3.4 s to 4.6 s. A rep across it is not measured.",
        "The file ends early: the clip says it lasts 40.0 s, but only 33.1 s of it can be read. "
        "The result covers that part.",
        "The camera is in front: joints bend towards it, so their angles rest on estimated depth and may be off by "
        "10 to 15°. Film from the side to judge depth and range.",
    )
    return replace(analysis, cues=tuple(cues), warnings=warnings)


def test_the_longest_notes_and_all_there_is_to_say_leave_it_two_pages(tmp_path):
    analysis = crowd(make_analysis(reps=12))
    notes = ("More words on it. " * 40)[:MAX_NOTES]
    long = replace(DETAILS, trainer="M" * MAX_NAME, client="W" * MAX_NAME, notes=notes)
    assert len(make_pdf(analysis, write_stills(analysis, tmp_path), details=long).pages) == 2


def test_odd_characters_break_nothing(tmp_path, five):
    odd = replace(DETAILS, client="a\0b \u202e \u0301\u0301", trainer="Ωμέγα Łódź Жук", notes="🏋️ 日本語")
    text = text_of(make_pdf(five, tmp_path, details=odd))
    assert "Ωμέγα Łódź Жук" in text
    assert "ab" in text


@pytest.mark.parametrize(
    ("text", "boxes"),
    [("Łódź Ωμέγα Жук 90° – “fine” ✓\n", ""), ("李雷 a 李 🏋", "李雷🏋"), ("\u202e\0", "")],
    ids=["its own letters", "other scripts, each once", "what is not printed"],
)
def test_what_the_font_has_no_shape_for_is_known(text, boxes):
    assert not_in_font(text) == boxes


def test_many_reps_take_more_pages_each_with_the_head_of_the_table(tmp_path):
    analysis = make_analysis(reps=40, period_s=1.2, fps=8)
    pdf = make_pdf(analysis, write_stills(analysis, tmp_path))
    assert len(pdf.pages) == 3
    heads = ["Remarks" in page.extract_text() for page in pdf.pages]
    assert heads == [False, True, True]
    rows = re.findall(r"(?m)^\s*(\d+)\s+[\d.]+\s+[\d.]+", "\n".join(page.extract_text() for page in pdf.pages[1:]))
    assert {str(rep) for rep in range(1, 41)} <= set(rows)


def test_without_reps_it_is_one_page(tmp_path):
    pdf = make_pdf(still_clip(), tmp_path)
    assert len(pdf.pages) == 1
    assert "0 reps" in text_of(pdf)


def test_the_pdf_brings_its_font(tmp_path, five):
    """In a container without fonts the text is there, and it is text."""
    empty = tmp_path / "fonts.conf"
    empty.write_text('<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig></fontconfig>')
    html_path, pdf_path = tmp_path / "report.html", tmp_path / "report.pdf"
    html_path.write_text(to_report_html(five, DETAILS, clip="set.mp4", folder=None), encoding="utf-8")
    code = (
        "import sys; from pathlib import Path; from core.report.pdf import not_in_font, report_pdf_in_worker;"
        "list(report_pdf_in_worker(Path(sys.argv[1]), Path(sys.argv[2])));"
        "heavy = {'streamlit', 'pandas', 'plotly', 'scipy', 'mediapipe', 'pydantic', 'numpy'} & set(sys.modules);"
        "assert not heavy, heavy"
    )
    environment = os.environ | {"FONTCONFIG_FILE": str(empty)}
    root = Path(__file__).parent.parent
    subprocess.run([sys.executable, "-c", code, str(html_path), str(pdf_path)], check=True, cwd=root, env=environment)
    text = text_of(PdfReader(pdf_path))
    assert [section for section in SECTIONS if section not in text] == []


def test_the_pdf_loads_nothing_from_elsewhere(tmp_path):
    html_path = tmp_path / "report.html"
    secret = tmp_path / "secret.css"
    secret.write_text("p::after { content: 'leaked' }")
    html_path.write_text(f'<link rel="stylesheet" href="{secret.as_uri()}"><p>Text</p>', encoding="utf-8")
    list(report_pdf_in_worker(html_path, tmp_path / "report.pdf"))
    assert "leaked" not in text_of(PdfReader(tmp_path / "report.pdf"))


def test_a_pdf_that_cannot_be_made_is_an_error_and_leaves_nothing(tmp_path):
    with pytest.raises(ReportError, match="Take the HTML report instead"):
        list(report_pdf_in_worker(tmp_path / "missing.html", tmp_path / "report.pdf"))
    (tmp_path / "report.html").write_text("<p>x</p>")
    with pytest.raises(ReportError, match="could not be made"):
        list(report_pdf_in_worker(tmp_path / "report.html", tmp_path / "no folder" / "report.pdf"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.html"]


def test_reps_of_other_tempos_lie_over_each_other():
    """Stretched by their durations, five squats of 118 degrees looked as if they spread by 19."""
    plans = tuple(RepPlan(out_s=out_s, back_s=3.0 - out_s) for out_s in (0.8, 2.2, 1.0, 2.0, 0.8))
    analysis = summarize(compute_truth(Motion("squat", plans), filming=Filming(fps=15)).track)
    curves = np.array(rep_shapes(analysis))
    assert len(curves) == 5
    assert curves.std(axis=0, ddof=1).max() < 8
