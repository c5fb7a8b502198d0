"""All stories: importing this folder fills `story.STORIES`."""

from stories import further, incoming, moved, originated, outgoing, transferred

__all__ = ["further", "incoming", "moved", "originated", "outgoing", "transferred"]
