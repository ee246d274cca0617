"""Two sets side by side in a real browser, at the same phase of their reps: of this visit, and of the history."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from core.analyze import analyze_clip
from core.mannequin import Filming, View, draw_clip, plan_steady
from core.pipeline import Request
from core.settings import load_settings
from tests.browser.conftest import UPLOADER, choose
from tests.browser.test_accessibility import violations
from tests.browser.test_history import save
from tests.server import ROOT, wait_until

SETS = {"slow.mp4": (3, 2.4), "quick.mp4": (4, 1.6)}
"""Reps, and seconds a rep; both stand for a second before and after."""
FPS = 15
STANDING_APART_S = 1.5 / FPS
"""A video shows a frame for a frame's time, and a seek lands within one; both clips may be off by one."""
PLAYING_APART_S = 0.25
"""While both play, the second catches up by its pace (duo_sides.js); further apart it jumps."""
READY_MS = 120_000
PHASE_JS = (ROOT / "pages" / "components" / "player" / "browser" / "phase.js").read_text(encoding="utf-8")
MAP_TIMES = f"([pairs, times]) => {{ {PHASE_JS}\n return times.map((timeS) => mapTime(pairs, timeS)); }}"
Pair = tuple[tuple[float, float, float], tuple[float, float, float]]
"""Start, turn and end of a rep, and of the rep of the other set that is shown with it, s."""
IN_ORDER = [((1.0, 2.0, 3.0), (10.0, 14.0, 15.0)), ((3.5, 4.0, 5.0), (16.0, 17.0, 19.0))]
ONE_REP_AGAIN = [((1.0, 2.0, 3.0), (10.0, 14.0, 15.0)), ((3.5, 4.5, 5.5), (10.0, 14.0, 15.0))]


@pytest.fixture(scope="module")
def clips(tmp_path_factory) -> list[Path]:
    folder = tmp_path_factory.mktemp("clips")
    filming = Filming(view=View(yaw_deg=80), resolution_wh=(240, 320), fps=FPS)
    for name, (count, period_s) in SETS.items():
        draw_clip(folder / name, plan_steady("squat", count=count, period_s=period_s), filming=filming)
    return [folder / name for name in SETS]


@pytest.fixture(scope="module")
def pairs(clips) -> list[Pair]:
    """What the app must find: the same analysis, in this process."""
    reps = [[(rep.start_s, rep.turn_s, rep.end_s) for rep in finish(clip)] for clip in clips]
    return list(zip(*reps, strict=False))


def finish(clip: Path) -> list:
    run = analyze_clip(clip, Request.from_settings(load_settings()))
    while True:
        try:
            next(run)
        except StopIteration as stop:
            return stop.value.count.reps


@pytest.fixture(scope="module")
def visit(chromium, server, clips) -> Iterator[Page]:
    """One visit for all tests: two sets dropped on the Compare page."""
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{server.url}/compare")
    page.locator(UPLOADER).wait_for(state="attached")
    page.set_input_files(UPLOADER, clips)
    page.locator(".rs-duo").wait_for(timeout=READY_MS)
    yield page
    context.close()


@pytest.fixture
def compared(visit) -> Iterator[Page]:
    """The slow set as A, ready to play, and the curves drawn; nothing may go wrong in the page."""
    errors: list[str] = []
    visit.on("pageerror", listen := lambda error: errors.append(str(error)))
    choose_set(visit, "A", "slow.mp4: 3 reps")
    choose_set(visit, "B", "quick.mp4: 4 reps")
    videos = visit.locator(".rs-duo video")
    assert wait_until(lambda: all(video.evaluate("video => video.readyState") >= 2 for video in videos.all()))
    expect(knee_curves(visit)).to_be_visible()
    yield visit
    visit.remove_listener("pageerror", listen)
    assert errors == []


def knee_curves(page: Page) -> Locator:
    return page.get_by_role("img", name="Knee flexion over a rep").locator(".main-svg").first


def choose_set(page: Page, place: str, label: str) -> None:
    box = page.get_by_role("combobox", name=f"Set {place}")
    if box.input_value() != label:
        choose(page, f"Set {place}", label)
    expect(box).to_have_value(label)


def times(page: Page) -> tuple[float, float]:
    one, other = page.evaluate("[...document.querySelectorAll('.rs-duo video')].map(video => video.currentTime)")
    return one, other


def map_times(page: Page, pairs: list[Pair], times_s: list[float]) -> list[float]:
    """Return where the player puts the other set at these moments of one, s."""
    return page.evaluate(MAP_TIMES, [[{"one": one, "other": other} for one, other in pairs], times_s])


def apart_s(page: Page, pairs: list[Pair]) -> float:
    """Return how far the second clip is from where the phase of the first one puts it, s."""
    one_s, other_s = times(page)
    return abs(other_s - map_times(page, pairs, [one_s])[0])


@pytest.mark.parametrize(
    ("pairs", "counterparts"),
    [
        (
            IN_ORDER,
            {
                "before": (0.5, 9.5),
                "start": (1, 10),
                "going": (1.5, 12),
                "turn": (2, 14),
                "back": (2.5, 14.5),
                "end": (3, 15),
                "rest": (3.25, 15.5),
                "next start": (3.5, 16),
                "next back": (4.5, 18),
                "after": (6, 20),
            },
        ),
        (ONE_REP_AGAIN, {"end": (3, 15), "waits": (3.49, 15), "anew": (3.5, 10), "turn": (4.5, 14)}),
    ],
    ids=["in order", "with one rep again and again"],
)
def test_a_moment_has_its_counterpart_of_the_same_phase(context, pairs, counterparts):
    asked, expected = zip(*counterparts.values(), strict=True)
    assert map_times(context.new_page(), pairs, asked) == pytest.approx(expected)


