"""The table of a batch: one row a clip, which fills in as they finish."""

from pages.components.batch_table.table import show_table

__all__ = ["show_table"]
