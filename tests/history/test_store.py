"""Saved analyses, on SQLite and on a real PostgreSQL: in, found, out, gone; and nobody sees anybody else's."""

import json
import threading
from dataclasses import replace
from datetime import date
from unicodedata import normalize

import numpy as np
import pytest

from core.errors import HistoryError
from core.export import to_json
from core.history import Labels
from core.history.archive import FORMAT, MAX_PICTURES, pack, unpack
from core.history.store import HistoryStore
from core.pipeline import correct, summarize
from core.reps import IRREGULAR, NO_PERSON, NOT_REPEATING, STILL, WALKING
from core.spool import MB
from core.video import PREVIEW_NAME
from tests.history.conftest import ANNA, BEN

LABELS = Labels("Märta Öst", "Squats, week 3", "knees in; 100%_sure", date(2026, 11, 20))


def save(store, analysis, *, owner=ANNA, **labels):
    files = {name: labels.pop(name) for name in ("clip", "folder") if name in labels}
    return store.save(owner, analysis, replace(LABELS, **labels), clip_name="IMG_1.MOV", **files)


def test_what_is_saved_comes_back_the_same(store, whole):
    saved = store.load(ANNA, save(store, whole))
    assert to_json(saved, clip="x") == to_json(whole, clip="x")
    for name in ("xyz", "visibility", "world", "time_s"):
        np.testing.assert_array_equal(getattr(saved.track, name), getattr(whole.track, name))
    for name, values in whole.angles.items():
        np.testing.assert_array_equal(saved.angles[name], values)
    np.testing.assert_array_equal(saved.frame_index, whole.frame_index)
    assert (saved.corrections, saved.info, saved.plan) == (whole.corrections, whole.info, whole.plan)
    assert (saved.warnings, saved.timing) == (whole.warnings, whole.timing)


def test_an_analysis_without_corrections_or_clip_comes_back_too(store, analysis):
    saved = store.load(ANNA, save(store, analysis))
    assert saved.metrics == analysis.metrics
    assert saved.info is None
    assert saved.corrections == analysis.corrections


def test_the_line_in_the_list(store, whole, stills, clip):
    saved_id = save(store, whole, folder=stills, clip=clip)
    (line,) = store.find(ANNA)
    assert line == store.summary(ANNA, saved_id)
    assert (line.id, line.labels, line.clip_name) == (saved_id, LABELS, "IMG_1.MOV")
    assert (line.exercise, line.rep_count, line.clip_type) == ("lunge", 4, "video/mp4")
    assert line.figures.rom_deg == pytest.approx(whole.metrics.statistics["rom_deg"].mean)
    assert np.isnan(line.figures.asymmetry_pct) == np.isnan(whole.metrics.asymmetry_pct)
    assert line.saved_at.tzinfo is not None
    assert line.size_bytes > clip.size_bytes


def test_pictures_are_those_of_the_reps(store, whole, stills):
    saved_id = save(store, whole, folder=stills)
    times = [at for rep in whole.metrics.reps for at in (rep.start_s, rep.turn_s, rep.end_s)]
    rows = sorted({int(np.argmin(np.abs(whole.track.time_s - at))) for at in times})
    assert store.pictures(ANNA, saved_id) == {row: b"\xff\xd8 picture %d" % row for row in rows}
    assert store.find(ANNA)[0].rows == tuple(rows)
    assert len(rows) <= MAX_PICTURES
    assert store.picture(ANNA, saved_id, rows[0]) == b"\xff\xd8 picture %d" % rows[0]
    assert store.picture(ANNA, saved_id, 9999) is None


def test_the_clip_is_kept_only_where_asked_for_and_outlives_the_upload(store, whole, clip):
    without, saved_id = save(store, whole), save(store, whole, clip=clip)
    data = clip.path.read_bytes()
    kept = store.clip_path(ANNA, saved_id)
    assert kept.samefile(clip.path)
    clip.path.unlink()
    assert kept.read_bytes() == data
    assert kept.stat().st_mode & 0o077 == 0 or kept.parent.stat().st_mode & 0o077 == 0
    assert store.clip_path(ANNA, without) is None


