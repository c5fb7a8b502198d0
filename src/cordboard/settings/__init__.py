"""Settings: the one file `cordboard.toml`, overridden by the environment.

Reading order: `tables.py` and `portal_tables.py` (what may be written), `load.py` (file and environment), `faults.py`
(what the types cannot say). Every table is optional; every key but `name`, `kind` and `url` has a default.
"""

from cordboard.settings.faults import account_of, rate_of
from cordboard.settings.load import SettingsError, load
from cordboard.settings.portal_tables import Portal, Switches
from cordboard.settings.tables import (
    Ami,
    CardMode,
    Cards,
    Cel,
    Connector,
    Crm,
    Hook,
    Hooks,
    Hours,
    Line,
    Missed,
    Numbers,
    Originate,
    Pbx,
    Person,
    Records,
    Register,
    Replace,
    Settings,
    Store,
)

__all__ = [
    "Ami",
    "CardMode",
    "Cards",
    "Cel",
    "Connector",
    "Crm",
    "Hook",
    "Hooks",
    "Hours",
    "Line",
    "Missed",
    "Numbers",
    "Originate",
    "Pbx",
    "Person",
    "Portal",
    "Records",
    "Register",
    "Replace",
    "Settings",
    "SettingsError",
    "Store",
    "Switches",
    "account_of",
    "load",
    "rate_of",
]
