"""What a firm looks like to everybody, also at the door: its colour as a style sheet, its logo and pictures."""

import re

from flask import Response

from kartoteka.platform import front
from kartoteka.platform.front import begin, public
from kartoteka.platform.kernel.errors import NotFound
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services import organisation, pictures
from kartoteka.platform.services.colours import Shades, shades
from kartoteka.platform.services.pictures import Picture
from kartoteka.platform.web.pages import page

A_YEAR = 365 * 24 * 3600


@page("/identity/<colour>.css", right=public)
def accent_sheet(colour: str) -> Response:
    """The style sheet of a colour; the same for everybody, and for ever."""
    if not re.fullmatch(r"[0-9a-f]{6}", colour):
        raise _nothing()
    return _lasting(sheet_of(shades(f"#{colour}")), "text/css; charset=utf-8")


@page("/identity/<hashed>", right=public)
def identity_picture(hashed: str) -> Response:
    """The logo or the picture at the door, as long as the firm uses it; no other picture gets out here."""
    with front.office().session() as session:
        settled = organisation.stored(session)
        if hashed not in (settled.logo, settled.sign_in_picture) or not hashed:
            raise _nothing()
        return _shown(pictures.picture(session, hashed), "public")


@page("/pictures/<hashed>")
def kept_picture(hashed: str) -> Response:
    """A picture of a tile, for whoever is signed in and was told its address."""
    with begin() as work:
        return _shown(pictures.picture(work.session, hashed), "private")


def sheet_of(found: Shades) -> str:
    """This function will write the style sheet of a colour."""
    pairs = {
        "accent": (found.light, found.dark),
        "accent-strong": (found.light_strong, found.dark_strong),
        "accent-soft": (found.light_soft, found.dark_soft),
    }
    lines = [f"--{name}: light-dark({light}, {dark});" for name, (light, dark) in pairs.items()]
    ring = f"--ring: 0 0 0 3px light-dark({found.light}33, {found.dark}40);"
    return ":root { " + " ".join([*lines, ring]) + " }\n"


def _shown(found: Picture, whose: str) -> Response:
    answer = _lasting(found.content, found.kind, whose)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def _lasting(content: str | bytes, kind: str, whose: str = "public") -> Response:
    answer = Response(content, content_type=kind)
    answer.headers["Cache-Control"] = f"{whose}, max-age={A_YEAR}, immutable"
    return answer


def _nothing() -> NotFound:
    return NotFound(_("There is nothing at this address."))
