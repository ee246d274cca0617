"""The workbench in a real browser: clip, skeleton, curves, filmstrip and edits, all at one time."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from core.landmarks import INDEX
from core.palette import SIDE_COLORS
from tests.browser.player_case import FILMING, know_truth, write_files
from tests.server import Server, running_app, wait_until

FRAME_S = 1 / FILMING.fps
AXIS_LEFT, AXIS_RIGHT = 44, 10
"""px beside the time axis, as in player.css."""
READY_MS = 90_000


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    write_files(folder)
    return folder


@pytest.fixture(scope="module")
def player_app(tmp_path_factory, files) -> Iterator[Server]:
    script = Path(__file__).with_name("player_app.py")
    with running_app(tmp_path_factory.mktemp("player"), script=script, PLAYER_FOLDER=files) as server:
        yield server


@pytest.fixture
def player(context, player_app) -> Page:
    return open_player(context, player_app)


def open_player(
    context: BrowserContext, server: Server, *, query: str = "", size: tuple[int, int] = (1280, 900)
) -> Page:
    """Open the test app and wait until curves and clip are there; any error of its scripts fails the test."""
    page = context.new_page()
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.on("pageerror", lambda error: pytest.fail(f"in the page: {error}"))
    page.goto(f"{server.url}/?{query}")
    page.locator(".rs-charts[data-drawn]").first.wait_for(timeout=READY_MS)
    return page


def wait_for_clip(page: Page) -> None:
    video = page.locator("video").first
    assert wait_until(lambda: video.evaluate("video => video.readyState") >= 2), "the clip does not load"


def time_of(page: Page) -> float:
    """Return the time the player shows, s."""
    return float(page.locator(".rs-time").first.inner_text().split()[0])


def wait_for_time(page: Page, time_s: float, *, within_s: float = FRAME_S) -> None:
    """Wait until player, cursor and video all stand at a time."""
    assert wait_until(lambda: abs(time_of(page) - time_s) <= within_s), f"{time_of(page)} instead of {time_s}"
    assert cursor_of(page) == pytest.approx(time_of(page), abs=0.03)
    video = page.locator("video").first
    if video.evaluate("video => video.readyState"):  # it seeks to one place after the other

        def is_there() -> bool:
            return abs(video.evaluate("video => video.currentTime") - time_s) <= within_s + FRAME_S

        assert wait_until(is_there), f"the video stands at {video.evaluate('video => video.currentTime')}"


def axis_of(page: Page) -> tuple[float, float, float]:
    """Return left and width of the time axis in px, and the s it covers."""
    box = page.locator(".rs-curves").first.bounding_box()
    duration_s = float(page.locator(".rs-slider").first.get_attribute("max"))
    return box["x"] + AXIS_LEFT, box["width"] - AXIS_LEFT - AXIS_RIGHT, duration_s


def cursor_of(page: Page) -> float:
    left, width, duration_s = axis_of(page)
    return (page.locator(".rs-cursor").first.bounding_box()["x"] - left) / width * duration_s


def x_of(page: Page, time_s: float) -> float:
    left, width, duration_s = axis_of(page)
    return left + time_s / duration_s * width


def click_curve(page: Page, time_s: float, *, chart: int = 0) -> None:
    page.locator(".rs-plot").nth(chart).scroll_into_view_if_needed()
    box = page.locator(".rs-plot").nth(chart).bounding_box()
    page.mouse.click(x_of(page, time_s), box["y"] + 60)


def swipe_up(page: Page, *, x: float, y: float) -> None:
    """Draw a finger up the page by 150 px."""
    finger = page.context.new_cdp_session(page)
    finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for moved in range(10, 160, 10):
        finger.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{"x": x, "y": y - moved}]})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def open_tools(page: Page, *, rep: int) -> None:
    page.get_by_role("button", name="Edit reps").click()
    page.locator(".rs-chip").nth(rep - 1).click()
    expect(page.locator(".rs-chosen")).to_contain_text(f"Rep {rep}")


def tool(page: Page, name: str) -> Locator:
    return page.locator(".rs-tools").get_by_role("button", name=re.compile(f"^{name}"))  # "Delete" names its rep


def edits_of(page: Page, *, count: int) -> list[dict]:
    """Return the edits Python has received, once there are so many."""
    shown = page.get_by_test_id("stJson")

    def read() -> list[dict]:
        text = shown.evaluate("element => element.innerText")
        pairs = re.findall(r'"(\w+)":\s*("[^"]*"|[-\d.e]+|true|false)', text)
        edits: list[dict] = []
        for name, value in pairs:
            if name == "action":
                edits.append({})
            edits[-1][name] = {"true": True, "false": False}.get(value, value.strip('"'))
        return [{name: value if name == "action" else number(value) for name, value in edit.items()} for edit in edits]

    assert wait_until(lambda: len(read()) >= count), f"{len(read())} edits arrived"
    page.wait_for_timeout(300)  # a second copy of it would come now
    assert len(read()) == count
    return read()


def number(value: str | bool) -> float | bool:
    return value if isinstance(value, bool) else float(value)


def color_near(page: Page, landmark: str, time_s: float, color: str) -> int:
    """Return how many pixels of a colour the skeleton canvas has within 6 px of a landmark of the clip."""
    truth = know_truth()
    xy = truth.track.xyz[np.argmin(np.abs(truth.time_s - time_s)), INDEX[landmark], :2] / FILMING.resolution_wh
    return page.locator("canvas.rs-skeleton").first.evaluate(
        """(canvas, [x, y, color]) => {
          const context = canvas.getContext("2d");
          const [column, row] = [Math.round(x * canvas.width), Math.round(y * canvas.height)];
          const { data } = context.getImageData(column - 6, row - 6, 13, 13);
          const wanted = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
          let count = 0;
          for (let at = 0; at < data.length; at += 4)
            count += data[at + 3] > 200 && wanted.every((value, channel) => Math.abs(value - data[at + channel]) < 12);
          return count;
        }""",
        [*xy.tolist(), color],
    )


def test_play_moves_time_cursor_and_picture_together(player):
    wait_for_clip(player)
    player.get_by_role("button", name="Play", exact=True).click()
    assert wait_until(lambda: time_of(player) > 1.0)
    player.get_by_role("button", name="Pause", exact=True).click()
    player.wait_for_timeout(200)
    stopped = time_of(player)
    wait_for_time(player, stopped)
    player.wait_for_timeout(200)
    assert time_of(player) == stopped


def test_what_is_paused_while_the_page_was_busy_stands_at_one_time(player):
    wait_for_clip(player)
    player.get_by_role("button", name="Play", exact=True).click()
    assert wait_until(lambda: time_of(player) > 1.0)
    player.locator("video").evaluate(
        """video => {
          const until = performance.now() + 600; // the clip plays on; no frame of it is told
          while (performance.now() < until);
          video.pause();
        }"""
    )
    player.wait_for_timeout(200)
    wait_for_time(player, time_of(player))


def test_it_opens_where_the_first_rep_starts_and_does_not_play(player):
    wait_for_clip(player)
    expect(player.locator(".rs-counter")).to_have_text("Rep 1 / 5")
    wait_for_time(player, know_truth().starts_s[0], within_s=0.1)
    assert player.locator("video").evaluate("video => video.paused")


def test_frames_are_stepped_one_by_one(player):
    wait_for_clip(player)
    click_curve(player, 2.0)
    wait_for_time(player, 2.0, within_s=0.05)
    start = time_of(player)
    player.get_by_role("button", name="One frame forward").click()
    player.get_by_role("button", name="One frame forward").click()
    wait_for_time(player, start + 2 * FRAME_S)
    player.get_by_role("button", name="One frame back").click()
    wait_for_time(player, start + FRAME_S)


@pytest.mark.parametrize(
    ("keys", "expected_s"),
    [
        pytest.param(["3"], 4.6, id="a number goes to that rep"),
        pytest.param(["3", "Shift+ArrowRight"], 5.6, id="shift and arrow move a second"),
        pytest.param(["3", "ArrowLeft"], 4.6 - FRAME_S, id="an arrow moves a frame"),
        pytest.param(["1", "Shift+ArrowLeft"], 0.0, id="never before the start"),
    ],
)
def test_keys_move(player, keys, expected_s):
    wait_for_clip(player)
    for key in keys:
        player.keyboard.press(key)
    wait_for_time(player, expected_s, within_s=1.5 * FRAME_S)


def test_space_plays_and_typing_is_left_alone(player):
    wait_for_clip(player)
    player.keyboard.press(" ")
    expect(player.get_by_role("button", name="Pause", exact=True)).to_be_visible()
    player.keyboard.press(" ")
    expect(player.get_by_role("button", name="Play", exact=True)).to_be_visible()
    stopped = time_of(player)
    player.get_by_label("Notes").fill("")
    player.get_by_label("Notes").press_sequentially("l 3")
    assert player.get_by_label("Notes").input_value() == "l 3"
    assert time_of(player) == stopped
    expect(player.get_by_role("button", name="Play", exact=True)).to_be_visible()


@pytest.mark.parametrize("chart", [0, 1])
def test_a_click_in_any_curve_seeks(player, chart):
    wait_for_clip(player)
    click_curve(player, 5.5, chart=chart)
    wait_for_time(player, 5.5, within_s=0.05)
    expect(player.locator(".rs-chip.rs-current")).to_have_text("3")
    expect(player.locator(".rs-card.rs-current")).to_contain_text("Rep 3")
    expect(player.locator(".rs-counter")).to_have_text("Rep 3 / 5")


def test_a_touch_seeks_and_a_vertical_swipe_scrolls(chromium, player_app):
    visitor = chromium.new_context(has_touch=True, is_mobile=True)
    page = open_player(visitor, player_app, size=(390, 800))
    page.locator(".rs-plot").first.scroll_into_view_if_needed()
    box = page.locator(".rs-plot").first.bounding_box()
    page.touchscreen.tap(x_of(page, 3.0), box["y"] + 60)
    wait_for_time(page, 3.0, within_s=0.1)
    scroll = page.get_by_test_id("stMain")
    start = scroll.evaluate("main => main.scrollTop")
    swipe_up(page, x=x_of(page, 8.0), y=box["y"] + 80)
    assert wait_until(lambda: scroll.evaluate("main => main.scrollTop") > start + 50)
    wait_for_time(page, 3.0, within_s=0.1)
    overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow <= 0
    visitor.close()


def test_curves_show_the_values_under_the_pointer(player):
    player.mouse.move(x_of(player, know_truth().turns_s[0]), player.locator(".rs-plot").first.bounding_box()["y"] + 50)
    shown = [int(text.rstrip("°")) for text in player.locator(".rs-chart").first.locator(".rs-angle").all_inner_texts()]
    truth = know_truth()
    row = np.argmin(np.abs(truth.time_s - truth.turns_s[0]))
    expected = [truth.angles[f"{side}_knee"][row] for side in ("left", "right")]
    assert shown == pytest.approx(expected, abs=4)


def test_a_rep_loops(player):
    wait_for_clip(player)
    player.keyboard.press("2")
    player.get_by_role("button", name="Loop this rep").click()
    player.locator(".rs-speed").select_option("2")
    player.get_by_role("button", name="Play", exact=True).click()
    seen = []
    for _ in range(40):
        seen.append(time_of(player))
        player.wait_for_timeout(60)
    assert min(seen) >= 2.6 - 2 * FRAME_S
    assert max(seen) <= 4.6 + 3 * FRAME_S
    assert (np.diff(seen) < -1).any(), "it never went back to the start of the rep"


def test_the_skeleton_is_on_the_joints_and_can_be_hidden(player):
    wait_for_clip(player)
    click_curve(player, 3.6)
    wait_for_time(player, 3.6, within_s=0.05)
    at_s = time_of(player)
    assert wait_until(lambda: color_near(player, "right_knee", at_s, SIDE_COLORS["right"]) > 20)
    assert color_near(player, "left_ankle", at_s, SIDE_COLORS["left"]) > 20
    player.get_by_role("button", name="Skeleton").click()
    assert color_near(player, "right_knee", at_s, SIDE_COLORS["right"]) == 0
    player.get_by_role("button", name="Skeleton").click()
    assert color_near(player, "right_knee", at_s, SIDE_COLORS["right"]) > 20


def test_the_filmstrip_shows_three_pictures_a_rep_and_a_click_seeks(player):
    wait_for_clip(player)
    cards = player.locator(".rs-card")
    expect(cards).to_have_count(5)
    turn = cards.nth(1).get_by_role("button", name=re.compile("Rep 2, turn"))
    assert turn.locator("img").get_attribute("src").endswith("/stills/00108.jpg")
    assert wait_until(lambda: turn.locator("img").evaluate("image => image.naturalWidth") > 0)
    assert 110 < int(turn.locator("b").inner_text().rstrip("°")) < 140
    scrolled = player.evaluate("document.querySelector('[data-testid=stMain]').scrollTop")
    cards.nth(4).get_by_role("button", name=re.compile("Rep 5, start")).evaluate("button => button.click()")
    wait_for_time(player, 8.6, within_s=0.05)
    strip, card = player.locator(".rs-strip").bounding_box(), cards.nth(4)
    assert wait_until(
        lambda: card.bounding_box()["x"] + card.bounding_box()["width"] <= strip["x"] + strip["width"] + 1
    )
    assert player.evaluate("document.querySelector('[data-testid=stMain]').scrollTop") == scrolled


def test_the_cursor_at_the_end_of_the_clip_makes_the_page_no_wider(player):
    wait_for_clip(player)
    duration_s = axis_of(player)[2]
    click_curve(player, duration_s - 0.2)
    assert wait_until(lambda: time_of(player) > duration_s - 0.4)
    main = player.locator("[data-testid=stMain]")
    assert main.evaluate("main => main.scrollWidth - main.clientWidth") == 0


def test_on_a_narrow_page_the_three_pictures_of_a_rep_fit_and_turning_the_phone_makes_them_larger(context, player_app):
    player = open_player(context, player_app, size=(250, 600))
    strip, card, shot = (player.locator(name).first for name in (".rs-strip", ".rs-card", ".rs-picture"))
    assert card.bounding_box()["width"] <= strip.bounding_box()["width"]
    small = shot.bounding_box()
    player.set_viewport_size({"width": 844, "height": 390})
    assert wait_until(lambda: (box := shot.bounding_box()) and box["height"] == pytest.approx(132, abs=0.5))
    large = shot.bounding_box()
    assert small["height"] < 120
    assert small["width"] / small["height"] == pytest.approx(large["width"] / large["height"], rel=0.02)


def test_a_deleted_rep_arrives_once_and_the_player_stays_where_it_is(player):
    wait_for_clip(player)
    video = player.locator("video")
    video.evaluate("video => video.addEventListener('loadstart', () => (video.dataset.loadedAgain = ''))")
    open_tools(player, rep=2)
    click_curve(player, 3.5)
    wait_for_time(player, 3.5, within_s=0.05)
    before = time_of(player)
    tool(player, "Delete").click()
    assert edits_of(player, count=1) == [{"action": "delete", "row": 1}]
    expect(player.locator(".rs-chip")).to_have_count(4)
    expect(player.locator(".rs-card")).to_have_count(4)
    assert time_of(player) == before
    assert video.get_attribute("data-loaded-again") is None
    tool(player, "Undo").click()
    expect(player.locator(".rs-chip")).to_have_count(5)
    assert edits_of(player, count=2)[1] == {"action": "undo"}


def test_the_rep_on_screen_is_the_one_to_edit_and_delete_names_it(player):
    wait_for_clip(player)
    edit = player.get_by_role("button", name="Edit reps")
    player.locator(".rs-slider").fill("3.5")
    edit.click()
    expect(player.locator(".rs-chosen")).to_contain_text("Rep 2, ")
    expect(player.locator(".rs-handle:visible")).to_have_count(2)
    expect(tool(player, "Delete")).to_have_text("Delete rep 2")
    edit.click()
    expect(player.locator(".rs-handle:visible")).to_have_count(0)


def test_between_reps_none_is_chosen_until_the_trainer_does_it(player):
    wait_for_clip(player)
    player.locator(".rs-slider").fill("0")
    player.get_by_role("button", name="Edit reps").click()
    for name in ("Delete", "Partial", "Split here", "Merge with next"):
        expect(tool(player, name)).to_be_disabled()
    expect(player.locator(".rs-chosen")).to_contain_text("Choose a rep")
    expect(player.locator(".rs-handle:visible")).to_have_count(0)
    player.locator(".rs-card-head").nth(1).click()
    expect(tool(player, "Delete")).to_have_text("Delete rep 2")
    tool(player, "Partial").click()
    expect(tool(player, "Delete")).to_have_text("Delete partial rep")


def test_a_moment_without_a_picture_shows_the_skeleton_on_no_black(context, player_app):
    """As of a rep edited in a saved set, which keeps the pictures of its reps as they were."""
    page = open_player(context, player_app, query="stride=3&unkept")  # there is a picture of each second frame
    picture = page.locator(".rs-picture")
    page.locator(".rs-strip").scroll_into_view_if_needed()
    bare = "rs-picture rs-bare"
    assert wait_until(lambda: picture.evaluate_all("all => all.some((one) => one.classList.contains('rs-bare'))"))
    for index in range(picture.count()):
        kind = picture.nth(index).get_attribute("class")
        assert picture.nth(index).locator("img").count() == (0 if kind == bare else 1)
    color = page.locator(".rs-bare").first.evaluate("one => getComputedStyle(one).backgroundColor")
    assert color != "rgb(11, 17, 16)"


def test_a_tool_that_is_off_says_why_to_a_finger_as_well(player):
    """Its title is seen by a mouse alone: a trainer tapped "Split here" on her phone, and nothing happened."""
    wait_for_clip(player)
    open_tools(player, rep=2)
    expect(tool(player, "Split here")).to_be_disabled()
    tool(player, "Split here").click(force=True)
    expect(player.locator(".rs-chosen")).to_contain_text("Move the cursor inside the chosen rep")
    click_curve(player, 3.5)
    expect(player.locator(".rs-chosen")).to_contain_text("Drag its edges")


def test_tools_split_merge_mark_add_and_reset(player):
    wait_for_clip(player)
    open_tools(player, rep=2)
    expect(tool(player, "Merge with next")).to_be_enabled()
    expect(tool(player, "Split here")).to_be_disabled()
    assert "inside the chosen rep" in tool(player, "Split here").get_attribute("title")
    click_curve(player, 3.5)
    tool(player, "Split here").click()
    expect(player.locator(".rs-chip")).to_have_count(6)
    split = edits_of(player, count=1)[0]
    assert (split["action"], split["row"]) == ("split", 1)
    assert split["at_s"] == pytest.approx(3.5, abs=0.05)
    player.locator(".rs-chip").nth(1).click()
    tool(player, "Merge with next").click()
    expect(player.locator(".rs-chip")).to_have_count(5)
    player.locator(".rs-chip").nth(3).click()
    tool(player, "Partial").click()
    expect(player.locator(".rs-chip.rs-partial")).to_have_accessible_name(re.compile("^Partial rep, edited"))
    expect(tool(player, "Counts")).to_be_enabled()
    assert edits_of(player, count=3)[2] == {"action": "partial", "row": 3, "is_partial": True}
    tool(player, "Delete").click()
    expect(player.locator(".rs-chip")).to_have_count(4)
    click_curve(player, 6.8)
    tool(player, "Add rep here").click()
    expect(player.locator(".rs-chip")).to_have_count(5)
    added = edits_of(player, count=5)[4]
    assert (added["start_s"], added["end_s"]) == pytest.approx((6.8, 8.6), abs=0.1)
    expect(player.locator(".rs-chip.rs-edited")).to_have_count(2)
    tool(player, "Reset to what was found").click()
    expect(player.locator(".rs-chip.rs-edited")).to_have_count(0)


def test_an_edge_is_dragged_and_moved_by_keys(player):
    wait_for_clip(player)
    open_tools(player, rep=1)
    start = player.get_by_role("slider", name="Start of the rep")
    box = start.bounding_box()
    assert box["width"] >= 24
    player.mouse.move(box["x"] + box["width"] / 2, box["y"] + 40)
    player.mouse.down()
    player.mouse.move(x_of(player, 0.9), box["y"] + 40, steps=5)
    wait_for_time(player, 0.9, within_s=0.05)
    player.mouse.up()
    moved = edits_of(player, count=1)[0]
    assert (moved["action"], moved["row"]) == ("move", 0)
    assert (moved["start_s"], moved["end_s"]) == pytest.approx((0.9, 2.6), abs=0.05)
    expect(player.locator(".rs-chip.rs-edited")).to_have_count(1)
    start.focus()
    player.keyboard.press("ArrowRight")
    player.keyboard.press("ArrowRight")
    assert edits_of(player, count=2)[1]["start_s"] == pytest.approx(moved["start_s"] + 2 / 15, abs=0.04)


def test_a_table_row_or_cue_outside_seeks_each_time(player):
    wait_for_clip(player)
    for _ in range(2):
        player.get_by_role("button", name="Go to 4 s").click()
        wait_for_time(player, 4.0)
        click_curve(player, 1.0)
        wait_for_time(player, 1.0, within_s=0.05)


def scroll_of(page: Page) -> float:
    return page.get_by_test_id("stMain").evaluate("main => main.scrollTop")


@pytest.mark.parametrize("stillness", ["no-preference", "reduce"])
def test_a_seek_from_outside_brings_the_player_on_screen(context, player_app, stillness):
    page = open_player(context, player_app, size=(390, 700))
    page.emulate_media(reduced_motion=stillness)
    wait_for_clip(page)
    page.get_by_role("button", name="Go to 4 s").click()
    wait_for_time(page, 4.0)
    for part in (".rs-screen", ".rs-transport"):
        expect(page.locator(part)).to_be_in_viewport(ratio=1)
    header, picture = page.get_by_test_id("stHeader").bounding_box(), page.locator(".rs-screen")
    assert wait_until(lambda: picture.bounding_box()["y"] >= header["y"] + header["height"]), "under the page's header"


def test_a_seek_from_outside_moves_no_player_that_is_on_screen(context, player_app):
    page = open_player(context, player_app, size=(1280, 2000))
    page.get_by_test_id("stMain").evaluate("main => (main.firstElementChild.style.paddingBottom = '3000px')")
    wait_for_clip(page)
    page.get_by_test_id("stMain").evaluate("main => main.scrollBy(0, 20)")
    before = scroll_of(page)
    assert before == 20
    page.get_by_role("button", name="Go to 4 s").click()
    wait_for_time(page, 4.0)
    page.wait_for_timeout(600)
    assert scroll_of(page) == before


def test_a_player_taken_away_comes_back_where_it_was(player):
    wait_for_clip(player)
    click_curve(player, 3.0)
    wait_for_time(player, 3.0, within_s=0.05)
    player.get_by_role("button", name="Hide").click()
    expect(player.locator(".rs-bench")).to_have_count(0)
    player.evaluate("document.activeElement.blur()")  # else the key presses the button once more
    player.keyboard.press(" ")
    player.get_by_role("button", name="Show").click()
    player.locator(".rs-charts[data-drawn]").wait_for()
    wait_for_clip(player)
    wait_for_time(player, 3.0, within_s=0.05)


def test_two_players_load_plotly_once_and_keep_apart(context, player_app):
    asked = []
    context.on("request", lambda request: asked.append(request.url) if "plotly.min.js" in request.url else None)
    page = open_player(context, player_app, query="players=2")
    expect(page.locator(".rs-charts[data-drawn]")).to_have_count(2)
    page.locator(".rs-bench").nth(1).locator(".rs-chip").nth(2).click()
    page.keyboard.press("ArrowRight")
    times = page.locator(".rs-time")
    expect(times.nth(1)).to_have_text(re.compile(r"^4\.6"))
    expect(times.nth(0)).to_have_text(re.compile(r"^0\.57"))
    assert len(asked) == 1


def test_what_the_browser_cannot_play_is_shown_as_its_preview(context, player_app):
    page = open_player(context, player_app, query="clip=clip.avi")
    wait_for_clip(page)
    assert page.locator("video").evaluate("video => video.currentSrc").endswith("/files/clip.mp4")
    click_curve(page, 3.0)
    wait_for_time(page, 3.0, within_s=0.05)


LATE_SIZE = """
let isKnown = false;
const { get } = Object.getOwnPropertyDescriptor(HTMLVideoElement.prototype, "videoWidth");
Object.defineProperty(HTMLVideoElement.prototype, "videoWidth", { get() { return isKnown ? get.call(this) : 0; } });
const tell = ({ target }) => setTimeout(() => { isKnown = LATE; target.dispatchEvent(new Event("resize")); }, 200);
document.addEventListener("canplay", tell, true);
"""
"""WebKit may load a clip before it knows how large its picture is; LATE false is a clip of sound alone."""


def test_a_clip_whose_size_is_known_late_plays(context, player_app):
    context.add_init_script(LATE_SIZE.replace("LATE", "true"))
    page = open_player(context, player_app)
    click_curve(page, 3.0)
    wait_for_time(page, 3.0, within_s=0.05)
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_enabled()
    expect(page.locator(".rs-message")).to_be_hidden()


def test_a_clip_without_a_picture_is_said(context, player_app):
    context.add_init_script(LATE_SIZE.replace("LATE", "false"))
    page = open_player(context, player_app)
    expect(page.locator(".rs-message")).to_have_text(re.compile("cannot play this format"))
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_disabled()


@pytest.mark.parametrize(("stride", "told"), [(2, r"^turn\d+°$"), (6, "^turn–$")])
def test_a_strip_tells_no_angle_where_the_rate_withholds_ranges(context, player_app, stride, told):
    page = open_player(context, player_app, query=f"stride={stride}")
    expect(page.locator(".rs-card")).to_have_count(5)
    expect(page.locator(".rs-card .rs-shot:nth-child(2) .rs-shot-caption")).to_have_text([re.compile(told)] * 5)


@pytest.mark.parametrize("size", [(1280, 900), (390, 844)], ids=["desktop", "phone"])
def test_a_set_without_its_clip_keeps_slider_time_and_steps(context, player_app, size):
    page = open_player(context, player_app, query="unkept", size=size)
    expect(page.locator(".rs-screen")).to_be_hidden()
    expect(page.locator(".rs-options")).to_be_hidden()
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_disabled()
    page.get_by_role("button", name="Next rep").click()
    start_s = time_of(page)
    page.get_by_role("button", name="One frame forward").click()
    assert time_of(page) == pytest.approx(start_s + FRAME_S, abs=FRAME_S)
    assert time_of(page) > start_s
    page.get_by_label("Time in the clip").fill("3.5")
    expect(page.locator(".rs-time")).to_have_text(re.compile(r"^3\.50 / "))
    assert cursor_of(page) == pytest.approx(3.5, abs=0.03)
    open_tools(page, rep=2)
    page.get_by_label("Time in the clip").fill("3.5")
    tool(page, "Split here").click()
    assert edits_of(page, count=1)[0]["at_s"] == pytest.approx(3.5)


def test_a_seek_from_outside_brings_curves_without_a_clip_on_screen(context, player_app):
    page = open_player(context, player_app, query="unkept", size=(390, 700))
    page.get_by_role("button", name="Go to 4 s").click()
    expect(page.locator(".rs-time")).to_have_text(re.compile(r"^4\.00 / "))
    expect(page.locator(".rs-transport")).to_be_in_viewport(ratio=1)
    expect(page.locator(".rs-lane")).to_be_in_viewport(ratio=1)


def test_a_clip_that_is_gone_is_said_and_the_curves_stay(context, player_app):
    page = open_player(context, player_app, query="gone")
    message = page.locator(".rs-message")
    expect(message).to_contain_text("no longer on the server")
    expect(message).to_have_css("color", "rgb(232, 240, 238)")  # the screen behind it is nearly black
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_disabled()
    click_curve(page, 5.0)
    wait_for_time(page, 5.0, within_s=0.05)


def test_the_curves_follow_the_theme(player):
    def brightness() -> int:
        text = player.locator(".rs-plot .ytick text").first
        color = re.search(r"\d+", text.evaluate("text => getComputedStyle(text).fill"))
        return int(color.group()) if color else 128  # Plotly takes the old text away before it sets the new

    player.emulate_media(color_scheme="light")
    assert wait_until(lambda: brightness() < 60)
    player.emulate_media(color_scheme="dark")
    assert wait_until(lambda: brightness() > 200)


def test_curves_follow_a_window_that_gets_narrower(player):
    player.set_viewport_size({"width": 390, "height": 844})
    assert wait_until(lambda: player.locator(".rs-plot").first.bounding_box()["width"] < 390), "cut off at the right"
    widths = ".rs-plot .main-svg >> nth=0"
    assert wait_until(lambda: player.locator(widths).bounding_box()["width"] < 390)
    title = player.locator(".rs-title").first
    assert title.evaluate("title => title.scrollWidth <= title.clientWidth"), "the heading is cut off"


TEXT_OUTSIDE = """chips => chips.filter((chip) => {
  const text = document.createRange();
  text.selectNodeContents(chip);
  const [inner, outer] = [text.getBoundingClientRect(), chip.getBoundingClientRect()];
  return inner.left < outer.left + chip.clientLeft || inner.right > outer.right - chip.clientLeft;
}).map((chip) => chip.innerText)"""


def test_the_number_of_a_narrow_rep_is_not_cut(context, player_app):
    """A chip as narrow as its rep cut "11" on both sides."""
    page = open_player(context, player_app, query="unkept&many", size=(390, 844))
    chips = page.locator(".rs-chip")
    expect(chips).to_have_count(11)
    assert chips.last.bounding_box()["width"] < 18
    assert chips.evaluate_all(TEXT_OUTSIDE) == []
    page.set_viewport_size({"width": 1280, "height": 900})
    expect(chips.last.locator("span")).to_have_css("font-size", "13px")
