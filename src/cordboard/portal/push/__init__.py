"""This package keeps open pages true: every change of the portal becomes messages to the tabs that show it.

Reading order: `page` (one open tab), `parts` (what of a page lives), `screens` (the parts of every screen: a new one
adds its own), `ended` (cards that outlive their call), `cards` (the messages of the call cards), `hub` (all open tabs,
and who is told what).
"""

from cordboard.portal.push.hub import Hub
from cordboard.portal.push.page import OpenPage

__all__ = ["Hub", "OpenPage"]
