"""How refusals and failures are told: one status for each error, problems for the API, pages for people."""

import logging
import secrets
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from flask import Flask, Response, current_app, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError  # type: ignore[import-untyped]
from markupsafe import escape
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from kartoteka.platform.front.calling import in_api, refused
from kartoteka.platform.kernel.errors import (
    Conflict,
    Forbidden,
    Invalid,
    KartotekaError,
    Misconfigured,
    NotFound,
    StaleVersion,
    TooLarge,
    TooMany,
    Unauthenticated,
    Unavailable,
)
from kartoteka.platform.kernel.tables import canonical_json
from kartoteka.platform.kernel.texts import N_, _

_STATUS: Mapping[type[KartotekaError], int] = {
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    StaleVersion: 412,
    TooLarge: 413,
    Invalid: 422,
    TooMany: 429,
    Unavailable: 503,
    Misconfigured: 500,
}
_SENTENCES = {
    400: N_("The request could not be understood."),
    404: N_("There is nothing at this address."),
    405: N_("This address does not know this method."),
    413: N_("This is larger than what is taken at once."),
    415: N_("This type of content is not taken here."),
}
# The database is out of reach, too busy, or ended a deadlock at our cost; another try may well succeed.
_BUSY = (OperationalError, PoolTimeout)
_PAGES = "kartoteka.failure_pages"
log = logging.getLogger("kartoteka.front")


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong, in words for people; `reference` finds an unforeseen failure in the log."""

    status: int
    detail: str
    errors: Mapping[str, list[str]] = field(default_factory=dict)
    reference: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The standard phrase of the status."""
        return HTTPStatus(self.status).phrase


Show = Callable[[Failure], ResponseReturnValue]


def status_of(error: Exception) -> int:
    """This function will give the status of an error: that of its class, the HTTP error's own, or 500."""
    if isinstance(error, HTTPException):
        return error.code or 500
    if isinstance(error, _BUSY):
        return 503
    return next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), 500)


def failure_of(error: Exception) -> Failure:
    """This function will put an error into words; of what was not foreseen only a number goes out."""
    status = status_of(error)
    if isinstance(error, HTTPException) and status < 500:
        kept = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}
        return Failure(status, _sentence(error, status), headers=kept)
    if isinstance(error, KartotekaError) and status < 500:
        return Failure(status, error.message, error.errors)
    if isinstance(error, Unavailable):
        log.warning("%s %s: %s", request.method, request.endpoint, _trace(error))
        return Failure(status, error.message, error.errors, headers={"Retry-After": "30"})
    reference = secrets.token_hex(4)
    log.error("%s %s %s failed\n%s", reference, request.method, request.endpoint, _trace(error))
    if status == 503:
        detail = _("The database does not answer; nothing was changed. Please try again in a moment.")
        return Failure(503, detail, reference=reference, headers={"Retry-After": "5"})
    sentence = N_("Something went wrong here and nothing was changed. The log has it as number {reference}.")
    detail = _(sentence, reference=reference)
    return Failure(500 if status < 500 else status, detail, reference=reference)


def _sentence(error: HTTPException, status: int) -> str:
    if isinstance(error, CSRFError):
        return _("This form has expired; load the page again and repeat what you did.")
    said = error.description
    if said is not None and said != type(error).description:
        return said
    return _(_SENTENCES[status]) if status in _SENTENCES else str(said or "")


def _trace(error: BaseException | None) -> str:
    """Where an error came from, without its message: that may hold what nobody but the user should read."""
    parts = []
    while error is not None:
        parts.append(
            "".join(traceback.format_tb(error.__traceback__))
            + f"{type(error).__module__}.{type(error).__qualname__}\n"
        )
        error = error.__cause__ or error.__context__
    return "caused by\n".join(parts)


def problem(failure: Failure) -> Response:
    """This function will tell a failure as a problem document (RFC 9457)."""
    document: dict[str, object] = {
        "type": "about:blank",
        "title": failure.title,
        "status": failure.status,
        "detail": failure.detail,
    }
    if failure.errors:
        document["errors"] = failure.errors
    if failure.reference:
        document["instance"] = f"urn:kartoteka:failure:{failure.reference}"
    response = Response(canonical_json(document), failure.status, content_type="application/problem+json")
    response.headers.update(failure.headers)
    if failure.status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="Kartoteka"'
    return response


def failure_pages(app: Flask, show: Show) -> None:
    """This function will let the web show failures as its own pages."""
    app.extensions[_PAGES] = show


def _plain_page(failure: Failure) -> ResponseReturnValue:
    page = f"<!doctype html><title>{failure.title}</title><p>{escape(failure.detail)}</p>"
    return Response(page, failure.status)


def _answer(error: Exception) -> ResponseReturnValue:
    if isinstance(error, HTTPException) and (error.code or 500) < 400:
        return error.get_response()
    failure = failure_of(error)
    refused()
    if in_api():
        return problem(failure)
    show: Show = current_app.extensions[_PAGES]
    return show(failure)


def install(app: Flask) -> None:
    """This function will have every error of an application told this way."""
    app.extensions.setdefault(_PAGES, _plain_page)
    for kind in (KartotekaError, HTTPException, Exception):
        app.register_error_handler(kind, _answer)
