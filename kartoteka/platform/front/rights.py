"""The right that a view declares; a view that declares none does not start."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from flask import Flask, current_app, request

from kartoteka.platform.catalog.definitions import POWERS
from kartoteka.platform.kernel.errors import Misconfigured

View = TypeVar("View", bound=Callable[..., Any])
_MARK = "__kartoteka_right__"


@dataclass(frozen=True, slots=True)
class Right:
    """Who may use a view: everybody, everybody signed in, or holders of any of some powers."""

    open: bool = False
    powers: tuple[str, ...] = ()
    # Also for somebody who still owes the second factor that the firm asks for.
    arriving: bool = False
    # Somebody's own account: not even an admin who looks with his eyes comes here.
    own: bool = False
    # Also for guests, people from outside; what is not marked so is not there for them.
    guests: bool = False


def public(view: View) -> View:
    """This function will let everybody use a view, also those who are not signed in."""
    setattr(view, _MARK, Right(open=True))
    return view


def signed_in(view: View) -> View:
    """This function will let everybody who is signed in use a view; the verbs decide what he gets."""
    setattr(view, _MARK, Right())
    return view


def door(view: View) -> View:
    """This function will let everybody use a view that leads in or out."""
    setattr(view, _MARK, Right(open=True, arriving=True, guests=True))
    return view


def arriving(view: View) -> View:
    """This function will let those use a view who are signed in, or nearly: they still owe a second factor."""
    setattr(view, _MARK, Right(arriving=True, guests=True))
    return view


def own(view: View) -> View:
    """This function will let everybody who is signed in use a view of his own account, and nobody in his guise."""
    declared = right_of(view)
    setattr(view, _MARK, replace(declared, own=True) if declared else Right(own=True))
    return view


def guests(view: View) -> View:
    """This function will let guests, people from outside, use a view too; all others are not there for them."""
    declared = right_of(view)
    setattr(view, _MARK, replace(declared, guests=True) if declared else Right(guests=True))
    return view


def needs(*powers: str) -> Callable[[View], View]:
    """This function will let those use a view who hold any of the powers."""
    unknown = set(powers) - set(POWERS)
    if unknown or not powers:
        raise Misconfigured(
            f"A view needs powers among {', '.join(POWERS)}, not {', '.join(sorted(unknown))}."
        )

    def mark(view: View) -> View:
        setattr(view, _MARK, Right(powers=powers))
        return view

    return mark


def right_of(view: Callable[..., Any] | None) -> Right | None:
    """This function will give the right that a view declares, None when it declares none."""
    found = getattr(view, _MARK, None)
    return found if isinstance(found, Right) else None


def right_of_request() -> Right | None:
    """This function will give the right of the view that is to answer, None when there is none."""
    return right_of(current_app.view_functions.get(request.endpoint)) if request.endpoint else None


def check_declared(app: Flask) -> None:
    """This function will refuse an application with a route that declares no right.

    :raises Misconfigured: naming the routes.
    """
    rules = (rule for rule in app.url_map.iter_rules() if right_of(app.view_functions[rule.endpoint]) is None)
    bare = sorted({f"{rule.rule} ({rule.endpoint})" for rule in rules})
    if bare:
        raise Misconfigured(
            f"These routes declare no right: {', '.join(bare)}. Use @public, @signed_in or @needs."
        )
