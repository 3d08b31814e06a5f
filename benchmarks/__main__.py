"""The command line of the measurements: `python -m benchmarks --help`."""

import argparse
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.asking import Caller, Refused
from benchmarks.measures import Lasting, Reading, Result, take, take_export, take_import, writing
from benchmarks.places import Place, fill, postgresql_place, serving, sqlite_place
from benchmarks.watchdogs import Sizes, take_watchdogs

PLACES = {"sqlite": sqlite_place, "postgresql": postgresql_place}


def main() -> int:
    """Measure, print, and give 1 when a target is missed."""
    asked = _asked()
    databases = list(PLACES) if asked.database == "both" else [asked.database]
    results = {}
    for database in databases:
        results[database] = _measured(database, asked)
        print(_table(database, results[database]), flush=True)
    document = {
        "records": asked.records,
        "databases": {name: [each.as_json() for each in found] for name, found in results.items()},
    }
    if asked.json:
        Path(asked.json).write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(document))
    missed = [f"{each.name} ({name})" for name, found in results.items() for each in found if not each.met]
    if missed:
        print(f"Targets missed: {', '.join(missed)}", file=sys.stderr)
    return 1 if missed and not asked.no_fail else 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measures Kartoteka against a floor of hand-written SQL."
    )
    parser.add_argument(
        "--records", type=int, default=100_000, help="how many records both sides hold (100000)"
    )
    parser.add_argument("--database", choices=[*PLACES, "both"], default="both")
    parser.add_argument(
        "--quick", action="store_true", help="a fifth of the rounds, and a tenth of the watchdogs"
    )
    parser.add_argument("--only", default="", help="only measures whose name contains this")
    parser.add_argument(
        "--keep", metavar="FOLDER", help="keep the databases in a folder, and use them again next time"
    )
    parser.add_argument("--json", metavar="FILE", help="also write the results to a file")
    parser.add_argument("--no-fail", action="store_true", help="exit with 0 even when a target is missed")
    return parser.parse_args()


def _measured(database: str, asked: argparse.Namespace) -> list[Result | Lasting]:
    with TemporaryDirectory(prefix="kartoteka-bench-", ignore_cleanup_errors=True) as passing:
        folder = Path(asked.keep or passing).absolute() / f"{database}-{asked.records}"
        with PLACES[database](folder) as place:
            started = time.monotonic()
            token = fill(place, asked.records)
            print(
                f"{database}: both sides hold {asked.records} records after {time.monotonic() - started:.0f} s",
                flush=True,
            )
            return list(_results(place, token, asked))


def _results(place: Place, token: str, asked: argparse.Namespace) -> Iterator[Result | Lasting]:
    rounds = 60 if asked.quick else 300
    # Numbers that no earlier run on a kept place has used.
    first = asked.records + int(time.time())
    with (
        serving(place, "wsgi:application") as own_port,
        serving(place, "benchmarks.floor:application()") as floor_port,
    ):
        own, floor = Caller(own_port, token), Caller(floor_port)
        for kinds in (Reading(own, asked.records).measures(), writing(first, asked.records)):
            for measure in kinds:
                if asked.only not in measure.name:
                    continue
                try:
                    yield _told(take(measure, own, floor, rounds))
                except Refused as refused:
                    print(f"{measure.name}: not measured, {refused}", file=sys.stderr, flush=True)
    if asked.only in "export":
        yield _told(take_export(place, 1 if asked.quick else 3))
    if asked.only in "import":
        yield _told(take_import(place, first + 10**7, 3 if asked.quick else 7))
    sizes = Sizes.of(asked.records, quick=asked.quick)
    for result in take_watchdogs(place, sizes, first * 10**4, asked.only):
        yield _told(result)


def _told(result: Result | Lasting) -> Result | Lasting:
    print(f"  {result.name}: {' '.join(result.cells())}", flush=True)
    return result


def _table(database: str, results: list[Result | Lasting]) -> str:
    rows: list[tuple[Any, ...]] = [(database, "Kartoteka ms", "floor ms", "ratio", "at most", "")]
    for each in results:
        *cells, most = each.cells()
        verdict = "" if not most else "met" if each.met else "MISSED"
        rows.append((each.name, *cells, most, verdict))
    widths = [max(len(str(row[place])) for row in rows) for place in range(6)]
    lines = [
        "  ".join(
            [
                str(row[0]).ljust(widths[0]),
                *(str(cell).rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)),
            ]
        )
        for row in rows
    ]
    return "\n".join(["", *lines, ""])


if __name__ == "__main__":
    sys.exit(main())
