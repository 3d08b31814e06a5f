"""The page on which an admin lays down folders: on which records, in which section, for which files."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from kartoteka.platform.sdk import (
    Invalid,
    Work,
    _,
    begin,
    change_plugin,
    folded,
    go,
    label,
    needs,
    render,
    settings_of,
    tell,
)
from kartoteka.plugins.attachments.faces import pages
from kartoteka.plugins.attachments.rooms import Folder, read_folder

EMPTY_LINES = 3


@dataclass(frozen=True)
class Line:
    """One folder as the page asks for it; `place` is the registry and the section, as the choice names them."""

    name: str = ""
    place: str = ""
    kinds: str = ""
    max_mb: str = ""
    errors: Sequence[str] = ()


@pages.page("/admin/attachments", right=needs("design"))
def folders() -> str:
    """The folders that are laid down."""
    with begin() as work:
        known = [read_folder(each) for each in settings_of(work, "attachments").get("folders", ())]
        return _page(work, [_line(each) for each in known])


@pages.page("/admin/attachments", "POST", right=needs("design"))
def save_folders() -> ResponseReturnValue:
    """The folders as they are to be from now on; files go along into the sections of theirs."""
    lines = _typed()
    with begin(design=True) as work:
        wanted, read = [], []
        for each in lines:
            try:
                wanted.append(_folder(work, each))
                read.append(each)
            except Invalid as error:
                read.append(Line(each.name, each.place, each.kinds, each.max_mb, [error.message]))
        if any(each.errors for each in read):
            return _page(work, read), 422
        change_plugin(work, "attachments", {"settings": {"folders": wanted}})
    tell(_("The folders are saved."))
    return go(url_for("attachments.folders"))


def _typed() -> list[Line]:
    columns = [request.form.getlist(name) for name in ("name", "place", "kinds", "max_mb")]
    lines = [Line(*(cell.strip()[:300] for cell in cells)) for cells in zip(*columns, strict=False)]
    return [each for each in lines if each.name]


def _folder(work: Work, line: Line) -> Mapping[str, Any]:
    key, _slash, section = line.place.partition("/")
    registry = work.catalog.registries.get(key)
    if registry is None or registry.plugin or (section and registry.section(section) is None):
        raise Invalid({"place": [_("Choose the records that have this folder.")]})
    kinds = [each.lower().lstrip(".") for each in re.split(r"[\s,;]+", line.kinds) if each]
    if not all(re.fullmatch("[a-z0-9]{1,12}", each) for each in kinds):
        raise Invalid({"kinds": [_("Endings have letters and digits only, such as pdf docx.")]})
    if line.max_mb and not (line.max_mb.isdecimal() and 0 < int(line.max_mb[:9]) <= 1_000_000):
        raise Invalid({"max_mb": [_("This is not a whole number.")]})
    size = int(line.max_mb) if line.max_mb else None
    return {"registry": key, "name": line.name[:120], "section": section, "kinds": kinds, "max_mb": size}


def _line(folder: Folder) -> Line:
    place = f"{folder.registry}/{folder.section}" if folder.section else folder.registry
    size = str(folder.max_mb) if folder.max_mb is not None else ""
    return Line(folder.name, place, " ".join(folder.kinds), size)


def _page(work: Work, lines: Sequence[Line]) -> str:
    shown = sorted(lines, key=lambda each: (each.place, folded(each.name)))
    empty = [Line() for _each in range(EMPTY_LINES)]
    return render(work, "attachments/folders.html", at="admin", lines=[*shown, *empty], places=_places(work))


def _places(work: Work) -> list[tuple[str, list[tuple[str, str]]]]:
    """The registries with their sections, as groups of a choice."""
    language = work.actor.locale.language
    return [
        (
            label(registry, language),
            [
                (registry.key, _("{registry}: belongs to no section", registry=label(registry, language))),
                *(
                    (f"{registry.key}/{each.key}", f"{label(registry, language)}: {label(each, language)}")
                    for each in registry.active_sections
                ),
            ],
        )
        for registry in work.catalog.active_registries
        if not registry.plugin
    ]


__all__ = ["pages"]
