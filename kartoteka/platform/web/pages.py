"""The blueprint of the web interface and the one way to put a page on it."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint

from kartoteka.platform.front import own, signed_in

web = Blueprint("web", __name__)
View = Callable[..., Any]
# What lies here is somebody's own account, whoever adds a page to it.
OWN = ("/settings", "/second-factor")


def page(rule: str, *methods: str, right: Callable[[View], View] = signed_in) -> Callable[[View], View]:
    """This function will make a view a page at `rule`; unless it says otherwise, one must be signed in to come."""

    def declare(view: View) -> View:
        declared = right(view)
        if rule.startswith(OWN):
            own(declared)
        web.add_url_rule(rule, view.__name__, declared, methods=methods or ("GET",))
        return view

    return declare
