"""The rules of the tree that a reader relies on."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CORE = sorted((ROOT / "core").rglob("*.py"))
ONLY_IMPORTER = {
    "av": {"core/video/pick.py", "core/video/read.py", "core/video/write.py", "core/mannequin/clip.py"},
    "mediapipe": {"core/pose.py", "core/model.py"},
    "scipy": {"core/people.py"},
}


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def roots(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imported(path)}


@pytest.mark.parametrize("path", CORE, ids=lambda path: str(path.relative_to(ROOT)))
def test_core_knows_neither_streamlit_nor_the_pages(path):
    assert not roots(path) & {"streamlit", "pages", "app", "tests"}


@pytest.mark.parametrize("library", ONLY_IMPORTER)
def test_an_edge_library_has_one_importer(library):
    found = {str(path.relative_to(ROOT)) for path in CORE if library in roots(path)}
    assert found == ONLY_IMPORTER[library]


def modules_after(statement: str) -> set[str]:
    code = f"import sys\n{statement}\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.skipif(sys.platform != "linux", reason="counts threads in /proc")
def test_linear_algebra_has_no_threads_of_its_own():
    code = "import os, core.pipeline, scipy.linalg; print(len(os.listdir('/proc/self/task')))"
    environment = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert int(done.stdout) == 1


WORKER = "import core.analyze, core.annotate, core.worker.inside, mediapipe.tasks.python.vision.pose_landmarker"
WORKER_MAY_LOAD = {"PIL", "av", "core", "mediapipe", "numpy", "psutil"}
WEB = "import core.jobs, core.plots, core.export, core.report.document, core.worker, core.spool, core.settings"
WEB_MAY_LOAD = WORKER_MAY_LOAD - {"av", "mediapipe"} | {
    "_plotly_utils", "anyio", "dotenv", "jinja2", "markupsafe", "narwhals", "plotly", "pydantic", "pydantic_core",
    "pydantic_settings", "python_multipart", "starlette",
}  # fmt: skip
SMALL = {"annotated_types", "packaging", "typing_extensions", "typing_inspection", "cython_runtime"}
"""What the others bring along and what weighs nothing; names that begin with an underscore likewise."""


@pytest.mark.parametrize(
    ("statement", "allowed"), [(WORKER, WORKER_MAY_LOAD), (WEB, WEB_MAY_LOAD)], ids=["worker", "web process"]
)
def test_a_process_loads_what_it_needs_and_no_more(statement, allowed):
    loaded = {name.split(".")[0] for name in modules_after(statement) - modules_after("pass")}
    foreign = {name for name in loaded - sys.stdlib_module_names if not name.startswith("_")}
    assert foreign - SMALL <= allowed


CORRECTING = """
from core.corrections import Corrections
from core.mannequin import compute_truth, plan_steady
from core.pipeline import correct, summarize
correct(summarize(compute_truth(plan_steady("squat", count=3, period_s=3)).track), Corrections(joint="left_hip"))
"""


def test_a_correction_loads_no_library_of_70_mb():
    """The web process makes it, beside the worker of somebody else."""
    assert "scipy" not in {name.split(".")[0] for name in modules_after(CORRECTING)}


def test_no_file_outgrows_a_reading():
    sizes = {path: len(path.read_text().splitlines()) for path in [*CORE, *(ROOT / "pages").rglob("*.py")]}
    assert [f"{path}: {size} lines" for path, size in sizes.items() if size > 400] == []


def test_who_saves_nothing_does_not_load_a_database():
    loaded = modules_after("import core.history, core.history.trends, core.plots.sessions, pages.history_routes")
    assert not loaded & {"sqlalchemy", "alembic", "psycopg", "sqlite3"}
