"""What web and REST share, and the lowest place that knows Flask: who asks, with what right, how errors look.

A view declares its right (`@public`, `@signed_in`, `@needs("design")`) and does its work in
`with begin() as work:`, where the right is checked. The web says with `failure_pages(app, show)` how a
`Failure` looks as a page; `/api/` answers with problem documents.
"""

from kartoteka.platform.front.calling import (
    Caller,
    Session,
    Token,
    Unfinished,
    active_plugins,
    as_guest,
    begin,
    caller,
    guise,
    in_api,
    need_plugin,
    office,
    person,
    put_on,
    refused,
    sign_in,
    sign_out,
    speak,
)
from kartoteka.platform.front.failing import Failure, failure_pages, status_of
from kartoteka.platform.front.rights import arriving, door, guests, needs, own, public, signed_in

__all__ = [
    "Caller", "Failure", "Session", "Token", "Unfinished", "active_plugins", "arriving", "as_guest", "begin",
    "caller", "door",
    "failure_pages", "guests", "guise", "in_api", "need_plugin", "needs", "office", "own", "person", "public",
    "put_on", "refused", "sign_in", "sign_out", "signed_in",
    "speak", "status_of",
]  # fmt: skip
