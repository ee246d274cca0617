"""Settings: defaults, the environment, and values that stop the start."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from core.settings import Settings, load_settings

ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def no_dotenv(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_laptop_defaults_are_those_of_the_design():
    settings = load_settings()
    assert settings.max_file_size_mb == 500
    assert settings.max_video_duration_seconds == 300
    assert settings.frame_skip_rate == "auto"
    assert settings.max_frames_to_analyze == 600
    assert settings.video_resize_width == 640
    assert settings.min_frames_for_analysis == 20


def test_the_environment_wins_over_dotenv(tmp_path, monkeypatch):
    (tmp_path / ".env").write_text("WORKERS=3\nFRAME_SKIP_RATE=8\n")
    monkeypatch.setenv("FRAME_SKIP_RATE", " Auto ")
    settings = load_settings()
    assert (settings.workers, settings.frame_skip_rate) == (3, "auto")


def test_an_empty_variable_counts_as_unset(monkeypatch):
    monkeypatch.setenv("MAX_FILE_SIZE_MB", "")
    assert load_settings().max_file_size_mb == 500


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("MAX_FILE_SIZE_MB", "0", "a whole number from 1 to 10000"),
        ("WORKERS", "many", "a whole number from 1 to 16"),
        ("FRAME_SKIP_RATE", "13", "auto or a whole number from 1 to 12"),
        ("FRAME_SKIP_RATE", "often", "auto or a whole number from 1 to 12"),
        ("VIDEO_RESIZE_WIDTH", "100", "a whole number from 240 to 960"),
    ],
)
def test_a_bad_value_is_named_with_what_is_allowed(monkeypatch, name, value, allowed):
    monkeypatch.setenv(name, value)
    with pytest.raises(ValueError, match=f"^{name}={value}: must be {allowed}$"):
        load_settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://me:hush-hush@host/db"),
        ("DATABASE_URL", "postgresql://me:hush-hush@host:port/db"),
        ("DATABASE_URL", "sqlite:///"),
        ("HISTORY_SECRET_KEY", "hush-hush"),
    ],
)
def test_a_bad_secret_is_named_and_not_shown(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(ValueError, match=rf"^{name}=\(not shown\): must be ") as caught:
        load_settings()
    assert "hush-hush" not in str(caught.value)


def test_a_folder_may_be_in_the_home_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SPOOL_DIR", "~/spool")
    monkeypatch.setenv("HISTORY_DIR", "~/history")
    settings = load_settings()
    assert (settings.spool_dir, settings.history_dir) == (tmp_path / "spool", tmp_path / "history")


@pytest.mark.parametrize(
    "limits",
    [
        [("MIN_FRAMES_FOR_ANALYSIS", 200, "MAX_FRAMES_TO_ANALYZE", 100)],
        [("MAX_FILE_SIZE_MB", 600, "SPOOL_QUOTA_MB", 500)],
        [("MAX_FILE_SIZE_MB", 2, "SPOOL_QUOTA_MB", 1), ("MIN_FRAMES_FOR_ANALYSIS", 41, "MAX_FRAMES_TO_ANALYZE", 40)],
    ],
    ids=["frames", "room", "both"],
)
def test_limits_that_contradict_each_other_are_named(monkeypatch, limits):
    for name, value, other, limit in limits:
        monkeypatch.setenv(name, str(value))
        monkeypatch.setenv(other, str(limit))
    with pytest.raises(ValueError, match="must be at most") as caught:
        load_settings()
    assert str(caught.value).splitlines() == [
        f"{name}={value}: must be at most {other}, {limit}" for name, value, other, limit in limits
    ]


def test_a_clip_may_take_all_the_room_there_is(monkeypatch):
    monkeypatch.setenv("MAX_FILE_SIZE_MB", "700")
    monkeypatch.setenv("SPOOL_QUOTA_MB", "700")
    assert load_settings().spool_quota_mb == 700


def test_a_bad_value_stops_the_app_with_one_line(monkeypatch):
    monkeypatch.setenv("WORKERS", "none")
    done = subprocess.run(
        [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port=0"],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert (done.stdout + done.stderr).strip() == "WORKERS=none: must be a whole number from 1 to 16"


def env_example() -> dict[str, str]:
    lines = (ROOT / ".env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def render_service() -> dict:
    services = yaml.safe_load((ROOT / "render.yaml").read_text())["services"]
    assert len(services) == 1
    return services[0]


def render_environment() -> dict[str, str]:
    made_by_render = "x" * 44
    return {entry["key"]: str(entry.get("value", made_by_render)) for entry in render_service()["envVars"]}


def test_env_example_names_every_setting_and_is_valid(monkeypatch):
    assert set(env_example()) == {name.upper() for name in Settings.model_fields}
    for name, value in env_example().items():
        monkeypatch.setenv(name, value)
    assert load_settings().max_frames_to_analyze == 200


def test_render_sets_known_variables_to_valid_values(monkeypatch):
    known = {name.upper() for name in Settings.model_fields} | {"PYTHON_VERSION", "MALLOC_ARENA_MAX"}
    assert set(render_environment()) <= known
    for name, value in render_environment().items():
        monkeypatch.setenv(name, value)
    settings = load_settings()
    assert settings.max_frames_to_analyze == 200
    assert settings.workers == 1


def test_render_builds_the_model_and_binds_its_port():
    service = render_service()
    assert (service["type"], service["runtime"]) == ("web", "python")
    assert "python -m core.model" in service["buildCommand"]
    assert "--server.port=$PORT" in service["startCommand"]
    assert "--server.address=0.0.0.0" in service["startCommand"]
    assert service["healthCheckPath"] == "/_stcore/health"


def test_streamlit_sends_nothing_and_allows_the_default_size():
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())
    assert config["browser"]["gatherUsageStats"] is False
    assert config["server"]["maxUploadSize"] == Settings.model_fields["max_file_size_mb"].default


def test_the_readme_lists_every_setting():
    readme = (ROOT / "README.md").read_text()
    missing = [name.upper() for name in Settings.model_fields if f"`{name.upper()}`" not in readme]
    assert missing == []