def test_nobody_sees_anything_of_anybody_else(store, whole, stills, clip):
    saved_id = save(store, whole, folder=stills, clip=clip)
    row = store.find(ANNA)[0].rows[0]
    assert store.find(BEN) == []
    assert store.names(BEN) == ([], [])
    assert list(store.iter_files(BEN)) == []
    assert store.picture(BEN, saved_id, row) is None
    assert store.clip_path(BEN, saved_id) is None
    store.delete(BEN, saved_id)
    for forbidden in (
        lambda: store.load(BEN, saved_id),
        lambda: store.summary(BEN, saved_id),
        lambda: store.pictures(BEN, saved_id),
        lambda: store.edit(BEN, saved_id, LABELS),
        lambda: store.update(BEN, saved_id, whole),
    ):
        with pytest.raises(HistoryError, match="not in your history"):
            forbidden()
    assert store.summary(ANNA, saved_id).labels == LABELS
    assert store.clip_path(ANNA, saved_id) is not None


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("", True),
        ("  ", True),
        ("MÄRTA", True),
        ("week öst", True),
        ("lunge", True),
        ("img_1", True),
        ("100%_", True),
        ("squats ben", False),
        ("_quats", False),
        ("%", True),
        ("eek%3", False),
        ("'; drop table analyses; --", False),
    ],
)
def test_search(store, whole, text, is_found):
    save(store, whole)
    assert bool(store.find(ANNA, text=text)) == is_found


@pytest.mark.parametrize("text", ["łódź", "ŁÓDŹ", "lodz", normalize("NFD", "Łódź"), "muller", "MÜLLER", "strasse"])
def test_search_sees_no_accents_and_no_difference_in_how_they_are_encoded(store, analysis, text):
    mac_name = normalize("NFD", "Müller Straße.mov")
    saved_id = store.save(ANNA, analysis, replace(LABELS, note="in Łódź"), clip_name=mac_name)
    assert [line.id for line in store.find(ANNA, text=text)] == [saved_id]


@pytest.mark.parametrize("name", ["Push-up", "push up", "push\N{NON-BREAKING HYPHEN}up"])
def test_search_sees_no_hyphens(store, analysis, name):
    saved_id = save(store, analysis, name=name)
    for text in ("push-up", "push up", "Push\N{NON-BREAKING HYPHEN}Up", "push -"):
        assert [line.id for line in store.find(ANNA, text=text)] == [saved_id]


def test_one_athlete_however_the_name_was_typed(store, analysis):
    typed = ["märta  öst", normalize("NFD", " Märta Öst "), "MÄRTA ÖST", "Märta Öst"]
    saved = {save(store, analysis, athlete=name) for name in typed}
    save(store, analysis, athlete="Marta Ost")
    assert store.names(ANNA)[0] == ["Marta Ost", "Märta Öst"]
    for name in typed:
        assert {line.id for line in store.find(ANNA, athlete=name)} == saved


def test_an_athlete_is_listed_as_typed_most_often(store, whole, analysis):
    for kind, name in ((whole, "Anna"), (analysis, "Anna"), (analysis, "anna")):
        save(store, kind, athlete=name)
    assert store.names(ANNA)[0] == ["Anna"]
    for _ in range(2):
        save(store, analysis, athlete="anna")
    assert store.names(ANNA)[0] == ["anna"]


def test_filters_and_order(store, whole, analysis):
    first = save(store, whole, session_on=date(2026, 11, 1))
    third = save(store, analysis, session_on=date(2026, 11, 3), athlete="Ben")
    second = save(store, analysis, session_on=date(2026, 11, 2), athlete="")
    assert [line.id for line in store.find(ANNA)] == [third, second, first]
    assert [line.id for line in store.find(ANNA, limit=2)] == [third, second]
    assert [line.id for line in store.find(ANNA, athlete="Ben")] == [third]
    assert [line.id for line in store.find(ANNA, athlete="")] == [second]
    assert [line.id for line in store.find(ANNA, exercise="squat")] == [third, second]
    assert store.names(ANNA) == (["Ben", "Märta Öst"], ["lunge", "squat"])