def test_both_stand_and_play_at_the_same_phase(compared, pairs):
    page = compared
    for number, (one, _) in enumerate(pairs, start=1):
        page.get_by_role("button", name=f"Rep {number} of A with rep {number} of B").click()
        assert wait_until(lambda one=one: abs(times(page)[0] - one[0]) <= STANDING_APART_S), times(page)
        assert wait_until(lambda: apart_s(page, pairs) <= STANDING_APART_S), (times(page), pairs)

    page.get_by_role("button", name="Rep 1 of A with rep 1 of B").click()
    assert wait_until(lambda: abs(times(page)[0] - pairs[0][0][0]) <= STANDING_APART_S), times(page)
    assert wait_until(lambda: apart_s(page, pairs) <= STANDING_APART_S), times(page)
    page.get_by_role("button", name="Play", exact=True).click()
    apart = []
    while times(page)[0] < pairs[-1][0][1] and len(apart) < 200:  # a slow machine plays on before it hears Pause
        apart.append(apart_s(page, pairs))
        page.wait_for_timeout(50)
    page.get_by_role("button", name="Pause", exact=True).click()
    assert len(apart) > 10
    assert sorted(apart)[len(apart) // 2] <= STANDING_APART_S, "usually as exact as when they stand"
    assert max(apart) <= PLAYING_APART_S
    assert wait_until(lambda: apart_s(page, pairs) <= STANDING_APART_S), times(page)


def test_a_long_name_is_read_in_full_on_a_phone_and_both_screens_stay_level(compared):
    compared.set_viewport_size({"width": 390, "height": 844})
    names = compared.locator(".rs-side-name")
    names.first.evaluate(
        "name => { name.textContent = 'Jonas_Weber_front_squat_2026-11-23_third_set_80kg.mp4: 5 reps'; }"
    )
    assert names.evaluate_all("all => all.filter((one) => one.scrollWidth > one.clientWidth).length") == 0
    tops = [each.bounding_box()["y"] for each in compared.locator(".rs-screen").all()]
    assert tops[0] == pytest.approx(tops[1], abs=0.5)


def test_going_out_of_sight_and_other_sets_break_no_curve(compared):
    for display in ("none", ""):  # as Streamlit does with what it moves
        compared.evaluate("display => { document.querySelector('.rs-duo').style.display = display; }", display)
        compared.wait_for_timeout(300)
    swap(compared, [compared.get_by_role("combobox", name=f"Set {each}").input_value() for each in "AB"])
    expect(knee_curves(compared)).to_be_visible()


def test_the_table_tells_tempo_apart_and_leaves_depth_alone(compared):
    expect(compared.get_by_role("row").filter(has_text="Time of a rep")).to_be_visible()  # it comes after the players
    rows = [row.get_by_role("cell").all_inner_texts() for row in compared.get_by_role("row").all()]
    verdicts = {cells[0]: cells[-1] for cells in rows if cells}
    assert verdicts["Time of a rep"] == "more than error", verdicts
    assert verdicts["Range of motion"] == "within error", verdicts


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_use_it(compared, scheme):
    compared.emulate_media(color_scheme=scheme)
    assert violations(compared) == {}
    assert compared.evaluate("document.documentElement.scrollWidth") <= compared.viewport_size["width"] == 390
    compared.set_viewport_size({"width": 1280, "height": 900})


def test_two_saved_sets_with_and_without_their_clip(compared, server, pairs):
    page = compared
    for name, with_clip in (("slow", True), ("quick", False)):
        page.get_by_role("link", name="Results", exact=True).click()
        choose_result(page, name)
        save(page, athlete="Anna", name=f"{name} one", with_clip=with_clip)

    page = page.context.new_page()  # a new visit: nothing but the history is left
    page.goto(f"{server.url}/compare")
    page.locator(".rs-duo").wait_for()
    labels = [page.get_by_role("combobox", name=f"Set {each}").input_value() for each in "AB"]
    assert sorted("slow" in label for label in labels) == [False, True]
    assert all("saved" in label for label in labels)
    if "slow" not in labels[0]:
        swap(page, labels)
    page.get_by_role("button", name="Rep 2 of A with rep 2 of B").click()
    assert wait_until(lambda: abs(times(page)[0] - pairs[1][0][0]) <= STANDING_APART_S), times(page)
    assert page.locator(".rs-side-b video").evaluate("video => video.currentSrc") == ""
    expect(page.locator(".rs-side-b canvas")).to_be_visible()


def choose_result(page: Page, name: str) -> None:
    box = page.get_by_role("combobox", name="Result")
    box.click()
    page.get_by_role("option").filter(has_text=name).click()
    expect(page.get_by_role("button", name="Save to history")).to_be_visible()


def swap(page: Page, labels: list[str]) -> None:
    for place, label in (("A", labels[1]), ("B", labels[0])):
        choose_set(page, place, label)
