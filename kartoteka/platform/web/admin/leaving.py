"""Somebody leaves: what he is responsible for, handing it over to a colleague, switching the account off."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from kartoteka.platform.catalog.definitions import label
from kartoteka.platform.front import begin
from kartoteka.platform.kernel.errors import Conflict, Forbidden, Invalid
from kartoteka.platform.kernel.texts import _, plural
from kartoteka.platform.services import handover, people
from kartoteka.platform.services.handover import HandedOver
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.admin.answers import Refusal, refused
from kartoteka.platform.web.admin.frame import USERS
from kartoteka.platform.web.answers import go
from kartoteka.platform.web.fields import LinkView
from kartoteka.platform.web.looks import count_text
from kartoteka.platform.web.pages import page
from kartoteka.platform.web.picking import Picker
from kartoteka.platform.web.shell import tell


@dataclass(frozen=True)
class LeaveForm:
    """The dialog: details in which somebody is named, with counts, and who takes them over."""

    id: int
    name: str
    active: bool
    duties: Sequence[tuple[str, str, str]]
    to: Picker
    refusal: Refusal = field(default_factory=Refusal)


@page("/admin/people/<int:id>/leave", right=USERS)
def admin_leave(id: int) -> str:
    """The dialog of switching somebody off, with all that he is responsible for."""
    with begin() as work:
        return render_template("admin/leave.html", form=_form(work, id))


@page("/admin/people/<int:id>/leave", "POST", right=USERS)
def admin_hand_over(id: int) -> ResponseReturnValue:
    """Everything handed over to a colleague, if one is chosen, and the account switched off, if it is asked for."""
    to = next((each for each in request.form.getlist("to") if each), "")
    off = bool(request.form.get("off"))
    try:
        with begin(write=True) as work:
            if not (to or off):
                raise Invalid({"to": [_("Choose a colleague who is active.")]})
            done = handover.hand_over(work, id, int(to)) if to.isdecimal() and len(to) < 10 else None
            if off:
                people.change_user(work, id, {"active": False})
            _tell(work, people.user(work, id).name, done, off)
    except (Invalid, Conflict, Forbidden) as error:
        with begin() as work:
            form = _form(work, id, to, Refusal(error, frozenset({"to"})))
            return refused(render_template("admin/leave.html", form=form), error)
    return go(url_for("web.admin_people", state="off" if off else None))


def _tell(work: Work, name: str, done: HandedOver | None, off: bool) -> None:
    said = [_("{name} is switched off and signed out everywhere.", name=name)] if off else []
    if done is not None:
        count = count_text(done.changed, work.actor.locale.language)
        said.append(
            plural(
                "{count} record is handed over.",
                "{count} records are handed over.",
                done.changed,
                count=count,
            )
        )
        if done.refused:
            said.append(
                plural("{n} record could not be changed.", "{n} records could not be changed.", done.refused)
            )
    undo = url_for("web.undo_batch", batch=done.batch) if done is not None and done.changed else ""
    tell(" ".join(said), undo=undo)


def _form(work: Work, id: int, to: str = "", refusal: Refusal | None = None) -> LeaveForm:
    found, language = people.user(work, id), work.actor.locale.language
    chosen = work.gate.titles({"users": [int(to)]}) if to.isdecimal() and len(to) < 10 else {}
    links = [LinkView(identifier, title) for (_target, identifier), title in chosen.items()]
    return LeaveForm(
        found.id,
        found.name,
        found.active,
        [
            (label(each.registry, language), label(each.field, language), count_text(each.count, language))
            for each in handover.duties(work, id)
        ],
        Picker(_("Hand over to"), url_for("web.pick_people"), "leave-to", "to", links),
        refusal or Refusal(),
    )
