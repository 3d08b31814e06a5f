"""What `kartoteka doctor` looks at."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import inspect, text

from kartoteka.platform.kernel.errors import KartotekaError
from kartoteka.platform.services import history
from kartoteka.platform.services.office import Office
from kartoteka.platform.services.readiness import lacking
from kartoteka.platform.storage.layout import table_name

ENOUGH_BYTES = 500_000_000


@dataclass(frozen=True)
class Finding:
    """One thing looked at: whether it is well, and a sentence that says how to mend it if not."""

    subject: str
    well: bool
    sentence: str


def checkup(office: Office) -> list[Finding]:
    """This function will look at everything and never stop at the first trouble."""
    looks: list[Callable[[Office], Iterator[Finding]]] = [_parts, _disk, _secret, _tables, _chains, _plugins]
    findings: list[Finding] = []
    for look in looks:
        try:
            findings += look(office)
        except (KartotekaError, OSError) as error:
            findings.append(Finding(look.__name__.strip("_"), False, str(error)))
    return findings


def _parts(office: Office) -> Iterator[Finding]:
    missing = lacking(office)
    for name in ("database", "queue", "files"):
        well = name not in missing
        yield Finding(name, well, "answers" if well else "does not answer; see the settings KARTOTEKA_…_URL")


def _disk(office: Office) -> Iterator[Finding]:
    free = shutil.disk_usage(office.settings.data).free
    well = free > ENOUGH_BYTES
    yield Finding(
        "disk",
        well,
        f"{free // 1_000_000} MB are free" + ("" if well else "; make room, or nothing can be saved soon"),
    )


def _secret(office: Office) -> Iterator[Finding]:
    path = office.settings.data / "secret.key"
    if path.exists() and path.stat().st_mode & 0o077:
        yield Finding("secret", False, f"others can read {path}; say: chmod 600 {path}")
    else:
        yield Finding("secret", True, "is kept from others")


def _tables(office: Office) -> Iterator[Finding]:
    with office.begin_system(write=False) as work:
        inspector = inspect(work.connection)
        missing = [
            f"{registry.key}.{column.name}"
            for registry in work.catalog.registries.values()
            for column in work.layout.table(registry).columns
            if column.name not in {each["name"] for each in inspector.get_columns(table_name(registry.key))}
        ]
        work.connection.execute(text("SELECT 1"))
    yield Finding(
        "tables",
        not missing,
        f"{', '.join(missing)} missing; restore a backup" if missing else "hold all designed fields",
    )


def _chains(office: Office) -> Iterator[Finding]:
    with office.begin_system(write=False) as work:
        report = history.verify(work)
    yield Finding("history", report.broken is None, report.broken or f"{report.entries} entries are unbroken")


def _plugins(office: Office) -> Iterator[Finding]:
    """What plugins look at; one that fails costs only itself."""
    with office.begin_system(write=False) as work:
        active = {key for key, state in work.catalog.plugins.items() if state.active}
    for each in office.plugins.values():
        for look in each.checkups if each.name in active else ():
            try:
                yield from (Finding(*found) for found in look(office))
            except Exception as error:
                yield Finding(each.name, False, f"cannot be looked at: {type(error).__name__}")
