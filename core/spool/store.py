"""All clips of one server process, and when each of them goes."""

import os
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from core.errors import UploadError
from core.spool.folder import (
    claim_folder,
    make_run_folder,
    measure_folder,
    remove_orphans,
    remove_path,
    remove_server_folder,
)
from core.spool.writer import MB, Room, SpooledFile, UploadWriter, disk_errors


@dataclass
class _Entry:
    """What the spool knows of one clip; ``owner`` is the session it belongs to.

    Its age is not that of the wall clock, which is put right by hours where a machine has no battery or was asleep.
    No clip outlives its server, so no age has to either.
    """

    file: SpooledFile
    owner: str | None
    upload_id: str | None
    receipt: str
    came_s: float = field(default_factory=time.monotonic)
    holds: int = 0
    users: list[Callable[[], bool]] = field(default_factory=list)
    folders: dict[str, Path] = field(default_factory=dict)
    kept: bool = False
    discarded: bool = False  # the user took it out of the uploader
    ended: bool = False  # its session is over, or it expired

    def has_lost_users(self) -> bool:
        before = len(self.users)
        self.users = [is_using for is_using in self.users if is_using()]
        return len(self.users) < before

    def is_unneeded(self) -> bool:
        is_wanted = not self.ended and (self.kept or not self.discarded)
        return not (is_wanted or self.holds or self.users)


