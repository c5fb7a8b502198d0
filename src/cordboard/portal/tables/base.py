"""What every table is made of: the metadata with stable names of constraints, and short ways to write columns."""

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Integer, MetaData, Text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def identity() -> Column[int]:
    """An integer id counted from 1."""
    return Column("id", Integer, primary_key=True, autoincrement=True)


def text(name: str, default: str = "") -> Column[str]:
    """Text that is never null: absent is empty."""
    return Column(name, Text, nullable=False, default=default, server_default=default)


def number(name: str, **options: Any) -> Column[int | None]:
    """An integer that may be absent: mostly the id of something else."""
    return Column(name, Integer, nullable=True, **options)


def moment(name: str) -> Column[int | None]:
    """Microseconds since the epoch, UTC, or null."""
    return Column(name, BigInteger, nullable=True)


def flag(name: str, default: bool = False) -> Column[bool]:
    """Yes or no."""
    return Column(name, Boolean, nullable=False, default=default)
