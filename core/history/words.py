"""When two texts are the same to a person: in a search, and as an athlete's name."""

from unicodedata import combining, normalize

_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ħ": "h", "ŧ": "t", "ı": "i", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th"}
)
"""Letters that Unicode does not take apart into one of a to z and a mark."""
_HYPHENS = str.maketrans(dict.fromkeys("-\N{HYPHEN}\N{EN DASH}\N{MINUS SIGN}", " "))
"""Also what NFKD makes of a non-breaking hyphen."""


def fold(text: str) -> str:
    """Return what a search compares: without case and accents, so that "lodz" finds "Łódź" however it is encoded.

    A release that changes it folds what is stored again, in a migration.
    """
    parted = normalize("NFKD", text.casefold())
    return "".join(sign for sign in parted if not combining(sign)).translate(_LETTERS)


def search_words(text: str) -> list[str]:
    """Return the folded words of a search, parted at hyphens too: "push-up" finds "push up" as well as "push-up"."""
    return fold(text).translate(_HYPHENS).split()


def tidy_name(name: str) -> str:
    """Return a name in one encoding, without blanks around it and with single ones inside."""
    return " ".join(normalize("NFC", name).split())


def name_key(name: str) -> str:
    """Return what is the same for all ways to type a name; accents tell people apart."""
    return tidy_name(name).casefold()
