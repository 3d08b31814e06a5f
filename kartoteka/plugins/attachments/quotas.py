"""How much space files may take: all of them together, and what one person keeps, by his roles."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from kartoteka.platform.sdk import TooLarge, Work, _, settings_of
from kartoteka.plugins.attachments.sums import ALL, BY, sum_of
from kartoteka.plugins.attachments.tables import VersionRow

MEGABYTE = 1 << 20


def check_room(work: Work, size: int, sha256: str = "") -> None:
    """This function will refuse what there is no room for; a content that is there already takes none.

    :raises TooLarge: when it is more than the firm, or the actor, may still keep.
    """
    settings = settings_of(work, "attachments")
    total, own = settings.get("total_mb"), quota_of(work, settings)
    if total is not None and used_by_all(work) + _more(work, size, sha256) > int(total) * MEGABYTE:
        raise TooLarge(
            _("All files together may take {n} MB, and there is no room for this one.", n=int(total))
        )
    if own is not None and used_by(work, work.actor.user_id) + size > own * MEGABYTE:
        raise TooLarge(_("Your files may take {n} MB, and there is no room for this one.", n=own))


def _more(work: Work, size: int, sha256: str) -> int:
    there = select(VersionRow.id).where(VersionRow.sha256 == sha256).limit(1)
    return 0 if sha256 and work.session.scalar(there) is not None else size


def quota_of(work: Work, settings: Mapping[str, Any]) -> int | None:
    """This function will tell how many MB the actor may keep; None for as many as he likes.

    Roles add up: the largest quota counts, and a role without one sets no bounds.
    """
    known = {each["role"]: int(each["mb"]) for each in settings.get("quotas", ())}
    given = [known.get(role.key) for role in work.actor.roles]
    bounds = [each for each in given if each is not None]
    return max(bounds) if bounds and len(bounds) == len(given) else None


def used_by_all(work: Work) -> int:
    """This function will tell how many bytes the store holds of files; equal ones count once."""
    return sum_of(work, ALL).size


def used_by(work: Work, person: int) -> int:
    """This function will tell how many bytes somebody has sent that are still there, all versions of them."""
    return sum_of(work, BY, str(person)).size


__all__ = ["check_room", "quota_of", "used_by", "used_by_all"]
