"""Answers that are no page: going elsewhere, and closing what was open."""

from flask import Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse


def by_script() -> bool:
    """This function will tell whether a part of a page asks, not the browser for a whole one."""
    return request.headers.get("HX-Request") == "true"


def go(address: str) -> AnyResponse:
    """This function will send the browser to another page, whoever asked."""
    if by_script():
        return Response(status=204, headers={"HX-Redirect": address})
    return redirect(address, 303)
