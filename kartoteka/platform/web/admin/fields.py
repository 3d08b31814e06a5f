"""The dialog of one field: its name, type and options, and what it asks of the records."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import ValidationError
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from kartoteka.field_types.options import OptionsError
from kartoteka.platform.catalog.conditions import RULES_OF_FIELDS
from kartoteka.platform.catalog.definitions import Field, Registry, label
from kartoteka.platform.catalog.keys import make_key
from kartoteka.platform.catalog.portable import field_to_document
from kartoteka.platform.front import begin
from kartoteka.platform.kernel.errors import Conflict, Invalid, NotFound
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services import modelling
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.admin import effects, stale, when
from kartoteka.platform.web.admin.answers import Refusal, gone_on, refused
from kartoteka.platform.web.admin.facts import Facts, facts_of, facts_of_new
from kartoteka.platform.web.admin.frame import DESIGN
from kartoteka.platform.web.admin.options import OptionInput, inputs, takes_default, typed_options
from kartoteka.platform.web.admin.positions import Positions, position_after, positions_in
from kartoteka.platform.web.admin.registry import (
    TRANSLATIONS,
    design_renewed,
    found_registry,
    local,
    typed_names,
)
from kartoteka.platform.web.admin.words import TypeView, type_groups, type_view
from kartoteka.platform.web.pages import page

PLACES = frozenset({"name", "type", "default", "help"})
Typed = Mapping[str, Any]


@dataclass(frozen=True)
class FieldForm:
    """The dialog as it stands: everything typed, and what is wrong with it."""

    registry: str
    key: str
    heading: str
    action: str
    typed: Typed
    seen: str
    kind: TypeView
    groups: Sequence[tuple[str, Sequence[TypeView]]]
    options: Sequence[OptionInput]
    names: Sequence[tuple[str, str, str]]
    sections: Sequence[tuple[str, str]]
    categories: Sequence[tuple[str, str, bool]]
    takes_default: bool
    may_convert: bool
    options_url: str
    key_url: str
    helps: Sequence[tuple[str, str, str]]
    positions: Positions
    positions_url: str
    facts: Facts
    active: bool = True
    core: bool = False
    refusal: Refusal = field(default_factory=Refusal)
    loss: Sequence[str] = ()
    effects: Sequence[str] = ()
    sure: str = ""
    rules: Sequence[when.Box] = ()


class Unsure(Exception):
    """A change that does something to records or to people, and was not agreed to yet."""

    def __init__(self, found: Sequence[str], offenders: Sequence[str], *, acceptable: bool) -> None:
        super().__init__(" ".join(found))
        self.effects = found
        self.offenders = offenders
        self.acceptable = acceptable


@page("/admin/r/<registry>/fields/new", right=DESIGN)
def admin_new_field(registry: str) -> str:
    """The dialog of a new field."""
    with begin() as work:
        found = found_registry(work, registry)
        typed = {"type": "text", "section": request.args.get("section", ""), "options": {}}
        return render_template("admin/field.html", form=_form(work, found, None, typed))


@page("/admin/r/<registry>/fields/<key>", right=DESIGN)
def admin_field(registry: str, key: str) -> str:
    """The dialog of a field."""
    with begin() as work:
        found = found_registry(work, registry)
        each = _field(found, key)
        return render_template("admin/field.html", form=_form(work, found, each, _typed_of(work, each)))


@page("/admin/r/<registry>/field-options", right=DESIGN)
def admin_field_options(registry: str) -> str:
    """The part of the dialog that hangs on the type, for the type chosen now."""
    with begin() as work:
        found = found_registry(work, registry)
        each = found.field(request.args.get("key", ""))
        typed = _typed(work, request.args, each)
        return render_template(
            "admin/field_options.html", form=_form(work, found, each, typed), renewing=True
        )


@page("/admin/r/<registry>/field-positions", right=DESIGN)
def admin_field_positions(registry: str) -> str:
    """The part of the dialog that hangs on the section: where in it the field stands, and who will see it there."""
    with begin() as work:
        found = found_registry(work, registry)
        each = found.field(request.args.get("key", ""))
        typed = {**_typed(work, request.args, each), "after": None}
        form = _form(work, found, each, typed)
        return render_template("admin/field_positions.html", form=form, renewing=True)


@page("/admin/r/<registry>/field-key", right=DESIGN)
def admin_field_key(registry: str) -> str:
    """The key that a name would get."""
    with begin() as work:
        found, name = found_registry(work, registry), request.args.get("name", "").strip()
        return make_key(name, {each.key for each in found.fields}, fallback="field") if name else "…"


@page("/admin/r/<registry>/fields/new", "POST", right=DESIGN)
def admin_create_field(registry: str) -> ResponseReturnValue:
    """A new field."""
    return _save(registry, None)


@page("/admin/r/<registry>/fields/<key>", "POST", right=DESIGN)
def admin_save_field(registry: str, key: str) -> ResponseReturnValue:
    """A field, saved; where stored values stand against it the dialog says which."""
    return _save(registry, key)


def _save(registry: str, key: str | None) -> ResponseReturnValue:
    given = request.form
    try:
        with begin(design=True) as work:
            found = found_registry(work, registry)
            old = _field(found, key) if key else None
            if old is not None:
                name, part = label(old, work.actor.locale.language), (registry, "fields", old.key)
                stale.insist(work, _document(old), given.get("seen", ""), name, part)
            body = _body(work, found, given, old)
            if old is None:
                modelling.create_field(work, registry, body)
            else:
                _insist_on_consent(work, found, old, body, given.get("sure", ""))
                modelling.change_field(
                    work, registry, old.key, {**body, "accept_loss": given.get("accept_loss") == "1"}
                )
            answer = design_renewed(work, registry, _("Saved."))
            return _with_next(work, registry, given, answer) if "next" in given and old is None else answer
    except Unsure as doubt:
        with begin() as work:
            found = found_registry(work, registry)
            old = found.field(key) if key else None
            form = _form(work, found, old, _typed(work, given, old))
            return render_template("admin/field.html", form=_asking(form, doubt))
    except (Invalid, Conflict) as error:
        with begin() as work:
            found = found_registry(work, registry)
            old = found.field(key) if key else None
            form = _form(work, found, old, _typed(work, given, old), local(error, registry))
            return refused(render_template("admin/field.html", form=form), error)


def _with_next(work: Work, registry: str, given: MultiDict[str, str], answer: Response) -> Response:
    """The answer to a field that was made, with the dialog of the next one in the same section instead of none."""
    form = _form(
        work,
        found_registry(work, registry),
        None,
        {"section": given.get("section", ""), "type": "text", "options": {}},
    )
    return gone_on(answer, render_template("admin/field.html", form=form))


def _insist_on_consent(work: Work, registry: Registry, old: Field, body: Typed, sure: str) -> None:
    foreseen = modelling.foresee(work, registry.key, "fields", old.key, body)
    found = effects.effects_of(work, registry, "fields", old.key, foreseen)
    if not found or sure == effects.mark(found):
        return
    against = foreseen.offenders()
    raise Unsure(
        found,
        [sentence for sentences in against.values() for sentence in sentences],
        acceptable=all(map(foreseen.convertible, against)),
    )


def _asking(form: FieldForm, doubt: Unsure) -> FieldForm:
    """What it will do is shown; what cannot be done at all is shown as what is wrong instead."""
    if doubt.offenders and not doubt.acceptable:
        return replace(form, refusal=Refusal(Conflict(" ".join(doubt.offenders))))
    return replace(form, effects=doubt.effects, loss=doubt.offenders, sure=effects.mark(doubt.effects))


def _field(registry: Registry, key: str) -> Field:
    found = registry.field(key)
    if found is None:
        raise NotFound(_("There is nothing at this address."))
    return found


def _document(each: Field) -> dict[str, Any]:
    return {**field_to_document(each), "section": each.section}


def _typed_of(work: Work, each: Field) -> dict[str, Any]:
    names = {f"names.{code}": text for code, text in each.names.items()}
    helps = {f"helps.{code}": text for code, text in each.helps.items()}
    return {
        "name": each.name,
        **names,
        **helps,
        "type": each.type,
        "section": each.section,
        "help": each.help,
        "categories": each.categories,
        "required": each.required,
        "unique": each.unique,
        "default": _default_text(work, each),
        "options": dict(each.options),
        "when": dict(each.when),
    }


def _default_text(work: Work, each: Field) -> str:
    if each.default is None:
        return ""
    kind = work.layout.kind(each)
    try:
        return str(kind.type.text(kind.schema.deserialize(each.default), kind.options, work.actor.locale))
    except ValidationError:
        return str(each.default)


def _typed(work: Work, given: MultiDict[str, str], old: Field | None) -> dict[str, Any]:
    plain = {
        name: given.get(name, "")
        for name in (
            "name",
            "type",
            "section",
            "help",
            "default",
            *(f"{what}.{code}" for what in ("names", "helps") for code in TRANSLATIONS),
        )
    }
    flags = {name: given.get(name) == "1" for name in ("required", "unique")}
    options = typed_options(work, plain["type"], given, old.options if old else {})
    rest = {"categories": given.getlist("categories"), "after": given.get("after")}
    registry = str((request.view_args or {}).get("registry", ""))
    rules = {"when": when.typed_rules(work, registry, given, RULES_OF_FIELDS)}
    return {**plain, **flags, **rest, **rules, "options": options}


def _body(work: Work, registry: Registry, given: MultiDict[str, str], old: Field | None) -> dict[str, Any]:
    typed = _typed(work, given, old)
    body = {
        name: typed[name] for name in ("name", "type", "help", "required", "unique", "categories", "options")
    }
    body["names"] = typed_names(given, "names", old.names if old else {})
    body["helps"] = typed_names(given, "helps", old.helps if old else {})
    body["default"] = _default(work, typed)
    body["when"] = when.posted(work, registry.key, given, RULES_OF_FIELDS)
    if typed["section"]:
        body["section"] = typed["section"]
        place = (
            None
            if typed["after"] is None
            else position_after(registry, typed["section"], old, typed["after"])
        )
        body |= {} if place is None else {"position": place}
    return body


def _default(work: Work, typed: Typed) -> Any:
    """What a person typed as the default, in the form that the design keeps."""
    text, kind = str(typed["default"]).strip(), work.office.field_types.get(str(typed["type"]))
    if not text or kind is None or not takes_default(work, kind.name):
        return None
    try:
        schema = kind.schema(kind.options(typed["options"]))
        return schema.serialize("value", {"value": schema.deserialize(text)})
    except OptionsError:
        return None  # the options are refused with their own sentences
    except ValidationError as error:
        raise Invalid({"default": [str(each) for each in error.messages]}) from error


def _form(
    work: Work, registry: Registry, old: Field | None, typed: Typed, error: Invalid | Conflict | None = None
) -> FieldForm:
    language, chosen = work.actor.locale.language, str(typed["type"])
    section = str(typed["section"]) or (registry.active_sections[0].key if registry.active_sections else "")
    moved = old is not None and old.section != section
    places = PLACES | {place for place in (error.errors if error else ()) if place.startswith("options.")}
    refusal = Refusal(error, frozenset(places))
    changed = old is not None and (old.type != chosen or dict(old.options) != typed["options"])
    convertible = (
        changed
        and isinstance(error, Conflict)
        and bool(error.errors)
        and request.form.get("accept_loss") != "1"
    )
    return FieldForm(
        registry.key,
        old.key if old else "",
        label(old, language) if old else _("New field"),
        url_for("web.admin_save_field", registry=registry.key, key=old.key)
        if old
        else url_for("web.admin_create_field", registry=registry.key),
        typed,
        stale.mark(_document(old)) if old else "",
        type_view(work, chosen),
        type_groups(work),
        inputs(work, chosen, typed["options"], error.errors if error else {}, _kept(old)),
        _translated(typed, "names"),
        [
            (each.key, label(each, language))
            for each in registry.sections
            if each.active or each.key == typed["section"]
        ],
        [
            (each.key, label(each, language), each.key in typed.get("categories", ()))
            for each in registry.categories
            if each.active
        ],
        takes_default(work, chosen),
        old is not None and old.type != chosen,
        url_for("web.admin_field_options", registry=registry.key),
        url_for("web.admin_field_key", registry=registry.key),
        _translated(typed, "helps"),
        positions_in(registry, section, old.key if old else "", language, typed.get("after")),
        url_for("web.admin_field_positions", registry=registry.key),
        facts_of(work, registry, replace(old, section=section) if moved else old)
        if old
        else facts_of_new(work, registry, section),
        old.active if old else True,
        old.core if old else False,
        Refusal() if convertible else refusal,
        refusal.rest if convertible else (),
        rules=when.boxes(work, registry, old, typed.get("when", {})),
    )


def _translated(typed: Typed, what: str) -> list[tuple[str, str, str]]:
    return [(code, _(name), str(typed.get(f"{what}.{code}", ""))) for code, name in TRANSLATIONS.items()]


def _kept(old: Field | None) -> frozenset[str]:
    choices = old.options.get("choices", ()) if old else ()
    return frozenset(str(each["key"]) for each in choices if isinstance(each, Mapping) and "key" in each)
