"""What all tables share: names of constraints, column types, sealed columns."""

import secrets
from datetime import datetime
from typing import Annotated, ClassVar, Self, overload

import structlog
from sqlalchemy import JSON, BigInteger, DateTime, MetaData, String
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from backend.db import sealing, seals

NAMES = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

PERSONAL = {"schema": "personal"}
UNREADABLE = "読めません"

log = structlog.get_logger(__name__)


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


def _unwritten(context: DefaultExecutionContext) -> dict[str, int | str]:
    """Put a mark also under a row that holds no value yet: none can be smuggled in later."""
    parameters: dict[str, object] = context.get_current_parameters()  # type: ignore[no-untyped-call]
    return seals.unwritten(str(parameters["seal_id"]))


class HasSealed:
    """A table with sealed columns: ``seal_id`` never changes and binds them to their row.

    ``seal_generations`` counts how often each column was written and carries a mark that only our keys can make: a
    value, or the lack of one, that stood there before does not open again (decision 0019). ``keeps_history`` says that
    the audit trail learns of every rewriting, so that a whole row put back is found too.
    """

    keeps_history: ClassVar[bool] = True

    seal_id: Mapped[str] = mapped_column(String(22), default=random_id)
    seal_generations: Mapped[dict[str, int | str]] = mapped_column(JSON, default=_unwritten)


class Sealed:
    """A personal value, encrypted in the column ``<name>_sealed`` and bound to row, column and generation.

    Reading a value that was moved, changed or put back answers 「読めません」 so that the page still works.
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
        try:
            return seals.read(row, self.name)
        except sealing.UnreadableError:
            log.warning("sealed_unreadable", table=type(row).__name__, column=self.name, row=getattr(row, "id", None))
            return UNREADABLE

    def __set__(self, row: HasSealed, value: str) -> None:
        if row.seal_id is None:  # a fresh row, before its defaults are set
            row.seal_id = random_id()
        seals.write(row, self.name, value)
