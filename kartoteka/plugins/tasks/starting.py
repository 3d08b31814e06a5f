"""Starting a task package: by a click on a record, over the API, or by a new record."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from kartoteka.platform.sdk import (
    Bearer,
    Conflict,
    Delivery,
    Forbidden,
    Invalid,
    KartotekaError,
    NotFound,
    Office,
    Query,
    Record,
    Work,
    _,
    acts_for_all,
    browse,
    came_by,
    create,
    fetch,
    lying_on,
)
from kartoteka.plugins.tasks.design import KEY
from kartoteka.plugins.tasks.keeping import IMPORT, today_of
from kartoteka.plugins.tasks.packages import FIELD, PLUGIN, ROLE, STARTER, PackageOf, StepOf, packages_of

PACKAGE = "package"


def offered_on(work: Work, record: Record) -> list[PackageOf]:
    """This function will list the packages that the actor may start on a record."""
    if record.tabs.get(PLUGIN) != "edit":
        return []
    return [each for each in packages_of(work) if each.fits(record.registry, record.category)]


def start(work: Work, key: str, on: Bearer) -> list[Record]:
    """This function will make the tasks of a package on a record, in the name of the actor.

    :raises NotFound: when there is no such package, or no such record for him.
    :raises Forbidden: when he may set no tasks there.
    :raises Invalid: when the date from which it counts is empty.
    """
    record = fetch(work, on.registry, on.id)
    if PLUGIN not in record.tabs:
        raise NotFound(_("There is no record {id}.", id=on.id))
    if record.tabs[PLUGIN] != "edit":
        raise Forbidden(_("You may not add anything here."))
    package = next((each for each in offered_on(work, record) if each.key == key), None)
    if package is None:
        raise NotFound(_("There is no task package “{name}”.", name=key[:40]))
    # He may set tasks for those whom the package names, though he could not choose among people himself.
    return _make(work.office.beside(work, signed_by=work.actor.user_id), work, package, record)


def _make(maker: Work, starter: Work, package: PackageOf, record: Record) -> list[Record]:
    whole = fetch(maker, record.registry, record.id)
    first = _first_day(starter, package, whole)
    made: list[Record] = []
    for step in package.steps:
        values: dict[str, Any] = {
            "title": step.title,
            "due": _shifted(first, int(step.days)),
            PACKAGE: package.key,
            **_doer(maker, starter, step, whole),
        }
        if step.waits and made:
            values["depends_on"] = [made[-1].id]
        made.append(create(maker, KEY, values, on=Bearer(record.registry, record.id)))
    return made


def _shifted(first: date, days: int) -> str:
    try:
        return (first + timedelta(days=days)).isoformat()
    except OverflowError:
        return first.isoformat()


def _first_day(starter: Work, package: PackageOf, record: Record) -> date:
    if not package.base:
        return today_of(starter)
    found = record.values.get(package.base)
    if isinstance(found, datetime):
        return found.date()
    if not isinstance(found, date):
        registry = starter.catalog.registries[record.registry]
        each = registry.field(package.base)
        name = each.name if each is not None else package.base
        raise Invalid({PACKAGE: [_("The tasks count from “{field}”, which is empty.", field=name)]})
    return found


def _doer(maker: Work, starter: Work, step: StepOf, record: Record) -> dict[str, Any]:
    """Who does it; where the role or the person has gone, whoever starts the package."""
    if step.who.startswith(ROLE):
        role = maker.catalog.roles.get(step.who.removeprefix(ROLE))
        if role is not None:
            return {"role": role.id}
    if step.who.startswith(FIELD):
        people = record.values.get(step.who.removeprefix(FIELD)) or []
        if people:
            return {"assignee": [people[0].id]}
    return {} if acts_for_all(starter) else {"assignee": [starter.actor.user_id]}


def start_on_new(office: Office, deliveries: Sequence[Delivery]) -> None:
    """This function will start what new records start; a record that has the tasks already gets no others."""
    for delivery in deliveries:
        if delivery.body.get("action") != "create":
            continue
        registry = str(delivery.body["registry"])
        with office.begin_system(via="rule", write=False) as work:
            wanted = [each for each in packages_of(work) if each.automatic and each.registry == registry]
        for record in delivery.body["records"] if wanted else ():
            _start_on(office, wanted, Bearer(registry, int(record)))


def _start_on(office: Office, packages: Sequence[PackageOf], on: Bearer) -> None:
    with office.begin_system(via="rule", write=True) as work:
        try:
            record = fetch(work, on.registry, on.id)
        except NotFound:
            return
        if PLUGIN not in record.tabs or came_by(work, on.registry, on.id) == IMPORT:
            return
        for package in packages:
            if package.fits(record.registry, record.category) and not _started(work, package, on):
                _start_for(office, work, package, record)


def _start_for(office: Office, work: Work, package: PackageOf, record: Record) -> None:
    """In the name of whoever has made the record; if his account is closed, of nobody."""
    try:
        starter = office.beside(work, record.created_by.id)
    except KartotekaError:
        starter = work
    try:
        with work.attempt():
            _make(office.beside(work, signed_by=record.created_by.id), starter, package, record)
    except (Invalid, Conflict):
        # The date is not known yet, or the firm asks more of tasks than a package says: somebody starts it by hand.
        return


def _started(work: Work, package: PackageOf, on: Bearer) -> bool:
    asked = {"and": [lying_on(on), {"field": PACKAGE, "op": "eq", "value": package.key}]}
    return any(
        browse(work, KEY, Query(filter=asked, fields=(), page_size=1, removed=removed)).items
        for removed in (False, True)
    )


__all__ = ["PACKAGE", "STARTER", "offered_on", "start", "start_on_new"]
