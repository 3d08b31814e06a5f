"""Why does she see it: which role grants what on one record, and why not."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from flask import render_template, request, url_for
from werkzeug.datastructures import MultiDict

from kartoteka.platform.catalog.definitions import RIGHTS, label
from kartoteka.platform.front import begin
from kartoteka.platform.kernel.errors import NotFound
from kartoteka.platform.kernel.texts import N_, _
from kartoteka.platform.services import explaining, people, records
from kartoteka.platform.services.explaining import Ground, Reason
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.admin.frame import USERS
from kartoteka.platform.web.admin.rules import rule_sentence
from kartoteka.platform.web.fields import LinkView
from kartoteka.platform.web.pages import page
from kartoteka.platform.web.picking import Picker

_SUBJECTS = {
    "view": N_("See the record"),
    "create": N_("Add such records"),
    "edit": N_("Change it"),
    "delete": N_("Remove it"),
    "import": N_("Import"),
    "export": N_("Export"),
}


@dataclass(frozen=True)
class Question:
    """The small form, and the answer once everything is chosen."""

    registries: Sequence[tuple[str, str]]
    registry: str
    person: Picker
    record: Picker | None
    heading: str = ""
    reasons: Sequence[tuple[str, Reason]] = field(default_factory=tuple)
    refusal: str = ""


@page("/admin/why", right=USERS)
def admin_why() -> str:
    """The question as far as it has been put, with its answer."""
    with begin() as work:
        return render_template("admin/why.html", question=question_of(work, request.args))


def question_of(work: Work, given: MultiDict[str, str]) -> Question:
    """This function will put together the question and, when it is whole, the answer."""
    visible = [(each.key, label(each, work.actor.locale.language)) for each in work.registries()]
    asked = given.get("registry", "")
    registry = asked if asked in dict(visible) else visible[0][0] if visible else ""
    person, person_links = _person(work, _chosen(given, "person"))
    record = (
        _record_links(work, registry, _chosen(given, "record"))
        if given.get("of", registry) == registry
        else []
    )
    who = Picker(_("Who"), url_for("web.pick_people"), "why-person", "person", person_links)
    what = (
        Picker(_("Record"), url_for("web.pick", registry=registry), "why-record", "record", record)
        if registry
        else None
    )
    question = Question(visible, registry, who, what)
    return _answered(work, question, person, record[0]) if person and record else question


def _answered(work: Work, question: Question, person: people.Person, record: LinkView) -> Question:
    try:
        reasons = explaining.explain(work, person.email, question.registry, record.id)
    except NotFound as error:
        return Question(
            question.registries, question.registry, question.person, question.record, refusal=error.message
        )
    seen = next((each.allowed for each in reasons if each.subject == "view"), False)
    names = {"person": person.name, "record": record.title}
    heading = (
        _("{person} sees “{record}”.", **names) if seen else _("{person} does not see “{record}”.", **names)
    )
    shown = [
        (_(_SUBJECTS[each.subject]) if each.subject in RIGHTS else each.subject, each) for each in reasons
    ]
    return Question(question.registries, question.registry, question.person, question.record, heading, shown)


def _chosen(given: MultiDict[str, str], name: str) -> str:
    """A combobox sends an empty value first, so that nothing chosen is sent too."""
    return next((value for value in given.getlist(name) if value), "")


def _person(work: Work, text: str) -> tuple[people.Person | None, list[LinkView]]:
    if not text.isdecimal() or len(text) > 10:
        return None, []
    try:
        found = people.user(work, int(text))
    except NotFound:
        return None, []
    return found, [LinkView(found.id, found.name)]


def _record_links(work: Work, registry: str, text: str) -> list[LinkView]:
    if not registry or not text.isdecimal() or len(text) > 18:
        return []
    titles = work.gate.titles({registry: [int(text)]})
    return [LinkView(identifier, title) for (_target, identifier), title in titles.items()]


@dataclass(frozen=True)
class Answer:
    """What is asked about, and every role's word on it."""

    subject: str
    reason: Reason
    grounds: Sequence[str]


@dataclass(frozen=True)
class Asked:
    """The dialog on the page of a record: about whom, about which detail, and the answer."""

    url: str
    heading: str
    person: Picker
    fields: Sequence[tuple[str, str]]
    field: str
    answers: Sequence[Answer] = ()
    verdict: str = ""
    guise: str = ""


@page("/admin/why/<registry>/<int:id>", right=USERS)
def why(registry: str, id: int) -> str:
    """The question about a record or one of its details, asked where it stands."""
    with begin() as work:
        return render_template("admin/why_here.html", asked=_asked(work, registry, id))


def _asked(work: Work, registry: str, record: int) -> Asked:
    opened, language = work.open(registry), work.actor.locale.language
    title = records.fetch(work, registry, record).title
    key = request.args.get("field", "")
    named = opened.seen.field(key) if key else None
    heading = (
        _("Who sees “{field}” of “{record}”?", field=label(named, language), record=title)
        if named
        else _("Who sees “{record}”?", record=title)
    )
    person, links = _person(work, _chosen(request.args, "person"))
    picker = Picker(_("Who"), url_for("web.pick_people"), "why-whom", "person", links)
    fields = [(each.key, label(each, language)) for each in opened.fields]
    asked = Asked(
        url_for("web.why", registry=registry, id=record), heading, picker, fields, key if named else ""
    )
    return asked if person is None else _with_answers(work, asked, person, registry, record, title)


def _with_answers(
    work: Work, asked: Asked, person: people.Person, registry: str, record: int, title: str
) -> Asked:
    reasons = explaining.explain(work, person.email, registry, record, asked.field or None)
    names = {"person": person.name or person.email, "record": title}
    last = reasons[-1] if asked.field else reasons[0]
    told = reasons[-1:] if asked.field and reasons[0].allowed else reasons
    verdict = (
        _("{person} sees it and may change it.", **names)
        if last.allowed and last.edits and asked.field
        else _("{person} sees it.", **names)
        if last.allowed
        else _("{person} does not see it.", **names)
    )
    answers = [
        Answer(_subject(each), each, [_ground(work, registry, ground) for ground in each.grounds])
        for each in told
    ]
    guise = str(person.id) if work.actor.is_admin and person.id != work.actor.user_id else ""
    return replace(asked, answers=answers, verdict=verdict, guise=guise)


def _subject(reason: Reason) -> str:
    return _(_SUBJECTS[reason.subject]) if reason.subject in RIGHTS else reason.subject


def _ground(work: Work, registry: str, ground: Ground) -> str:
    """What one role says, with its rule about records."""
    names = {
        "role": label(ground.role, work.actor.locale.language),
        "rule": rule_sentence(work, work.open(registry).registry, ground.rows),
    }
    match ground.says:
        case explaining.OPENS:
            return _("{role} opens it, for: {rule}.", **names)
        case explaining.OUTSIDE:
            return _("{role} opens it only for: {rule}. This record is not among them.", **names)
        case explaining.EXCEPTED:
            return _("{role} opens the section, but hides this detail.", **names)
        case _:
            return _("{role} does not open it.", **names)
