"""The route of the global search."""

from flask import Response

from kartoteka.platform.front import begin, signed_in
from kartoteka.platform.rest import reading, schemas
from kartoteka.platform.rest.answers import listing
from kartoteka.platform.rest.resource import Resource
from kartoteka.platform.services import search
from kartoteka.platform.services.search import Hit

searching = Resource("search", "One question to all registries.")


@searching.verb("GET", "/search", signed_in, query=schemas.SearchQuery, gives=schemas.page_of(schemas.Hit))
def find(query: dict[str, str]) -> Response:
    """This function will find records by words, best first."""
    limit = reading.whole(query, "limit", 20)
    with begin() as work:
        return listing(
            _hit(each)
            for each in search.search(work, query.get("q", ""), query.get("registry") or None, limit)
        )


def _hit(each: Hit) -> dict[str, object]:
    snippet = "".join(text for text, _matches in each.snippet)
    matches = [text for text, matching in each.snippet if matching]
    return {"registry": each.registry, "id": each.id, "title": each.title, "section": each.section, "snippet": snippet,
            "matches": matches}  # fmt: skip
