"""The annotated video alone as an ASGI app: the sample clip with its known truth as the analysis."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st

sys.path.insert(0, str(Path(__file__).parents[2]))

from core.spool import get_spool
from core.worker import get_pool
from pages.routes import ROUTES


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Leave nothing, as the real app does."""
    spool = get_spool()
    yield
    get_pool().shutdown()
    spool.close()


app = st.App(Path(__file__).with_name("annotated_script.py"), lifespan=lifespan, routes=ROUTES)
