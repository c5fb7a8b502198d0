"""The one field table of leads, contacts, companies and deals.

`crm.X.fields`, `crm.X.get/list/add/update`, `crm.item.*`, filters and the address book's schema all read it.

In:   nothing; it is data. Out: `FIELDS["CONTACT"]["NAME"]` and the like, in the order a portal answers.
The surprise: a field without a column (addresses, UTM marks, custom `UF_*`) lies in the row's `extra` under its name.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

__all__ = ["FIELDS", "MULTIFIELDS", "Field", "Kind", "field_named"]


class Kind(StrEnum):
    """A field's type, in the words of `crm.X.fields`."""

    INTEGER = "integer"
    STRING = "string"
    DOUBLE = "double"
    CHAR = "char"
    DATE = "date"
    DATETIME = "datetime"
    USER = "user"
    STATUS = "crm_status"
    CURRENCY = "crm_currency"
    COMPANY = "crm_company"
    CONTACT = "crm_contact"
    LEAD = "crm_lead"
    MULTIFIELD = "crm_multifield"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an entity."""

    name: str
    kind: Kind
    title: str
    #: The table's column; empty: kept in `extra`.
    column: str = ""
    read_only: bool = False
    required: bool = False
    multiple: bool = False
    #: The reference list of a `crm_status` field.
    status_type: str = ""
    #: Answered always the same, because nothing here can set it.
    constant: str | None = None

    @property
    def is_reference(self) -> bool:
        """True where a contains-filter makes no sense and means equality."""
        return self.kind not in (Kind.STRING, Kind.MULTIFIELD)

    def description(self) -> dict[str, object]:
        """The field as `crm.X.fields` describes it."""
        described: dict[str, object] = {
            "type": str(self.kind),
            "isRequired": self.required,
            "isReadOnly": self.read_only,
            "isImmutable": False,
            "isMultiple": self.multiple,
            "isDynamic": False,
            "title": self.title,
        }
        if self.status_type:
            described["statusType"] = self.status_type
        return described


def field_named(entity: str, name: str) -> Field | None:
    """The field of this name, or a custom one for `UF_CRM_…`; None if there is none."""
    name = name.upper()
    if found := FIELDS[entity].get(name):
        return found
    return Field(name, Kind.STRING, name) if name.startswith("UF_CRM_") else None


def _columns(kind: Kind, names: str, **options: str | bool) -> list[Field]:
    """Fields that have a column of their own name in lower case."""
    plain = [Field(name, kind, name.replace("_", " ").capitalize(), name.lower()) for name in names.split()]
    return [replace(field, **options) for field in plain] if options else plain  # pyright: ignore[reportArgumentType]


def _extra(names: str) -> list[Field]:
    """Text fields kept in `extra`."""
    return [Field(name, Kind.STRING, name.replace("_", " ").capitalize()) for name in names.split()]


def _status(name: str, reference: str) -> Field:
    return Field(name, Kind.STATUS, name.replace("_", " ").capitalize(), name.lower(), status_type=reference)


def _address(prefix: str = "ADDRESS") -> list[Field]:
    parts = ("", "_2", "_CITY", "_POSTAL_CODE", "_REGION", "_PROVINCE", "_COUNTRY", "_COUNTRY_CODE", "_LOC_ADDR_ID")
    return _extra(" ".join(prefix + part for part in parts))


def _people() -> list[Field]:
    return [
        *_columns(Kind.USER, "ASSIGNED_BY_ID"),
        *_columns(Kind.USER, "CREATED_BY_ID MODIFY_BY_ID", read_only=True),
        *_columns(Kind.DATETIME, "DATE_CREATE DATE_MODIFY", read_only=True),
    ]


def _has(*, with_columns: bool = True) -> list[Field]:
    flags = _columns(Kind.CHAR, "HAS_PHONE HAS_EMAIL", read_only=True) if with_columns else []
    return [*flags, Field("HAS_IMOL", Kind.CHAR, "Has open channel", read_only=True, constant="N")]


def _origin(*, version: bool = False) -> list[Field]:
    return _columns(Kind.STRING, "ORIGINATOR_ID ORIGIN_ID" + (" ORIGIN_VERSION" if version else ""))


def _ending() -> list[Field]:
    return [
        *_columns(Kind.DATETIME, "LAST_ACTIVITY_TIME", read_only=True),
        *_columns(Kind.USER, "LAST_ACTIVITY_BY", read_only=True),
        *_extra("UTM_SOURCE UTM_MEDIUM UTM_CAMPAIGN UTM_CONTENT UTM_TERM"),
    ]


def _multifields() -> list[Field]:
    return [Field(name, Kind.MULTIFIELD, name.capitalize(), multiple=True) for name in MULTIFIELDS]


def _moved() -> list[Field]:
    return [
        *_columns(Kind.USER, "MOVED_BY_ID", read_only=True),
        *_columns(Kind.DATETIME, "MOVED_TIME", read_only=True),
    ]


def _contact_ids() -> Field:
    return Field("CONTACT_IDS", Kind.CONTACT, "Contacts", multiple=True)


def _money() -> list[Field]:
    return [
        *_columns(Kind.CURRENCY, "CURRENCY_ID"),
        *_columns(Kind.DOUBLE, "OPPORTUNITY"),
        *_columns(Kind.CHAR, "IS_MANUAL_OPPORTUNITY"),
    ]


def _source() -> list[Field]:
    return [_status("SOURCE_ID", "SOURCE"), *_columns(Kind.STRING, "SOURCE_DESCRIPTION")]


def _by_name(fields: Iterable[Field]) -> MappingProxyType[str, Field]:
    return MappingProxyType({field.name: field for field in fields})


MULTIFIELDS = ("PHONE", "EMAIL", "WEB", "IM", "LINK")

_ID = Field("ID", Kind.INTEGER, "ID", "id", read_only=True)

_LEAD = [
    _ID,
    *_columns(Kind.STRING, "TITLE"),
    _status("HONORIFIC", "HONORIFIC"),
    *_columns(Kind.STRING, "NAME SECOND_NAME LAST_NAME COMPANY_TITLE"),
    *_columns(Kind.COMPANY, "COMPANY_ID"),
    *_columns(Kind.CONTACT, "CONTACT_ID"),
    _contact_ids(),
    *_columns(Kind.CHAR, "IS_RETURN_CUSTOMER", read_only=True),
    *_columns(Kind.DATE, "BIRTHDATE"),
    *_source(),
    _status("STATUS_ID", "STATUS"),
    *_columns(Kind.STRING, "STATUS_DESCRIPTION POST COMMENTS"),
    *_money(),
    *_has(),
    *_people(),
    *_columns(Kind.DATETIME, "DATE_CLOSED", read_only=True),
    *_columns(Kind.STRING, "STATUS_SEMANTIC_ID", read_only=True),
    *_columns(Kind.CHAR, "OPENED"),
    *_origin(),
    *_moved(),
    *_address(),
    *_ending(),
    *_multifields(),
]

_CONTACT = [
    _ID,
    *_columns(Kind.STRING, "POST COMMENTS"),
    _status("HONORIFIC", "HONORIFIC"),
    *_columns(Kind.STRING, "NAME SECOND_NAME LAST_NAME PHOTO"),
    *_columns(Kind.LEAD, "LEAD_ID", read_only=True),
    _status("TYPE_ID", "CONTACT_TYPE"),
    *_source(),
    *_columns(Kind.COMPANY, "COMPANY_ID"),
    *_columns(Kind.DATE, "BIRTHDATE"),
    *_columns(Kind.CHAR, "EXPORT"),
    *_has(),
    *_people(),
    *_columns(Kind.CHAR, "OPENED"),
    *_origin(version=True),
    *_extra("FACE_ID"),
    *_address(),
    *_ending(),
    *_multifields(),
]

_COMPANY = [
    _ID,
    _status("COMPANY_TYPE", "COMPANY_TYPE"),
    *_columns(Kind.STRING, "TITLE", required=True),
    *_columns(Kind.STRING, "LOGO"),
    *_columns(Kind.LEAD, "LEAD_ID", read_only=True),
    *_has(),
    *_people(),
    *_columns(Kind.STRING, "BANKING_DETAILS"),
    _status("INDUSTRY", "INDUSTRY"),
    *_columns(Kind.DOUBLE, "REVENUE"),
    *_columns(Kind.CURRENCY, "CURRENCY_ID"),
    _status("EMPLOYEES", "EMPLOYEES"),
    *_columns(Kind.STRING, "COMMENTS"),
    *_columns(Kind.CHAR, "OPENED IS_MY_COMPANY"),
    *_origin(version=True),
    _contact_ids(),
    *_source(),
    *_address(),
    *_address("REG_ADDRESS"),
    *_ending(),
    *_multifields(),
]

_DEAL = [
    _ID,
    *_columns(Kind.STRING, "TITLE"),
    _status("TYPE_ID", "DEAL_TYPE"),
    _status("STAGE_ID", "DEAL_STAGE"),
    *_columns(Kind.INTEGER, "PROBABILITY"),
    *_money(),
    *_columns(Kind.DOUBLE, "TAX_VALUE"),
    *_columns(Kind.LEAD, "LEAD_ID", read_only=True),
    *_columns(Kind.COMPANY, "COMPANY_ID"),
    *_columns(Kind.CONTACT, "CONTACT_ID"),
    _contact_ids(),
    *_columns(Kind.INTEGER, "QUOTE_ID", read_only=True),
    *_columns(Kind.DATE, "BEGINDATE CLOSEDATE"),
    *_people(),
    *_columns(Kind.CHAR, "OPENED"),
    *_columns(Kind.CHAR, "CLOSED"),
    *_columns(Kind.STRING, "COMMENTS ADDITIONAL_INFO"),
    *_extra("LOCATION_ID"),
    *_columns(Kind.INTEGER, "CATEGORY_ID"),
    *_columns(Kind.STRING, "STAGE_SEMANTIC_ID", read_only=True),
    *_columns(Kind.CHAR, "IS_NEW", read_only=True),
    *_columns(Kind.CHAR, "IS_RECURRING IS_RETURN_CUSTOMER IS_REPEATED_APPROACH"),
    *_source(),
    *_origin(),
    *_moved(),
    *_ending(),
]

FIELDS = MappingProxyType(
    {"LEAD": _by_name(_LEAD), "CONTACT": _by_name(_CONTACT), "COMPANY": _by_name(_COMPANY), "DEAL": _by_name(_DEAL)}
)
