"""Commands on the design: export, apply."""

import sys
from pathlib import Path
from typing import Any

import click
import yaml

from kartoteka.platform.cli.running import refusing, work_as
from kartoteka.platform.kernel.errors import Invalid
from kartoteka.platform.services import modelling

MAX_BYTES = 20_000_000


@click.group()
def design() -> None:
    """The whole design (registries, sections, fields, roles, grants) as one YAML file."""


@design.command()
@refusing
def export() -> None:
    """Print the design as YAML; the same design gives the same bytes."""
    with work_as(None) as work:
        document = modelling.export_design(work)
    yaml.safe_dump(document, sys.stdout, allow_unicode=True, sort_keys=False, width=120)


@design.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Print the plan and change nothing.")
@click.option("--accept-loss", is_flag=True, help="Leave values empty that do not fit the new definition.")
@refusing
def apply(file: Path, dry_run: bool, accept_loss: bool) -> None:
    """Make the design what FILE says; what FILE lacks is switched off, never lost."""
    document = read_document(file)
    if dry_run:
        with work_as(None) as work:
            plan = modelling.plan_design(work, document)
    else:
        with work_as(None, write=True, design=True) as work:
            plan = modelling.apply_design(work, document, accept_loss=accept_loss)
    for sentence in plan.sentences() or ["Nothing to change."]:
        click.echo(sentence)
    for place, sentences in plan.offenders.items():
        for sentence in sentences:
            click.echo(f"{place}: {sentence}", err=True)
    if dry_run and plan.offenders and not accept_loss:
        sys.exit(1)


def read_document(file: Path) -> Any:
    """This function will read a YAML (or JSON) design file.

    :raises Invalid: when it is too large or not YAML, with the line.
    """
    if file.stat().st_size > MAX_BYTES:
        raise Invalid({"file": [f"{file.name} is larger than a design can be."]})
    try:
        return yaml.safe_load(file.read_text(encoding="utf-8-sig"))
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise Invalid(
            {"file": [f"{file.name} is not a YAML file: {' '.join(str(error).split())[:300]}"]}
        ) from error
