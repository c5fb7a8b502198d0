"""Users and departments, as an administrator changes them.

In:   a connection in a transaction, what a form says. Out: rows; `Refused` names the field and the sentence.

The surprise: an extension is one to four digits and unique in the house, and the last administrator stays one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Connection, delete, func, insert, select, update

from cordboard.portal import basics
from cordboard.portal.administration.refused import N_, Refused
from cordboard.portal.employees import write_departments, write_phone
from cordboard.portal.tables import department, role, user_department, user_role, users

__all__ = [
    "Person",
    "find_person",
    "list_departments",
    "list_people",
    "list_roles",
    "remove_department",
    "save_department",
    "save_person",
    "set_active",
    "set_password",
]

LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Person:
    """What a form says of a user; `id` 0 is a new one."""

    id: int
    login: str
    name: str
    last_name: str
    email: str
    position: str
    extension: str
    work_phone: str
    mobile: str
    departments: frozenset[int]
    roles: frozenset[int]


def list_people(connection: Connection) -> list[Any]:
    """Everybody who works here or did, with the names of departments and roles; active ones first."""
    rows = connection.execute(
        select(users)
        .where(users.c.external_auth_id == "")
        .order_by(users.c.active.desc(), users.c.last_name, users.c.name)
    ).all()
    parts = names_by_user(connection, user_department.c.user_id, department, user_department.c.department_id)
    parts_of_roles = names_by_user(connection, user_role.c.user_id, role, user_role.c.role_id)
    return [(row, parts.get(row.id, ()), parts_of_roles.get(row.id, ())) for row in rows]


def names_by_user(connection: Connection, user: Any, named: Any, key: Any) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for user_id, name in connection.execute(select(user, named.c.name).join(named, named.c.id == key)).tuples():
        found.setdefault(user_id, []).append(name)
    return found


def find_person(connection: Connection, user_id: int) -> tuple[Any, Person] | None:
    """A user's row, and what a form says of it."""
    row: Any = connection.execute(
        select(users).where(users.c.id == user_id, users.c.external_auth_id == "")
    ).one_or_none()
    if row is None:
        return None
    mine = connection.execute(select(user_department.c.department_id).where(user_department.c.user_id == user_id))
    roles = connection.execute(select(user_role.c.role_id).where(user_role.c.user_id == user_id))
    person = Person(
        row.id,
        row.login,
        row.name,
        row.last_name,
        row.email,
        row.work_position,
        row.inner_phone,
        row.work_phone,
        row.personal_mobile,
        frozenset(mine.scalars()),
        frozenset(roles.scalars()),
    )
    return row, person


def save_person(connection: Connection, person: Person, now: int) -> int:
    """Write a user, new or known; out: the id."""
    check_person(connection, person)
    values = {"login": person.login, "name": person.name, "last_name": person.last_name, "email": person.email}
    values |= {"work_position": person.position, "inner_phone": person.extension, "work_phone": person.work_phone}
    is_admin = basics.ADMINISTRATOR in person.roles
    known = {"personal_mobile": person.mobile, "is_admin": is_admin}
    if person.id:
        check_administrators(connection, person.id, stays=is_admin)
        connection.execute(update(users).where(users.c.id == person.id).values(**values, **known))
        user_id = person.id
    else:
        added = connection.execute(insert(users).values(**values, **known, active=True, date_register=now))
        user_id = int(cast("tuple[int]", added.inserted_primary_key)[0])
    write_links(connection, user_id, person)
    return user_id


def write_links(connection: Connection, user_id: int, person: Person) -> None:
    """Departments, roles and the index of numbers."""
    connection.execute(delete(user_role).where(user_role.c.user_id == user_id))
    write_departments(connection, user_id, person.departments)
    for role_id in sorted(person.roles):
        connection.execute(insert(user_role).values(user_id=user_id, role_id=role_id))
    for kind, number in (("inner", person.extension), ("work", person.work_phone), ("mobile", person.mobile)):
        write_phone(connection, user_id, kind, number)


