"""The page of the firm itself: its name, colour, logo, and what it says at the door and on the home page."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from kartoteka.platform.front import begin
from kartoteka.platform.kernel.errors import Conflict, Invalid, KartotekaError
from kartoteka.platform.kernel.texts import N_, _
from kartoteka.platform.services import organisation, pictures
from kartoteka.platform.services.colours import Shades, shades
from kartoteka.platform.services.organisation import Organisation
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.admin.frame import DESIGN, show
from kartoteka.platform.web.answers import go
from kartoteka.platform.web.pages import page
from kartoteka.platform.web.shell import tell

TEXTS = ("name", "accent", "sign_in_text", "welcome")
PURPOSES = {"logo": "logo", "sign_in_picture": "picture"}
# What a firm may begin with; any other colour can be typed.
OFFERED = (
    ("#2563c9", N_("blue")),
    ("#0f766e", N_("teal")),
    ("#15803d", N_("green")),
    ("#a16207", N_("ochre")),
    ("#c2410c", N_("orange")),
    ("#b91c1c", N_("red")),
    ("#be185d", N_("pink")),
    ("#6d28d9", N_("violet")),
    ("#475569", N_("slate")),
)
PLAIN = "#2563c9"


@dataclass(frozen=True)
class OrganisationView:
    """The page as it stands: what is settled, what was typed, and what is wrong with it."""

    settled: Organisation
    typed: Mapping[str, Any]
    shades: Shades
    offered: tuple[tuple[str, str], ...]
    adjusted: bool
    errors: Mapping[str, list[str]] = field(default_factory=dict)
    refusal: str = ""


@page("/admin/organisation", right=DESIGN)
def admin_organisation() -> str:
    """The page of the firm."""
    with begin() as work:
        return _shown(work)


@page("/admin/organisation", "POST", right=DESIGN)
def admin_save_organisation() -> ResponseReturnValue:
    """What was typed and uploaded, kept."""
    try:
        with begin(write=True) as work:
            organisation.change_organisation(work, {**_typed(), **_pictures(work)})
    except (Invalid, Conflict) as error:
        with begin() as work:
            return _shown(work, _typed(), error), 409 if isinstance(error, Conflict) else 422
    tell(_("Saved."))
    return go(url_for("web.admin_organisation"))


def _typed() -> dict[str, str]:
    typed = {name: request.form[name] for name in TEXTS if name in request.form}
    if request.form.get("own_accent", "").strip():
        typed["accent"] = request.form["own_accent"]
    return typed


def _pictures(work: Work) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, purpose in PURPOSES.items():
        file = request.files.get(name)
        if file is not None and file.filename:
            try:
                found[name] = pictures.keep(work, file.read(pictures.MAX_UPLOAD + 1), purpose)
            except Invalid as error:
                raise Invalid({name: error.errors["file"]}) from error
        elif request.form.get(f"without_{name}") == "1":
            found[name] = ""
    return found


def _shown(work: Work, typed: Mapping[str, str] | None = None, error: KartotekaError | None = None) -> str:
    settled = organisation.organisation(work)
    values = {name: getattr(settled, name) for name in TEXTS} | dict(typed or {})
    accent = settled.accent or PLAIN
    found = shades(accent)
    view = OrganisationView(
        settled,
        values,
        found,
        tuple((colour, _(name)) for colour, name in OFFERED),
        found.light != accent,
        error.errors if error else {},
        error.message if error and not error.errors else "",
    )
    return show(work, "organisation.html", "organisation", view=view)
