"""Saving to the history, and what its page is made of."""
