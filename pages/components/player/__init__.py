"""Players: a plain one for a clip, the workbench that shows and corrects a result, and two sets side by side."""

from pages.components.player.clip import show_clip
from pages.components.player.duo import Shown, show_duo
from pages.components.player.workbench import show_player

__all__ = ["Shown", "show_clip", "show_duo", "show_player"]