def test_edit_changes_labels_and_what_is_searched(store, whole):
    saved_id = save(store, whole)
    new = Labels("  Ben\0 ", "x" * 500, "new", date(2026, 1, 2))
    store.edit(ANNA, saved_id, new)
    assert store.summary(ANNA, saved_id).labels == Labels("Ben", "x" * 120, "new", date(2026, 1, 2))
    assert store.find(ANNA, text="märta") == []
    assert store.find(ANNA, text="ben lunge") != []


def test_letters_of_several_bytes_are_counted_in_bytes(store, analysis):
    plain, wide = (
        store.summary(ANNA, store.save(ANNA, analysis, Labels(), clip_name=name)) for name in ("aaaa.mp4", "äжあ💪.mp4")
    )
    assert wide.size_bytes - plain.size_bytes == (2 + 2 + 3 + 4) - 4


def test_update_replaces_the_numbers_and_keeps_the_rest(store, whole, analysis, stills, clip):
    saved_id = save(store, whole, folder=stills, clip=clip)
    before = store.summary(ANNA, saved_id)
    store.update(ANNA, saved_id, analysis, folder=None)
    after = store.summary(ANNA, saved_id)
    assert (after.rep_count, after.exercise) == (5, "squat")
    assert (after.labels, after.saved_at, after.rows) == (before.labels, before.saved_at, before.rows)
    assert store.load(ANNA, saved_id).metrics == analysis.metrics
    assert store.clip_path(ANNA, saved_id) is not None
    assert after.size_bytes == pytest.approx(before.size_bytes, rel=0.1)


def test_delete_takes_row_pictures_and_clip(store, whole, stills, clip):
    saved_id = save(store, whole, folder=stills, clip=clip)
    kept = store.clip_path(ANNA, saved_id)
    other = save(store, whole)
    store.delete(ANNA, saved_id)
    assert [line.id for line in store.find(ANNA)] == [other]
    assert not kept.exists()
    with store.database.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM pictures").scalar() == 0
    store.delete(ANNA, saved_id)


def test_a_preview_is_kept_with_its_clip_counted_with_it_and_goes_with_it(store, whole, stills, clip):
    plain = store.summary(ANNA, save(store, whole, folder=stills, clip=clip))
    assert store.preview_path(ANNA, plain.id) is None, "this clip plays without, or an earlier release saved it"
    data, extra = b"any browser plays this" * 1000, 22_000
    (stills / PREVIEW_NAME).write_bytes(data)
    saved_id = save(store, whole, folder=stills, clip=clip)
    (stills / PREVIEW_NAME).unlink()
    assert store.preview_path(ANNA, saved_id).read_bytes() == data
    assert store.preview_path(BEN, saved_id) is None
    assert store.summary(ANNA, saved_id).size_bytes == plain.size_bytes + extra
    for each in (plain.id, saved_id):
        store.update(ANNA, each, whole, folder=stills)
    assert store.summary(ANNA, plain.id) == plain
    assert store.summary(ANNA, saved_id).size_bytes == plain.size_bytes + extra
    store.hide(ANNA, saved_id)
    store.purge(hidden_s=0)
    assert [path.name for path in store.clips.folder.iterdir()] == [plain.id]


def test_without_the_clip_no_preview_is_kept(store, whole, stills, preview):
    saved_id = save(store, whole, folder=stills)
    assert store.preview_path(ANNA, saved_id) is None
    assert not store.clips.folder.exists()


def test_a_correction_that_needs_no_more_room_is_saved_although_the_quota_was_lowered(store, open_store, whole, stills):
    saved_id = save(store, whole, folder=stills)
    lowered = open_store(quota_bytes=1000)
    smaller = correct(whole, replace(whole.corrections, reps=whole.corrections.reps[:2]))
    lowered.update(ANNA, saved_id, smaller, folder=stills)
    assert lowered.load(ANNA, saved_id).rep_count == smaller.rep_count
    with pytest.raises(HistoryError, match="There is no room to save this"):
        lowered.update(ANNA, saved_id, whole, folder=stills)


def test_quota_counts_everything_and_deleting_gives_room_back(open_store, whole, clip):
    small = open_store(quota_bytes=int(1.5 * MB))
    saved_id = save(small, whole, clip=clip)
    with pytest.raises(
        HistoryError, match=r"takes 1\.\d MB.*1\.5 MB together \(HISTORY_QUOTA_MB\).*is taken\. Save with"
    ):
        save(small, whole, clip=clip)
    assert len(small.find(ANNA)) == 1
    assert len(list(small.clips.folder.iterdir())) == 1
    small.delete(ANNA, saved_id)
    save(small, whole, clip=clip)


