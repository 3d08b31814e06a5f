"""What the comboboxes offer: records of a registry and people, found by typing."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import jsonify, request
from werkzeug.wrappers import Response

from kartoteka.platform.front import begin
from kartoteka.platform.services import people, records
from kartoteka.platform.web.fields import LinkView
from kartoteka.platform.web.pages import page

OFFERED = 20


@dataclass(frozen=True)
class PlaceView:
    """A record of whichever registry: its registry and id in one, and its title."""

    id: str
    title: str


@dataclass(frozen=True)
class Picker:
    """A combobox of the question, in the shape that fields/combo.html draws."""

    label: str
    pick_url: str
    input_id: str
    input_name: str
    links: Sequence[LinkView | PlaceView] = ()
    many: bool = False
    errors: Sequence[str] = ()
    # What stands in the empty field, where no label does.
    hint: str = ""


@page("/r/<registry>/pick")
def pick(registry: str) -> Response:
    """Records to choose from."""
    with begin() as work:
        found = records.picker(work, registry, request.args.get("q", ""), limit=OFFERED)
        return jsonify(items=[{"id": each.id, "title": each.title} for each in found])


@page("/people/pick")
def pick_people() -> Response:
    """People to choose from."""
    with begin() as work:
        found = people.picker(work, request.args.get("q", ""), limit=OFFERED)
        return jsonify(items=[{"id": each.id, "title": each.title} for each in found])
