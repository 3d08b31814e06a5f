"""The blueprint of the web interface and the one way to put a page on it."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint

from kartoteka.platform.front import signed_in

web = Blueprint("web", __name__)
View = Callable[..., Any]


def page(rule: str, *methods: str, right: Callable[[View], View] = signed_in) -> Callable[[View], View]:
    """This function will make a view a page at `rule`; unless it says otherwise, one must be signed in to come."""

    def declare(view: View) -> View:
        web.add_url_rule(rule, view.__name__, right(view), methods=methods or ("GET",))
        return view

    return declare
