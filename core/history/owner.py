"""Whose a saved analysis is: a browser's, or an account's. And the key that proves it."""

import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal, Self

from itsdangerous import BadSignature, URLSafeSerializer, URLSafeTimedSerializer

from core.errors import HistoryError

PASS_SECONDS = 12 * 3600
"""How long the address of a picture or clip works after the page gave it out."""
Purpose = Literal["browser", "files", "export"]
"""Of a pass: to say who a browser is, to a picture or clip whose id is known, to everything as one file. An address is
easily handed on: that of a picture must not open the rest."""
_KEY_FILE = "secret.key"


@dataclass(frozen=True)
class Owner:
    """Whose analyses they are. `name` is what the database holds: a hash, never a cookie nor an account's name."""

    name: str

    @classmethod
    def of_browser(cls, token: str) -> Self:
        """Return the owner of a browser that holds this token."""
        return cls(f"browser:{_digest(token)}")

    @classmethod
    def of_account(cls, *, issuer: str, subject: str) -> Self:
        """Return the owner of an account; a subject is unique only with its issuer (OpenID Connect Core, 5.7)."""
        digest = _digest(f"{issuer}\n{subject}")
        return cls(f"account:{digest}")


class Keyring:
    """Signs what browsers bring back: the cookie that owns a history, and passes to the files of one.

    Parameters
    ----------
    folder
        Where the key is kept if none is given: made once, for the server's user only (mode 0600).
    secret
        The key, from the settings.
    """

    def __init__(self, folder: Path, *, secret: str | None = None) -> None:
        self._path = folder / _KEY_FILE
        self._given = secret

    def new_browser(self) -> tuple[Owner, str]:
        """Return a new owner and its cookie: 256 random bits, signed.

        Raises
        ------
        HistoryError
            The key cannot be kept.
        """
        token = secrets.token_urlsafe(32)
        return Owner.of_browser(token), self._cookies.dumps(token)

    def read_cookie(self, cookie: str) -> Owner | None:
        """Return whose cookie it is; None for one that this server did not make."""
        if not self._exists():
            return None
        try:
            return Owner.of_browser(str(self._cookies.loads(cookie)))
        except BadSignature:
            return None

    def write_pass(self, owner: Owner, *, to: Purpose) -> str:
        """Return a pass that lets its bearer do one thing for an owner; it ends after `PASS_SECONDS`."""
        return str(self._passes(to).dumps(owner.name))

    def read_pass(self, text: str, *, to: Purpose) -> Owner | None:
        """Return whose pass it is; None for one that has ended, is to something else, or was made by somebody else."""
        if not self._exists():
            return None
        try:
            return Owner(self._passes(to).loads(text, max_age=PASS_SECONDS))
        except BadSignature:
            return None

    def _exists(self) -> bool:
        with self._disk_errors():
            return self._given is not None or self._path.exists()

    @cached_property
    def _cookies(self) -> URLSafeSerializer:
        return URLSafeSerializer(self._secret, salt="repscope-browser", signer_kwargs=_SIGNER)

    def _passes(self, to: Purpose) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self._secret, salt=f"repscope-pass-{to}", signer_kwargs=_SIGNER)

    @cached_property
    def _secret(self) -> str:
        if self._given is not None:
            return self._given
        with self._disk_errors():
            return self._path.read_text(encoding="ascii") if self._path.exists() else _make_key(self._path)

    @contextmanager
    def _disk_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise HistoryError(
                f"The history cannot keep its key in {self._path.parent}: {error.strerror or error}. Ask who runs this "
                "server to make that folder (HISTORY_DIR) writable, or to set HISTORY_SECRET_KEY."
            ) from error


_SIGNER = {"digest_method": hashlib.sha256}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _make_key(path: Path) -> str:
    """Write a new key, complete or not at all; where two processes do, the first one's counts for both."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    return path.read_text(encoding="ascii")
