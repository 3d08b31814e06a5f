"""The history of the design: who changed what and when, and the way back to any of its versions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from kartoteka.platform.front import begin
from kartoteka.platform.kernel.errors import Conflict
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services import designs, modelling
from kartoteka.platform.services.designs import Past
from kartoteka.platform.services.modelling import Impact, Plan, WayBack
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.admin.answers import refused
from kartoteka.platform.web.admin.frame import DESIGN, DESIGN_OR_AUDIT, show
from kartoteka.platform.web.answers import go
from kartoteka.platform.web.looks import moment_text
from kartoteka.platform.web.pages import page
from kartoteka.platform.web.shell import tell

RETURN, UNDO = "return", "undo"


@dataclass(frozen=True)
class Back:
    """The question before going back: what it will do, in full."""

    heading: str
    about: str
    action: str
    button: str
    sure: str
    impact: Impact | None = None
    left: Sequence[str] = ()
    refusal: Sequence[str] = ()


@page("/admin/history", right=DESIGN_OR_AUDIT)
def admin_history() -> str:
    """Changes of the design, newest first."""
    given = request.args.get("before", "")
    with begin() as work:
        before = int(given) if given.isdecimal() and len(given) < 10 else None
        found = designs.past(work, before=before)
        more = url_for("web.admin_history", before=found[-1].version) if len(found) == designs.PAGE else ""
        return show(
            work,
            "history.html",
            "history",
            changes=found,
            more=more,
            later=before is not None,
            now=work.catalog.version,
            may_return="design" in work.actor.powers,
        )


@page("/admin/history/<int:version>/<any(return, undo):way>", right=DESIGN)
def admin_plan_way_back(version: int, way: str) -> ResponseReturnValue:
    """What going back would do, before it is done."""
    with begin() as work:
        return _asked(work, version, way)


@page("/admin/history/<int:version>/<any(return, undo):way>", "POST", right=DESIGN)
def admin_go_back(version: int, way: str) -> ResponseReturnValue:
    """The way back taken, if the design is still the one that the plan was shown for."""
    act: Callable[..., Plan] = modelling.return_to if way == RETURN else modelling.undo
    try:
        with begin(design=True) as work:
            if request.form.get("sure") != str(work.catalog.version):
                raise Conflict(_("The design has been changed meanwhile; this is what it would do now."))
            act(work, version, accept_loss=request.form.get("accept_loss") == "1")
            tell(
                _(
                    "The design is again as it was. This change is in the history as well and can be taken back."
                )
                if way == RETURN
                else _("The change is taken back.")
            )
        return go(url_for("web.admin_history"))
    except Conflict as error:
        with begin() as work:
            return refused(_asked(work, version, way, error), error)


def _asked(work: Work, version: int, way: str, error: Conflict | None = None) -> str:
    change = designs.told(work, version)
    sentences = (
        [each for found in error.errors.values() for each in found] or [error.message] if error else []
    )
    try:
        plan: WayBack | None = (
            modelling.plan_return(work, version) if way == RETURN else modelling.plan_undo(work, version)
        )
    except Conflict as hindrance:
        plan, sentences = None, hindrance.errors.get("version", [hindrance.message])
    return render_template("admin/way_back.html", back=_back(work, change, way, plan, sentences))


def _back(work: Work, change: Past, way: str, plan: WayBack | None, refusal: Sequence[str]) -> Back:
    when = moment_text(change.at, work.actor.locale, work.now)
    heading = _("Return to this state?") if way == RETURN else _("Take this change back?")
    about = (
        _("The design will be what it was after the change of {when} ({who}).", when=when, who=change.by)
        if way == RETURN
        else _("Only the change of {when} ({who}) will be taken back.", when=when, who=change.by)
    )
    return Back(
        heading,
        about,
        url_for("web.admin_go_back", version=change.version, way=way),
        _("Return to this state") if way == RETURN else _("Take the change back"),
        str(work.catalog.version),
        modelling.told(work, plan.plan) if plan else None,
        [each.sentence for each in plan.eased] if plan else (),
        refusal,
    )
