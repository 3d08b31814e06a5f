"""Commands on data: import, export."""

import json
import sys
from pathlib import Path
from typing import Any

import click
import yaml

from kartoteka.platform.cli.running import Progress, open_office, refusing
from kartoteka.platform.kernel.errors import Invalid

SHOWN_ERRORS = 20


@click.command(name="import")
@click.argument("registry")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--map",
    "mapping",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A JSON or YAML file: column: field.",
)
@click.option("--key", help="The field by which rows are recognised.")
@click.option(
    "--mode",
    type=click.Choice(["add", "update", "upsert"]),
    help="Default: add, or upsert when there is a key.",
)
@click.option("--encoding", help="The encoding of a CSV file, when it is recognised wrongly.")
@click.option("--sheet", help="The sheet of a workbook.")
@click.option("--dry-run", is_flag=True, help="Tell what would happen and change nothing.")
@click.option("--on-error", type=click.Choice(["skip", "stop"]), help="Default: skip rows that are wrong.")
@click.option("--delimiter", help="The delimiter of a CSV file, when it is recognised wrongly.")
@click.option("--create-missing", is_flag=True, help="Make records that a relation names and nobody has.")
@click.option("--create", is_flag=True, help="Make the registry, or its missing fields, from the columns.")
@click.option("--as", "email", metavar="EMAIL", help="Import as this user instead of the system account.")
@refusing
def import_file(registry: str, file: Path, mapping: Path | None, **options: Any) -> None:
    """Bring a spreadsheet into REGISTRY."""
    from kartoteka.platform.services import imports

    email = options.pop("email")
    wanted = {key: value for key, value in options.items() if value not in (None, False)}
    if mapping:
        wanted["mapping"] = _mapping(mapping)
    job = imports.run_file(
        open_office(), registry, file, wanted, as_email=email, progress=Progress("Imported")
    )
    _tell(job)


def _mapping(file: Path) -> dict[str, str]:
    try:
        found = yaml.safe_load(file.read_text(encoding="utf-8-sig"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Invalid({"map": [f"{file.name} is not a JSON or YAML file."]}) from error
    if not isinstance(found, dict):
        raise Invalid({"map": ["A mapping is an object: column and field."]})
    return {str(column): str(field) for column, field in found.items()}


def _tell(job: Any) -> None:
    result = job.result or {}
    for name, value in (result.get("recognised") or {}).items():
        if value:
            click.echo(f"{name}: {_plain(value)}")
    numbers = ("rows", "created", "updated", "unchanged", "skipped")
    click.echo(", ".join(f"{name} {result[name]}" for name in numbers if name in result))
    errors = result.get("errors", [])
    for error in errors[:SHOWN_ERRORS]:
        place = f"row {error['row']}" + (f", {error['column']}" if error["column"] else "")
        value = f" {json.dumps(error['value'], ensure_ascii=False)}:" if error["value"] else ""
        click.echo(f"{place}:{value} {error['message']}", err=True)
    more = len(errors) - SHOWN_ERRORS + result.get("more_errors", 0)
    if more > 0:
        click.echo(f"… and {more} more.", err=True)
    if job.state != "done":
        click.echo(job.error or f"The import is {job.state}.", err=True)
        sys.exit(1)


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} → {each}" for name, each in value.items())
    return ", ".join(value) if isinstance(value, list) else str(value)


@click.command(name="export")
@click.argument("registry")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--as", "email", metavar="EMAIL", help="Export what this user may see.")
@refusing
def export_file(registry: str, file: Path, email: str | None) -> None:
    """Write REGISTRY into FILE (.xlsx or .csv)."""
    from kartoteka.platform.services import exports

    number = exports.write_file(open_office(), registry, file, as_email=email, progress=Progress("Exported"))
    click.echo(f"{number} records are in {file}.")
