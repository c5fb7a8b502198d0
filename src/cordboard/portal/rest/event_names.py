"""The events an application can bind, by name and the scope they need; and which of them cannot be kept offline."""

from types import MappingProxyType

__all__ = ["EVENTS", "ONLINE_ONLY"]

_CLIENTS = ("LEAD", "CONTACT", "COMPANY", "DEAL", "ACTIVITY")

EVENTS = MappingProxyType(
    {
        "ONAPPINSTALL": "",
        "ONAPPUPDATE": "",
        "ONAPPUNINSTALL": "",
        "ONAPPTEST": "",
        "ONOFFLINEEVENT": "",
        "ONEXTERNALCALLSTART": "telephony",
        "ONEXTERNALCALLBACKSTART": "telephony",
        "ONVOXIMPLANTCALLINIT": "telephony",
        "ONVOXIMPLANTCALLSTART": "telephony",
        "ONVOXIMPLANTCALLEND": "telephony",
        "ONCORDBOARDCALLCOMMAND": "telephony",
        **{f"ONCRM{kind}{what}": "crm" for kind in _CLIENTS for what in ("ADD", "UPDATE", "DELETE")},
        "ONTASKADD": "task",
        "ONTASKUPDATE": "task",
        "ONTASKDELETE": "task",
        "ONUSERADD": "user",
    }
)

#: what is said of the application itself, or is of no use later
ONLINE_ONLY = frozenset(
    {name for name in EVENTS if name.startswith("ONAPP")}
    | {"ONOFFLINEEVENT", "ONEXTERNALCALLSTART", "ONEXTERNALCALLBACKSTART", "ONCORDBOARDCALLCOMMAND"}
)
