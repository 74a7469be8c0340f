"""What all tables share: names of constraints, column types, sealed columns."""

import secrets
from datetime import datetime
from typing import Annotated, Self, overload

from sqlalchemy import BigInteger, DateTime, MetaData, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from backend.db import sealing

NAMES = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

PERSONAL = {"schema": "personal"}
UNREADABLE = "読めません"


class Base(DeclarativeBase):
    """Every table of ours."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {datetime: DateTime(timezone=True)}  # noqa: RUF012 -- SQLAlchemy's own name


def random_id() -> str:
    """Return a public id nobody can guess: 128 bits."""
    return secrets.token_urlsafe(16)


Id = Annotated[int, mapped_column(BigInteger, primary_key=True)]
PublicId = Annotated[str, mapped_column(String(22), unique=True, default=random_id)]
Code = Annotated[str, mapped_column(String(40))]


class HasSealed:
    """A table with sealed columns: ``seal_id`` never changes and binds them to their row."""

    seal_id: Mapped[str] = mapped_column(String(22), default=random_id)


class Sealed:
    """A personal value, encrypted in the column ``<name>_sealed`` and bound to the row's ``seal_id``.

    Reading a value that was moved or changed answers 「読めません」 so that the page still works; `is_readable` tells.
    """

    def __set_name__(self, owner: type, name: str) -> None:
        self.column = f"{name}_sealed"
        self.name = name

    @overload
    def __get__(self, row: None, owner: type) -> Self: ...
    @overload
    def __get__(self, row: HasSealed, owner: type) -> str: ...
    def __get__(self, row: HasSealed | None, owner: type) -> "Self | str":
        if row is None:
            return self
        sealed = getattr(row, self.column)
        if sealed is None:
            return ""
        try:
            return sealing.keyring().open(sealed, place=self._place(row))
        except sealing.UnreadableError:
            return UNREADABLE

    def __set__(self, row: HasSealed, value: str) -> None:
        sealed = sealing.keyring().seal(value, place=self._place(row)) if value else None
        setattr(row, self.column, sealed)

    def _place(self, row: HasSealed) -> str:
        if row.seal_id is None:  # a fresh row, before its defaults are set
            row.seal_id = random_id()
        return f"{type(row).__name__}.{self.name}.{row.seal_id}"
