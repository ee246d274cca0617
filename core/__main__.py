"""The command line: ``python -m core CLIP``, or a landmarks ``.npz`` instead of a clip."""

import argparse
import errno
import os
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from core.analyze import analyze_clip
from core.errors import AnalysisError, NoPersonError, WriteError
from core.export import (
    read_analysed,
    to_frames_csv,
    to_json,
    to_nobody_csvs,
    to_nobody_json,
    to_npz,
    to_reps_csv,
)
from core.landmarks import ANGLE_NAMES, JOINTS, LandmarkTrack
from core.pipeline import Analysis, Progress, Request, summarize
from core.pose import silence_native_log
from core.sampling import USEFUL_RATE_HZ, Sampler, mean_rate_hz, plan_sampling
from core.settings import MAX_FRAME_SKIP, MAX_RESIZE_WIDTH, MIN_RESIZE_WIDTH, Settings, load_settings


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Say it in one line, without the usage."""
        self.exit(2, f"{self.prog}: {message}\n")


def main(arguments: list[str] | None = None) -> int:
    """Analyse one clip; return 0, or 2 after one line on standard error; what is no user's fault is raised."""
    options = _parse(arguments)
    try:
        settings = load_settings()
    except ValueError as error:
        return _fail(error)
    try:
        _run(options, settings)
    except (AnalysisError, OSError) as error:
        return _fail(error)
    except KeyboardInterrupt:
        return 130
    return 0


def _run(options: argparse.Namespace, settings: Settings) -> None:
    started = time.perf_counter()
    _check_outputs(options)
    request = Request.from_settings(settings, **_changes(options))
    if options.max_frames:  # whoever asks for few frames gets what they show
        request = replace(request, min_frames=min(request.min_frames, max(4, options.max_frames // 2)))
    try:
        if options.clip.suffix.lower() == ".npz":
            analysis = _analyze_landmarks(options.clip, request)
        else:
            analysis = _follow(analyze_clip(options.clip, request))
    except NoPersonError as error:  # a clip of an empty room is a clip with no rep, and says why
        _write_nobody(error, options, total_s=time.perf_counter() - started)
    else:
        _write(analysis, options)


def _fail(error: Exception) -> int:
    print(f"repscope: {' '.join(str(error).split())}", file=sys.stderr)
    return 2


def _check_outputs(options: argparse.Namespace) -> None:
    """Raise WriteError for a file that cannot be written, before minutes are spent on what it is for."""
    taken: dict[str, str] = {}
    for option, path in _files_asked_for(options):
        if str(path) == "-":
            raise WriteError(f"{option} - cannot be written: only --json goes to standard output. Name a file.")
        if path.is_dir() or not path.parent.is_dir():
            why = "it is a folder" if path.is_dir() else f"there is no folder {path.parent}"
            raise WriteError(f"{path} cannot be written: {why}. Name a file in a folder that is there.")
        if path.exists() and options.clip.exists() and path.samefile(options.clip):
            raise WriteError(f"{path} is the clip itself and would be overwritten. Name another file.")
        if path.is_char_device():  # /dev/null takes them all
            continue
        if (earlier := taken.setdefault(_identity(path), option)) != option:
            raise WriteError(f"{path} is named for {earlier} and for {option}. Name a file for each.")


def _files_asked_for(options: argparse.Namespace) -> list[tuple[str, Path]]:
    asked = {
        "--json": None if options.json in (None, "-") else Path(options.json),
        "--reps-csv": options.reps_csv,
        "--frames-csv": options.frames_csv,
        "--landmarks": options.landmarks,
    }
    return [(option, path) for option, path in asked.items() if path]


def _identity(path: Path) -> str:
    """Return what two names of one file have in common: a link, a hard link, ``./X`` and ``X``."""
    if not path.exists():
        return os.path.realpath(path)
    found = path.stat()
    return f"{found.st_dev} {found.st_ino}"


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = _Parser(prog="python -m core", description="Count and measure the reps in a clip.")
    parser.add_argument("clip", metavar="CLIP", type=Path, help="a video, or a landmarks .npz")
    parser.add_argument("--skip", type=_frame_skip, metavar="N|auto", help="analyse one frame in N")
    parser.add_argument("--width", type=_width, metavar="W", help="width of the analysed frame, px; never upscaled")
    parser.add_argument("--joint", choices=["auto", *ANGLE_NAMES, *JOINTS], default="auto", metavar="NAME",
                        help=f"count on this joint: auto, {', '.join((*ANGLE_NAMES, *JOINTS))}")  # fmt: skip
    parser.add_argument("--max-frames", type=_positive, metavar="N", help="most frames to analyse")
    parser.add_argument("--json", metavar="FILE|-", help="write the result as JSON; - is standard output")
    parser.add_argument("--reps-csv", type=Path, metavar="FILE")
    parser.add_argument("--frames-csv", type=Path, metavar="FILE")
    parser.add_argument("--landmarks", type=Path, metavar="FILE", help="write the landmarks as .npz")
    return parser.parse_args(arguments)


def _frame_skip(text: str) -> int | str:
    if text.lower() == "auto":
        return "auto"
    if text.isdecimal() and 1 <= int(text) <= MAX_FRAME_SKIP:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text} is not auto or a whole number from 1 to {MAX_FRAME_SKIP}")


def _width(text: str) -> int:
    if text.isdecimal() and MIN_RESIZE_WIDTH <= int(text) <= MAX_RESIZE_WIDTH:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text} is not a whole number from {MIN_RESIZE_WIDTH} to {MAX_RESIZE_WIDTH}")


def _positive(text: str) -> int:
    if text.isdecimal() and int(text) > 0:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text} is not a whole number above 0")


