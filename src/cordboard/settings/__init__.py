"""Settings: the one file `cordboard.toml`, overridden by the environment.

Reading order: `tables.py` (what may be written), `load.py` (file and environment), `faults.py` (what the types cannot
say). Every table is optional; every key but `name`, `kind` and `url` has a default.
"""

from cordboard.settings.faults import account_of, rate_of, without_effect
from cordboard.settings.load import SettingsError, load
from cordboard.settings.tables import (
    Ami,
    Cards,
    Cel,
    Connector,
    Crm,
    Line,
    Numbers,
    Pbx,
    Person,
    Portal,
    Register,
    Settings,
    Store,
)

__all__ = [
    "Ami",
    "Cards",
    "Cel",
    "Connector",
    "Crm",
    "Line",
    "Numbers",
    "Pbx",
    "Person",
    "Portal",
    "Register",
    "Settings",
    "SettingsError",
    "Store",
    "account_of",
    "load",
    "rate_of",
    "without_effect",
]
