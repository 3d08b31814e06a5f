"""Dialogs in which things of a plugin's registry are added, changed and removed where they are shown.

The form is that of any record: the same inputs, sections, categories and conditional rules. A plugin makes one
`Dialogs` for its registry, puts its buttons where it likes (`hx-get` of `new_url` or `url`, `hx-target="#dialog"`),
and draws the part of its page anew when it hears `<plugin>-changed` (`hx-trigger="activities-changed from:body"`).
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask import Response, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from kartoteka.platform.front import begin
from kartoteka.platform.kernel.errors import Conflict, Forbidden, Invalid, NotFound, StaleVersion
from kartoteka.platform.kernel.texts import N_, _
from kartoteka.platform.services import records
from kartoteka.platform.services.records import KEEP, Bearer, Record
from kartoteka.platform.services.verbs import PLAIN, Verbs
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.answers import by_script, go
from kartoteka.platform.web.bearers import (
    bearer_named,
    chosen_of,
    place_of,
    place_picker,
    place_typed,
    places_offered,
)
from kartoteka.platform.web.drafts import Draft, draft_of
from kartoteka.platform.web.fields import FieldView, shown_field
from kartoteka.platform.web.forms import (
    Form,
    FormCategory,
    FormSection,
    Questioned,
    Refusal,
    categories_of,
    fill_in,
    judged,
    question,
    sections_of,
    status_of,
    told_of,
    typed_draft,
    values_in,
    version_in,
)
from kartoteka.platform.web.picking import Picker
from kartoteka.platform.web.plugged import Pages
from kartoteka.platform.web.records import belongs

IDS = "thing-"


@dataclass(frozen=True)
class ThingForm:
    """The dialog of one thing: what it asks for, where it goes, and what stands against what was typed."""

    heading: str
    action: str
    on: Bearer | None
    record: Record | None
    sections: Sequence[FormSection]
    categories: Sequence[FormCategory] = ()
    category_errors: Sequence[str] = ()
    remove_url: str = ""
    rules_url: str = ""
    refusal: str = ""
    conflict: str = ""
    cautions: bool = False
    # Where it lies, if that can be chosen.
    place: Picker | None = None
    given: Form = field(default_factory=MultiDict)


@dataclass(frozen=True)
class Wording:
    """What the dialogs say: over a new thing, over an old one, and when it is saved, removed or back."""

    adds: str
    changes: str
    saved: str = N_("Saved.")
    removed: str = N_("It is in the recycle bin.")
    moved: str = N_("It belongs to “{title}” now.")
    back: str = N_("It is back.")


# What a new thing has at first, as the fields keep it: `(work, bearer) -> {field: value}`, links as lists of `Link`.
First = Callable[[Work, Bearer | None], Mapping[str, Any]]
# What else is done with a thing that was saved, by what the form said beside its fields: `(work, thing, form)`.
After = Callable[[Work, Record, Form], None]


@dataclass(frozen=True)
class Dialogs:
    """The dialogs of one registry of a plugin, put on its pages under `at` (such as `/activities`).

    Fields named in `left_out` are not asked for. `drawn` names a template that draws a field's input instead of the
    usual one, with the field as `f`; `more` one that stands under the fields, with the form as `form` and what
    `context` gives. `first` fills in a new thing, `after` looks at the form once a thing is saved. A thing that `moves`
    can be put on another record, and a `free` one on none.
    """

    pages: Pages
    registry: str
    at: str
    wording: Wording
    done: Verbs = PLAIN
    # The category that a new thing has at first.
    category: str = ""
    left_out: frozenset[str] = frozenset()
    moves: bool = False
    free: bool = False
    drawn: Mapping[str, str] = field(default_factory=dict)
    # Texts in which people can be named as `@Name`; they are offered while one types.
    mentions: frozenset[str] = frozenset()
    more: str = ""
    context: Callable[[Work, ThingForm], Mapping[str, Any]] = lambda work, form: {}
    first: First = lambda work, on: {}
    after: After = lambda work, thing, form: None

    def __post_init__(self) -> None:
        views: list[tuple[str, str, str, Callable[..., Any]]] = [
            (f"{self.at}/new", "GET", "new_thing", self._new),
            (f"{self.at}/new", "POST", "add_thing", self._add),
            (f"{self.at}/<int:id>/form", "GET", "thing", self._open),
            (f"{self.at}/<int:id>/form", "POST", "save_thing", self._save),
            (f"{self.at}/<int:id>/remove", "POST", "remove_thing", self._remove),
            (f"{self.at}/<int:id>/restore", "POST", "restore_thing", self._restore),
        ]
        if self.moves:
            views.append((f"{self.at}/places", "GET", "pick_place", self._places))
        for rule, method, name, view in views:
            self.pages.page(rule, method)(_named(f"{name}{self.registry}", view))

    def new_url(self, on: Bearer | Record | None = None, **more: Any) -> str:
        """This function will give the address of the dialog of a new thing, on a record if it is named."""
        return self._url("new_thing", on=place_of(on) or None, **more)

    def url(self, thing: int) -> str:
        """This function will give the address of the dialog of a thing."""
        return self._url("thing", id=thing)

    def remove_url(self, thing: int) -> str:
        """This function will give the address that puts a thing into the recycle bin."""
        return self._url("remove_thing", id=thing)

    def places_url(self) -> str:
        """This function will give the address at which comboboxes find records for things to lie on."""
        return self._url("pick_place")

    def _url(self, view: str, **values: Any) -> str:
        return url_for(f"{self.pages.name}.{view}{self.registry}", **values)

    def _new(self) -> str:
        with begin() as work:
            on = self._bearer(work)
            if not work.open(self.registry).may("create"):
                raise Forbidden(_("You may not add anything here."))
            draft = self._draft(work, None, request.args.get("category") or self.category or None)
            first = self.first(work, on)
            for view in draft.views:
                view.value = first.get(view.key, view.value)
            fill_in(draft, request.args)
            return self._shown(work, self._form(draft, on))

    def _add(self) -> ResponseReturnValue:
        form = request.form
        try:
            with begin(write=True) as work:
                on = self._bearer(work) or (chosen_of(form) if self.free else None)
                draft = self._draft(work, None, form.get("category") or None)
                values = values_in(draft, form)
                question(draft.views, values, form)
                made = self.done.create(work, self.registry, values, category=draft.category, on=on)
                self.after(work, made, form)
                return self._done(_(self.wording.saved))
        except (Invalid, Conflict, Questioned) as refusal:
            return self._again(None, refusal)

    def _open(self, id: int) -> str:
        with begin() as work:
            record = self._changeable(work, id)
            return self._shown(work, self._form(self._draft(work, record, record.category), record.on))

    def _save(self, id: int) -> ResponseReturnValue:
        form = request.form
        try:
            with begin(write=True) as work:
                record = self._changeable(work, id)
                draft = self._draft(work, record, form.get("category", record.category) or None)
                values = values_in(draft, form)
                question(draft.views, values, form)
                category = draft.category if "category" in form else KEEP
                on = place_typed(form, record.on, free=self.free) if self.moves else KEEP
                more = {} if on is KEEP else {"on": on}
                done = self.done.change(
                    work, self.registry, id, values, category=category, version=version_in(form), **more
                )
                self.after(work, done, form)
                return self._done(self._said(done, moved=bool(more)))
        except (Invalid, Conflict, StaleVersion, Questioned) as refusal:
            return self._again(id, refusal)

    def _said(self, thing: Record, *, moved: bool) -> str:
        """It may have gone from the page on which it was moved, so its new place is said."""
        if not moved or thing.on is None:
            return _(self.wording.saved)
        return _(self.wording.moved, title=thing.on.title)

    def _places(self) -> Response:
        with begin() as work:
            registry = work.open(self.registry).registry
            return jsonify(items=places_offered(work, registry.plugin, request.args.get("q", "")))

    def _remove(self, id: int) -> ResponseReturnValue:
        with begin(write=True) as work:
            self.done.remove(work, self.registry, id)
            return self._done(_(self.wording.removed), undo=self._url("restore_thing", id=id))

    def _restore(self, id: int) -> ResponseReturnValue:
        with begin(write=True) as work:
            self.done.restore(work, self.registry, id)
            return self._done(_(self.wording.back))

    def _changeable(self, work: Work, thing: int) -> Record:
        record = records.fetch(work, self.registry, thing)
        if "edit" not in record.may:
            raise Forbidden(_("You may read this, not change it."))
        return record

    def _bearer(self, work: Work) -> Bearer | None:
        """The record that the address names; whoever may add nothing there is told so before he has typed anything."""
        named = request.args.get("on", "")
        if not named:
            return None
        asked = bearer_named(named)
        if asked is None:
            raise NotFound(_("There is nothing at this address."))
        found = records.fetch(work, asked.registry, asked.id)
        plugin = work.catalog.registries[self.registry].plugin
        if found.tabs.get(plugin) != "edit":
            raise Forbidden(_("You may not add anything here."))
        return Bearer(found.registry, found.id, found.title)

    def _draft(self, work: Work, record: Record | None, category: str | None) -> Draft:
        return self._own(draft_of(work, self.registry, record, category))

    def _own(self, draft: Draft) -> Draft:
        draft.views = [
            replace(view, ids=IDS, drawn=self.drawn.get(view.key, ""), mentions=view.key in self.mentions)
            for view in draft.views
            if view.key not in self.left_out
        ]
        return draft

    def _again(self, thing: int | None, refusal: Refusal) -> ResponseReturnValue:
        """The dialog with everything that was typed, and what stands against it beside each detail."""
        with begin() as work:
            record = self._changeable(work, thing) if thing is not None else None
            on = record.on if record is not None else self._bearer(work)
            draft = self._own(typed_draft(work, self.registry, record, request.form))
            draft.views = [judged(view, record, refusal) for view in draft.views]
            form = self._form(draft, on)
            shown = replace(form, **told_of(form.sections, refusal, record), given=request.form)
            return self._shown(work, shown), status_of(refusal)

    def _form(self, draft: Draft, on: Bearer | None) -> ThingForm:
        draft.judge()
        record = draft.record
        common: dict[str, Any] = {
            "sections": [each for each in sections_of(draft) if each.fields],
            "categories": categories_of(draft),
            "rules_url": draft.rules_url,
            "place": self._place(draft.work, on, new=record is None),
        }
        if record is None:
            action = self._url("add_thing", on=place_of(on) or None)
            return ThingForm(_(self.wording.adds), action, on, None, **common)
        removes = self.remove_url(record.id) if "delete" in record.may else ""
        action = self._url("save_thing", id=record.id)
        return ThingForm(_(self.wording.changes), action, on, record, **common, remove_url=removes)

    def _place(self, work: Work, on: Bearer | None, *, new: bool) -> Picker | None:
        """A new thing that was begun on a record lies there; where no record is named, one may be."""
        if not self.moves or (new and (on is not None or not self.free)):
            return None
        return place_picker(work, self.places_url(), on, request.form)

    def _shown(self, work: Work, form: ThingForm) -> str:
        more = self.context(work, form) if self.more else {}
        return render_template("attaching/dialog.html", form=form, more=self.more, **more)

    def _done(self, said: str, *, undo: str = "") -> ResponseReturnValue:
        """Said first: what happens on a button that has gone with its dialog is heard by nobody."""
        if not by_script():
            return go(url_for("web.home"))
        plugin = self.pages.name
        happenings = {"say": {"text": said, "undo": undo}, f"{plugin}-changed": {}, "shut-dialog": {}}
        return Response("", headers={"HX-Reswap": "none", "HX-Trigger": json.dumps(happenings)})


def details_of(work: Work, record: Record, *, without: frozenset[str] = frozenset()) -> list[FieldView]:
    """This function will give the details of a thing that are filled in, apart from those that are shown otherwise."""
    opened = work.open(record.registry)
    mine = [
        each
        for section in opened.registry.active_sections
        if belongs(section, record.category)
        for each in opened.fields
        if each.section == section.key and each.key in record.values and each.key not in without
        and record.values[each.key] not in (None, (), []) and belongs(each, record.category)
    ]  # fmt: skip
    views = [shown_field(work, record, each, may_edit=False) for each in mine]
    return [view for view in views if view.shown and (view.text or view.links)]


def _named(name: str, view: Callable[..., Any]) -> Callable[..., Any]:
    """Pages are known by the names of their functions, and one class serves many of them."""

    def named(**values: Any) -> Any:
        return view(**values)

    named.__name__ = name
    return named


__all__ = ["Dialogs", "ThingForm", "Wording", "details_of", "place_of"]
