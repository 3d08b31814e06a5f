"""What the command line is given from above: it may not import the application or the ready-made registries."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import click

from kartoteka.platform.kernel.settings import Settings
from kartoteka.platform.services.office import Office
from kartoteka.platform.services.work import Work


@dataclass(frozen=True)
class Composition:
    """How to open an office, make the web application, and bring in ready-made registries and the demo firm."""

    open_office: Callable[[Settings], Office]
    make_app: Callable[[Office], Any]
    install_demo: Callable[[Work], list[Mapping[str, Any]]]
    # The commands of plugins, each with the name of its plugin.
    commands: Callable[[], Iterable[tuple[str, click.Command]]] = tuple
