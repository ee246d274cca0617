"""Names as they were given: of clips, athletes and sets, in places where Streamlit reads Markdown."""


def plain(text: str) -> str:
    """Return a text with what could be read as markup taken apart: ``$100 to $120 *pb*`` stays what it is."""
    return "".join(f"\\{sign}" if sign in r"\`*_{}[]()#+-.!|~:$<>&" else sign for sign in text)
