"""Statements as files: nobody else keeps them."""

from collections.abc import Iterable

from django.http import HttpResponse, StreamingHttpResponse


def answer_sheet(rows: Iterable[str], name: str) -> StreamingHttpResponse:
    """Answer rows of CSV as a file that nobody else keeps."""
    response = StreamingHttpResponse(rows, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response["Cache-Control"] = "private, no-store"
    return response


def answer_paper(content: bytes, name: str) -> HttpResponse:
    """Answer a PDF that nobody else keeps."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response
