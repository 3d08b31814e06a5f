"""The gallery of ready-made registries: what there is, what each looks like, and its installation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import request, url_for
from werkzeug.wrappers import Response

from kartoteka.platform.catalog.definitions import label
from kartoteka.platform.front import begin
from kartoteka.platform.front.ready import shelf
from kartoteka.platform.kernel.errors import Conflict, Invalid, NotFound
from kartoteka.platform.kernel.texts import _, plural
from kartoteka.platform.services import ready_made
from kartoteka.platform.services.ready_made import Installed, Wish
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.admin.answers import Refusal
from kartoteka.platform.web.admin.frame import DESIGN, show
from kartoteka.platform.web.admin.gallery_views import Card, Preview, cards, preview, said
from kartoteka.platform.web.answers import go
from kartoteka.platform.web.pages import page
from kartoteka.platform.web.shell import tell


@dataclass(frozen=True)
class SampleLine:
    """Sample records that can be taken away."""

    batch: int
    names: str


@dataclass(frozen=True)
class Gallery:
    """The page where new registries come from."""

    cards: Sequence[Card]
    samples: Sequence[SampleLine]


@dataclass(frozen=True)
class Choosing:
    """The page of one template, with what was typed."""

    preview: Preview
    name: str
    second: bool
    may_sample: bool
    typed: Mapping[str, str] = field(default_factory=dict)
    refusal: Refusal = field(default_factory=Refusal)


@page("/admin/gallery", right=DESIGN)
def admin_gallery() -> str:
    """All ready-made registries, and the place to drop a spreadsheet on."""
    with begin() as work:
        return show(work, "gallery.html", "registries", gallery=gallery_view(work))


@page("/admin/gallery/<template>", right=DESIGN)
def admin_template(template: str) -> str:
    """What a ready-made registry looks like, and how it is to be installed."""
    with begin() as work:
        return show(work, "template.html", "registries", form=_choosing(work, _known(template)))


@page("/admin/gallery/<template>", "POST", right=DESIGN)
def admin_install_template(template: str) -> Response | tuple[str, int]:
    """A ready-made registry installed; its list is where one goes on."""
    given = request.form
    try:
        with begin(design=True) as work:
            done = ready_made.install(work, shelf(), _wish(work, _known(template), given))
            _tell(work, done)
        return go(url_for("web.registry", registry=done.registry.key))
    except (Invalid, Conflict) as error:
        with begin() as work:
            form = _choosing(work, template, given, Refusal(error, frozenset({"name"})))
            return show(work, "template.html", "registries", form=form), 422


def gallery_view(work: Work) -> Gallery:
    """This function will collect what the gallery shows."""
    lines = []
    for each in ready_made.sample_batches(work):
        there = [work.catalog.registries[key] for key in each.registries if key in work.catalog.registries]
        names = ", ".join(label(one, work.actor.locale.language) for one in there if one.active)
        if names:
            lines.append(SampleLine(each.batch, names))
    return Gallery(cards(work, shelf()), lines)


def _known(template: str) -> str:
    if template not in shelf().templates():
        raise NotFound(_("There is no template “{name}”.", name=template[:60]))
    return template


def _choosing(
    work: Work, template: str, given: Mapping[str, str] | None = None, refusal: Refusal | None = None
) -> Choosing:
    shown = preview(work, shelf(), template)
    second = template in work.catalog.registries
    name = f"{shown.card.label} 2" if second else shown.card.label
    typed = given or {"name": name, "along": "1", "samples": "1" if work.actor.is_admin else ""}
    return Choosing(shown, name, second, work.actor.is_admin, typed, refusal or Refusal())


def _wish(work: Work, template: str, given: Mapping[str, str]) -> Wish:
    body, language = ready_made.definition(shelf(), template), work.actor.locale.language
    name = given.get("name", "").strip()
    changes: dict[str, Any] = {}
    if name != said(body, language):
        changes = {"name": name, "names": {}}
    if template in work.catalog.registries:
        changes["key"] = ready_made.free_key(work, template)
    return Wish(template, changes, given.get("along") == "1", given.get("samples") == "1")


def _tell(work: Work, done: Installed) -> None:
    language = work.actor.locale.language
    sentences = [_("The registry “{name}” is ready.", name=label(done.registry, language))]
    if done.along:
        names = ", ".join(label(each, language) for each in done.along)
        sentences.append(_("Came along: {names}.", names=names))
    if done.left_out:
        sentences.append(
            _("Left out, since there is nothing to lead to: {names}.", names=", ".join(done.left_out))
        )
    if done.batch is None:
        tell(" ".join(sentences))
        return
    sentences.append(plural("{n} sample record is in.", "{n} sample records are in.", done.samples))
    tell(" ".join(sentences), undo=url_for("web.undo_batch", batch=done.batch))
