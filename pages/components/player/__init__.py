"""Players: a plain one for a clip, and the workbench that shows and corrects a result."""

from pages.components.player.clip import show_clip
from pages.components.player.workbench import show_player

__all__ = ["show_clip", "show_player"]
