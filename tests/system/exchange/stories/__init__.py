"""All stories: importing this folder fills `story.STORIES`."""

from stories import incoming, moved, outgoing, transferred

__all__ = ["incoming", "moved", "outgoing", "transferred"]
