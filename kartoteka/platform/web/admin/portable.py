"""The whole design as one YAML file: out, and in again with its plan shown before anything is done."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import yaml
from flask import Response, request, url_for
from flask.typing import ResponseReturnValue

from kartoteka.platform.front import begin
from kartoteka.platform.kernel.errors import Conflict, Invalid
from kartoteka.platform.kernel.texts import _, plural
from kartoteka.platform.services import modelling
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.admin.frame import DESIGN, show
from kartoteka.platform.web.answers import go
from kartoteka.platform.web.pages import page
from kartoteka.platform.web.shell import tell

MAX_CHARACTERS = 5_000_000
MOST_PROBLEMS = 30


@dataclass(frozen=True)
class ImportView:
    """The page of a design that is to come in."""

    text: str = ""
    planned: bool = False
    steps: Sequence[str] = ()
    offenders: Sequence[str] = ()
    problems: Sequence[tuple[str, str]] = ()
    refusal: str = ""


@page("/admin/design.yaml", right=DESIGN)
def admin_export_design() -> Response:
    """The design as a file; the same design gives the same bytes."""
    with begin() as work:
        text = yaml.safe_dump(modelling.export_design(work), allow_unicode=True, sort_keys=False, width=120)
    return Response(
        text,
        content_type="application/yaml; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="design.yaml"'},
    )


@page("/admin/design", right=DESIGN)
def admin_import_design() -> str:
    """The page on which a design file is given."""
    with begin() as work:
        return show(work, "design.html", "registries", view=ImportView())


@page("/admin/design", "POST", right=DESIGN)
def admin_plan_design() -> ResponseReturnValue:
    """What the design would change, before it does; or, once that was seen, the change."""
    text = _given_text()
    if request.form.get("apply") == "1":
        refusal = _apply(text)
        if refusal is None:
            return go(url_for("web.admin"))
    else:
        refusal = None
    with begin() as work:
        view = _planned(work, text, refusal)
        wrong = bool(view.problems or view.refusal)
        return show(work, "design.html", "registries", view=view), 422 if wrong else 200


def _given_text() -> str:
    file = request.files.get("file")
    if file is not None and file.filename:
        content: bytes = file.read(MAX_CHARACTERS + 1)
        return content.decode("utf-8-sig", "replace")
    return request.form.get("design", "")


def _apply(text: str) -> Invalid | Conflict | None:
    try:
        with begin(design=True) as work:
            plan = modelling.apply_design(
                work, read_document(text), accept_loss=request.form.get("accept_loss") == "1"
            )
            tell(
                plural(
                    "The design is changed in {n} step.",
                    "The design is changed in {n} steps.",
                    len(plan.steps),
                )
            )
    except (Invalid, Conflict) as error:
        return error
    return None


def _planned(work: Work, text: str, refusal: Invalid | Conflict | None) -> ImportView:
    try:
        plan = modelling.plan_design(work, read_document(text))
    except (Invalid, Conflict) as error:
        problems = [(place, sentence) for place, sentences in error.errors.items() for sentence in sentences]
        return ImportView(text, problems=problems[:MOST_PROBLEMS], refusal="" if problems else error.message)
    offenders = [sentence for sentences in plan.offenders.values() for sentence in sentences]
    return ImportView(text, True, plan.sentences(), offenders, refusal=refusal.message if refusal else "")


def read_document(text: str) -> Any:
    """This function will read a design out of YAML.

    :raises Invalid: when it is none, with the place.
    """
    if len(text) > MAX_CHARACTERS:
        raise Invalid({"file": [_("This file is larger than a design can be.")]})
    if not text.strip():
        raise Invalid({"file": [_("Choose a file, or paste a design.")]})
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        reason = " ".join(str(error).split())[:300]
        raise Invalid({"file": [_("This is not a YAML file: {reason}", reason=reason)]}) from error