def _changes(options: argparse.Namespace) -> dict[str, object]:
    asked = {"frame_skip": options.skip, "resize_width": options.width, "max_frames": options.max_frames}
    changes = {name: value for name, value in asked.items() if value is not None}
    return changes | {"joint": None if options.joint == "auto" else options.joint}


def _analyze_landmarks(path: Path, request: Request) -> Analysis:
    """Take the rows the sampling plan wants, as if they were frames of a clip; all, where they are its result."""
    track, frame_index = read_analysed(path)
    rows = np.arange(len(track.time_s))
    if not _is_sampled(track, request, from_analysis=frame_index is not None):
        rows = _sample(track, request)
    return summarize(
        track.take(rows),
        frame_index=None if frame_index is None else frame_index[rows],
        joint=request.joint,
        min_frames=request.min_frames,
    )


def _is_sampled(track: LandmarkTrack, request: Request, *, from_analysis: bool) -> bool:
    """Tell whether there is nothing to thin out: a plan made from the mean rate would leave rows out all the same."""
    if len(track.time_s) < 2:
        return True
    is_slow = request.frame_skip == "auto" and mean_rate_hz(track.time_s) <= USEFUL_RATE_HZ
    return len(track.time_s) <= request.max_frames and (from_analysis or is_slow)


def _sample(track: LandmarkTrack, request: Request) -> NDArray[np.intp]:
    """Return the numbers of the rows to analyse."""
    rate_hz = mean_rate_hz(track.time_s)
    plan = plan_sampling(
        duration_s=len(track.time_s) / rate_hz,
        fps=rate_hz,
        size_wh=(request.resize_width, request.resize_width),
        frame_skip=request.frame_skip,
        max_frames=request.max_frames,
        min_frames=request.min_frames,
        resize_width=request.resize_width,
    )
    sampler = Sampler(plan, fps=rate_hz)
    start_s = track.time_s[0]
    rows = [index for index, time_s in enumerate(track.time_s) if sampler.takes(index, time_s - start_s)]
    return np.array(rows, dtype=np.intp)


def _follow(run: Generator[Progress, None, Analysis]) -> Analysis:
    """Run to the end; on a terminal, draw a progress bar on standard error."""
    while True:
        try:
            progress = next(run)
        except StopIteration as stop:
            _draw("")
            analysis: Analysis = stop.value
            return analysis
        filled = round(progress.fraction * 30)
        _draw(f"[{'#' * filled}{'.' * (30 - filled)}] {progress.fraction:4.0%}  frame {progress.frames_done}")


