"""The table of differences between two sets."""

from pages.components.differences_table.table import show_differences

__all__ = ["show_differences"]