class Spool:
    """The clips of one server process. Safe to use from any thread.

    Parameters
    ----------
    base
        Folder that gets this process's private folder; it may be shared with other servers.
    max_file_bytes
        Largest clip.
    quota_bytes
        Most room for all clips together, those still coming in included.
    ttl_s
        Age at which a clip is removed by :meth:`sweep`.
    """

    def __init__(self, base: Path, *, max_file_bytes: int, quota_bytes: int, ttl_s: float) -> None:
        base.mkdir(mode=0o700, parents=True, exist_ok=True)
        remove_orphans(base)
        self.folder, self._lock_fd = claim_folder(base)
        self.max_file_bytes = max_file_bytes
        self.room = Room(quota_bytes)
        self._ttl_s = ttl_s
        self._mutex = threading.RLock()
        self._depth = 0
        self._gone: list[Path] = []
        self._entries: dict[str, _Entry] = {}
        self._refusals: dict[str, str] = {}
        self._inactive_since: dict[str, float] = {}

    # -- in ----------------------------------------------------------------

    def begin(
        self,
        *,
        owner: str | None = None,
        upload_id: str | None = None,
        receipt: str | None = None,
        expected_bytes: int = 0,
    ) -> UploadWriter:
        """Open a writer for one clip.

        Parameters
        ----------
        owner
            Session the clip belongs to and goes with. None: it stays until it expires.
        upload_id
            The uploader's name for this upload; :meth:`discard_upload` knows the clip by it.
        receipt
            Secret that :meth:`read_receipt` turns into the clip; default: a fresh one.
        expected_bytes
            Announced size, claimed from the quota at once; 0 when unknown.

        Raises
        ------
        TooLargeError, NoRoomError
            The announced size is over the limit, or does not fit into the quota or on the disk.
        StoreError
            The folder of clips is gone or cannot be written to.
        """
        if owner is not None:
            with self._locked():
                self._refusals.pop(owner, None)
        admit = partial(self._admit, owner=owner, upload_id=upload_id, receipt=receipt or new_receipt())
        path = self.folder / secrets.token_urlsafe(24)
        writer = UploadWriter(path, max_bytes=self.max_file_bytes, room=self.room, on_complete=admit)
        try:
            writer.claim(expected_bytes)
        except UploadError:
            writer.abort()
            raise
        return writer

    def _admit(self, file: SpooledFile, *, owner: str | None, upload_id: str | None, receipt: str) -> None:
        with self._locked():
            if owner is not None and upload_id is not None:
                self.discard_upload(owner=owner, upload_id=upload_id)
            self._entries[file.token] = _Entry(file, owner, upload_id, receipt)

    def copy_in(self, source: Path, *, owner: str | None = None, name: str | None = None) -> SpooledFile:
        """Spool a copy of a file of ours, such as the sample clip; it replaces the session's earlier copy.

        `name` is what :meth:`remove_copies` knows it by; default: what the file is called.
        """
        begin = partial(self.begin, owner=owner, upload_id=_copy_of(name or source.name))
        with source.open("rb") as stream, begin(expected_bytes=source.stat().st_size) as writer:
            while chunk := stream.read(MB):
                writer.write(chunk)
            return writer.commit()

    # -- use ---------------------------------------------------------------

    def get(self, token: str) -> SpooledFile | None:
        """Return the clip of a token while it is on disk."""
        with self._locked():
            entry = self._entries.get(token)
            return entry.file if entry else None

    def read_receipt(self, data: bytes) -> SpooledFile | None:
        """Return the clip a page's uploaded "file" stands for; None when it is no receipt, or the clip is gone.

        A receipt is a random secret that is handed to Streamlit's upload store and to nobody else, so
        bytes that a user made up, another user's token or a path name nothing.
        """
        with self._locked():
            for entry in self._entries.values():
                if not (entry.discarded or entry.ended) and secrets.compare_digest(entry.receipt.encode(), data):
                    return entry.file
        return None

    def receipt(self, token: str) -> bytes:
        """Return what the page's uploader holds for a clip, for tests of pages without a browser."""
        with self._locked():
            return self._entries[token].receipt.encode()

    @contextmanager
    def hold(self, token: str) -> Iterator[SpooledFile]:
        """Keep a clip on disk while the block runs, whatever else asks for its removal.

        Raises
        ------
        UploadError
            The clip is gone: it expired, or was removed in the uploader.
        """
        with self._locked():
            entry = self._entries.get(token)
            if entry is None:
                raise UploadError("The clip is no longer on the server: it expired or was removed. Upload it again.")
            entry.holds += 1
        try:
            yield entry.file
        finally:
            with self._locked():
                entry.holds -= 1
                self._settle(entry)

    def hold_while(self, token: str, is_using: Callable[[], bool]) -> None:
        """Keep a clip on disk while a job that outlives this call still uses it; :meth:`sweep` asks again.

        Raises
        ------
        UploadError
            The clip is gone: it expired, or was removed in the uploader.
        """
        with self.hold(token), self._locked():
            self._entries[token].users.append(is_using)

    # -- folders -----------------------------------------------------------

    def make_folder(self, token: str) -> Path:
        """Make a private folder for what an analysis of the clip leaves on disk; it goes with the clip.

        What is in it counts against the quota from the moment the job ends, as seen by :meth:`sweep`, or
        :meth:`count_folders` is called: a job is never stopped for it, the next upload is refused.

        Raises
        ------
        UploadError
            The clip is gone: it expired, or was removed in the uploader.
        NoRoomError, StoreError
            The disk is full, or refuses it for another reason.
        """
        with self.hold(token), self._locked(), disk_errors():
            path = make_run_folder(self.folder)
            self._entries[token].folders[path.name] = path
            return path

    def get_folder(self, token: str, run: str) -> Path | None:
        """Return a folder of the clip by its name; None when the clip has no such folder."""
        with self._locked():
            entry = self._entries.get(token)
            return entry.folders.get(run) if entry else None

    def count_folders(self, token: str) -> None:
        """Count what the folders of a clip hold now against the quota."""
        with self._locked():
            entry = self._entries.get(token)
            folders = list(entry.folders.values()) if entry else []
        for path in folders:
            self.room.count(path.name, size_bytes=measure_folder(path))

    def remove_folder(self, folder: Path) -> None:
        """Remove one folder with what is in it; the clip stays. A folder that is gone is no error."""
        with self._locked():
            for entry in self._entries.values():
                if entry.folders.pop(folder.name, None):
                    self._gone.append(folder)

    def keep(self, token: str) -> None:
        """Let a clip outlive its place in the uploader, because a result shows it; see :meth:`release`."""
        self._mark_kept(token, kept=True)

    def release(self, token: str) -> None:
        """Say that no result needs the clip any more; it goes now if the uploader dropped it already."""
        self._mark_kept(token, kept=False)

    def _mark_kept(self, token: str, *, kept: bool) -> None:
        with self._locked():
            if entry := self._entries.get(token):
                entry.kept = kept
                self._settle(entry)

    def hand_over(self, owner: str, *, to: str) -> None:
        """Make the clips of a session another's, which goes on with its visit."""
        with self._locked():
            for entry in self._entries.values():
                if entry.owner == owner:
                    entry.owner = to

    # -- out ---------------------------------------------------------------

    def discard(self, token: str) -> None:
        """Remove a clip the user took back, as soon as no result and no analysis needs it."""
        with self._locked():
            if entry := self._entries.get(token):
                entry.discarded = True
                self._settle(entry)

    def discard_upload(self, *, owner: str, upload_id: str) -> None:
        """Discard the clip that the uploader knows by this name."""
        with self._locked():
            for entry in list(self._entries.values()):
                if (entry.owner, entry.upload_id) == (owner, upload_id):
                    self.discard(entry.file.token)

    def remove(self, token: str) -> None:
        """Remove a clip, at the end of the analysis that holds it if there is one."""
        with self._locked():
            if entry := self._entries.get(token):
                entry.ended = True
                self._settle(entry)

    def remove_copies(self, name: str) -> None:
        """Do :meth:`remove` for every session's copy of a file of ours, whatever result shows it."""
        with self._locked():
            for entry in list(self._entries.values()):
                if entry.upload_id == _copy_of(name):
                    self.remove(entry.file.token)

    def sweep(self, *, is_active: Callable[[str], bool] | None = None, grace_s: float = 0.0) -> None:
        """Remove expired clips and the clips of sessions that were inactive for longer than the grace.

        The grace lets a phone that lost its connection for a moment find its clip again.
        """
        with self._locked():
            over = self._sessions_over(is_active, grace_s) if is_active else set()
            for owner in over:
                self._refusals.pop(owner, None)
            for entry in list(self._entries.values()):
                entry.ended |= entry.owner in over or time.monotonic() - entry.came_s > self._ttl_s
                self._settle(entry)

    def _sessions_over(self, is_active: Callable[[str], bool], grace_s: float) -> set[str]:
        owners = {entry.owner for entry in self._entries.values() if entry.owner} | set(self._refusals)
        inactive = {owner for owner in owners if not is_active(owner)}
        now = time.monotonic()
        self._inactive_since = {owner: self._inactive_since.get(owner, now) for owner in inactive}
        return {owner for owner, since in self._inactive_since.items() if now - since >= grace_s}

    def _settle(self, entry: _Entry) -> None:
        """Let a clip go that nothing needs, and its folders; called with the mutex held."""
        if entry.has_lost_users():
            self.count_folders(entry.file.token)
        if entry.is_unneeded() and entry.file.token in self._entries:
            del self._entries[entry.file.token]
            self._gone += [entry.file.path, *entry.folders.values()]

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the mutex; what was taken out of the table meanwhile is deleted once it is free again.

        To delete a large clip takes the disk a while, and the server's event loop waits for the mutex.
        """
        gone: list[Path] = []
        try:
            with self._mutex:
                self._depth += 1
                try:
                    yield
                finally:
                    self._depth -= 1
                    if not self._depth:
                        gone, self._gone = self._gone, []
        finally:
            for path in gone:
                remove_path(path)
                self.room.free(path.name)

    def close(self) -> None:
        """Remove everything; the process is about to end."""
        with self._locked():
            self._entries.clear()
            remove_server_folder(self.folder)
            if self._lock_fd >= 0:
                os.close(self._lock_fd)
                self._lock_fd = -1

    # -- refusals ----------------------------------------------------------

    def refuse(self, *, owner: str, message: str) -> None:
        """Remember why the last upload of a session was refused: the uploader itself only says "failed"."""
        with self._locked():
            self._refusals[owner] = message

    def refusal(self, owner: str) -> str | None:
        """Return why the last upload of a session was refused; None once another begins."""
        with self._locked():
            return self._refusals.get(owner)


def _copy_of(name: str) -> str:
    return f"copy of {name}"


def new_receipt() -> str:
    """Return a fresh receipt: 256 random bits, told to Streamlit's upload store only."""
    return f"repscope-receipt-{secrets.token_urlsafe(32)}"