def test_many_save_at_the_same_time(store, analysis):
    failures = []

    def save_some() -> None:
        try:
            for _ in range(5):
                save(store, analysis)
        except HistoryError as error:
            failures.append(error)

    threads = [threading.Thread(target=save_some) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len({line.id for line in store.find(ANNA)}) == 40


def test_a_newer_format_and_a_damaged_record_are_explained(whole):
    record, landmarks = pack(whole)
    with pytest.raises(HistoryError, match=f"newer RepScope .format {FORMAT + 1}"):
        unpack(record, landmarks, format_version=FORMAT + 1)
    unknown = {"joint": "nose"}, {"exercise": "yoga"}
    changes = [{"frame_index": [0, 1]}, *({"corrections": each} for each in unknown)]
    changed = [(json.dumps(json.loads(record) | change), landmarks) for change in changes]
    for damaged in ((record[:50], landmarks), (record, landmarks[:100]), (record, b""), *changed):
        with pytest.raises(HistoryError, match="damaged"):
            unpack(*damaged, format_version=FORMAT)


@pytest.mark.parametrize("empty_url", ["sqlite"], indirect=True)
def test_reading_before_anything_was_saved_makes_no_file(empty_url, tmp_path):
    empty = HistoryStore(empty_url, clips=tmp_path / "clips", quota_bytes=MB)
    assert empty.find(ANNA) == []
    assert empty.names(ANNA) == ([], [])
    assert not (tmp_path / "data").exists()


OF_CLIP = (
    "Every 4th frame instead of every 2nd: that covers the whole clip with at most 200 frames.",
    "The clip is stored mirrored, as selfie cameras do: what is called left here is the athlete's right.",
    "The file ends early: the clip says it lasts 14.0 s, but only 9.0 s of it can be read.",
    "Another person was seen for 3 s; the one followed is the one exercising.",
)
OF_THAT_DAY = (
    "The camera slowed down, as phones do in poor light: too few frames in rep 9 for range of motion and tempo.",
    "9.0 frames a second were analysed: too few for peak velocity, which needs 10.",
    "Only 3.0 frames a second were analysed: fast reps may be missed (counts need 3.3).",
    "The person was lost for 2.0 s, from 3.0 s to 5.0 s. Nothing is counted there.",
    "The camera is above: joints bend towards it, so their angles rest on estimated depth and may be off by 10 to 15°.",
    "Only one cycle was found, with no other to compare it with: check the count.",
    "The left knee does not repeat a movement, or is not seen for long enough: choose another joint, or Automatic.",
    "The elbow bends twice in each rep of the body: the reps are those of the knee.",
    *(NO_PERSON, STILL, WALKING, NOT_REPEATING, IRREGULAR),
)


def test_a_warning_of_reps_is_told_of_those_that_are_found_today(whole):
    """An earlier release stored all warnings together, and found other reps."""
    record_json, landmarks = pack(replace(whole, warnings=(*OF_CLIP, *OF_THAT_DAY)))
    record = json.loads(record_json)
    del record["clip_warnings"]
    today = unpack(json.dumps(record), landmarks, format_version=1).warnings
    told = tuple(warning for warning in whole.warnings if warning != "Somebody else was seen.")
    assert today == (*OF_CLIP, *told)


def test_so_is_one_that_this_release_saved(analysis):
    lost = replace(analysis, track=analysis.track.take(np.arange(0, len(analysis.track.time_s), 3)))
    slow = summarize(lost.track)
    assert any("frames a second were analysed" in warning for warning in slow.warnings)
    record_json, _ = pack(replace(slow, warnings=("Somebody else was seen.", *slow.warnings)))
    _, landmarks = pack(analysis)  # as if a later release had better ones
    record = {**json.loads(record_json), "frame_index": list(range(len(analysis.track.time_s)))}
    today = unpack(json.dumps(record), landmarks, format_version=FORMAT).warnings
    assert today == ("Somebody else was seen.", *analysis.warnings)
