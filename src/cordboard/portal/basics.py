"""What a new portal has before anybody uses it: the administrator, the four roles, sources and stages.

In:   a connection in a transaction, the moment (µs). Out: rows, only in a database that has no user yet.
The names of stages and sources are Bitrix24's; the roles are our own.
"""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import Connection, func, insert, select

from cordboard.portal.passwords import hash_password
from cordboard.portal.tables import department, role, status, user_department, user_phone, user_role, users

__all__ = ["add_user", "install", "is_new"]

ADMINISTRATOR, CHIEF, HEAD, MANAGER = 1, 2, 3, 4

#: scale of a right: any > department > own > none
ROLES: tuple[tuple[str, dict[str, str]], ...] = (
    (
        "Administrator",
        {
            "calls": "any",
            "records": "any",
            "delete_records": "any",
            "clients": "any",
            "delete_clients": "any",
            "settings": "any",
        },
    ),
    (
        "Chief executive",
        {"calls": "any", "records": "any", "delete_records": "none", "clients": "any", "delete_clients": "any"},
    ),
    (
        "Head of department",
        {"calls": "department", "records": "department", "clients": "any", "delete_clients": "department"},
    ),
    ("Manager", {"calls": "own", "records": "own", "clients": "any", "delete_clients": "none"}),
)

#: reference list → (STATUS_ID, name, semantics)
STATUSES: dict[str, tuple[tuple[str, str, str], ...]] = {
    "STATUS": (
        ("NEW", "New", "P"),
        ("IN_PROCESS", "In work", "P"),
        ("PROCESSED", "Processed", "P"),
        ("CONVERTED", "Good lead", "S"),
        ("JUNK", "Poor lead", "F"),
    ),
    "DEAL_STAGE": (
        ("NEW", "New", "P"),
        ("PREPARATION", "Preparing documents", "P"),
        ("PREPAYMENT_INVOICE", "Invoice", "P"),
        ("EXECUTING", "In progress", "P"),
        ("FINAL_INVOICE", "Final invoice", "P"),
        ("WON", "Deal won", "S"),
        ("LOSE", "Deal lost", "F"),
        ("APOLOGY", "Failure analysed", "F"),
    ),
    "SOURCE": (
        ("CALL", "Call", ""),
        ("EMAIL", "E-mail", ""),
        ("WEB", "Website", ""),
        ("ADVERTISING", "Advertising", ""),
        ("PARTNER", "Existing client", ""),
        ("RECOMMENDATION", "By recommendation", ""),
        ("TRADE_SHOW", "Show or exhibition", ""),
        ("WEBFORM", "CRM form", ""),
        ("CALLBACK", "Callback", ""),
        ("RC_GENERATOR", "Sales boost", ""),
        ("STORE", "Online store", ""),
        ("BOOKING", "Online booking", ""),
        ("REPEAT_SALE", "Repeat sale", ""),
        ("OTHER", "Other", ""),
    ),
    "CONTACT_TYPE": (
        ("CLIENT", "Clients", ""),
        ("SUPPLIER", "Suppliers", ""),
        ("PARTNER", "Partners", ""),
        ("OTHER", "Other", ""),
    ),
    "COMPANY_TYPE": (
        ("CUSTOMER", "Client", ""),
        ("SUPPLIER", "Supplier", ""),
        ("COMPETITOR", "Competitor", ""),
        ("PARTNER", "Partner", ""),
        ("OTHER", "Other", ""),
    ),
    "DEAL_TYPE": (
        ("SALE", "Sale", ""),
        ("COMPLEX", "Integrated sale", ""),
        ("GOODS", "Goods", ""),
        ("SERVICES", "Services", ""),
        ("SERVICE", "After-sale service", ""),
    ),
    "HONORIFIC": (("HNR_EN_1", "Mr", ""), ("HNR_EN_2", "Mrs", ""), ("HNR_EN_3", "Ms", ""), ("HNR_EN_4", "Dr", "")),
}


def is_new(connection: Connection) -> bool:
    """True as long as nobody works here."""
    return connection.execute(select(func.count()).select_from(users)).scalar_one() == 0


def install(connection: Connection, now: int, *, login: str, password: str, name: str, last_name: str) -> None:
    """Fill a new database: user 1 is the administrator with this password."""
    # without ids of our own: a sequence of PostgreSQL would not know of them, and the next row would collide
    for title, rights in ROLES:
        connection.execute(insert(role).values(name=title, rights=rights))
    for list_name, rows in STATUSES.items():
        for place, (code, title, semantics) in enumerate(rows, start=1):
            values = {"entity_id": list_name, "status_id": code, "name": title, "name_init": title}
            values |= {"sort": place * 10, "system": True, "semantics": semantics}
            connection.execute(insert(status).values(**values))
    connection.execute(insert(department).values(name="Company"))
    add_user(
        connection,
        now,
        login=login,
        name=name,
        last_name=last_name,
        password=password,
        roles=(ADMINISTRATOR,),
        departments=(1,),
        is_admin=True,
    )


def add_user(
    connection: Connection,
    now: int,
    *,
    login: str,
    name: str,
    last_name: str,
    password: str = "",
    extension: str = "",
    position: str = "",
    roles: tuple[int, ...] = (MANAGER,),
    departments: tuple[int, ...] = (1,),
    is_admin: bool = False,
) -> int:
    """One employee with the index of their numbers; without a password they cannot sign in by one."""
    values: dict[str, Any] = {"login": login, "name": name, "last_name": last_name, "email": f"{login}@example.org"}
    values |= {"inner_phone": extension, "work_position": position, "is_admin": is_admin, "active": True}
    values |= {"password_hash": hash_password(password) if password else "", "date_register": now}
    added = connection.execute(insert(users).values(**values)).inserted_primary_key
    user_id = int(cast("tuple[int]", added)[0])
    if extension:
        connection.execute(insert(user_phone).values(user_id=user_id, kind="inner", value=extension))
    for number in roles:
        connection.execute(insert(user_role).values(user_id=user_id, role_id=number))
    for number in departments:
        connection.execute(insert(user_department).values(user_id=user_id, department_id=number))
    return user_id
