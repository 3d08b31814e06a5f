"""The command that looks after files: `kartoteka attachments`."""

import sys

import click

from kartoteka.platform.sdk import open_office, refusing
from kartoteka.plugins.attachments.checking import Report, check
from kartoteka.plugins.attachments.moving import Moved, move_all


@click.group("attachments")
def attachments() -> None:
    """Files on records: is everything there, and as it was."""


@attachments.command("check")
@click.option("--thorough", is_flag=True, help="Read every file and compare it with its fingerprint.")
@click.option("--mend", is_flag=True, help="Take away what nothing refers to any more.")
@refusing
def check_files(thorough: bool, mend: bool) -> None:
    """Hold the storage of files against the database."""
    report = check(open_office(), thorough=thorough, mend=mend)
    for line in told(report):
        click.echo(line)
    if not report.well:
        sys.exit(1)


@attachments.command("move")
@refusing
def move() -> None:
    """Bring all files from KARTOTEKA_FILES_ALSO to KARTOTEKA_FILES_URL, while both are in use."""
    moved = move_all(open_office(), lambda done: click.echo(f"{done} contents looked at …"))
    for line in told_moved(moved):
        click.echo(line)
    if not moved.whole:
        sys.exit(1)


def told_moved(moved: Moved) -> list[str]:
    """This function will say what was moved."""
    lines = [f"{moved.numbers['moved']} contents were moved, {moved.numbers['there']} were there."]
    lines += [f"MISSING  {sha256}: it is in neither storage" for sha256 in moved.missing]
    lines += [f"CHANGED  {sha256}: it is not what it was and stays where it is" for sha256 in moved.changed]
    return (
        lines if not moved.whole else [*lines, "Everything is in its new place; KARTOTEKA_FILES_ALSO can go."]
    )


def told(report: Report) -> list[str]:
    """This function will say what a check has found."""
    lines = [f"{report.contents} contents are expected in the storage."]
    lines += [
        f"MISSING  {sha256}: send the same file again, anywhere, or restore a backup"
        for sha256 in report.missing
    ]
    lines += [f"CHANGED  {sha256}: restore it from a backup" for sha256 in report.changed]
    lines += [f"STRAY    {sha256}: nothing refers to it; --mend takes it away" for sha256 in report.strays]
    if report.sums:
        lines.append(f"SUMS     {report.sums} sums of the space they take are wrong; --mend counts them anew")
    if report.swept:
        lines.append(f"{report.swept} were taken away.")
    return lines if not report.well else [*lines, "Everything is there."]


__all__ = ["attachments", "told", "told_moved"]
