"""This package lets tests use the real portal: of Cordboard itself, and of whatever is built on it.

Reading order: `here` (the portal inside the test's own process, with a clock that the test sets, fault switches and
what was asked), `clock`, `plugin` (the same as a fixture of pytest), `process` (the portal as a process of its own).

In a project's `conftest.py` one line gives the fixture `cordboard_portal`:

    pytest_plugins = ["cordboard.testing.plugin"]
"""

from cordboard.testing.clock import Clock
from cordboard.testing.here import Asked, PortalHere, RestRefused, portal_here
from cordboard.testing.process import RunningPortal, portal_command, running_portal

__all__ = [
    "Asked",
    "Clock",
    "PortalHere",
    "RestRefused",
    "RunningPortal",
    "portal_command",
    "portal_here",
    "running_portal",
]
