"""Many records checked with ARES from a list: the dialog, how far it is, and the report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from kartoteka.platform.sdk import (
    N_,
    Forbidden,
    Invalid,
    Job,
    ListDeed,
    NotFound,
    Query,
    Work,
    _,
    begin,
    browse,
    cancel_job,
    count,
    fetch_job,
    go,
    label,
    picked,
    readable_fields,
    render,
)
from kartoteka.plugins.ares import checking
from kartoteka.plugins.ares.checking import ALL, EMPTY, TELL
from kartoteka.plugins.ares.faces import pages
from kartoteka.plugins.ares.mapping import number_field, registry_of
from kartoteka.plugins.ares.wording import day_text

SHOWN = 300
_STATES = {
    "queued": N_("Waiting for its turn"),
    "running": N_("Under way"),
    "done": N_("Done"),
    "failed": N_("It did not work"),
    "cancelled": N_("Stopped"),
}
_COUNTS = (
    ("same", N_("the same")), ("changed", N_("differ")), ("filled", N_("filled in")), ("ended", N_("ended")),
    ("troubled", N_("in liquidation or insolvency")), ("not_found", N_("not in ARES")),
    ("wrong_digit", N_("wrong check digit")),
    ("unavailable", N_("could not be asked")), ("without", N_("without IČO")), ("refused", N_("could not be saved")),
)  # fmt: skip
_LINES = {
    "ended": (N_("ended"), "red"),
    "liquidation": (N_("in liquidation"), "amber"),
    "insolvency_record": (N_("with a record of insolvency"), "amber"),
    "changed": (N_("differs"), "amber"),
    "filled": (N_("filled in"), "green"),
    "not_found": (N_("not in ARES"), "red"),
    "wrong_digit": (N_("wrong check digit"), "red"),
    "unavailable": (N_("could not be asked"), ""),
    "refused": (N_("could not be saved"), "red"),
}
_ONLY = {"troubled": ("liquidation", "insolvency_record"), "changed": ("changed", "filled", "refused")}
deed = ListDeed(
    N_("Check with ARES"),
    "building-community",
    lambda registry: url_for("ares.check", registry=registry),
    lambda work, registry: number_field(work, registry) is not None and work.open(registry).may("edit"),
)


@dataclass(frozen=True)
class LineView:
    """What became of one record."""

    url: str
    title: str
    number: str
    label: str
    tone: str
    said: str
    # The name of a detail, what is here, what ARES says, and whether that was taken.
    differs: Sequence[tuple[Any, ...]]


@dataclass(frozen=True)
class CheckView:
    """How far a check is, or what came of it."""

    id: int
    registry: str
    registry_label: str
    state: str
    said: str
    finished: bool
    error: str
    done: int
    total: int
    counts: Sequence[tuple[int, str, str]]
    lines: Sequence[LineView]
    more: int
    batch: int | None
    only: str


@pages.page("/r/<registry>/ares/check", "POST")
def check(registry: str) -> ResponseReturnValue:
    """The dialog, or the order."""
    chosen, refusal = picked(registry), ""
    wanted = request.form.get("deed", "")
    if wanted:
        try:
            with begin(write=True) as work:
                job = checking.start(work, registry, chosen.query, chosen.ids, wanted)
            return go(url_for("ares.checked", registry=registry, id=job.id))
        except (Invalid, Forbidden) as error:
            refusal = error.message
    with begin() as work:
        registry_of(work, registry)
        number = len(chosen.ids) if chosen.ids is not None else count(work, registry, chosen.query)
        shown = render_template(
            "ares/check.html",
            registry=registry,
            pairs=chosen.carried,
            number=number,
            deeds=_deeds(work, registry),
            refusal=refusal,
        )
        return (shown, 422) if refusal else shown


def _deeds(work: Work, registry: str) -> list[tuple[str, str, str]]:
    offered = [(TELL, _("Only tell what differs"), "")]
    if work.open(registry).may("edit"):
        offered += [
            (EMPTY, _("Fill in what is empty"), _("What is filled in already stays as it is.")),
            (ALL, _("Fill in all that differs"), _("What ARES says takes the place of what is here.")),
        ]
    return offered


@pages.page("/r/<registry>/ares/checks/<int:id>")
def checked(registry: str, id: int) -> str:
    """How far a check is, or what came of it."""
    with begin() as work:
        return render(work, "ares/checked.html", at=registry, check=_view(work, registry, id))


@pages.page("/r/<registry>/ares/checks/<int:id>/progress")
def progress(registry: str, id: int) -> str:
    """The part of the page that changes."""
    with begin() as work:
        return render_template("ares/progress.html", check=_view(work, registry, id))


@pages.page("/r/<registry>/ares/checks/<int:id>/cancel", "POST")
def cancel(registry: str, id: int) -> ResponseReturnValue:
    """A check stopped; what is done stays, and can be undone."""
    with begin(write=True) as work:
        _view(work, registry, id)
        cancel_job(work, id)
    return go(url_for("ares.checked", registry=registry, id=id))


def _view(work: Work, registry: str, id: int) -> CheckView:
    found = _job(work, registry, id)
    result: Mapping[str, Any] = found.result if isinstance(found.result, dict) else {}
    only = request.args.get("only", "")
    told = [each for each in result.get("lines", ()) if not only or each["state"] in _ONLY.get(only, (only,))]
    opened = work.open(registry)
    batch = result.get("batch") if found.finished and result.get("filled") else None
    counts = [(int(result.get(key, 0)), key, _(name)) for key, name in _COUNTS if result.get(key)]
    return CheckView(
        found.id,
        registry,
        label(opened.registry, work.actor.locale.language),
        str(found.state),
        _(_STATES.get(str(found.state), str(found.state))),
        found.finished,
        found.error or "",
        found.done,
        found.total,
        counts,
        _lines(work, registry, told[:SHOWN]),
        max(0, len(told) - SHOWN) + int(result.get("more", 0)),
        batch,
        only,
    )


def _job(work: Work, registry: str, id: int) -> Job:
    """The job, if it is one of these and of this registry.

    :raises NotFound: when it is not.
    """
    registry_of(work, registry)
    found = fetch_job(work, id)
    told = found.result.get("registry") if isinstance(found.result, dict) else registry
    if found.kind != checking.KIND or told != registry:
        raise NotFound(_("There is nothing at this address."))
    return found


def _lines(work: Work, registry: str, told: Sequence[Mapping[str, Any]]) -> list[LineView]:
    """Only records that the reader sees today, and only what he may read of them."""
    ids = list(dict.fromkeys(int(each["id"]) for each in told))
    titles: dict[int, str] = {}
    readable: dict[int, Mapping[str, str]] = {}
    fields, language = work.open(registry).fields, work.actor.locale.language
    for start in range(0, len(ids), 100):
        some = ids[start : start + 100]
        asked = Query(filter={"field": "id", "op": "in", "value": some}, page_size=100)
        read = readable_fields(work, registry, some, [one.key for one in fields])
        for each in browse(work, registry, asked).items:
            titles[each.id] = each.title
            readable[each.id] = {
                one.key: label(one, language) for one in fields if one.key in read.get(each.id, ())
            }
    return [_line(registry, each, titles, readable, language) for each in told if int(each["id"]) in titles]


def _line(
    registry: str,
    told: Mapping[str, Any],
    titles: Mapping[int, str],
    readable: Mapping[int, Mapping[str, str]],
    language: str,
) -> LineView:
    id = int(told["id"])
    name, tone = _LINES.get(str(told["state"]), (str(told["state"]), ""))
    names = readable[id]
    differs = [(names[key], *each) for key, *each in told.get("differs", ()) if key in names]
    return LineView(
        url_for("web.record", registry=registry, id=id),
        titles[id],
        str(told["number"]),
        _(name),
        tone,
        _said(told, language),
        differs,
    )


def _said(told: Mapping[str, Any], language: str) -> str:
    if told.get("on"):
        return _("on {day}", day=day_text(str(told["on"]), language))
    if told.get("before"):
        return _("was there on {day}", day=day_text(str(told["before"]), language))
    return str(told.get("said") or "")
