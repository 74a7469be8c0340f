"""The one writer of workbooks. Nothing that was typed in can become a formula (security.md 2, B-23)."""

from io import BytesIO

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from backend.adapters.papers import Cell as PaperCell
from backend.adapters.papers import Paper, Section, Table, Unit

COUNT_FORMAT = "#,##0"
NAME_LENGTH = 31
NOT_IN_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
WIDTHS = {True: 8, False: 24}
HEAD = PatternFill("solid", fgColor="E2F0F3")
THIN = Border(*(Side(style="thin", color="8A979F"),) * 4)


def workbook(paper: Paper, *, yen_sign: str) -> bytes:
    """Return the paper as an XLSX file: a first sheet with what it is about, then a sheet for each section."""
    book = Workbook()
    first = book.active
    assert first is not None, "a new workbook has a sheet"
    first.title = _sheet_name(paper.title, set())
    _put(first, 1, 1, paper.title).font = Font(bold=True, size=14)
    for row, (name, value) in enumerate(paper.facts, start=3):
        _put(first, row, 1, name).font = Font(bold=True)
        _put(first, row, 2, value)
    for row, note in enumerate(paper.notes, start=4 + len(paper.facts)):
        _put(first, row, 1, note)
    first.column_dimensions["A"].width, first.column_dimensions["B"].width = 28, 60
    taken = {first.title}
    for section in paper.sections:
        name = _sheet_name(section.title, taken)
        taken.add(name)
        _section(book.create_sheet(name), section, yen_sign)
    held = BytesIO()
    book.save(held)
    return held.getvalue()


def _section(sheet: Worksheet, section: Section, yen_sign: str) -> None:
    _put(sheet, 1, 1, section.title).font = Font(bold=True, size=12)
    row = 3
    for line in section.lines:
        _put(sheet, row, 1, line)
        row += 1
    for table in section.tables:
        row = _table(sheet, table, row, yen_sign, heading=section.title) + 2
    sheet.page_setup.orientation = "portrait"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _table(sheet: Worksheet, table: Table, row: int, yen_sign: str, *, heading: str) -> int:
    """Set a table from ``row`` on and return its last row."""
    if table.title != heading:
        _put(sheet, row, 1, table.title).font = Font(bold=True)
        row += 1
    for number, column in enumerate(table.columns, start=1):
        head = _put(sheet, row, number, column.title)
        head.font, head.fill, head.border = Font(bold=True), HEAD, THIN
        head.alignment = Alignment(wrap_text=True, vertical="center")
        letter = get_column_letter(number)
        wide = max(sheet.column_dimensions[letter].width or 0, WIDTHS[column.is_narrow])
        sheet.column_dimensions[letter].width = wide if number > 1 else WIDTHS[False]
    for cells in (*table.rows, *([table.total] if table.total else [])):
        row += 1
        for number, (value, column) in enumerate(zip(cells, table.columns, strict=True), start=1):
            cell = _put(sheet, row, number, value)
            cell.border, cell.font = THIN, Font(bold=cells is table.total)
            if isinstance(value, int):
                shown = f'{COUNT_FORMAT}"{yen_sign}"' if column.unit is Unit.YEN else COUNT_FORMAT
                cell.number_format = f'{shown};"▲"{shown}'
    return row


def _put(sheet: Worksheet, row: int, column: int, value: PaperCell) -> Cell:
    """Set one cell. Words stay words, whatever they begin with."""
    cell = sheet.cell(row=row, column=column)
    assert isinstance(cell, Cell), "no cell of ours is merged"
    if isinstance(value, int):
        cell.value = value
    else:
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", "–" if value is None else value)
        cell.data_type = "s"
    return cell


def _sheet_name(title: str, taken: set[str]) -> str:
    name = ILLEGAL_CHARACTERS_RE.sub("", title).translate(NOT_IN_NAMES).strip("' ")[:NAME_LENGTH] or "1"
    numbered = (f"{name[: NAME_LENGTH - 3]} {number}" for number in range(2, len(taken) + 3))
    return name if name not in taken else next(each for each in numbered if each not in taken)
