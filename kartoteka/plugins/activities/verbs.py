"""What is done with activities."""

from collections.abc import Mapping
from typing import Any

from kartoteka.platform.sdk import Bearer, Record, Work, create
from kartoteka.plugins.activities.design import KEY


def log(
    work: Work,
    registry: str,
    values: Mapping[str, Any],
    *,
    category: str | None = None,
    on: Bearer | None = None,
) -> Record:
    """This function will note down an activity; unless it says otherwise, it has just happened, to the actor."""
    happened = {"who": [work.actor.user_id], **values}
    if happened.get("at") in (None, ""):
        happened["at"] = work.now
    return create(work, registry, happened, category=category or "other", on=on)


__all__ = ["KEY", "log"]
