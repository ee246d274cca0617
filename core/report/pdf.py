"""The HTML report as PDF, made in the worker process.

Why PlutoPrint (MIT): it reads the same HTML, so there is one report and not two; its wheels for Linux,
macOS and Windows bring all they need (WeasyPrint wants Pango from the system), and it takes 0.2 s where
a headless browser would be a download of 150 MB. Typst and fpdf2 were the others: each needs its own
copy of the layout. What it lacks is CSS grid, so ``report.css`` is written with flex.
"""

import base64
import importlib.util
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import ReportError

if TYPE_CHECKING:
    import plutoprint

FONT = "static/static/media/SourceSansVF-Upright*.woff2"
"""Source Sans 3 (SIL Open Font License 1.1), Latin, Greek and Cyrillic, as Streamlit's package brings it. A container
may have no font at all, and then a PDF would have no text. Other scripts are set in a font of the server, if it has
one."""
_PART = ".part"
_NO_CHARACTER = "\ufffe"
"""Unicode assigns it to nothing, so every font draws its box for it."""


def report_pdf_in_worker(html_path: Path, pdf_path: Path) -> Generator[float, None, int]:
    """Write the PDF of a report beside it; yields the share done and returns the number of pages.

    Parameters
    ----------
    html_path
        From `core.report.document.to_report_html`.
    pdf_path
        Is there whole or not at all: it is written under another name first.

    Raises
    ------
    ReportError
        The report cannot be read, laid out or written.
    """
    import plutoprint  # noqa: PLC0415  # 30 MB that no analysis needs

    yield 0.0
    book = plutoprint.Book(plutoprint.PAGE_SIZE_A4, media=plutoprint.MEDIA_TYPE_PRINT)
    book.custom_resource_fetcher = _make_fetcher()
    part = pdf_path.with_name(pdf_path.name + _PART)
    try:
        book.load_html(html_path.read_text(encoding="utf-8"), user_style=_font_style(_find_font()))
        pages = book.get_page_count()
        yield 0.5
        book.write_to_pdf(part)
        part.replace(pdf_path)
    except (OSError, plutoprint.Error) as error:
        part.unlink(missing_ok=True)
        raise ReportError(
            f"The PDF could not be made: {error}. Take the HTML report instead, any browser prints it, or try again."
        ) from error
    return pages


def not_in_font(text: str) -> str:
    """Return the characters, each once, that the report's own font has no shape for.

    In the PDF they are boxes unless the server has a font with them.

    Raises
    ------
    ReportError
        The font is missing.
    """
    from PIL import ImageFont  # noqa: PLC0415  # only where a report is made

    font = ImageFont.truetype(_find_font(), 20)
    no_shape = bytes(font.getmask(_NO_CHARACTER))
    printed = (each for each in dict.fromkeys(text) if each.isprintable() and not each.isspace())
    return "".join(each for each in printed if bytes(font.getmask(each)) == no_shape)


def _find_font() -> Path:
    """Return the font's file without importing Streamlit, which the worker has no memory for."""
    package = importlib.util.find_spec("streamlit")
    folders = package.submodule_search_locations or [] if package else []
    for folder in folders:
        for path in Path(folder).glob(FONT):
            return path
    raise ReportError(
        "The PDF could not be made: its font, part of the streamlit package, is missing. "
        "Install the requirements again, or take the HTML report: any browser prints it."
    )


def _font_style(font: Path) -> str:
    """Return CSS that sets the report in a font of its own.

    One face per weight although the file holds them all: PlutoBook draws every weight of a variable
    font as the first one asked for. And no ``format()``: it refuses ``woff2`` by name and reads it without.
    """
    source = f"url(data:font/woff2;base64,{base64.b64encode(font.read_bytes()).decode()})"
    faces = "".join(
        f'@font-face {{ font-family: "Report"; src: {source}; font-weight: {weight}; '
        f'font-variation-settings: "wght" {weight}; }}\n'
        for weight in (400, 700)
    )
    words = "body { font-variant-ligatures: none; }"  # "Left" is found and copied as such
    return f'{faces}{words} :root {{ --font: "Report", sans-serif !important; }}'


def _make_fetcher() -> "plutoprint.ResourceFetcher":
    """Return what answers requests for files and addresses: a report has none, so none is let through."""
    import plutoprint  # noqa: PLC0415

    class NothingElse(plutoprint.ResourceFetcher):
        def fetch_url(self, url: str) -> "plutoprint.ResourceData":
            raise ReportError(f"A report may not load anything, but asks for {url[:80]}.")

    return NothingElse()
