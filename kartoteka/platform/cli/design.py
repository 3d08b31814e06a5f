"""Commands on the design: export, apply."""

import sys
from pathlib import Path
from typing import Any

import click
import yaml

from kartoteka.platform.cli.running import refusing, work_as
from kartoteka.platform.kernel.errors import Invalid
from kartoteka.platform.services import designs, modelling

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
            impact = modelling.told(work, plan)
    else:
        with work_as(None, write=True, design=True) as work:
            plan = modelling.apply_design(work, document, accept_loss=accept_loss)
    for sentence in plan.sentences() or ["Nothing to change."]:
        click.echo(sentence)
    if dry_run:
        for each in impact.touched:
            click.echo(f"  {each.place}: {each.sentence}")
        for use in impact.relied:
            click.echo(f"  {use.place}: {use.use.sentence}")
    for place, sentences in plan.offenders.items():
        for sentence in sentences:
            click.echo(f"{place}: {sentence}", err=True)
    if dry_run and plan.offenders and not accept_loss:
        sys.exit(1)


@design.command()
@click.option("--limit", default=20, show_default=True, help="How many changes at most.")
@refusing
def history(limit: int) -> None:
    """Print the newest changes of the design: version, when, who, what."""
    with work_as(None) as work:
        for each in designs.past(work, limit=limit):
            click.echo(f"{each.version}  {each.at:%Y-%m-%d %H:%M} UTC  {each.by} ({each.via})")
            for sentence in each.steps:
                click.echo(f"    {sentence}")


@design.command("return")
@click.argument("version", type=int)
@click.option("--dry-run", is_flag=True, help="Print the plan and change nothing.")
@click.option("--accept-loss", is_flag=True, help="Leave values empty that cannot be converted back.")
@refusing
def return_to(version: int, dry_run: bool, accept_loss: bool) -> None:
    """Make the design what it was at VERSION; values entered since are kept."""
    _go_back(version, modelling.plan_return, modelling.return_to, dry_run, accept_loss)


@design.command()
@click.argument("version", type=int)
@click.option("--dry-run", is_flag=True, help="Print the plan and change nothing.")
@click.option("--accept-loss", is_flag=True, help="Leave values empty that cannot be converted back.")
@refusing
def undo(version: int, dry_run: bool, accept_loss: bool) -> None:
    """Take back the one change of VERSION, if nothing later depends on it."""
    _go_back(version, modelling.plan_undo, modelling.undo, dry_run, accept_loss)


def _go_back(version: int, plan: Any, act: Any, dry_run: bool, accept_loss: bool) -> None:
    with work_as(None) as work:
        way: modelling.WayBack = plan(work, version)
        said, eased, against = way.plan.sentences(), way.eased, way.plan.findings
    if not dry_run:
        with work_as(None, write=True, design=True) as work:
            said = act(work, version, accept_loss=accept_loss).sentences()
    for sentence in said or ["Nothing to change."]:
        click.echo(sentence)
    for each in (*eased, *against):
        click.echo(f"{each.place}: {each.sentence}", err=True)
    if dry_run and against and not accept_loss:
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
