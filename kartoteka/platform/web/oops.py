"""How failures look: a page in our looks, or a sentence in a toast when only a part of a page was asked for."""

from dataclasses import dataclass
from urllib.parse import quote

from flask import Response, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from kartoteka.platform import front
from kartoteka.platform.front import Failure, Unfinished, begin, caller
from kartoteka.platform.kernel.errors import KartotekaError
from kartoteka.platform.kernel.texts import N_, _
from kartoteka.platform.web import outside
from kartoteka.platform.web.answers import by_script, go
from kartoteka.platform.web.shell import render, render_outside

_TITLES = {
    403: (N_("This is not for you"), "lock"),
    404: (N_("Nothing is here"), "map-pin"),
    409: (N_("This cannot be done now"), "alert-triangle"),
    412: (N_("Somebody was quicker"), "users"),
    413: (N_("This is too large"), "file"),
    422: (N_("This cannot be used"), "alert-triangle"),
    429: (N_("Too many tries"), "clock"),
    400: (N_("This form has gone stale"), "refresh"),
}
_BROKEN = (N_("Something went wrong"), "alert-triangle")


@dataclass(frozen=True)
class Oops:
    """A failure in words for a page."""

    title: str
    detail: str
    icon: str


def finish_first(_error: Unfinished) -> ResponseReturnValue:
    """This function will lead whoever owes a second factor to where he sets it up."""
    front.refused()
    return go(url_for("web.second_factor"))


def show(failure: Failure) -> ResponseReturnValue:
    """This function will show a failure: whoever is not signed in is asked to, others are told what happened."""
    if failure.status == 401:
        return _ask_to_sign_in()
    title, icon = _TITLES.get(failure.status, _BROKEN)
    detail = failure.detail
    if failure.status == 400:
        detail = _(
            "It lay open for too long, or you signed in again meanwhile. Go back, load the page anew and try once more."
        )
    if by_script():
        return Response(
            detail,
            failure.status,
            {**failure.headers, "X-Sentence": quote(detail)},
            content_type="text/plain; charset=utf-8",
        )
    return _page(Oops(_(title), detail, icon)), failure.status, dict(failure.headers)


def _ask_to_sign_in() -> ResponseReturnValue:
    """A part of a page cannot show the sign-in form in its place: the browser is sent there as a whole."""
    if _known():
        # The session has ended elsewhere; a cookie that opens nothing would only lead around in a circle.
        front.sign_out()
    address = request.full_path.rstrip("?") if request.method == "GET" and not by_script() else None
    if by_script():
        back = outside.home() if outside.asked_for() else url_for("web.home")
        return Response(status=401, headers={"HX-Redirect": back})
    return redirect(outside.door(address if address != "/" else None), 303)


def _page(oops: Oops) -> str:
    # A guest is shown one and the same page, whatever there is or is not at the address.
    if not front.as_guest() and ("actor" in g or _known()):
        try:
            with begin() as work:
                if work.actor.seen_by is not None or not work.actor.is_guest:
                    return render(work, "errors/inside.html", oops=oops)
        except KartotekaError:
            pass
    return render_outside("errors/outside.html", oops=oops)


def _known() -> bool:
    try:
        return caller() is not None
    except KartotekaError:
        return False
