"""Every tunable of RepScope, read once from the environment, validated, typed.

Each field is the environment variable of the same name in capitals. The defaults suit a laptop;
``.env.example`` and ``render.yaml`` hold the profile for a 512 MB container. A file ``.env`` in
the working directory is read too, the environment wins; an empty string counts as unset.
"""

from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from core import ROOT

MAX_FRAME_SKIP = 12
MIN_RESIZE_WIDTH, MAX_RESIZE_WIDTH = 240, 960

HomePath = Annotated[Path, AfterValidator(Path.expanduser)]
FrameSkip = Literal["auto"] | Annotated[int, Field(ge=1, le=MAX_FRAME_SKIP)]


_PAIRS = (("min_frames_for_analysis", "max_frames_to_analyze"), ("max_file_size_mb", "spool_quota_mb"))
"""Limits of which the first may not be above the second."""
DATABASES = ("sqlite:///", "postgresql://", "postgres://", "postgresql+psycopg://")
MIN_SECRET_CHARACTERS = 32


def _check_database(url: SecretStr) -> SecretStr:
    text = url.get_secret_value()
    if not text.startswith(DATABASES) or text in DATABASES:
        raise ValueError("unknown database")
    _ = urlsplit(text).port  # raises ValueError for what is no number
    return url


def _check_file(path: Path) -> Path:
    if not path.is_file():
        raise ValueError("no file")
    return path


def _lower(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


class Settings(BaseSettings):
    """The settings of one process; fields are limits and defaults, all with their unit in the name."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, frozen=True, extra="ignore")

    max_file_size_mb: int = Field(500, ge=1, le=10_000, description="largest upload, MB; it costs disk, not memory")
    max_video_duration_seconds: int = Field(300, ge=1, le=7200, description="longest clip, s; it costs processing time")
    frame_skip_rate: Annotated[FrameSkip, BeforeValidator(_lower)] = Field(
        "auto", description="analyse one frame in this many, or auto: spread the frames over the clip"
    )
    max_frames_to_analyze: int = Field(600, ge=20, le=10_000, description="most frames through the pose model")
    video_resize_width: int = Field(
        640, ge=MIN_RESIZE_WIDTH, le=MAX_RESIZE_WIDTH, description="width of the analysed frame, px; never upscaled"
    )
    min_frames_for_analysis: int = Field(20, ge=4, le=1000, description="fewest usable frames; below, no result")
    pose_model_path: Annotated[HomePath, AfterValidator(_check_file)] | None = Field(
        None, description="another MediaPipe .task file instead of the built one"
    )
    workers: int = Field(1, ge=1, le=16, description="analyses at a time, each in its own process (about 210 MB)")
    job_timeout_seconds: int = Field(600, ge=5, le=7200, description="longest run of one analysis, s")
    worker_idle_seconds: int = Field(
        60, ge=0, le=3600, description="idle time after which the worker exits, s; 0: after each"
    )
    spool_dir: HomePath | None = Field(
        None, description="folder of uploaded clips, on a local disk; default: a private temporary folder"
    )
    spool_ttl_minutes: int = Field(60, ge=1, le=10_080, description="an uploaded clip is deleted after this long")
    spool_quota_mb: int = Field(2000, ge=1, le=1_000_000, description="most room all uploaded clips may take, MB")
    history_dir: HomePath = Field(ROOT / "data", description="folder of what trainers save: SQLite file, clips, key")
    database_url: Annotated[SecretStr, AfterValidator(_check_database)] | None = Field(
        None, description="where saved analyses go; default: a SQLite file in HISTORY_DIR"
    )
    history_quota_mb: int = Field(5000, ge=1, le=1_000_000, description="most room all saved analyses may take, MB")
    history_secret_key: SecretStr | None = Field(
        None, min_length=MIN_SECRET_CHARACTERS, description="signs the browsers' cookies; default: made once, kept"
    )

    @model_validator(mode="after")
    def _check_pairs(self) -> Self:
        """Refuse a limit that another one never lets anybody reach."""
        problems = [
            f"{low.upper()}={getattr(self, low)}: must be at most {high.upper()}, {getattr(self, high)}"
            for low, high in _PAIRS
            if getattr(self, low) > getattr(self, high)
        ]
        if problems:
            raise ValueError("\n".join(problems))
        return self


def load_settings() -> Settings:
    """Return the settings of the environment.

    Raises
    ------
    ValueError
        A variable holds a bad value: one line per variable with name, value and allowed range.
    """
    try:
        return Settings()  # type: ignore[call-arg]  # fields come from the environment
    except ValidationError as error:
        raise ValueError("\n".join(sorted(set(_describe(error))))) from None


def _describe(error: ValidationError) -> list[str]:
    lines = []
    for problem in error.errors():
        if not problem["loc"]:  # settings that do not go together
            lines += problem["msg"].removeprefix("Value error, ").splitlines()
            continue
        name = str(problem["loc"][0])
        value = "(not shown)" if name in _SECRETS else problem["input"]
        lines.append(f"{name.upper()}={value}: must be {_allowed(name)}")
    return lines


_SECRETS = {"database_url", "history_secret_key"}


def _allowed(name: str) -> str:
    if name == "database_url":
        return "sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME"
    if name == "history_secret_key":
        return f"at least {MIN_SECRET_CHARACTERS} random characters"
    if name == "pose_model_path":
        return "a file that is there"
    if name == "frame_skip_rate":
        return f"auto or a whole number from 1 to {MAX_FRAME_SKIP}"
    limits = {type(m).__name__: m for m in Settings.model_fields[name].metadata}
    if "Ge" in limits:
        return f"a whole number from {limits['Ge'].ge} to {limits['Le'].le}"
    return "a path"
