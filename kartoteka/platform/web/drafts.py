"""A record being typed: what its form offers, and what the rules of its registry say to what stands in it."""

import dataclasses
from dataclasses import dataclass, replace
from typing import Any

from flask import Response, jsonify, request, url_for
from werkzeug.datastructures import MultiDict

from kartoteka.platform.access.conduct import Known, Rules
from kartoteka.platform.catalog.conditions import REQUIRED, VISIBLE
from kartoteka.platform.catalog.definitions import Field
from kartoteka.platform.front import begin
from kartoteka.platform.kernel.errors import Forbidden
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services import records
from kartoteka.platform.services.records import Record
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.fields import FieldView, may_be_typed, obey, shown_field, typed_value
from kartoteka.platform.web.pages import page

Form = MultiDict[str, str]


@dataclass
class Draft:
    """A record being typed: the views of its fields, and the category chosen."""

    work: Work
    registry: str
    record: Record | None
    category: str | None
    views: list[FieldView] = dataclasses.field(default_factory=list)

    @property
    def rules(self) -> Rules:
        """The conditional rules of the registry."""
        return self.work.open(self.registry).rules

    @property
    def rules_url(self) -> str:
        """Where the form asks, while it is typed, what to show; nowhere, where no rule has a say."""
        rules = self.rules
        if not any(rules.bind(view.each, VISIBLE, REQUIRED) for view in self.views):
            return ""
        if self.record is None:
            return url_for("web.judge_new_record", registry=self.registry)
        return url_for("web.judge_record", registry=self.registry, id=self.record.id)

    def typed(self, form: Form) -> "Draft":
        """This function will give the draft with what a form says, to be judged and not to be shown."""
        views = [
            replace(view, typed=typed_value(form, view)) if view.input_name in form else view
            for view in self.views
        ]
        return replace(self, views=views)

    def known(self) -> Known:
        """This function will give the record as it would be saved: what is not asked for stays as it was."""
        before = self._before or Known({})
        values = {**before.values, **{view.key: view.meant for view in self.views}}
        whole = Known(values, self.category, before.unseen)
        return replace(whole, values=self.rules.settled(whole, before.values))

    @property
    def _before(self) -> Known | None:
        return None if self.record is None else records.known_of(self.record)

    def judge(self) -> None:
        """This function will let the rules have their say about every field of the form."""
        if self.rules.any:
            known, before = self.known(), self._before
            for view in self.views:
                obey(view, self.rules, known, before)


def draft_of(work: Work, registry: str, record: Record | None, category: str | None) -> Draft:
    """This function will begin a form with the fields that the actor may fill in, and those that a rule locks."""
    mine = [
        each
        for each in work.open(registry).fields
        if (
            work.open(registry).may_write(each, "create")
            if record is None
            else record.writes(each) and each.key in record.values
        )
    ]
    views = [_view(work, registry, record, each) for each in mine]
    return Draft(work, registry, record, category, [view for view in views if may_be_typed(work, view)])


def _view(work: Work, registry: str, record: Record | None, each: Field) -> FieldView:
    if record is not None:
        return shown_field(work, record, each)
    kind = work.open(registry).kind(each)
    return FieldView(each, kind, work.actor.locale, _default(kind, each), None, registry, may_edit=True)


def _default(kind: Any, each: Field) -> Any:
    return (
        None if each.default is None or kind.linking or kind.absent else kind.schema.deserialize(each.default)
    )


@page("/r/<registry>/new/rules", "POST")
def judge_new_record(registry: str) -> Response:
    """What the form of a new record should show and ask for, as it is typed now."""
    with begin() as work:
        if not work.open(registry).may("create"):
            raise Forbidden(_("You may not make new records here."))
        return _told(draft_of(work, registry, None, request.form.get("category") or None))


@page("/r/<registry>/<int:id>/rules", "POST")
def judge_record(registry: str, id: int) -> Response:
    """What the form of a record should show and ask for, as it is typed now."""
    with begin() as work:
        record = records.fetch(work, registry, id)
        category = request.form.get("category", record.category) or None
        return _told(draft_of(work, registry, record, category))


def _told(draft: Draft) -> Response:
    typed = draft.typed(request.form)
    typed.judge()
    bound = [view for view in typed.views if view.bound]
    return jsonify({view.key: {"shown": view.shown, "required": view.required} for view in bound})
