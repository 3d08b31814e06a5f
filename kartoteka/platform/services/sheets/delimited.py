"""Text tables: CSV in any usual encoding and with any usual delimiter."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services.sheets.cells import Cell, unguard_formula
from kartoteka.platform.services.sheets.encodings import known_encoding, recognise_encoding, shown_encoding
from kartoteka.platform.services.sheets.refusing import refusal
from kartoteka.platform.services.sheets.sheet import Layout, Recognised, Sheet, survey
from kartoteka.platform.services.sheets.source import Source, not_a_spreadsheet

DELIMITERS = ";,\t|"
_SAMPLE = 256 * 1024
_LONGEST_LINE = 4 * 2**20
# Text has line ends and tabs; a picture or a program has all the others too. (NUL is spoken of apart.)
_BINARY = frozenset(map(chr, range(1, 32))) - set("\t\n\r\f\v\x1a\x1b")


@dataclass(frozen=True, slots=True)
class _Dialect:
    encoding: str
    delimiter: str
    named: bool = False
    strict: bool = True


def open_delimited(
    source: Source,
    *,
    name: str,
    encoding: str | None,
    delimiter: str | None,
    known: Mapping[str, Any] | None = None,
) -> Sheet:
    """This function will open a text table and read it once, so that its size and faults are known.

    What an earlier reading of the very same bytes found out (`known`) saves that.
    """
    if known is not None:
        return _sheet(source, name, _Dialect(**known["dialect"]), Layout(**known["layout"]))
    chosen = known_encoding(encoding) if encoding else recognise_encoding(source.rewound())
    sample = _sample(source, chosen, name)
    hinted = _hinted_delimiter(sample)
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\r\n'):
        raise refusal(_("A delimiter is one character, such as ; or ,"), about="delimiter")
    dialect = _Dialect(chosen, delimiter or hinted or recognise_delimiter(sample), named=hinted is not None)
    return _sheet(source, name, *_surveyed(source, dialect, name))


def _sheet(source: Source, name: str, dialect: _Dialect, layout: Layout) -> Sheet:
    recognised = Recognised(
        kind="csv",
        rows=layout.rows,
        header_row=layout.header_row,
        encoding=shown_encoding(dialect.encoding),
        delimiter=dialect.delimiter,
    )
    return Sheet(
        layout.columns,
        recognised,
        layout.places,
        lambda: _records(source, dialect, name),
        source.close,
        {"dialect": asdict(dialect), "layout": asdict(layout)},
    )


def _sample(source: Source, encoding: str, name: str) -> str:
    reader = io.TextIOWrapper(source.rewound(), encoding=encoding, errors="replace", newline="")
    try:
        sample = reader.read(_SAMPLE)
    except UnicodeError as error:
        raise _undecodable(encoding) from error
    finally:
        reader.detach()
    if sum(map(sample.count, _BINARY)) > len(sample) // 100:
        raise refusal(not_a_spreadsheet(name))
    return sample


def _hinted_delimiter(sample: str) -> str | None:
    """A first line `sep=;` is how Excel itself notes the delimiter."""
    first = sample.split("\n", 1)[0].rstrip("\r")
    return first[4] if first[:4].lower() == "sep=" and len(first) == 5 else None


def recognise_delimiter(sample: str) -> str:
    """This function will choose the delimiter that cuts most records into as many cells as the header."""
    best, best_score = "", (0.0, 0)
    for delimiter in DELIMITERS:
        share, width = _consistency(sample, delimiter)
        # A few ragged rows are no reason to prefer a mark that stands in the header by chance.
        score = (round(share, 1), width)
        if width > 1 and score > best_score:
            best, best_score = delimiter, score
    if best:
        return best
    return next((each for each in DELIMITERS if each not in sample), DELIMITERS[0])


def _consistency(sample: str, delimiter: str) -> tuple[float, int]:
    try:
        records = list(csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter))
    except csv.Error:
        return 0.0, 0
    if len(sample) >= _SAMPLE:
        del records[-1:]
    widths = [len(record) for record in records if any(cell.strip() for cell in record)]
    if not widths:
        return 0.0, 0
    return Counter(widths)[widths[0]] / len(widths), widths[0]


def _surveyed(source: Source, dialect: _Dialect, name: str) -> tuple[_Dialect, Layout]:
    """Read quotes strictly first: only so is a cell that never ends told from an untidy one."""
    try:
        return dialect, survey(_records(source, dialect, name), name)
    except csv.Error as error:
        if "end of data" in str(error):
            raise refusal(
                _("A cell that begins with a quotation mark does not end before the end of the file.")
            ) from error
    lenient = replace(dialect, strict=False)
    return lenient, survey(_records(source, lenient, name), name)


def _records(source: Source, dialect: _Dialect, name: str) -> Iterator[tuple[int, list[Cell]]]:
    text = io.TextIOWrapper(source.rewound(), encoding=dialect.encoding, newline="")
    reader = csv.reader(_lines(text, name), delimiter=dialect.delimiter, strict=dialect.strict)
    number = 0
    try:
        for number, record in enumerate(reader, start=1):
            if number == 1 and dialect.named:
                continue
            yield number, _cells(record)
    except UnicodeError as error:
        raise _undecodable(dialect.encoding, number + 1) from error
    except csv.Error as error:
        if "field limit" not in str(error):
            raise
        raise refusal(
            _("A cell in row {row} is too long; perhaps its quotation mark does not end.", row=number + 1)
        ) from error
    finally:
        text.detach()


def _cells(record: list[str]) -> list[Cell]:
    """What a record holds; most of its cells are right as they are, so they are looked at only where one may not be."""
    if "'" in "".join(record):
        return [unguard_formula(cell) if cell[:1] == "'" else cell or None for cell in record]
    return [cell or None for cell in record] if "" in record else [*record]


def _lines(text: io.TextIOWrapper, name: str) -> Iterator[str]:
    while line := text.readline(_LONGEST_LINE):
        if "\0" in line:
            raise refusal(
                _("“{name}” holds NUL characters, so it is no text table in a known encoding.", name=name)
            )
        if len(line) >= _LONGEST_LINE:
            raise refusal(_("A line of “{name}” is too long for a table.", name=name))
        yield line


def _undecodable(encoding: str, row: int | None = None) -> Exception:
    shown = shown_encoding(encoding)
    if row is None:
        return refusal(_("The file is not in the encoding {encoding}.", encoding=shown))
    return refusal(
        _("The file is not in the encoding {encoding}: see around row {row}.", encoding=shown, row=row)
    )
