"""The fixtures that the package offers, as any project would have them by `pytest_plugins` in its topmost conftest."""

from cordboard.testing.plugin import cordboard_clock, cordboard_portal, cordboard_seed, cordboard_template

__all__ = ["cordboard_clock", "cordboard_portal", "cordboard_seed", "cordboard_template"]
