"""What a list shows, as it stands in its address: filter, words, order, columns and category."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from flask import url_for
from werkzeug.datastructures import MultiDict

from kartoteka.platform.kernel.errors import Invalid
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services.records import Query

PAGE = 50
MAX_FILTER = 20_000
Node = Mapping[str, Any]


@dataclass(frozen=True)
class State:
    """One list in one state; `nodes` are the conditions that must all hold."""

    registry: str
    nodes: tuple[Node, ...] = ()
    q: str = ""
    sort: str = ""
    columns: tuple[str, ...] = ()
    category: str = ""

    @property
    def url(self) -> str:
        """The address of the list in this state."""
        return self.at("web.registry")

    @property
    def narrowed(self) -> bool:
        """Whether some records may be left out."""
        return bool(self.nodes or self.q or self.category)

    @property
    def condition(self) -> Node | None:
        """The whole filter, the category among it."""
        nodes = list(self.nodes)
        if self.category:
            nodes.append({"field": "category", "op": "eq", "value": self.category})
        return None if not nodes else nodes[0] if len(nodes) == 1 else {"and": nodes}

    def but(self, **changes: Any) -> "State":
        """This function will give the same state with something changed."""
        return replace(self, **changes)

    def without(self, place: int) -> "State":
        """This function will leave out one condition."""
        return self.but(nodes=self.nodes[:place] + self.nodes[place + 1 :])

    def pairs(self, *left_out: str) -> list[tuple[str, str]]:
        """This function will list the state as names and values of an address or a form."""
        filter_text = (
            json.dumps({"and": list(self.nodes)}, ensure_ascii=False, separators=(",", ":"))
            if self.nodes
            else ""
        )
        every = {
            "q": self.q,
            "category": self.category,
            "filter": filter_text,
            "sort": self.sort,
            "columns": ",".join(self.columns),
        }
        return [(name, value) for name, value in every.items() if value and name not in left_out]

    def at(self, endpoint: str, **more: Any) -> str:
        """This function will give the address of a page that takes this state."""
        extra = [(name, str(value)) for name, value in more.items() if value is not None]
        text = urlencode([*self.pairs(), *extra])
        return url_for(endpoint, registry=self.registry) + (f"?{text}" if text else "")

    def query(
        self,
        *,
        fields: Sequence[str] | None = None,
        cursor: str | None = None,
        size: int = PAGE,
        removed: bool = False,
    ) -> Query:
        """This function will make the query of the verbs."""
        chosen = None if fields is None else tuple(fields)
        return Query(self.condition, self.q, self.sort or "title", chosen, size, cursor, removed=removed)


def state_of(registry: str, given: MultiDict[str, str]) -> State:
    """This function will read a state out of an address or a form.

    :raises Invalid: when the filter is no filter.
    """
    columns = [part.strip() for value in given.getlist("columns") for part in value.split(",")]
    return State(
        registry, _nodes(given.get("filter", "")), given.get("q", "").strip(), given.get("sort", ""),
        tuple(dict.fromkeys(filter(None, columns))), given.get("category", ""),
    )  # fmt: skip


def _nodes(text: str) -> tuple[Node, ...]:
    if not text:
        return ()
    try:
        document = json.loads(text) if len(text) <= MAX_FILTER else None
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise Invalid({"filter": [_("The filter in this address cannot be read.")]})
    inner = document.get("and")
    nodes = inner if isinstance(inner, list) and len(document) == 1 else [document]
    if not all(isinstance(node, dict) for node in nodes):
        raise Invalid({"filter": [_("The filter in this address cannot be read.")]})
    return tuple(nodes)
