"""Routes of the history of the design: what was changed, how it was at a version, and the way back."""

from typing import Any

from flask import Response

from kartoteka.platform.front import begin, needs
from kartoteka.platform.kernel.errors import Invalid
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.rest import reading, schemas
from kartoteka.platform.rest.answers import answer, moment
from kartoteka.platform.rest.designing import impact
from kartoteka.platform.rest.resource import Resource
from kartoteka.platform.services import designs, modelling
from kartoteka.platform.services.designs import Past
from kartoteka.platform.services.modelling import WayBack

design_history = Resource("design_history", "Who has changed the design, when and how; and the way back.")
LIST = "/design/history"
ONE = f"{LIST}/<id:version>"
MOST = 200


def _entry(each: Past) -> dict[str, Any]:
    steps = [{"action": str(step.action), "registry": step.registry or None, "part": step.part,
              "subject": step.subject or None, "sentence": sentence}
             for step, sentence in zip(each.parts, each.steps, strict=False)]  # fmt: skip
    return {
        "version": each.version,
        "at": moment(each.at),
        "by": {"id": each.by_id, "name": each.by},
        "via": each.via,
        "steps": steps,
    }


@design_history.verb(
    "GET",
    LIST,
    needs("design", "audit"),
    query=schemas.DesignHistoryQuery,
    gives=schemas.page_of(schemas.DesignEntry),
)
def list_design_history(query: dict[str, str]) -> Response:
    """This function will list changes of the design, newest first; `next` is the version to go on below."""
    limit = min(max(reading.whole(query, "page_size", designs.PAGE), 1), MOST)
    with begin() as work:
        before = reading.whole(query, "before", 0)
        found = designs.past(work, before=before or None, limit=limit)
        following = str(found[-1].version) if len(found) == limit else None
        return answer({"items": [_entry(each) for each in found], "next": following})


@design_history.verb("GET", ONE, needs("design"), gives=schemas.DesignDocument)
def design_at_version(version: int) -> Response:
    """This function will give the whole design as it was at a version."""
    with begin() as work:
        return answer(modelling.design_document(work, designs.at_version(work, version)))


@design_history.verb(
    "POST",
    f"{ONE}/return",
    needs("design"),
    body=schemas.GoingBack,
    query=schemas.DryRun,
    gives=schemas.WayBack,
)
def return_to_version(query: dict[str, str], body: dict[str, Any], version: int) -> Response:
    """This function will make the design what it was at a version; values entered since are kept."""
    return _go(query, body, version, modelling.plan_return, modelling.return_to)


@design_history.verb(
    "POST",
    f"{ONE}/undo",
    needs("design"),
    body=schemas.GoingBack,
    query=schemas.DryRun,
    gives=schemas.WayBack,
)
def undo_change(query: dict[str, str], body: dict[str, Any], version: int) -> Response:
    """This function will take back the one change of a version, if nothing later depends on it."""
    return _go(query, body, version, modelling.plan_undo, modelling.undo)


def _go(query: dict[str, str], body: dict[str, Any], version: int, plan: Any, act: Any) -> Response:
    reading.known_names(body, "accept_loss")
    loss = body.get("accept_loss", False)
    if not isinstance(loss, bool):
        raise Invalid({"accept_loss": [_("This must be true or false.")]})
    if reading.flag(query, "dry_run"):
        with begin() as work:
            way: WayBack = plan(work, version)
            left = [each.sentence for each in way.eased]
            return answer(
                {"version": work.catalog.version, "left": left, **impact(modelling.told(work, way.plan))}
            )
    with begin(design=True) as work:
        way = plan(work, version)
        left = [each.sentence for each in way.eased]
        foreseen = impact(modelling.told(work, way.plan))
        act(work, version, accept_loss=loss)
        return answer({"version": work.catalog.version, "left": left, **foreseen})


__all__ = ["design_history"]
