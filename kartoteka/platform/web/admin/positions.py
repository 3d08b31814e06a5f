"""The place of a field among those of its section, as it is asked for in its dialog: what it comes after."""

from collections.abc import Sequence
from dataclasses import dataclass

from kartoteka.platform.catalog.definitions import Field, Registry, label
from kartoteka.platform.kernel.texts import _


@dataclass(frozen=True)
class Positions:
    """Where a field may stand in a section: after which field, nothing being the beginning."""

    offered: Sequence[tuple[str, str]]
    chosen: str


def positions_in(
    registry: Registry, section: str, key: str, language: str, chosen: str | None = None
) -> Positions:
    """This function will offer the places of a section to a field; where it is now, or else the end, is chosen."""
    others = [each for each in registry.fields if each.section == section and each.active and each.key != key]
    offered = [
        ("", _("At the beginning")),
        *((each.key, _("After “{name}”", name=label(each, language))) for each in others),
    ]
    if chosen is None or chosen not in dict(offered):
        chosen = before_it(registry, section, key)
    return Positions(offered, chosen)


def before_it(registry: Registry, section: str, key: str) -> str:
    """This function will name the field that one stands after, or would when put at the end of a section."""
    mine = [
        each.key for each in registry.fields if each.section == section and (each.active or each.key == key)
    ]
    at = mine.index(key) if key in mine else len(mine)
    return mine[at - 1] if at else ""


def position_after(registry: Registry, section: str, old: Field | None, after: str) -> int | None:
    """This function will give the position that was asked for; None where the field may stay, or goes to the end."""
    key = old.key if old else ""
    keys = [each.key for each in registry.fields if each.section == section and each.key != key]
    if (old is None or old.section == section) and after == before_it(registry, section, key):
        return None
    return 0 if not after else keys.index(after) + 1 if after in keys else None
