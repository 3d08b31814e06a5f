"""Answers to changes made in a dialog or by a button: the part of the page anew, a sentence, the dialog shut."""

import json
from collections.abc import Mapping
from typing import Any

from flask import Response, render_template
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as Answer

from kartoteka.platform.kernel.errors import KartotekaError
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.admin.news import news_of, seen_version


def renewed(template: str, said: str = "", **context: Any) -> Response:
    """This function will put a part of the page in the place of the old one, shut the dialog and say what was done."""
    # Said first: what happens on a button that has gone with its dialog is heard by nobody.
    happenings: dict[str, Any] = {**({"say": {"text": said}} if said else {}), "shut-dialog": {}}
    part = render_template(template, renewing=True, **context)
    return Response(part, headers={"HX-Reswap": "none", "HX-Trigger": json.dumps(happenings)})


def renewed_in_place(work: Work, parts: str, said: str) -> Response:
    """This function will put parts of a record's page in the place of the old ones and say what was done.

    What others have changed since the page was drawn is said too: nobody wonders at what he did not do.
    """
    news = [
        _("Meanwhile, {who}: {what}", who=each.who, what=" ".join(each.steps))
        for each in reversed(news_of(work, seen_version()))
    ]
    text = " ".join([said, *news]).strip()
    happenings: dict[str, Any] = {**({"say": {"text": text}} if text else {}), "shut-dialog": {}}
    return Response(parts, headers={"HX-Reswap": "none", "HX-Trigger": json.dumps(happenings)})


def gone_on(answer: Answer, shown: str) -> Response:
    """This function will show the next dialog with an answer that would have shut the one before."""
    happenings = json.loads(answer.headers["HX-Trigger"])
    happenings.pop("shut-dialog")
    return Response(shown + answer.get_data(as_text=True), headers={"HX-Trigger": json.dumps(happenings)})


def refused(shown: str, refusal: KartotekaError) -> ResponseReturnValue:
    """This function will show a form again, with what was typed and why it was not taken."""
    return shown, 409 if type(refusal).__name__ == "Conflict" else 422


class Refusal:
    """What is wrong with a form: sentences by place, and those that belong to no place of it."""

    def __init__(self, error: KartotekaError | None = None, known: frozenset[str] = frozenset()) -> None:
        self.errors: Mapping[str, list[str]] = error.errors if error else {}
        found = {place: sentences for place, sentences in self.errors.items() if place not in known}
        rest = [sentence for sentences in found.values() for sentence in sentences]
        self.rest = rest or ([] if error is None or self.errors else [error.message])

    def at(self, place: str) -> list[str]:
        """This function will give the sentences about one place of the form."""
        return list(self.errors.get(place, ()))

    @property
    def heading(self) -> str:
        """What stands over a form that was not taken."""
        return _("This could not be saved.") if self.errors or self.rest else ""
