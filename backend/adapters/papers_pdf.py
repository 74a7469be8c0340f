"""The one writer of PDFs. It fetches nothing: words and lines only, with a font that comes as a package (finding 6)."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from fpdf import FPDF
from fpdf.enums import Align, TableBordersLayout, XPos, YPos
from fpdf.fonts import FontFace

from backend.adapters.papers import Cell, Column, Paper, Section, Table, Unit, written

FONT = "ipaexg"
MARGIN_MM = 15
BODY_PT, SMALL_PT, TITLE_PT, HEAD_PT = 10, 8, 16, 12
MANY_COLUMNS = 8
WIDE, NARROW = 5, 2
HEAD = FontFace(emphasis=None, fill_color=(226, 240, 243))
TOTAL = FontFace(emphasis=None, fill_color=(242, 245, 245))


class PaperFontError(RuntimeError):
    """The package with the Japanese font is not installed."""


@cache
def font_path() -> Path:
    """Return the file of the Japanese font; raise `PaperFontError` when its package is missing."""
    spec = find_spec("matplotlib_fontja")
    path = Path(spec.origin).parent / "fonts" / f"{FONT}.ttf" if spec and spec.origin else None
    if path is None or not path.is_file():
        raise PaperFontError("no Japanese font: the package matplotlib-fontja is missing")
    return path


class _Sheet(FPDF):
    """An A4 sheet with the title of the paper and the page number at its foot."""

    def __init__(self, title: str) -> None:
        super().__init__(format="A4")
        self.paper_title = title
        self.add_font(FONT, "", str(font_path()))
        self.set_margins(MARGIN_MM, MARGIN_MM)
        self.set_auto_page_break(auto=True, margin=MARGIN_MM + 5)
        self.set_title(title)
        self.set_creator("Noriai")
        self.set_lang("ja")
        self.add_page()

    def footer(self) -> None:
        self.set_y(-MARGIN_MM)
        self.set_font(FONT, size=SMALL_PT)
        self.cell(text=self.paper_title)
        self.set_x(-MARGIN_MM - 20)
        self.cell(w=20, text=f"{self.page_no()} / {{nb}}", align=Align.R)

    def say(self, text: str, size: int, *, gap_mm: float = 1) -> None:
        self.set_font(FONT, size=size)
        self.multi_cell(w=0, text=text, new_x=XPos.LMARGIN, new_y=YPos.NEXT, align=Align.L)
        self.ln(gap_mm)


def pdf(paper: Paper, *, yen_sign: str) -> bytes:
    """Return the paper as a PDF of A4 sheets; tables break between rows and repeat their heads."""
    sheet = _Sheet(paper.title)
    sheet.say(paper.title, TITLE_PT, gap_mm=3)
    for name, value in paper.facts:
        sheet.say(f"{name}：{value}", BODY_PT, gap_mm=0)
    for section in paper.sections:
        _section(sheet, section, yen_sign)
    sheet.ln(4)
    for note in paper.notes:
        sheet.say(note, SMALL_PT, gap_mm=0.5)
    return bytes(sheet.output())


def _section(sheet: _Sheet, section: Section, yen_sign: str) -> None:
    sheet.ln(4)
    if sheet.will_page_break(30):
        sheet.add_page()
    sheet.say(section.title, HEAD_PT)
    for line in section.lines:
        sheet.say(line, BODY_PT)
    for table in section.tables:
        _table(sheet, table, yen_sign, heading=section.title)


def _table(sheet: _Sheet, table: Table, yen_sign: str, *, heading: str) -> None:
    if sheet.will_page_break(25):
        sheet.add_page()
    if table.title != heading:
        sheet.say(table.title, BODY_PT, gap_mm=0.5)
    sheet.set_font(FONT, size=SMALL_PT if len(table.columns) >= MANY_COLUMNS else BODY_PT)
    widths = tuple(NARROW if column.is_narrow else WIDE for column in table.columns)
    aligns = tuple(Align.L if column.unit is Unit.WORDS else Align.R for column in table.columns)
    with sheet.table(
        headings_style=HEAD,
        borders_layout=TableBordersLayout.ALL,
        col_widths=widths,
        text_align=aligns,
        line_height=sheet.font_size * 1.6,
        padding=(0.3, 1),
    ) as rows:
        rows.row([column.title for column in table.columns])
        for cells in table.rows:
            rows.row(_words(cells, table.columns, yen_sign))
        if table.total:
            rows.row(_words(table.total, table.columns, yen_sign), style=TOTAL)
    sheet.ln(3)


def _words(cells: tuple[Cell, ...], columns: tuple[Column, ...], yen_sign: str) -> list[str]:
    pairs = zip(cells, columns, strict=True)
    return [written(cell, column.unit, yen_sign=yen_sign) for cell, column in pairs]
