"""Opening a spreadsheet of any kind that can be read."""

import os
from collections.abc import Mapping
from typing import IO, Any

from kartoteka.platform.services.sheets.delimited import open_delimited
from kartoteka.platform.services.sheets.sheet import Recognised, Row, Sheet
from kartoteka.platform.services.sheets.source import Container, Source, container_of
from kartoteka.platform.services.sheets.workbook import open_workbook

__all__ = ["Recognised", "Row", "Sheet", "open_sheet"]


def open_sheet(
    path_or_stream: str | os.PathLike[str] | IO[bytes],
    *,
    name: str,
    encoding: str | None = None,
    sheet: str | None = None,
    delimiter: str | None = None,
    known: Mapping[str, Any] | None = None,
) -> Sheet:
    """This function will open a spreadsheet and say what it is, or raise `Invalid` with a sentence.

    `name` is what people call the file. What is not given is recognised: the encoding and the delimiter of
    a text table, the first sheet of a workbook that holds something. A sheet of the same file that was open before
    tells what is `known` about it.
    """
    source = Source(path_or_stream)
    try:
        if container_of(source, name) is Container.ZIP:
            return open_workbook(source, name=name, sheet=sheet)
        return open_delimited(source, name=name, encoding=encoding, delimiter=delimiter, known=known)
    except BaseException:
        source.close()
        raise
