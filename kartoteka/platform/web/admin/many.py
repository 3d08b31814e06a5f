"""The dialog of a change of several fields at once: what it will do, before it is done."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from flask import render_template, request
from flask.typing import ResponseReturnValue

from kartoteka.platform.catalog.definitions import Registry, label
from kartoteka.platform.front import begin
from kartoteka.platform.kernel.errors import Conflict, Invalid, NotFound
from kartoteka.platform.kernel.texts import _, plural
from kartoteka.platform.services import modelling
from kartoteka.platform.services.modelling import Foresight
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.admin import effects
from kartoteka.platform.web.admin.answers import Refusal, refused
from kartoteka.platform.web.admin.frame import DESIGN
from kartoteka.platform.web.admin.registry import design_renewed, found_registry
from kartoteka.platform.web.pages import page

DEED = "/admin/r/<registry>/many/<any(off, on, move):deed>"


@dataclass(frozen=True)
class ManyForm:
    """The dialog: which fields, where to, and what it will do."""

    registry: str
    deed: str
    heading: str
    button: str
    fields: Sequence[tuple[str, str]]
    sections: Sequence[tuple[str, str]] = ()
    section: str = ""
    effects: Sequence[str] = ()
    sure: str = ""
    refusal: Refusal = field(default_factory=Refusal)


@page(DEED, right=DESIGN)
def admin_many(registry: str, deed: str) -> str:
    """What switching off, switching on or moving the chosen fields will do."""
    with begin() as work:
        found = found_registry(work, registry)
        return render_template("admin/many.html", form=_form(work, found, deed))


@page(DEED, "POST", right=DESIGN)
def admin_do_many(registry: str, deed: str) -> ResponseReturnValue:
    """The chosen fields changed; when it would do something else than was shown, it is shown anew."""
    try:
        with begin(design=True) as work:
            found = found_registry(work, registry)
            shown = _form(work, found, deed)
            if request.form.get("sure", "") != shown.sure:
                return render_template("admin/many.html", form=shown)
            keys = [key for key, _name in shown.fields]
            active, section = _wanted(deed, shown.section)
            modelling.change_fields(work, registry, keys, active=active, section=section)
            return design_renewed(work, registry, _done(deed, len(keys)))
    except (Invalid, Conflict) as error:
        with begin() as work:
            form = _form(work, found_registry(work, registry), deed, Refusal(error))
            return refused(render_template("admin/many.html", form=form), error)


def _wanted(deed: str, section: str) -> tuple[bool | None, str | None]:
    return (None, section) if deed == "move" else (deed == "on", None)


def _done(deed: str, number: int) -> str:
    if deed == "move":
        return plural("{n} field is moved.", "{n} fields are moved.", number)
    if deed == "on":
        return plural("{n} field is in use again.", "{n} fields are in use again.", number)
    return plural(
        "{n} field is switched off; nothing of it is lost.",
        "{n} fields are switched off; nothing of them is lost.",
        number,
    )


def _form(work: Work, registry: Registry, deed: str, refusal: Refusal | None = None) -> ManyForm:
    language = work.actor.locale.language
    chosen = [registry.field(key) for key in request.values.getlist("field")]
    if not chosen or None in chosen:
        raise NotFound(_("There is nothing at this address."))
    fields = [
        each for each in chosen if each is not None and (deed == "move" or each.active != (deed == "on"))
    ]
    sections = [(each.key, label(each, language)) for each in registry.sections if each.active]
    section = request.values.get("section", "") or (sections[0][0] if sections else "")
    foreseen, keys = None, [each.key for each in fields]
    if keys and refusal is None and (deed != "move" or section in dict(sections)):
        active, into = _wanted(deed, section)
        foreseen = modelling.plan_fields(work, registry.key, keys, active=active, section=into)
    said = _said(work, registry, keys, foreseen) if foreseen else []
    return ManyForm(
        registry.key,
        deed,
        _heading(deed, len(fields)),
        {"off": _("Switch off"), "on": _("Switch on"), "move": _("Move")}[deed],
        [(each.key, label(each, language)) for each in fields],
        sections if deed == "move" else (),
        section,
        said,
        effects.mark([section, *keys, *said]),
        refusal or Refusal(),
    )


def _heading(deed: str, number: int) -> str:
    if deed == "move":
        return plural("Move {n} field", "Move {n} fields", number)
    if deed == "on":
        return plural("Switch on {n} field", "Switch on {n} fields", number)
    return plural("Switch off {n} field", "Switch off {n} fields", number)


def _said(work: Work, registry: Registry, keys: Sequence[str], foreseen: Foresight) -> list[str]:
    """What the change does to records and people, field by field; the same sentence about several is said once."""
    language = work.actor.locale.language
    about: dict[str, list[str]] = {}
    for key in keys:
        each = registry.field(key)
        for sentence in effects.effects_of(work, registry, "fields", key, foreseen):
            about.setdefault(sentence, []).append(label(each, language) if each else key)
    return [f"{', '.join(names)}: {sentence}" for sentence, names in about.items()]
