"""What all commands share: opening the office, saying refusals in one sentence, showing progress."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import click
from sqlalchemy.exc import OperationalError, ProgrammingError

from kartoteka.platform.cli.composition import Composition
from kartoteka.platform.kernel.errors import KartotekaError
from kartoteka.platform.kernel.settings import Settings
from kartoteka.platform.services.office import Office
from kartoteka.platform.services.work import Work

P = ParamSpec("P")
T = TypeVar("T")


def open_office() -> Office:
    """This function will open the office of the environment's settings."""
    return composition().open_office(Settings.from_environment())


def composition() -> Composition:
    """This function will give what the program was put together from."""
    found = click.get_current_context().find_object(Composition)
    assert found is not None
    return found


@contextmanager
def work_as(email: str | None, *, write: bool = False, design: bool = False) -> Iterator[Work]:
    """This function will begin work as a named user, or as the built-in system account."""
    office = open_office()
    beginning = (
        office.begin_as(email, write=write, design=design)
        if email
        else office.begin_system(write=write, design=design)
    )
    with beginning as work:
        yield work


def refusing(command: Callable[P, T]) -> Callable[P, T]:
    """This function will end a command with status 1 and one clear sentence where the platform refuses."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return command(*args, **kwargs)
        except KartotekaError as error:
            for line in told(error):
                click.echo(line, err=True)
            sys.exit(1)
        except (OperationalError, ProgrammingError) as error:
            click.echo(
                f"The database does not answer or is not ready (run “kartoteka init”): {error.orig}", err=True
            )
            sys.exit(1)

    return run


def told(error: KartotekaError) -> list[str]:
    """This function will say a refusal in lines: a single sentence, or one for each wrong place."""
    if not error.errors:
        return [error.message]
    return [f"{place}: {sentence}" for place, sentences in error.errors.items() for sentence in sentences]


class Progress:
    """A bar on a terminal, plain lines elsewhere, on standard error so that output stays clean."""

    def __init__(self, what: str) -> None:
        self.what = what
        self.shown = -1

    def __call__(self, done: int, total: int) -> None:
        """This function will show how far the work has come."""
        percent = 100 * done // total if total else 0
        if sys.stderr.isatty():
            bar = "█" * (percent // 4)
            click.echo(f"\r{self.what} {bar:<25} {done:,} / {total:,}", nl=done >= total > 0, err=True)
        elif percent // 10 > self.shown:
            self.shown = percent // 10
            click.echo(f"{self.what}: {done} of {total}", err=True)


def lines(rows: list[tuple[Any, ...]]) -> None:
    """This function will print rows in columns."""
    if not rows:
        return
    widths = [max(len(str(row[n])) for row in rows) for n in range(len(rows[0]))]
    for row in rows:
        click.echo("  ".join(f"{cell!s:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip())
