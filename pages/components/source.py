"""Where the two sets of a comparison come from: the results of this visit."""

from collections.abc import Callable
from dataclasses import dataclass

from pages.components.player import Shown
from pages.components.state import Key, Result, results


@dataclass(frozen=True)
class Source:
    """A set that can be chosen: its id, its line in the list, and how to get it.

    `load` raises `AnalysisError` where it is no longer there.
    """

    id: str
    label: str
    load: Callable[[], Shown]


def sources() -> list[Source]:
    """Return what can be compared, the newest first."""
    return [_from_visit(key, result) for key, result in reversed(results().items())]


def _from_visit(key: Key, result: Result) -> Source:
    request = key[1]
    identity = f"visit-{key[0][:12]}-{request.frame_skip}-{request.resize_width}"
    reps = result.analysis.rep_count
    label = f"{result.clip.name}: {reps} {'rep' if reps == 1 else 'reps'}"
    return Source(identity, label, lambda: _show_result(identity, result))


def _show_result(identity: str, result: Result) -> Shown:
    clip_src = f"/clip/{result.clip.file.token}"
    has_preview = result.folder is not None and (result.folder / "preview.mp4").exists()
    return Shown(
        identity,
        result.clip.name,
        result.analysis,
        clip_src,
        f"{clip_src}/{result.folder.name}/preview.mp4" if result.folder and has_preview else None,
    )
