"""Rights in words: levels, rights and powers as the administration calls them, and what differs between two grants."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kartoteka.platform.catalog.definitions import EDIT, HIDDEN, READ, RIGHTS, STRICTNESS, Registry, label
from kartoteka.platform.kernel.texts import N_, _, plural
from kartoteka.platform.services.work import Work

LEVELS = ((HIDDEN, N_("hidden")), (READ, N_("read")), (EDIT, N_("edit")))
RIGHT_WORDS = {
    "view": N_("see"),
    "create": N_("add"),
    "edit": N_("change"),
    "delete": N_("remove"),
    "import": N_("import"),
    "export": N_("export"),
}
POWER_WORDS = {
    "design": (N_("Design"), N_("Registries, fields, roles: what is kept and who sees it.")),
    "users": (N_("People"), N_("Inviting people, giving them roles, switching them off.")),
    "audit": (N_("Audit"), N_("Reading who changed what in the design.")),
    "share": (N_("Sharing"), N_("Links by which people from outside open a file.")),
}
Levels = tuple[str, str]
Phrase = Callable[[str], str]
# What a change will mean for those who have the role.
COMING: Mapping[Levels, Phrase] = {
    (HIDDEN, READ): lambda name: _("will see “{section}”", section=name),
    (HIDDEN, EDIT): lambda name: _("will see and edit “{section}”", section=name),
    (READ, EDIT): lambda name: _("will edit “{section}”", section=name),
    (EDIT, READ): lambda name: _("will no longer edit “{section}”", section=name),
    (READ, HIDDEN): lambda name: _("will no longer see “{section}”", section=name),
    (EDIT, HIDDEN): lambda name: _("will no longer see “{section}”", section=name),
}
# What a change has meant.
DONE: Mapping[Levels, Phrase] = {
    (HIDDEN, READ): lambda name: _("sees “{section}”", section=name),
    (HIDDEN, EDIT): lambda name: _("sees and edits “{section}”", section=name),
    (READ, EDIT): lambda name: _("edits “{section}”", section=name),
    (EDIT, READ): lambda name: _("no longer edits “{section}”", section=name),
    (READ, HIDDEN): lambda name: _("no longer sees “{section}”", section=name),
    (EDIT, HIDDEN): lambda name: _("no longer sees “{section}”", section=name),
}
# The words of a single field that is stricter than its section.
EXCEPTION_WORDS = {HIDDEN: N_("hidden"), READ: N_("only to read")}
NOTHING: Mapping[str, Any] = {"rights": [], "rows": None, "sections": {}}


@dataclass(frozen=True)
class Place:
    """A column of the matrix: a section of a registry, or the tab of a plugin."""

    key: str
    label: str
    fields: int = 0


def places(work: Work, registry: Registry) -> list[Place]:
    """This function will list what a grant in a registry can open: its sections, and the tabs that plugins add."""
    language = work.actor.locale.language
    sections = [
        Place(each.key, label(each, language), len(registry.fields_of(each.key)))
        for each in registry.active_sections
    ]
    return sections + [
        Place(key, plugin_label(work, plugin)) for plugin, key in work.catalog.tabs(registry).items()
    ]


def plugin_label(work: Work, plugin: str) -> str:
    """This function will give the name of a plugin in the reader's language."""
    known = work.office.plugins.get(plugin)
    return _(known.label) if known is not None else plugin


def people_text(number: int) -> str:
    """This function will say how many people hold a role."""
    return plural("{n} person", "{n} people", number) if number else _("nobody")


def right_phrases(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """This function will say which rights in a registry came and went."""
    found = []
    for right in RIGHTS:
        if (right in old["rights"]) != (right in new["rights"]):
            word = _(RIGHT_WORDS[right])
            held = right in new["rights"]
            found.append(_("may {right}", right=word) if held else _("may no longer {right}", right=word))
    return found


def section_phrases(
    places: Sequence[Place], old: Mapping[str, Any], new: Mapping[str, Any], words: Mapping[Levels, Phrase]
) -> list[str]:
    """This function will say what becomes of sections and tabs."""
    found = []
    for place in places:
        was, now = old["sections"].get(place.key, HIDDEN), new["sections"].get(place.key, HIDDEN)
        if was != now:
            found.append(words[was, now](place.label))
    return found


def field_phrases(
    work: Work, registry: Registry, old: Mapping[str, Any], new: Mapping[str, Any]
) -> list[str]:
    """This function will say which single fields became stricter than their section, or no longer are."""
    before, after, found = old.get("fields", {}), new.get("fields", {}), []
    for each in registry.fields:
        was, now = before.get(each.key), after.get(each.key)
        if was != now:
            name = label(each, work.actor.locale.language)
            found.append(
                _("“{field}” {level}", field=name, level=_(EXCEPTION_WORDS[now]))
                if now in EXCEPTION_WORDS
                else _("“{field}” as its section", field=name)
            )
    return found


def exceptions_text(number: int) -> str:
    """This function will say how many fields of a section are stricter than it."""
    return plural("{n} field stricter", "{n} fields stricter", number) if number else ""


def stricter(level: str) -> list[str]:
    """This function will list the levels that are stricter than that of a section."""
    return [each for each in (HIDDEN, READ) if STRICTNESS.index(each) < STRICTNESS.index(level)]
