"""Folders: what the admin has laid down for them, and in which section of a record a file comes to lie.

A folder that belongs to a section is there for whoever sees that section of the very record. For others it is a name
like any other: what they put under it is theirs, and tells them nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kartoteka.platform.sdk import (
    Bearer,
    Forbidden,
    Invalid,
    NotFound,
    Record,
    Work,
    _,
    fetch,
    folded,
    move_to_rooms,
    note_record,
    sees_field,
    sees_section,
    settings_of,
)

MEGABYTE = 1 << 20
PLUGIN = "attachments"


@dataclass(frozen=True)
class Folder:
    """A folder as the admin has laid it down, on the records of one registry."""

    registry: str
    name: str
    section: str = ""
    kinds: Sequence[str] = ()
    max_mb: int | None = None


@dataclass(frozen=True)
class Place:
    """Where a file is to lie on a record, and what may lie there."""

    folder: str | None = None
    field: str | None = None
    room: int | None = None
    kinds: Sequence[str] = ()
    max_mb: int | None = None


def folders_of(work: Work, registry: str) -> list[Folder]:
    """This function will list the folders laid down for a registry, whoever may see them."""
    found = settings_of(work, PLUGIN).get("folders", ())
    return [read_folder(each) for each in found if each.get("registry") == registry]


def read_folder(body: Mapping[str, Any]) -> Folder:
    """This function will read a folder out of the settings."""
    return Folder(body["registry"], body["name"], body.get("section") or "", tuple(body.get("kinds") or ()),
                  body.get("max_mb"))  # fmt: skip


def seen_folders(work: Work, record: Record, level: str = "read") -> list[Folder]:
    """This function will list the folders that are there for the actor on a record."""
    return [
        each
        for each in folders_of(work, record.registry)
        if not each.section or sees_section(work, record.registry, record.id, each.section, level)
    ]


def place_of_file(work: Work, record: Record, folder: str | None, field_key: str | None) -> Place:
    """This function will tell where a file comes to lie that is put into a folder or a field of a record.

    :raises Invalid: when there is no such field. :raises Forbidden: when the actor may only read there.
    """
    if field_key:
        return _in_field(work, record, field_key)
    name = " ".join((folder or "").split())[:120] or None
    laid_down = next(
        (each for each in seen_folders(work, record) if name and folded(each.name) == folded(name)), None
    )
    if laid_down is None:
        return Place(name)
    room = None
    if laid_down.section:
        if not sees_section(work, record.registry, record.id, laid_down.section, "edit"):
            raise Forbidden(_("You may read what is in the folder “{name}”, not change it.", name=name))
        room = _id_of_section(work, record.registry, laid_down.section)
    return Place(laid_down.name, None, room, laid_down.kinds, laid_down.max_mb)


def _in_field(work: Work, record: Record, key: str) -> Place:
    each = work.catalog.registries[record.registry].field(key)
    if each is None or each.type != "file" or not sees_field(work, record.registry, record.id, key, "read"):
        raise Invalid({"field": [_("There is no field “{name}” for files.", name=key[:60])]})
    if not sees_field(work, record.registry, record.id, key, "edit"):
        raise Forbidden(_("You may not change “{field}” of this record.", field=each.name))
    return Place(None, key, each.id)


def _id_of_section(work: Work, registry: str, key: str) -> int | None:
    found = work.catalog.registries[registry].section(key)
    return found.id if found is not None else None


def move_with_folder(work: Work, registry: str, attachment: int) -> None:
    """This function will let a file follow its folder into the section that this belongs to.

    :raises Forbidden: when the actor may not change what lies there.
    """
    found = fetch(work, registry, attachment)
    if found.values.get("field") or found.on is None:
        return
    bearer = fetch(work, found.on.registry, found.on.id)
    place = place_of_file(work, bearer, found.values.get("folder"), None)
    note_record(work, registry, attachment, {"folder": place.folder}, room=place.room)
    try:
        reachable = "edit" in fetch(work, registry, attachment).may
    except NotFound:
        reachable = False
    if not reachable:
        raise Forbidden(_("You may not add anything here."))


def follow_folders(work: Work, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    """This function will move files into the sections that their folders belong to, after these have changed."""
    old, new = (
        {
            (each["registry"], folded(each["name"])): each.get("section") or ""
            for each in said.get("folders") or ()
        }
        for said in (before, after)
    )
    for registry in sorted({key for key, _name in old.keys() | new.keys()}):
        changed = {name for key, name in old.keys() | new.keys()
                   if key == registry and old.get((key, name), "") != new.get((key, name), "")}  # fmt: skip
        if changed and registry in work.catalog.registries:
            _move(work, registry, new)


def _move(work: Work, registry: str, sections: Mapping[tuple[str, str], str]) -> None:
    def room(folder: str) -> int | None:
        return _id_of_section(work, registry, sections.get((registry, folded(folder)), ""))

    move_to_rooms(work, "_attachments", registry, "folder", room, unless="field")


def bearer_with_tab(work: Work, registry: str, record: int, *, changes: bool) -> Record:
    """This function will fetch a record whose attachments the actor sees, or may add to.

    :raises NotFound: when he does not see the tab. :raises Forbidden: when he may only read it.
    """
    found = fetch(work, registry, record)
    level = found.tabs.get(PLUGIN)
    if level is None:
        raise NotFound(_("There is no record {id}.", id=record))
    if changes and level != "edit":
        raise Forbidden(_("You may not add anything here."))
    return found


def on(record: Record, place: Place) -> Bearer:
    """This function will name the place of a new file on a record."""
    return Bearer(record.registry, record.id, record.title, place.room)


__all__ = ["Folder", "Place", "bearer_with_tab", "folders_of", "move_with_folder", "on", "place_of_file",
           "read_folder", "seen_folders"]  # fmt: skip
