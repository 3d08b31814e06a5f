"""Routes of the firm itself: its name, colour, words and pictures."""

import base64
import binascii
from typing import Any

from flask import Response

from kartoteka.platform.front import begin, needs, signed_in
from kartoteka.platform.kernel.errors import Invalid
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.rest import schemas
from kartoteka.platform.rest.answers import answer, whole
from kartoteka.platform.rest.resource import Resource
from kartoteka.platform.services import organisation as firm
from kartoteka.platform.services import pictures
from kartoteka.platform.services.organisation import PICTURES
from kartoteka.platform.services.work import Work

organisation = Resource("organisation", "The firm itself: its name, colour, words and pictures.")


@organisation.verb("GET", "/organisation", signed_in, gives=schemas.Organisation)
def get_organisation() -> Response:
    """This function will give what the firm has settled about itself."""
    with begin() as work:
        return answer(whole(firm.organisation(work)))


@organisation.verb(
    "PATCH", "/organisation", needs("design"), body=schemas.Organisation, gives=schemas.Organisation
)
def change_organisation(body: dict[str, Any]) -> Response:
    """This function will change what is named; a picture comes as base64, or empty to take it away."""
    with begin(write=True) as work:
        uploaded = {name: _kept(work, name, body[name]) for name in PICTURES if body.get(name)}
        return answer(whole(firm.change_organisation(work, {**body, **uploaded})))


def _kept(work: Work, name: str, raw: Any) -> str:
    """The hash of a picture that is there already may stand in its place."""
    if not isinstance(raw, str):
        raise Invalid({name: [_("This must be a text.")]})
    if len(raw) == 64:
        return raw
    try:
        content = base64.b64decode(raw.encode("ascii"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Invalid({name: [_("A picture is sent as base64.")]}) from error
    try:
        return pictures.keep(work, content, "logo" if name == "logo" else "picture")
    except Invalid as error:
        raise Invalid({name: error.errors["file"]}) from error
