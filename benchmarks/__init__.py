"""Benchmarks of RepScope; `core` comes first, so that its linear algebra has no threads here either."""

import core  # noqa: F401
