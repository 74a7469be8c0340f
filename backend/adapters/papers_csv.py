"""The one writer of CSV files: UTF-8 with BOM for spreadsheets, and nothing that one of them would compute (B-23)."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

# What begins a formula in one spreadsheet or another, full-width forms included (OWASP ASVS 1.2.10).
STARTS_A_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
BOM = "\ufeff"


def table(head: Sequence[str], rows: Iterable[Sequence[str | int | None]]) -> bytes:
    """Return rows under their head as a CSV file. A text that a spreadsheet would compute gets a ' before it."""
    held = StringIO()
    writer = csv.writer(held)
    writer.writerow([_safe(each) for each in head])
    writer.writerows([_safe(each) for each in row] for row in rows)
    return (BOM + held.getvalue()).encode()


def _safe(value: str | int | None) -> str | int:
    if isinstance(value, int):
        return value
    text = value or ""
    return f"'{text}" if text.lstrip().startswith(STARTS_A_FORMULA) or text.startswith(STARTS_A_FORMULA) else text
