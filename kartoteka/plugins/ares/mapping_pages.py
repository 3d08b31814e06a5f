"""Where an admin sets which detail takes what, registry by registry."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import request, url_for
from flask.typing import ResponseReturnValue

from kartoteka.platform.sdk import (
    Invalid,
    NotFound,
    Work,
    _,
    begin,
    change_plugin,
    go,
    label,
    needs,
    render,
    tell,
)
from kartoteka.plugins.ares.faces import pages
from kartoteka.plugins.ares.mapping import (
    PLUGIN,
    guess,
    mapping_of,
    number_field,
    read_mapping,
    settings,
    suits,
)
from kartoteka.plugins.ares.particulars import NUMBER, PARTICULARS

DESIGN = needs("design")


@dataclass(frozen=True)
class Row:
    """One particular, and the details that could take it."""

    key: str
    label: str
    chosen: str
    offered: Sequence[tuple[str, str]]
    errors: Sequence[str] = ()


@dataclass(frozen=True)
class Mapped:
    """A registry in which companies can be looked up."""

    key: str
    label: str
    filled: int
    own: bool
    watched: bool

    @property
    def url(self) -> str:
        """Where it is set."""
        return url_for("ares.mapping", registry=self.key)


@pages.page("/admin/ares", right=DESIGN)
def mappings() -> str:
    """The registries in which companies can be looked up."""
    with begin() as work:
        return render(work, "ares/mappings.html", at="admin", registries=_mapped(work))


def _mapped(work: Work) -> list[Mapped]:
    chosen, language = settings(work), work.actor.locale.language
    return [
        Mapped(
            each.key, label(each, language), len(mapping_of(work, each.key)), each.key in chosen["mapping"],
            each.key in chosen["watched"],
        )
        for each in work.registries()
        if number_field(work, each.key) is not None
    ]  # fmt: skip


@pages.page("/admin/ares/<registry>", right=DESIGN)
def mapping(registry: str) -> str:
    """What is filled in where, in one registry."""
    with begin() as work:
        return _page(work, registry, None)


@pages.page("/admin/ares/<registry>", "POST", right=DESIGN)
def save_mapping(registry: str) -> ResponseReturnValue:
    """The same as an admin wants it; or as it would be guessed again."""
    wanted = {
        key.removeprefix("m."): value for key, value in request.form.items() if key.startswith("m.") and value
    }
    try:
        with begin(design=True) as work:
            _insist(work, registry)
            chosen = settings(work)
            mappings = {key: value for key, value in chosen["mapping"].items() if key != registry}
            if request.form.get("guess") != "1":
                mappings[registry] = read_mapping(work, registry, wanted)
            watched = [each for each in chosen["watched"] if each != registry]
            watched += [registry] if request.form.get("watched") == "1" else []
            change_plugin(work, PLUGIN, {"settings": {"mapping": mappings, "watched": watched}})
            tell(_("Saved."))
    except Invalid as refusal:
        with begin() as work:
            return _page(work, registry, refusal), 422
    return go(url_for("ares.mapping", registry=registry))


def _page(work: Work, key: str, refusal: Invalid | None) -> str:
    _insist(work, key)
    registry, language = work.catalog.registries[key], work.actor.locale.language
    present = mapping_of(work, key)
    number = number_field(work, key)
    typed = (
        {} if refusal is None else {name.removeprefix("m."): value for name, value in request.form.items()}
    )
    numbers = [(each.key, label(each, language)) for each in registry.active_fields if each.type == "ico"]
    others = [(each.key, label(each, language)) for each in registry.active_fields if suits(each)]
    errors = refusal.errors if refusal is not None else {}
    rows = [Row(NUMBER, _("IČO"), typed.get(NUMBER, number.key), numbers, errors.get(NUMBER, ()))]
    rows += [
        Row(
            each.key,
            _(each.label),
            typed.get(each.key, present.get(each.key, "")),
            others,
            errors.get(each.key, ()),
        )
        for each in PARTICULARS
    ]
    return render(
        work,
        "ares/mapping.html",
        at="admin",
        registry=key,
        registry_label=label(registry, language),
        rows=rows,
        guessed=key not in settings(work)["mapping"],
        differs=present != guess(registry),
        watched=key in settings(work)["watched"],
    )


def _insist(work: Work, registry: str) -> None:
    if registry not in work.catalog.registries or number_field(work, registry) is None:
        raise NotFound(_("There is nothing at this address."))
