"""The pages on which the admin designs task packages, and the ways in which they are started."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Response, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import fields as f

from kartoteka.platform.sdk import (
    Described,
    Invalid,
    NotFound,
    Work,
    _,
    answer,
    bearer_named,
    bearer_of,
    begin,
    go,
    label,
    needs,
    page_of,
    plural,
    render,
    signed_in,
    tell,
)
from kartoteka.plugins.tasks.answering import answer_of
from kartoteka.plugins.tasks.faces import pages
from kartoteka.plugins.tasks.packages import (
    FIELD,
    ROLE,
    STARTER,
    PackageOf,
    StepOf,
    drop_package,
    keep_package,
    packages_of,
)
from kartoteka.plugins.tasks.resources import tasks
from kartoteka.plugins.tasks.starting import start

DESIGN = needs("design")
# So many empty lines wait below those that are filled in.
EMPTY_LINES = 3
# Addresses of other pages beside those of packages.
TAKEN = ("new", "start")


@dataclass(frozen=True)
class PackageForm:
    """The form of a package, with what was typed and what is wrong with it."""

    package: PackageOf
    steps: Sequence[StepOf]
    errors: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def heading(self) -> str:
        """What stands over the form."""
        return self.package.name or _("New task package")


@pages.page("/tasks/packages", right=DESIGN)
def packages() -> str:
    """All task packages, and the way to a new one."""
    with begin() as work:
        language = work.actor.locale.language
        names = {key: label(each, language) for key, each in work.catalog.registries.items()}
        return render(work, "tasks/packages.html", at="tasks", packages=packages_of(work), names=names)


@pages.page("/tasks/packages/new", right=DESIGN)
def new_package() -> str:
    """A package that is being thought out."""
    with begin() as work:
        return _shown(work, PackageForm(PackageOf("", ""), ()))


@pages.page("/tasks/packages/<key>", right=DESIGN)
def package(key: str) -> str:
    """One package."""
    with begin() as work:
        found = _found(work, key)
        return _shown(work, PackageForm(found, found.steps))


@pages.page("/tasks/packages/new", "POST", right=DESIGN)
def add_package() -> ResponseReturnValue:
    """A package kept under a new key."""
    return _kept("")


@pages.page("/tasks/packages/<key>", "POST", right=DESIGN)
def save_package(key: str) -> ResponseReturnValue:
    """A package changed, or taken out."""
    return _kept(key)


def _kept(key: str) -> ResponseReturnValue:
    given = request.form
    try:
        with begin(design=True) as work:
            if key:
                _found(work, key)
            if "remove" in given:
                drop_package(work, key)
                tell(_("The package is gone; its tasks stay."))
                return go(url_for("tasks.packages"))
            keep_package(work, _typed(work, key))
        tell(_("Saved."))
        return go(url_for("tasks.packages"))
    except Invalid as refusal:
        with begin() as work:
            typed = _typed(work, key)
            return _shown(work, PackageForm(typed, typed.steps, refusal.errors)), 422


def _typed(work: Work, key: str) -> PackageOf:
    given = request.form
    name = given.get("name", "").strip()
    titles, days = given.getlist("title"), given.getlist("days")
    who, waits = given.getlist("who"), set(given.getlist("waits"))
    steps = [
        StepOf(title.strip(), _whole(day), person, str(place) in waits)
        for place, (title, day, person) in enumerate(zip(titles, days, who, strict=False))
        if title.strip()
    ]
    return PackageOf(
        key or _new_key(work, name),
        name,
        given.get("registry", ""),
        given.get("category", ""),
        given.get("base", ""),
        given.get("automatic") == "1",
        steps,
    )


def _whole(text: str) -> Any:
    """A number, or what was typed instead of it, which is refused then."""
    plain = text.strip() or "0"
    return int(plain) if re.fullmatch(r"[+-]?[0-9]{1,6}", plain) else plain[:20]


def _new_key(work: Work, name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()
    base = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:30] or "package"
    base = base if base[0].isalpha() else f"p_{base}"
    used = {*(each.key for each in packages_of(work)), *TAKEN}
    return next(each for each in (base, *(f"{base}_{n}" for n in range(2, 100))) if each not in used)


def _found(work: Work, key: str) -> PackageOf:
    found = next((each for each in packages_of(work) if each.key == key), None)
    if found is None:
        raise NotFound(_("There is no task package “{name}”.", name=key[:40]))
    return found


def _shown(work: Work, form: PackageForm) -> str:
    language = work.actor.locale.language
    firm = [each for each in work.catalog.active_registries if not each.plugin]
    chosen = work.catalog.registries.get(form.package.registry)
    fields = chosen.active_fields if chosen is not None else ()
    who = [(STARTER, _("Whoever starts it"))]
    who += [(f"{FIELD}{each.key}", label(each, language)) for each in fields if each.type == "user"]
    who += [
        (f"{ROLE}{key}", _("Role: {name}", name=label(role, language)))
        for key, role in work.catalog.roles.items()
    ]
    known = {key for key, _name in who}
    who += [(step.who, step.who) for step in form.steps if step.who not in known]
    return render(
        work,
        "tasks/package.html",
        at="tasks",
        form=form,
        steps=[*form.steps, *(StepOf("") for _n in range(EMPTY_LINES))],
        registries=[(each.key, label(each, language)) for each in firm],
        categories=[(each.key, label(each, language)) for each in chosen.categories] if chosen else [],
        bases=[(each.key, label(each, language)) for each in fields if each.type in ("date", "datetime")],
        who=list(dict(who).items()),
    )


@pages.page("/tasks/packages/start", "POST")
def start_package() -> ResponseReturnValue:
    """The tasks of a package on a record."""
    on = bearer_named(request.form.get("on", ""))
    with begin(write=True) as work:
        if on is None:
            raise NotFound(_("There is nothing at this address."))
        made = start(work, request.form.get("package", ""), on)
        said = plural("{n} task has been set.", "{n} tasks have been set.", len(made))
        back = url_for("web.plugin_tab", registry=on.registry, id=on.id, plugin="tasks")
        return answer_of(said, back)


class PackageShown(Described):
    """A task package as whoever may start it sees it."""

    key = f.Str()
    name = f.Str()
    registry = f.Str(metadata={"description": "On whose records it is started; empty for all."})
    category = f.Str()
    automatic = f.Bool(metadata={"description": "Started by each new record."})


class PackageStart(Described):
    """Where a package is started."""

    on = f.Dict(metadata={"description": 'The record: {"registry": "deals", "id": 7}.'})


class PackageStarted(Described):
    """The tasks that were made."""

    items = f.List(f.Dict())


@tasks.verb("GET", "/tasks/packages", signed_in, gives=page_of(PackageShown))
def list_packages() -> Response:
    """This function will list the task packages of registries that the caller sees."""
    with begin() as work:
        seen = {"", *(each.key for each in work.registries())}
        found = [each for each in packages_of(work) if each.registry in seen]
        return answer({"items": PackageShown(many=True).dump(found), "next": None})


@tasks.verb(
    "POST", "/tasks/packages/<key>/start", signed_in, body=PackageStart, gives=PackageStarted, status=201
)
def start_over_api(body: dict[str, Any], key: str) -> Response:
    """This function will make the tasks of a package on a record."""
    on = bearer_of(body)
    if on is None:
        raise Invalid({"on": [_("Name a registry and the id of a record in it.")]})
    with begin(write=True) as work:
        made = start(work, key, on)
        return answer({"items": [{"id": each.id, "title": each.title} for each in made]}, 201)


__all__ = ["packages"]
