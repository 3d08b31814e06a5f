"""Totals of what a guest sees: the sums of the amounts in a list, over all that was asked for, not its page alone."""

from dataclasses import replace

from kartoteka.platform.sdk import KartotekaError, Query, label, summary
from kartoteka.plugins.portal.visitors import Shown, Visit

SUMMED = ("money", "decimal", "integer")
MOST_SUMMED = 3


def totals(visit: Visit, shown: Shown, query: Query) -> list[tuple[str, str]]:
    """This function will add up the amounts among the columns of a list: each with its name, as text."""
    opened = visit.work.open(shown.key)
    found: list[tuple[str, str]] = []
    for key in shown.page.columns:
        each = opened.seen.field(key)
        if each is None or each.type not in SUMMED or len(found) == MOST_SUMMED:
            continue
        whole = replace(query, sort="", fields=None, cursor=None)
        try:
            value = summary(visit.work, shown.key, measure=f"sum:{key}", query=whole)[0].value
        except KartotekaError:
            continue
        if value is not None:
            kind = opened.kind(each)
            text = kind.type.text(value, kind.options, visit.work.actor.locale)
            found.append((label(each, visit.language), text))
    return found


__all__ = ["totals"]
