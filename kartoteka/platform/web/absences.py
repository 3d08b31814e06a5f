"""Absences in the browser: one's own from the settings, anybody's from the list of people."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from kartoteka.platform.front import begin
from kartoteka.platform.kernel.errors import Invalid, NotFound
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services import absences, people
from kartoteka.platform.services.absences import Absence
from kartoteka.platform.services.records import Link
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.admin.answers import Refusal, refused
from kartoteka.platform.web.answers import go
from kartoteka.platform.web.fields import LinkView
from kartoteka.platform.web.pages import page
from kartoteka.platform.web.picking import Picker
from kartoteka.platform.web.shell import tell

OFFERED = 20


@dataclass(frozen=True)
class AbsenceForm:
    """The dialog of one absence."""

    heading: str
    url: str
    typed: Mapping[str, str]
    substitute: Picker
    remove_url: str = ""
    refusal: Refusal = field(default_factory=Refusal)


@dataclass(frozen=True)
class AbsenceLine:
    """One absence in somebody's settings: his own, or one in which he stands in."""

    span: str
    said: str
    url: str = ""
    warnings: Sequence[str] = ()


@page("/absences/pick")
def pick_substitute() -> Response:
    """People who may stand in."""
    with begin() as work:
        found = absences.colleagues(work, request.args.get("q", ""), limit=OFFERED)
        return jsonify(items=[{"id": each.id, "title": each.title} for each in found])


@page("/absences/new")
def new_absence_dialog() -> str:
    """The dialog of a new absence: one's own, or that of the person named."""
    with begin() as work:
        return _shown(_form(work, {}, user_id=_named(work)))


@page("/absences/new", "POST")
def add_absence() -> ResponseReturnValue:
    """A new absence, noted."""

    def add(work: Work) -> Absence:
        return absences.add_absence(work, {**_body(), "user": _named(work)})

    return _saved(add, lambda work, refusal: _form(work, _typed(), user_id=_named(work), refusal=refusal))


@page("/absences/<int:id>")
def absence_dialog(id: int) -> str:
    """The dialog of an absence."""
    with begin() as work:
        found = _changeable(work, id)
        typed = {"begins": found.begins.isoformat(), "ends": found.ends.isoformat(), "note": found.note,
                 "substitute": str(found.substitute.id) if found.substitute else ""}  # fmt: skip
        return _shown(_form(work, typed, found))


@page("/absences/<int:id>", "POST")
def save_absence(id: int) -> ResponseReturnValue:
    """An absence, changed."""
    return _saved(
        lambda work: absences.change_absence(work, id, _body()),
        lambda work, refusal: _form(work, _typed(), _changeable(work, id), refusal=refusal),
    )


@page("/absences/<int:id>/remove", "POST")
def remove_absence(id: int) -> ResponseReturnValue:
    """An absence, struck out."""
    with begin(write=True) as work:
        found = _changeable(work, id)
        absences.remove_absence(work, id)
        tell(_("The absence is removed."))
        return go(_back(work, found.user.id))


def own_lines(work: Work) -> list[AbsenceLine]:
    """This function will list the actor's absences, and those in which he stands in."""
    me, language = work.actor.user_id, work.actor.locale.language
    found = absences.absences(work, user_id=me, warned=True) + [
        each for each in absences.absences(work) if each.substitute and each.substitute.id == me
    ]
    return [_line(each, me, absences.span_text(each, language)) for each in found]


def _line(each: Absence, me: int, span: str) -> AbsenceLine:
    if each.user.id != me:
        said = " · ".join(filter(None, [_("You stand in for {name}", name=each.user.title), each.note]))
        return AbsenceLine(span, said)
    substitute = (
        _("{name} stands in", name=each.substitute.title) if each.substitute else _("nobody stands in")
    )
    said = " · ".join(filter(None, [substitute, each.note]))
    return AbsenceLine(span, said, url_for("web.absence_dialog", id=each.id), each.warnings)


def _saved(
    deed: Callable[[Work], Absence], again: Callable[[Work, Refusal], AbsenceForm]
) -> ResponseReturnValue:
    try:
        with begin(write=True) as work:
            done = deed(work)
            tell(" ".join([_("Saved."), *done.warnings]))
            return go(_back(work, done.user.id))
    except Invalid as error:
        with begin() as work:
            form = again(work, Refusal(error, frozenset({"begins", "ends", "substitute", "note"})))
            return refused(_shown(form), error)


def _back(work: Work, user_id: int) -> str:
    mine = user_id == work.actor.user_id
    return url_for("web.settings") if mine else url_for("web.admin_people")


def _shown(form: AbsenceForm) -> str:
    return render_template("absences/dialog.html", form=form)


def _changeable(work: Work, absence_id: int) -> Absence:
    found = absences.absence(work, absence_id)
    if found.user.id != work.actor.user_id and "users" not in work.actor.powers:
        raise NotFound(_("There is no such absence."))
    return found


def _named(work: Work) -> int:
    given = request.args.get("user", "")
    return int(given) if given.isdecimal() and len(given) < 10 else work.actor.user_id


def _typed() -> dict[str, str]:
    return {**request.form.to_dict(), "substitute": _chosen()}


def _chosen() -> str:
    return next((each for each in request.form.getlist("substitute") if each), "")


def _body() -> dict[str, Any]:
    chosen = _chosen()
    return {
        "begins": request.form.get("begins", ""),
        "ends": request.form.get("ends", ""),
        "note": request.form.get("note", "").replace("\r\n", "\n"),
        "substitute": int(chosen) if chosen.isdecimal() and len(chosen) < 10 else None,
    }


def _form(
    work: Work,
    typed: Mapping[str, str],
    found: Absence | None = None,
    *,
    user_id: int = 0,
    refusal: Refusal | None = None,
) -> AbsenceForm:
    chosen = typed.get("substitute", "")
    known = [each for each in _people(work, found) if str(each.id) == chosen]
    picker = Picker(
        _("Substitute"), url_for("web.pick_substitute"), "absence-substitute", "substitute",
        [LinkView(each.id, each.title) for each in known],
    )  # fmt: skip
    if found is not None:
        return AbsenceForm(
            _whose(work, found.user.id), url_for("web.save_absence", id=found.id), typed, picker,
            url_for("web.remove_absence", id=found.id), refusal or Refusal(),
        )  # fmt: skip
    mine = user_id == work.actor.user_id
    address = url_for("web.add_absence", user=None if mine else user_id)
    return AbsenceForm(_whose(work, user_id), address, typed, picker, "", refusal or Refusal())


def _people(work: Work, found: Absence | None) -> list[Link]:
    """Who may be chosen, and who has been chosen already."""
    kept = [found.substitute] if found is not None and found.substitute is not None else []
    return [*absences.colleagues(work, limit=100_000), *kept]


def _whose(work: Work, user_id: int) -> str:
    if user_id == work.actor.user_id:
        return _("Absence")
    return _("Absence of {name}", name=people.user(work, user_id).name)
