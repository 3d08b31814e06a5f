"""Texts from which activities are begun; the admin writes them for the firm, they are settings of the plugin."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import marshmallow as ma
from flask import request, url_for
from flask.typing import ResponseReturnValue
from marshmallow import fields as f

from kartoteka.platform.sdk import (
    N_,
    Invalid,
    Work,
    _,
    begin,
    change_plugin,
    go,
    label,
    needs,
    render,
    settings_of,
    tell,
)
from kartoteka.plugins.activities.design import KEY
from kartoteka.plugins.activities.faces import pages
from kartoteka.plugins.activities.mailbox import PLUGIN, MailSettings

DESIGN = needs("design")
MOST, LONGEST_NAME, LONGEST, EMPTY_LINES = 100, 80, 4000, 2


class TemplateSchema(ma.Schema):
    """One text."""

    name = f.Str(required=True, validate=ma.validate.Length(1, LONGEST_NAME))
    kind = f.Str(load_default="", validate=ma.validate.Length(max=40))
    text = f.Str(required=True, validate=ma.validate.Length(1, LONGEST))


class ActivitySettings(MailSettings):
    """Settings of the plugin."""

    templates = f.List(
        f.Nested(TemplateSchema),
        load_default=list,
        validate=ma.validate.Length(max=MOST),
        metadata={"elsewhere": True, "label": N_("Activity templates")},
    )


@dataclass(frozen=True, slots=True)
class Template:
    """A text for activities of a kind, or of all."""

    name: str
    kind: str
    text: str


def templates_of(work: Work) -> list[Template]:
    """This function will list all texts, by their names."""
    found = [Template(**each) for each in settings_of(work, PLUGIN).get("templates", ())]
    return sorted(found, key=lambda each: each.name.casefold())


def keep_templates(work: Work, templates: Sequence[Template]) -> None:
    """This function will keep these texts in the place of those before.

    :raises Invalid: when one has no name or no text, or is for a kind that does not exist.
    """
    wrong: dict[str, list[str]] = {}
    for number, each in enumerate(templates):
        if not 1 <= len(each.name) <= LONGEST_NAME or not 1 <= len(each.text) <= LONGEST:
            wrong[f"templates.{number}"] = [_("A template needs a name and a text.")]
        if each.kind and work.catalog.registries[KEY].category(each.kind) is None:
            wrong[f"templates.{number}.kind"] = [_("There is no kind “{name}”.", name=each.kind[:40])]
    if wrong:
        raise Invalid(wrong)
    change_plugin(work, PLUGIN, {"settings": {"templates": [asdict(each) for each in templates]}})


@pages.page("/activities/templates", right=DESIGN)
def templates() -> str:
    """All texts, to be changed line by line."""
    with begin() as work:
        return _shown(work, templates_of(work), {})


@pages.page("/activities/templates", "POST", right=DESIGN)
def save_templates() -> ResponseReturnValue:
    """The texts as they were typed."""
    given = request.form
    lines = zip(given.getlist("name"), given.getlist("kind"), given.getlist("text"), strict=False)
    typed = [
        Template(name.strip(), kind, text.replace("\r\n", "\n").strip())
        for name, kind, text in lines
        if name.strip()
    ]
    try:
        with begin(design=True) as work:
            keep_templates(work, typed)
        tell(_("Saved."))
        return go(url_for("activities.templates"))
    except Invalid as refusal:
        with begin() as work:
            return _shown(work, typed, refusal.errors), 422


def _shown(work: Work, known: Sequence[Template], errors: Mapping[str, Sequence[str]]) -> str:
    language = work.actor.locale.language
    kinds = [
        (each.key, label(each, language)) for each in work.catalog.registries[KEY].categories if each.active
    ]
    lines = [*known, *(Template("", "", "") for _n in range(EMPTY_LINES))]
    return render(work, "activities/templates.html", at="activities", lines=lines, kinds=kinds, errors=errors)


__all__ = ["ActivitySettings", "Template", "keep_templates", "templates_of"]