def _draw(line: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{line}")
        sys.stderr.flush()


def _write(analysis: Analysis, options: argparse.Namespace) -> None:
    if options.json:
        _write_json(to_json(analysis, clip=_name_of(options.clip)), options)
    if options.reps_csv:
        _write_file(options.reps_csv, to_reps_csv(analysis).encode())
    if options.frames_csv:
        _write_file(options.frames_csv, to_frames_csv(analysis).encode())
    if options.landmarks:
        _write_file(options.landmarks, to_npz(analysis))
    if options.json != "-":
        _print(_describe(analysis) + "\n")


def _write_nobody(error: NoPersonError, options: argparse.Namespace, *, total_s: float) -> None:
    _draw("")
    for path, header in zip((options.reps_csv, options.frames_csv), to_nobody_csvs(), strict=True):
        if path:
            _write_file(path, header.encode())
    if options.landmarks and options.landmarks.is_file():  # there are none: those there are not this clip's
        with _write_errors(options.landmarks):
            options.landmarks.unlink()
    if options.json:
        _write_json(to_nobody_json(error, clip=_name_of(options.clip), total_s=total_s), options)
    if options.json != "-":
        _print(f"{error.outcome}\n")


def _write_json(document: str, options: argparse.Namespace) -> None:
    if options.json == "-":
        _print(document)
    else:
        _write_file(Path(options.json), document.encode())


def _write_file(path: Path, content: bytes) -> None:
    """Write a file or none: half of one would look like a result. One that cannot be opened stays as it was."""
    with _write_errors(path):
        file = path.open("wb")
        try:
            with file:
                file.write(content)
        except OSError:
            if path.is_file():  # no device
                with suppress(OSError):
                    path.unlink()
            raise


def _print(text: str) -> None:
    with _write_errors("Standard output"):
        try:
            sys.stdout.write(text)
            sys.stdout.flush()
        except OSError:  # Python tries again at exit: https://docs.python.org/3/library/signal.html#note-on-sigpipe
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise


@contextmanager
def _write_errors(target: Path | str) -> Iterator[None]:
    """Translate what the disk refuses."""
    try:
        yield
    except OSError as error:
        what_to_do = "Name another file, or look at who may write there."
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            what_to_do = "Make room there, or name a file on another disk."
        raise WriteError(f"{target} cannot be written: {error.strerror or error}. {what_to_do}") from error


def _name_of(clip: Path) -> str:
    """Return its name; bytes that are no UTF-8, as an old camera writes them, become a question mark."""
    return os.fsencode(clip.name).decode(errors="replace")


def _describe(analysis: Analysis) -> str:
    """Return the result as a few lines for a person at a terminal."""
    reps = "1 rep" if analysis.rep_count == 1 else f"{analysis.rep_count} reps"
    lines = [f"{reps}, driven by {analysis.count.driving_joint or 'nothing'}"]
    lines += [
        f"{'' if rep.is_partial else rep.rep:4}  {rep.start_s:7.2f} s to {rep.end_s:7.2f} s  {rep.duration_s:5.2f} s  "
        f"{f'ROM {rep.rom_deg:5.1f} deg' if np.isfinite(rep.rom_deg) else 'ROM not measured'}"
        f"{'  partial' if rep.is_partial else ''}"
        for rep in analysis.metrics.reps
    ]
    lines += [f"Note: {warning}" for warning in analysis.warnings]
    timing = analysis.timing
    lines.append(
        f"{analysis.frames_analysed} frames at {analysis.sample_rate_hz:.1f} Hz in {timing.total_s:.1f} s "
        f"(decode {timing.decode_s:.1f}, pose {timing.pose_s:.1f}), peak {analysis.peak_mb:.0f} MB"
    )
    return "\n".join(lines)


if __name__ == "__main__":
    silence_native_log()
    sys.exit(main())
