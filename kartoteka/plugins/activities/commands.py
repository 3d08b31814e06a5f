"""Commands of activities: letters handed over by a mail server."""

import sys

import click

from kartoteka.platform.sdk import open_office, refusing
from kartoteka.plugins.activities.filing import file_stream
from kartoteka.plugins.activities.mailbox import fetch_letters


@click.group()
def mail() -> None:
    """Letters that come from a mail server."""


@mail.command("file")
@refusing
def file_letter() -> None:
    """File the letter on standard input at the record it came from or went to."""
    office = open_office()
    found = file_stream(office, sys.stdin.buffer)
    click.echo(found.said)


@mail.command("fetch")
@refusing
def fetch() -> None:
    """File the unread letters of the mailbox that is set for the plugin."""
    for said in fetch_letters(open_office()).said:
        click.echo(said)
