"""Activities over REST."""

from flask import Response
from marshmallow import fields as f

from kartoteka.platform.sdk import (
    Attached,
    AttachedResource,
    ListQuery,
    Shape,
    Verbs,
    begin,
    page_of,
    query_of,
    signed_in,
)
from kartoteka.plugins.activities.design import KEY
from kartoteka.plugins.activities.verbs import log


class Activity(Attached):
    """What happened with a record."""

    kind = f.Str(
        metadata={"description": "The key of a kind: meeting, call, … as the firm has designed them."}
    )
    at = f.Str(metadata={"format": "date-time"})
    text = f.Str()
    who = f.Raw(allow_none=True, metadata={"description": "People of the firm: ids in, {id, title} out."})
    result = f.Str(allow_none=True)
    next_step = f.Str(allow_none=True)
    message_id = f.Str(
        allow_none=True, metadata={"description": "Of a letter that came by mail: its Message-ID."}
    )


activities = AttachedResource(
    "activities",
    "What happened with records.",
    Shape(KEY, kind="kind"),
    document=Activity,
    done=Verbs(create=log),
)


@activities.verb("GET", "/activities", signed_in, query=ListQuery, gives=page_of(Activity))
def list_activities(query: dict[str, str]) -> Response:
    """This function will list activities on all records that the caller sees."""
    with begin() as work:
        return activities.page(work, query_of(query))


__all__ = ["activities"]
