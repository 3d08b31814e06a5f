"""The doors: signing in and out, a forgotten password, an invitation."""

from flask import request, session, url_for
from werkzeug.wrappers import Response

from kartoteka.platform import front
from kartoteka.platform.front import public
from kartoteka.platform.kernel.texts import LANGUAGES
from kartoteka.platform.services import people
from kartoteka.platform.web.addresses import inner
from kartoteka.platform.web.answers import go
from kartoteka.platform.web.pages import page
from kartoteka.platform.web.shell import render_outside


def sign_in_page(*, email: str = "", refusal: str = "") -> str:
    """This function will show the sign-in form."""
    return render_outside("entrance/sign_in.html", email=email, refusal=refusal, next=inner(request.values.get("next")))


@page("/sign-in", right=public)
def sign_in() -> str | Response:
    """The sign-in form."""
    return go(inner(request.args.get("next"))) if front.caller() is not None else sign_in_page()


@page("/sign-out", "POST", right=public)
def sign_out() -> Response:
    """Out."""
    front.sign_out()
    return go(url_for("web.home"))


@page("/forgotten", right=public)
def forgotten() -> str:
    """The form for somebody who has forgotten his password."""
    return render_outside("entrance/forgotten.html", sent=False)


@page("/language/<language>", right=public)
def speak(language: str) -> Response:
    """The language of the pages outside."""
    if language in LANGUAGES:
        session["language"] = language
    return go(inner(request.args.get("next")))
