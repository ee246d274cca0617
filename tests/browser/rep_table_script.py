"""The table of reps alone, of a drawn set of as many reps as the address asks for."""

import sys
from pathlib import Path

import streamlit as st

sys.path.insert(0, str(Path(__file__).parents[2]))

from pages.components.rep_table import show_reps
from tests.report_case import make_analysis

st.set_page_config(layout="wide")
show_reps(make_analysis(reps=int(st.query_params["reps"])), key="alone")
