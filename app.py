"""RepScope as an ASGI app: Streamlit's pages, uploads straight to disk, and clips for the player.

``streamlit run app.py`` starts it.
"""

import asyncio
import gc
import logging
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import streamlit as st
from anyio import to_thread
from starlette.middleware import Middleware
from streamlit.runtime import get_instance

from core.children import child_environment
from core.history import purge_history
from core.history.child import MIGRATE
from core.memory import return_large_blocks
from core.settings import load_settings
from core.spool import get_spool
from core.spool.upload import SpoolUploads
from core.visits import get_visits
from core.worker import get_pool
from pages.former_page import FormerPageFilter
from pages.history_routes import HISTORY_ROUTES
from pages.plotly_js import PLOTLY_ROUTE
from pages.routes import ROUTES

SWEEP_SECONDS = 1

# For the worker: glibc gives each thread of the decoder and the model a heap of its own, which costs 10 MB.
os.environ.setdefault("MALLOC_ARENA_MAX", "2")
return_large_blocks()

log = logging.getLogger("repscope")
log.setLevel(logging.INFO)
if not log.handlers:
    log.addHandler(logging.StreamHandler(sys.stdout))


async def sweep_forever() -> None:
    """Remove the clips of ended sessions, after the time in which Streamlit lets a session come back."""
    is_active = get_instance().is_active_session
    grace_s = st.get_option("server.disconnectedSessionTTL")
    sweeps = [partial(each.sweep, is_active=is_active, grace_s=grace_s) for each in (get_visits(), get_spool())]
    while True:
        await asyncio.sleep(SWEEP_SECONDS)
        for sweep in (*sweeps, purge_deleted):
            try:
                await to_thread.run_sync(sweep)
            except Exception:  # whatever it is, the next sweep must come
                log.exception("A clip could not be removed")


def purge_deleted() -> None:
    """Remove what was deleted from the history; visits that have it open keep its numbers."""
    for saved_id in purge_history():
        get_spool().remove_copies(saved_id)


async def update_history() -> None:
    """Bring a history that is there to this release's schema, in a child process; without it the app still runs."""
    settings = load_settings()
    if settings.database_url is None and not (settings.history_dir / "history.sqlite3").exists():
        return  # nothing was ever saved
    child = await asyncio.create_subprocess_exec(*MIGRATE, env=child_environment(), stderr=asyncio.subprocess.PIPE)
    _, words = await child.communicate()
    if child.returncode:
        log.error("The history is out of order: %s", words.decode(errors="replace").strip().splitlines()[-1:])


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Open the spool (which removes what a crash left), sweep it while the server runs; at the end leave nothing."""
    spool = get_spool()
    sweeping = asyncio.create_task(sweep_forever())
    updating = asyncio.create_task(update_history())
    gc.collect()
    gc.freeze()  # else Streamlit's collection after every run of a page walks through all libraries: 50 ms, GIL held
    log.info("RepScope is ready: http://localhost:%s", st.get_option("server.port"))
    try:
        yield
    finally:
        sweeping.cancel()
        updating.cancel()
        await to_thread.run_sync(get_pool().shutdown)  # no analysis goes on without its page
        spool.close()


try:
    settings = load_settings()
    get_spool()
except ValueError as error:
    sys.exit(str(error))
except OSError as error:
    sys.exit(f"SPOOL_DIR={settings.spool_dir or '(a temporary folder)'}: must be a folder to write to: {error}")

app = st.App(
    "pages/shell.py",
    lifespan=lifespan,
    middleware=[Middleware(SpoolUploads, spool=get_spool), Middleware(FormerPageFilter)],
    routes=[*ROUTES, *HISTORY_ROUTES, PLOTLY_ROUTE],
)
