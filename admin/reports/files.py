"""A paper as a file to take along. Its name says what it is about and holds no personal data."""

from flask import Response

from backend.adapters import papers_csv, papers_pdf, papers_xlsx
from backend.adapters.papers import Paper, Table
from backend.texts import text

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def as_file(paper: Paper, kind: str, name: str, language: str) -> Response:
    """Return the paper as ``xlsx`` or ``pdf``, to be stored under ``name``."""
    if kind == "pdf":
        return _file(
            papers_pdf.pdf(paper, yen_sign=text("report-yen-sign", language)), "application/pdf", f"{name}.pdf"
        )
    return _file(papers_xlsx.workbook(paper, yen_sign=text("report-yen-sign", language)), XLSX, f"{name}.xlsx")


def as_csv(table: Table, name: str) -> Response:
    """Return one table as CSV."""
    head = [column.title for column in table.columns]
    return _file(papers_csv.table(head, table.rows), "text/csv; charset=utf-8", f"{name}.csv")


def _file(content: bytes, kind: str, name: str) -> Response:
    answer = Response(content, content_type=kind)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer
