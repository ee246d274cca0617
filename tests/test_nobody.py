"""What is said of a clip in which nobody is seen, or somebody too briefly: the same everywhere, and no failure."""

import logging
import pickle

import pytest

from core.__main__ import main
from core.errors import NoPersonError, VideoError
from core.export import write_landmarks
from core.pipeline import summarize
from core.spool import get_spool
from core.worker import get_pool
from pages.components.plain import plain
from pages.components.state import Run
from tests.conftest import nan_track
from tests.test_pages import page, text_of
from tests.worker_tasks import refuse

NOBODY = "0 reps. No person was found in any of the 60 analysed frames. Film so"
TOO_BRIEF = "Not counted. A person was found in 5 of 60 analysed frames, the least is 20. Film a longer set"


@pytest.fixture(params=[(0, NOBODY), (5, TOO_BRIEF)], ids=["nobody", "too brief"])
def seen(request, squat_track):
    """Sixty frames with a person in some, and what is to be said of them."""
    frames, words = request.param
    track = nan_track(60)
    for name in ("xyz", "visibility", "world"):
        getattr(track, name)[:frames] = getattr(squat_track, name)[:frames]
    return track, words


def error_of(track) -> NoPersonError:
    with pytest.raises(NoPersonError) as caught:
        summarize(track, min_frames=20)
    return pickle.loads(pickle.dumps(caught.value))  # as it comes from the worker


def test_a_terminal_says_no_reps_only_where_nobody_is_seen(seen, tmp_path, capsys):
    track, words = seen
    (tmp_path / "set.npz").write_bytes(write_landmarks(track))
    assert main([str(tmp_path / "set.npz")]) == 0
    assert capsys.readouterr().out.startswith(words)


def test_the_page_tells_it_calmly_and_leads_to_how_to_film(seen, result):
    track, words = seen
    app = page("shell").run()
    app.session_state["clip"] = result.clip
    app.session_state["run_error"] = error_of(track)
    app.run()
    assert [info.value for info in app.info if info.value.startswith(words)]
    assert not app.error
    app.button(key="analyze_to_guide").click().run()
    assert "How to film" in text_of(app)


def test_what_failed_is_still_told_as_an_error(result):
    app = page("analyze")
    app.session_state["clip"] = result.clip
    app.session_state["run_error"] = VideoError("The clip cannot be read.")
    app.run()
    assert [error.value for error in app.error] == ["The clip cannot be read."]
    assert "analyze_to_guide" not in [button.key for button in app.button]


def test_who_looks_at_another_page_meanwhile_is_told_there_and_the_log_calls_it_no_failure(seen, result, caplog):
    track, words = seen
    caplog.set_level(logging.INFO, logger="repscope")
    job = get_pool().submit(refuse, error_of(track))
    with pytest.raises(NoPersonError):
        job.result(60)
    app = page("shell").run()
    app.session_state["clip"] = result.clip
    app.session_state["run"] = Run(result.clip, result.request, job, get_spool().make_folder(result.clip.file.token))
    app = app.switch_page("guide.py").run()
    assert app.session_state["run"] is None
    (told,) = app.toast
    assert told.value.startswith(f"{plain(result.clip.name)}: {words}")
    assert not any("failed" in message for message in caplog.messages)
    assert f"Nothing counted: a person in {5 if words == TOO_BRIEF else 0} of 60 frames" in caplog.messages
