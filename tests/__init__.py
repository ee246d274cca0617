"""Tests of RepScope; `core` comes first here too, so that its linear algebra has no threads."""

import core  # noqa: F401
