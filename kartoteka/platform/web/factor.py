"""The second factor in the browser: the code at the door, setting it up with a picture, recovery codes."""

from collections.abc import Callable
from datetime import UTC, datetime

import segno
from flask import request, session, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from kartoteka.platform import front
from kartoteka.platform.front import arriving, as_guest, begin, door
from kartoteka.platform.kernel.errors import Conflict, Invalid, TooMany, Unauthenticated
from kartoteka.platform.kernel.texts import _, plural
from kartoteka.platform.services import second_factor as factors
from kartoteka.platform.services import signing
from kartoteka.platform.services.second_factor import Setup
from kartoteka.platform.services.signing import HalfIn
from kartoteka.platform.services.work import Work
from kartoteka.platform.web import outside
from kartoteka.platform.web.addresses import inner
from kartoteka.platform.web.answers import go
from kartoteka.platform.web.entrance import HALF_IN, arrive, sign_in_page
from kartoteka.platform.web.pages import page
from kartoteka.platform.web.shell import render_outside, tell


@page("/sign-in/code", right=door)
def sign_in_code() -> ResponseReturnValue:
    """The form of the code, for whoever has shown his password just now."""
    return _code_page() if _half_in() else go(url_for("web.sign_in"))


@page("/sign-in/code", "POST", right=door)
def enter_with_code() -> ResponseReturnValue:
    """In, with a right code; the form again with a wrong one."""
    half = _half_in()
    if half is None:
        return go(url_for("web.sign_in"))
    then = inner(session.get("next"))
    try:
        found = signing.finish_sign_in(front.office(), half, request.form.get("code", ""), _remote())
    except Invalid as wrong:
        return _code_page(wrong.errors["code"][0]), 422
    except TooMany as wrong:
        return _code_page(wrong.message), 429
    except Unauthenticated as refusal:
        session.pop(HALF_IN, None)
        return sign_in_page(refusal=refusal.message), 401
    guest = arrive(found)
    if not guest:
        _tell_of_codes()
    return go(outside.onward(then, guest=guest))


@page("/second-factor", right=arriving)
def second_factor() -> ResponseReturnValue:
    """The picture for the authenticator, its letters, and the field for the first code."""
    try:
        with begin(write=True) as work:
            return _setup_page(work, factors.set_up(work))
    except Conflict:
        # It is on already.
        return go(_settings(guest=as_guest()))


@page("/second-factor", "POST", right=arriving)
def confirm_second_factor() -> ResponseReturnValue:
    """The second factor in force, with the recovery codes, shown this once."""
    try:
        with begin(write=True) as work:
            return _codes_page(work, factors.confirm(work, request.form.get("code", "")))
    except Invalid as wrong:
        with begin(write=True) as work:
            return _setup_page(work, factors.set_up(work), wrong.errors["code"][0]), 422


@page("/settings/second-factor/<any(codes, move, off):deed>", "POST")
def change_second_factor(deed: str) -> ResponseReturnValue:
    """New recovery codes, another device, or none any more: each takes a code."""
    deeds: dict[str, Callable[[Work, str], ResponseReturnValue]] = {
        "codes": lambda work, code: _codes_page(work, factors.renew_codes(work, code)),
        "move": _move,
        "off": _switch_off,
    }
    try:
        with begin() as work:
            user_id = work.actor.user_id
        factors.count_try(front.office(), user_id, _remote())
        with begin(write=True) as work:
            answer = deeds[deed](work, request.form.get("code", ""))
    except (Invalid, Conflict, TooMany) as error:
        sentence = next((each[0] for each in error.errors.values()), error.message)
        tell(sentence, tone="bad")
        return go(url_for("web.settings", _anchor="second-factor"))
    factors.forgive_try(front.office(), user_id, _remote())
    return answer


def _move(work: Work, code: str) -> ResponseReturnValue:
    factors.begin_again(work, code)
    return go(url_for("web.second_factor"))


def _switch_off(work: Work, code: str) -> ResponseReturnValue:
    factors.switch_off(work, code)
    tell(_("Your second factor is switched off."))
    return go(url_for("web.settings", _anchor="second-factor"))


def _settings(*, guest: bool) -> str:
    """Where somebody has his own settings; guests have theirs among their own pages."""
    return outside.home() if guest else url_for("web.settings", _anchor="second-factor")


def _half_in() -> HalfIn | None:
    kept = session.get(HALF_IN)
    if not (isinstance(kept, list) and len(kept) == 3):
        return None
    user_id, epoch, since = kept
    return HalfIn(int(user_id), str(epoch), datetime.fromtimestamp(float(since), UTC))


def _remote() -> str:
    return request.remote_addr or ""


def _tell_of_codes() -> None:
    """Whoever runs out of recovery codes should learn it before he needs one."""
    with begin() as work:
        found = factors.standing(work)
        if found.on and found.codes_left < 3:
            tell(
                plural(
                    "You have {n} recovery code left; make new ones in your settings.",
                    "You have {n} recovery codes left; make new ones in your settings.",
                    found.codes_left,
                )
            )


def _code_page(refusal: str = "") -> str:
    return render_outside("entrance/code.html", refusal=refusal)


def _setup_page(work: Work, setup: Setup, wrong: str = "") -> str:
    drawn = segno.make(setup.address, error="m", micro=False).svg_inline(
        border=3, dark="#000", light="#fff", omitsize=True, svgclass="qr", lineclass=None, title=_("QR code")
    )
    parts = " ".join(setup.secret[at : at + 4] for at in range(0, len(setup.secret), 4))
    return render_outside(
        "entrance/factor_setup.html",
        picture=Markup(drawn),  # noqa: S704  drawn by ourselves out of figures
        secret=parts,
        wrong=wrong,
        unfinished=work.actor.unfinished,
        back_url=_settings(guest=work.actor.is_guest),
    )


def _codes_page(work: Work, codes: list[str]) -> str:
    return render_outside("entrance/recovery_codes.html", codes=codes, email=work.actor.email)