def check_person(connection: Connection, person: Person) -> None:
    """Refuse what cannot be, all of it at once."""
    errors: dict[str, str] = {}
    if not person.name and not person.last_name:
        errors["name"] = N_("Write a name or a last name.")
    if not person.login or not person.login.isprintable() or " " in person.login:
        errors["login"] = N_("A login has at least one character and no spaces.")
    elif is_taken(connection, users.c.login, person.login, person.id):
        errors["login"] = N_("Another user has this login.")
    if person.email and ("@" not in person.email or " " in person.email):
        errors["email"] = N_("This is no e-mail address.")
    elif person.email and is_taken(connection, func.lower(users.c.email), person.email.lower(), person.id):
        errors["email"] = N_("Another user has this e-mail address.")
    if person.extension:
        if not (person.extension.isascii() and person.extension.isdigit() and len(person.extension) <= 4):
            errors["extension"] = N_("An extension has one to four digits.")
        elif is_taken(connection, users.c.inner_phone, person.extension, person.id):
            errors["extension"] = N_("This extension belongs to another user.")
    if not person.departments <= ids_of(connection, department) or not person.departments:
        errors["departments"] = N_("Choose at least one department.")
    if not person.roles <= ids_of(connection, role) or not person.roles:
        errors["roles"] = N_("Choose at least one role; without any nothing can be seen.")
    if errors:
        raise Refused(**errors)


def is_taken(connection: Connection, column: Any, value: str, mine: int) -> bool:
    return connection.execute(select(users.c.id).where(column == value, users.c.id != mine)).first() is not None


def ids_of(connection: Connection, table: Any) -> set[int]:
    return set(connection.execute(select(table.c.id)).scalars())


def check_administrators(connection: Connection, user_id: int, *, stays: bool) -> None:
    """The last administrator stays one: nobody else could make another."""
    others = select(func.count()).select_from(users)
    others = others.where(users.c.is_admin.is_(True), users.c.active.is_(True), users.c.id != user_id)
    if not stays and not connection.execute(others).scalar_one():
        raise Refused(roles=N_("This is the last administrator. Make another one first."))


def set_active(connection: Connection, user_id: int, active: bool) -> bool:
    """Dismiss a user, or take them back; False if there is none."""
    row = connection.execute(select(users.c.inner_phone).where(users.c.id == user_id)).one_or_none()
    if row is None:
        return False
    if not active:
        check_administrators(connection, user_id, stays=False)
    elif row.inner_phone and is_taken(connection, users.c.inner_phone, row.inner_phone, user_id):
        raise Refused(extension=N_("The extension belongs to somebody else by now. Change it first."))
    connection.execute(update(users).where(users.c.id == user_id).values(active=active))
    return True


def set_password(connection: Connection, user_id: int, stored: str) -> None:
    """Keep the hash of a new password."""
    connection.execute(update(users).where(users.c.id == user_id).values(password_hash=stored))


def list_roles(connection: Connection) -> list[Any]:
    return list(connection.execute(select(role).order_by(role.c.id)))


def list_departments(connection: Connection) -> list[Any]:
    """Departments with their head's name and the number of members."""
    members = (
        select(func.count()).select_from(user_department).where(user_department.c.department_id == department.c.id)
    )
    head = users.alias("head")
    query = select(department, head.c.name.label("head_name"), head.c.last_name.label("head_last_name"))
    query = query.add_columns(members.scalar_subquery().label("members"))
    return list(
        connection.execute(query.join(head, head.c.id == department.c.head, isouter=True).order_by(department.c.id))
    )


def save_department(connection: Connection, department_id: int, name: str, parent: int, head: int) -> None:
    """Write a department, new (`department_id` 0) or known."""
    rows = {row.id: row.parent for row in connection.execute(select(department.c.id, department.c.parent))}
    errors: dict[str, str] = {}
    if not name:
        errors["name"] = N_("Write a name.")
    if parent and (parent not in rows or is_below(rows, parent, department_id)):
        errors["parent"] = N_("A department cannot lie below itself.")
    if (
        head
        and connection.execute(select(users.c.id).where(users.c.id == head, users.c.active.is_(True))).first() is None
    ):
        errors["head"] = N_("Choose somebody who works here.")
    if errors:
        raise Refused(**errors)
    values = {"name": name[:LONGEST_NAME], "parent": parent or None, "head": head or None}
    if department_id:
        connection.execute(update(department).where(department.c.id == department_id).values(**values))
    else:
        connection.execute(insert(department).values(**values))


def is_below(parents: dict[int, int | None], place: int | None, above: int) -> bool:
    """Whether a department is another one or lies below it."""
    seen: set[int] = set()
    while place and place not in seen:
        if place == above:
            return True
        seen.add(place)
        place = parents.get(place)
    return False


def remove_department(connection: Connection, department_id: int) -> None:
    """Take away a department that nobody belongs to."""
    used = connection.execute(select(user_department.c.user_id).where(user_department.c.department_id == department_id))
    if used.first() is not None:
        raise Refused(members=N_("People belong to this department. Move them first."))
    if connection.execute(select(department.c.id).where(department.c.parent == department_id)).first() is not None:
        raise Refused(members=N_("Other departments lie below this one. Move them first."))
    connection.execute(delete(department).where(department.c.id == department_id))
