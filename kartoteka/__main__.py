"""The program: puts the command line together with the application and the ready-made registries."""

from collections.abc import Iterator, Mapping
from typing import Any

import click

from kartoteka.app import create_app, open_office
from kartoteka.platform.cli import main as command_line
from kartoteka.platform.cli.composition import Composition
from kartoteka.platform.extension import discover
from kartoteka.platform.sdk import Work
from kartoteka.platform.services import people
from kartoteka.registries.demo import firm
from kartoteka.registries.install import install_demo


def main() -> None:
    """This function will run the command line."""
    command_line(
        obj=Composition(open_office, lambda office: create_app(office=office), _install_demo, _commands)
    )


def _commands() -> Iterator[tuple[str, click.Command]]:
    """What plugins add to the command line."""
    for plugin in discover().plugins:
        for command in plugin.commands:
            yield plugin.name, command


def _install_demo(work: Work) -> list[Mapping[str, Any]]:
    """The people who can sign in: of a new demo firm, or of one that was installed at an earlier start."""
    demo = install_demo(work)
    if demo is not None:
        return list(demo.users)
    known = {person.email for person in people.users(work) if person.active}
    return [each for each in firm(work.now.date()).users if each["email"] in known]


if __name__ == "__main__":
    main()
