"""Page config and navigation; every page stands alone."""

from pathlib import Path

import streamlit as st

from pages.components.visit import keep_visit
from pages.components.watch import keep_watch, keep_watch_of_run

ICON = str(Path(__file__).parent / "components" / "icon.svg")  # a named icon would be fetched from another server

st.set_page_config(page_title="RepScope", page_icon=ICON, layout="wide")
pages = [
    st.Page("analyze.py", title="Analyze", icon=":material/upload_file:", default=True),
    st.Page("batch.py", title="Batch", icon=":material/library_add:"),
    st.Page("results.py", title="Results", icon=":material/show_chart:"),
    st.Page("compare.py", title="Compare", icon=":material/compare:"),
    st.Page("history.py", title="History", icon=":material/history:"),
    st.Page("guide.py", title="Guide", icon=":material/menu_book:"),
]
page = st.navigation(pages, position="hidden")
st.html(Path(__file__).with_name("shell.css"))
with st.container(horizontal=True):  # Streamlit's own navigation covers the page of a phone
    for each in pages:
        st.page_link(each)
    keep_visit()
    keep_watch()  # in here, or a job that ends would move everything below
    if page.title != "Analyze":
        keep_watch_of_run()
page.run()
