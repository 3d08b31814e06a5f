"""The dialog of what a record is called: a pattern put together of fields, tried on real records."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from flask import render_template, request
from flask.typing import ResponseReturnValue

from kartoteka.platform.catalog.definitions import Registry, label
from kartoteka.platform.front import begin
from kartoteka.platform.kernel.errors import Conflict, Invalid
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services import design_facts, modelling
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.admin import stale
from kartoteka.platform.web.admin.answers import Refusal, refused
from kartoteka.platform.web.admin.frame import DESIGN
from kartoteka.platform.web.admin.patterns import Example, Piece, examples, pieces_of, titled_fields
from kartoteka.platform.web.admin.registry import design_renewed, found_registry, local
from kartoteka.platform.web.pages import page


@dataclass(frozen=True)
class Trial:
    """How the newest records would be called, and how many would be called anew."""

    examples: Sequence[Example]
    renamed: int


@dataclass(frozen=True)
class TitleForm:
    """The dialog, with the pattern as it was put together so far."""

    registry: str
    pattern: str
    pieces: Sequence[Piece]
    offered: Sequence[tuple[str, str]]
    trial: Trial
    seen: str
    refusal: Refusal = field(default_factory=Refusal)


@page("/admin/r/<registry>/title", right=DESIGN)
def admin_title(registry: str) -> str:
    """The dialog of what a record is called."""
    with begin() as work:
        found = found_registry(work, registry)
        return render_template("admin/title.html", form=_form(work, found, found.title))


@page("/admin/r/<registry>/title/trial", right=DESIGN)
def admin_title_trial(registry: str) -> str:
    """The newest records under a pattern that is not saved yet."""
    with begin() as work:
        found = found_registry(work, registry)
        return render_template("admin/title_trial.html", trial=_trial(work, found, _given()))


@page("/admin/r/<registry>/title", "POST", right=DESIGN)
def admin_save_title(registry: str) -> ResponseReturnValue:
    """What a record is called, saved; all names are written anew."""
    try:
        with begin(design=True) as work:
            found = found_registry(work, registry)
            name = label(found, work.actor.locale.language)
            stale.insist(work, _document(found), request.form.get("seen", ""), name)
            modelling.change_registry(work, registry, {"title": _given()})
            return design_renewed(work, registry, _("Saved."))
    except (Invalid, Conflict) as error:
        with begin() as work:
            found = found_registry(work, registry)
            refusal = Refusal(local(error, registry), frozenset({"title"}))
            return refused(
                render_template("admin/title.html", form=_form(work, found, _given(), refusal)), error
            )


def _given() -> str:
    return request.values.get("title", "")[:500]


def _document(registry: Registry) -> dict[str, str]:
    return {"title": registry.title}


def _form(work: Work, registry: Registry, pattern: str, refusal: Refusal | None = None) -> TitleForm:
    language = work.actor.locale.language
    return TitleForm(
        registry.key,
        pattern,
        pieces_of(registry, pattern, language),
        [(each.key, label(each, language)) for each in titled_fields(registry)],
        _trial(work, registry, pattern),
        stale.mark(_document(registry)),
        refusal or Refusal(),
    )


def _trial(work: Work, registry: Registry, pattern: str) -> Trial:
    renamed = 0 if pattern == registry.title else design_facts.usage(work, registry, ()).all
    return Trial(examples(work, registry, pattern), renamed)
