"""The pages of the app; ``shell.py`` lists them."""
