"""What the comboboxes offer: records of a registry and people, found by typing."""

from flask import jsonify, request
from werkzeug.wrappers import Response

from kartoteka.platform.front import begin
from kartoteka.platform.services import people, records
from kartoteka.platform.web.pages import page

OFFERED = 20


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
