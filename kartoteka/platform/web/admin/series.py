"""The dialog of a number series: what stands before the number, how many digits it has, which one comes next."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import render_template, request
from flask.typing import ResponseReturnValue

from kartoteka.platform.catalog.definitions import label
from kartoteka.platform.front import begin
from kartoteka.platform.kernel.errors import Conflict, Invalid, NotFound
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services import numbering
from kartoteka.platform.services.numbering import Series
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.admin import stale
from kartoteka.platform.web.admin.answers import Refusal, refused
from kartoteka.platform.web.admin.frame import DESIGN
from kartoteka.platform.web.admin.registry import design_renewed, found_registry
from kartoteka.platform.web.pages import page

_PLACES = {"options.prefix": "prefix", "options.padding": "padding"}


@dataclass(frozen=True)
class SeriesForm:
    """The dialog, with what was typed and the number as it would be written."""

    registry: str
    key: str
    heading: str
    typed: Mapping[str, str]
    sample: str
    seen: str
    refusal: Refusal = field(default_factory=Refusal)


@page("/admin/r/<registry>/series/<key>", right=DESIGN)
def admin_series(registry: str, key: str) -> str:
    """The dialog of a number series, or with something typed in the number as it would be written."""
    with begin() as work:
        found = _found(work, registry, key)
        if "padding" in request.args:
            return _sample(request.args)
        return render_template("admin/series.html", form=_form(work, registry, found, _typed(found)))


@page("/admin/r/<registry>/series/<key>", "POST", right=DESIGN)
def admin_save_series(registry: str, key: str) -> ResponseReturnValue:
    """A number series, saved."""
    typed = request.form.to_dict()
    try:
        with begin(design=True) as work:
            found = _found(work, registry, key)
            name = label(found.field, work.actor.locale.language)
            stale.insist(work, _document(found), typed.get("seen", ""), name)
            numbering.change_series(
                work,
                registry,
                key,
                prefix=typed.get("prefix", ""),
                padding=_number(typed, "padding"),
                number=_number(typed, "next"),
            )
            return design_renewed(work, registry, _("Saved."))
    except (Invalid, Conflict) as error:
        places = {_PLACES.get(place, place): sentences for place, sentences in error.errors.items()}
        shown = Refusal(type(error)(places) if isinstance(error, Invalid) else Conflict(error.message, places),
                        frozenset({"prefix", "padding", "next"}))  # fmt: skip
        with begin() as work:
            form = _form(work, registry, _found(work, registry, key), typed, shown)
            return refused(render_template("admin/series.html", form=form), error)


def _found(work: Work, registry: str, key: str) -> Series:
    found_registry(work, registry)
    found = next((each for each in numbering.series(work, registry) if each.field.key == key), None)
    if found is None:
        raise NotFound(_("There is nothing at this address."))
    return found


def _number(typed: Mapping[str, str], name: str) -> int:
    text = typed.get(name, "").strip()
    if not (text.isascii() and text.isdecimal() and len(text) <= 16):
        raise Invalid({name: [_("This must be a whole number.")]})
    return int(text)


def _typed(found: Series) -> dict[str, str]:
    return {"prefix": found.prefix, "padding": str(found.padding), "next": str(found.next)}


def _document(found: Series) -> dict[str, object]:
    """What two designers might both change; the number goes on by itself as records are made."""
    return {"prefix": found.prefix, "padding": found.padding}


def _sample(typed: Mapping[str, str]) -> str:
    try:
        padding, number = _number(typed, "padding"), _number(typed, "next")
    except Invalid:
        return "…"
    return numbering.written(typed.get("prefix", "")[:30], min(padding, 18), number)


def _form(
    work: Work, registry: str, found: Series, typed: Mapping[str, str], refusal: Refusal | None = None
) -> SeriesForm:
    return SeriesForm(
        registry,
        found.field.key,
        label(found.field, work.actor.locale.language),
        typed,
        _sample(typed),
        stale.mark(_document(found)),
        refusal or Refusal(),
    )
