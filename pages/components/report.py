"""The report of a result: who it is for, and the files to hand over."""

import logging
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from core.errors import AnalysisError, JobError, ReportError
from core.pipeline import Analysis
from core.report.document import MAX_NAME, MAX_NOTES, Details, to_report_html
from core.report.pdf import not_in_font, report_pdf_in_worker
from core.worker import WorkerPool
from pages.components.day import today
from pages.components.downloads import file_stem
from pages.components.primary import primary_label
from pages.components.state import Key, Result

PDF_TIMEOUT_S = 30.0
"""Making one takes under a second, starting its process about one."""

log = logging.getLogger("repscope")


@dataclass(frozen=True)
class _Made:
    """What the last press of the button made, and of which result and numbers."""

    key: Key
    analysis: Analysis
    details: Details
    html: str
    pdf: Path | None
    problem: str = ""
    boxes: str = ""
    """Characters that the PDF may show as boxes."""


@st.cache_resource
def _pdf_pool() -> WorkerPool:
    """A child of its own, or a report would wait behind somebody's analysis; it ends with each report."""
    return WorkerPool(workers=1, job_timeout_s=PDF_TIMEOUT_S, idle_s=0)


@st.fragment
def show_report(result: Result) -> None:
    """Show the form, and what it has made; a fragment, so that the rest of the page stays usable meanwhile."""
    st.markdown("**Report to hand over**")
    with st.form("report_form"):
        details = _ask(result.clip.file.token)
        is_asked = st.form_submit_button("Make the report", icon=":material/description:", key="report_make")
    if is_asked:
        with st.spinner("Making the report…", show_time=True):
            st.session_state["report_made"] = _make(result, details)
    made: _Made | None = st.session_state.get("report_made")
    if made is None or made.key != result.key:
        return
    if made.analysis is result.analysis:
        _show_files(made, stem=file_stem(result.clip.name))
    else:
        st.caption("The last report was made of other numbers. Make it again to have these in it.")


def _ask(token: str) -> Details:
    """Ask for names and notes: the trainer's stays for the visit, client and notes belong to the clip of the token."""
    left, right = st.columns(2)
    client = left.text_input("Client", max_chars=MAX_NAME, key=f"report_client_{token}", persist_state="session")
    trainer = right.text_input("Trainer", max_chars=MAX_NAME, key="report_trainer", persist_state="session")
    notes = st.text_area(
        "Notes",
        max_chars=MAX_NOTES,
        placeholder="What went well, what to work on, what comes next",
        key=f"report_notes_{token}",
        persist_state="session",
    )
    return Details(
        trainer=(trainer or "").strip(),
        client=(client or "").strip(),
        notes=(notes or "").strip(),
        made_on=today(),
    )


def _make(result: Result, details: Details) -> _Made:
    """Make both files; without the PDF there is still the HTML, and a reason."""
    html = to_report_html(result.analysis, details, clip=result.clip.name, folder=result.folder)
    try:
        boxes = not_in_font(f"{result.clip.name}{details.client}{details.trainer}{details.notes}")
        return _Made(result.key, result.analysis, details, html, _make_pdf(html, result.folder), boxes=boxes)
    except AnalysisError as error:
        log.warning("Report failed: %s", error)
        return _Made(result.key, result.analysis, details, html, None, problem=str(error))


def _make_pdf(html: str, folder: Path | None) -> Path:
    if folder is None or not folder.is_dir():
        raise ReportError(
            "The PDF cannot be made: the files of this analysis have been deleted from the server. "
            "Take the HTML report, any browser prints it, or analyze the clip again."
        )
    html_path, pdf_path = folder / "report.html", folder / "report.pdf"
    try:
        html_path.write_text(html, encoding="utf-8")
    except OSError as error:
        raise ReportError(
            f"The report could not be written: {error.strerror or error}. "
            "Take the HTML report, any browser prints it, or make room on the server's disk."
        ) from error
    try:
        _pdf_pool().submit(report_pdf_in_worker, html_path, pdf_path).result()
    except JobError as error:  # it speaks of an analysis
        log.warning("The process that makes the PDF failed: %s", error)
        raise ReportError(
            f"The PDF could not be made: its process ended early, or ran longer than {PDF_TIMEOUT_S:g} s. "
            "Take the HTML report, any browser prints it, or try again."
        ) from error
    return pdf_path


def _show_files(made: _Made, *, stem: str) -> None:
    if made.problem:
        st.error(made.problem, icon=":material/error:")
    if made.boxes:
        st.info(
            f"The PDF may show boxes for {made.boxes}: its font has Latin, Greek and Cyrillic letters. "
            "The HTML report shows them in the fonts of whoever opens it.",
            icon=":material/info:",
        )
    with st.container(horizontal=True):
        if made.pdf is not None and made.pdf.is_file():
            st.download_button(
                primary_label("Report (PDF)"),
                made.pdf.read_bytes,
                file_name=f"{stem}_report.pdf",
                mime="application/pdf",
                icon=":material/download:",
                type="primary",
                on_click="ignore",
                key="report_pdf",
            )
        st.download_button(
            "Report (HTML)",
            lambda: made.html,
            file_name=f"{stem}_report.html",
            mime="text/html",
            icon=":material/download:",
            on_click="ignore",
            key="report_html",
        )
    st.caption("Pages of A4 to print or send. The HTML file needs no network and reads well on a phone.")
