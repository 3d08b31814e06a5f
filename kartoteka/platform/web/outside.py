"""Where people from outside come in and stay: the addresses of the portal, as far as the pages of staff lead there."""

from flask import request, url_for

from kartoteka.platform.web.addresses import inner

# The one prefix under which guests have pages of their own; the contract has it.
GUESTS = "/portal"


def asked_for() -> bool:
    """This function will tell whether a request is one for the pages of guests."""
    return within(request.path)


def within(address: str) -> bool:
    """This function will tell whether an address lies among the pages of guests."""
    return address == GUESTS or address.startswith((f"{GUESTS}/", f"{GUESTS}?"))


def home() -> str:
    """This function will give the first page of guests."""
    return f"{request.script_root}{GUESTS}"


def door(then: str | None) -> str:
    """This function will give the sign-in page that leads on to an address: that of guests, or that of staff."""
    if asked_for():
        return f"{home()}/sign-in" if then in (None, GUESTS) else url_for("portal.sign_in", next=then)
    return url_for("web.sign_in", next=then)


def onward(then: str, *, guest: bool) -> str:
    """This function will give where somebody goes who has come in: nobody is led to the other side."""
    wanted = inner(then)
    if guest:
        return wanted if within(wanted) else home()
    return "/" if within(wanted) else wanted
