"""RepScope's core: a video goes in, numbers come out; no Streamlit here, ever."""

__version__ = "0.1.0"
