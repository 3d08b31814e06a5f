"""What the reader asks at every route: a table that must name all of them, with good, bad and prying requests."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.properties.twin_companies import NUMBERS
from tests.properties.twin_dogs import bodies
from tests.properties.twin_files import file_routes
from tests.properties.twin_talks import talk_routes
from tests.properties.twin_things import COMMENTS, MOST, TALKS, TEXT, THINGS
from tests.properties.twin_worlds import COLLEAGUE, PASSWORD, PROBES, READER, Ask, World

API = "/api/v1"
MISSING = 9999
# Not a request: the workers of both worlds do all that waits.
WORK = Ask("WORK", "")
HUGE = 10**17
VISIBLE = (
    "name",
    "code",
    "city",
    "founded",
    "status",
    "tags",
    "note",
    "partner",
    "contacts",
    "owner",
    "number",
    "area",
    "box",
)
MASKED = (
    "turnover",
    "units",
    "since",
    "seen",
    "remark",
    "story",
    "level",
    "marks",
    "adviser",
    "keeper",
    "ok",
    "ico",
    "margin",
)
HIDDEN = tuple(f"h_{name}_{side}" for name in ("text", "number", "link", "self", "part") for side in "ab")
ABSENT = (
    "nothing",
    "_title",
    "_v_name",
    "created_by.email",
    "h_link_a.name",
    "h_link_b.alias",
    "box.item",
    "partner.nothing",
)
PATHS = (
    "partner.name",
    "partner.alias",
    "partner.pay",
    "contacts.group",
    "contacts.alias",
    "adviser.name",
    "adviser.pay",
    "partner.firm.turnover",
)
SYSTEM = ("id", "title", "category", "created_at", "created_by", "updated_at", "updated_by")
ALL_NAMES = (*VISIBLE, *MASKED, *HIDDEN, *ABSENT, *PATHS, *SYSTEM)
REGISTRIES = ("firms", "persons", "vault_a", "vault_b", "nothing")
WORDS = (
    *PROBES.values(),
    "quok",
    "quokkb",
    "wombta",
    "poznamka",
    "quokka wombat",
    "remark",
    "story",
    "alias",
    "dlouhy",
    "osoba",
    "dav",
    "",
)
VALUES: Mapping[str, tuple[Any, ...]] = {
    "units": (105, 4),
    "turnover": ("500", "2000.10"),
    "since": ("2020-06-01",),
    "seen": ("2025-12-01T00:00:00Z",),
    "founded": ("2013-01-01",),
    "level": ("high",),
    "status": ("won",),
    "marks": (["q"],),
    "tags": (["y"],),
    "ok": (True, False),
    "ico": NUMBERS[:3],
    "adviser": (3, 1),
    "partner": (3, 1, 5),
    "contacts": (3, 5),
    "box": (1,),
    "owner": ({"var": "me"}, 3),
    "keeper": (3, {"var": "me"}),
    "partner.pay": ("500",),
    "adviser.pay": ("500",),
    "partner.firm.turnover": ("500",),
    "id": (4,),
    "created_by": (3,),
    "updated_by": (3,),
    "created_at": ("2026-11-21",),
    "updated_at": ("2026-11-21T09:02:00Z",),
    "category": ("customer",),
    "number": ("3",),
    "h_number_a": (105,),
    "h_number_b": (850,),
    "h_link_a": (3,),
    "h_link_b": (3,),
}
OPERATORS = (
    "eq",
    "ne",
    "lt",
    "gte",
    "between",
    "in",
    "not_in",
    "contains",
    "starts_with",
    "is_empty",
    "not_empty",
)


@dataclass(frozen=True)
class Places:
    """Ids of the things that are asked for."""

    shown: int  # a firm whose finance is readable
    masked: int  # a firm whose finance is not
    changed: int
    removed: int
    open: int  # a person of whom the title is not readable
    club: int
    closed: int  # a person who does not exist for the reader
    gone: int  # such a person, in the bin
    crowd: int
    firms: tuple[int, ...]
    things: Mapping[str, int]
    people: Mapping[str, int]

    @property
    def records(self) -> tuple[tuple[str, int], ...]:
        """Records of every kind: visible in part, hidden, removed, missing, of a hidden registry and of none."""
        return (
            ("firms", self.shown),
            ("firms", self.masked),
            ("firms", self.changed),
            ("firms", self.removed),
            ("firms", MISSING),
            ("firms", HUGE),
            ("persons", self.open),
            ("persons", self.club),
            ("persons", self.closed),
            ("persons", self.gone),
            ("persons", self.crowd),
            ("vault_a", 1),
            ("vault_b", 1),
            ("vault_a", 3),
            ("nothing", 1),
        )


def places(world: World) -> Places:
    """Where to find what in both worlds."""
    firms, persons = world.ids["firms"], world.ids["persons"]
    return Places(
        firms[0],
        firms[1],
        firms[3],
        firms[7],
        persons[0],
        persons[1],
        persons[2],
        persons[6],
        world.ids["crowd"][0],
        tuple(firms),
        world.things,
        world.people,
    )


def get(path: str, **query: Any) -> Ask:
    """A request that reads."""
    return Ask(
        "GET",
        path,
        tuple(
            (name, value if isinstance(value, str) else json.dumps(value)) for name, value in query.items()
        ),
    )


def api(method: str, path: str, body: Any = None, **headers: str) -> Ask:
    """A request to the API that may write."""
    return Ask(
        method,
        f"{API}{path}",
        body=body,
        headers=tuple((name.replace("_", "-"), value) for name, value in headers.items()),
    )


def post(path: str, *pairs: tuple[str, Any], nobody: bool = False) -> Ask:
    """A form of the web."""
    return Ask("POST", path, form=pairs, nobody=nobody)


def leaf(name: str, operator: str, value: Any) -> dict[str, Any]:
    """One comparison."""
    if operator in ("is_empty", "not_empty"):
        return {"field": name, "op": operator}
    wanted = [value, value] if operator == "between" else [value] if operator in ("in", "not_in") else value
    return {"field": name, "op": operator, "value": wanted}


def comparisons() -> Iterator[dict[str, Any]]:
    """Every name with operators that split what is hidden; where anything is masked, with all of them."""
    for name in ALL_NAMES:
        telling = name in MASKED or name in PATHS or name in ("partner", "contacts", "box")
        for operator in (
            OPERATORS
            if telling
            else ("gte", "contains", "not_in")
            if name in VISIBLE + SYSTEM
            else ("eq", "is_empty")
        ):
            for value in VALUES.get(name, ("quokka",))[: 2 if operator == "eq" else 1]:
                yield leaf(name, operator, value)


PRYING_FILTERS: tuple[Any, ...] = (
    {"not": leaf("units", "gte", 105)},
    {"or": [leaf("units", "gte", 105), leaf("name", "is_empty", None)]},
    {"and": [leaf("h_number_a", "gte", 1)]},
    {"not": {"not": leaf("remark", "contains", "kva")}},
    {"or": []},
    {"and": []},
    {},
    [],
    "x",
    7,
    {"field": "units"},
    {"field": "units", "op": "like", "value": 1},
    {"field": ["units"], "op": "eq", "value": 1},
    leaf("units", "gte", "x"),
    leaf("adviser", "in", [{"var": "identity"}]),
    leaf("partner", "eq", {"var": "identity.h_link_a"}),
    leaf("turnover", "eq", {"var": "identity.turnover"}),
    leaf("since", "lt", {"var": "today", "days": -1000}),
    leaf("keeper", "eq", {"var": "me"}),
)


def list_asks(p: Places) -> Iterator[Ask]:
    """The list of the API with everything that narrows, orders and cuts it."""
    path = f"{API}/registries/firms/records"
    for registry in REGISTRIES:
        yield get(f"{API}/registries/{registry}/records", count="1")
        yield get(f"{API}/registries/{registry}/records", removed="1", count="1")
    for tree in (*comparisons(), *PRYING_FILTERS):
        yield get(path, filter=tree, fields="name", count="1")
    for name in ALL_NAMES:
        yield get(path, sort=f"-{name},name" if name in MASKED else name, fields="city", page_size="6")
        yield get(path, fields=name, expand=name, include=name, page_size="3")
    for word in WORDS:
        yield get(path, q=word, count="1", fields="name")
        yield get(f"{API}/registries/persons/records", q=word, count="1", sort="title")
    for order in ("name", "title", "firm", "alias", "pay", "-pay,alias", "group"):
        yield get(f"{API}/registries/persons/records", sort=order)
    for tree in (
        leaf("firm.turnover", "gte", "500"),
        leaf("firm.h_number_a", "gte", 1),
        leaf("pay", "gte", "500"),
        leaf("title", "contains", "o"),
    ):
        yield get(f"{API}/registries/persons/records", filter=tree, count="1")
    for bad in (
        {"cursor": "x"},
        {"page_size": "0"},
        {"page_size": "x"},
        {"count": "x"},
        {"fields": "*"},
        {"fields": "name,name,units"},
        {"filter": "{"},
    ):
        yield get(path, **bad)


def record_asks(
    suffix: str = "", *, registry_first: str = f"{API}/registries/", middle: str = "/records/"
) -> Callable[[Places], Iterator[Ask]]:
    """The same address for records of every kind."""

    def asks(p: Places) -> Iterator[Ask]:
        for registry, record in p.records:
            yield get(f"{registry_first}{registry}{middle}{record}{suffix}")

    return asks


def web_record(suffix: str = "") -> Callable[[Places], Iterator[Ask]]:
    """A page of a record, for records of every kind."""
    return record_asks(suffix, registry_first="/r/", middle="/")


def one_record_asks(p: Places) -> Iterator[Ask]:
    """A record now, then, and out of the bin."""
    yield from record_asks()(p)
    for registry, record in p.records:
        for day in ("2026-11-21T09:01:30Z", "2026-11-21T09:03:30Z", "2020-01-01"):
            yield get(f"{API}/registries/{registry}/records/{record}", as_of=day)
        yield get(f"{API}/registries/{registry}/records/{record}", removed="1")


def history_asks(p: Places) -> Iterator[Ask]:
    """History, whole and by pages."""
    yield from record_asks("/history")(p)
    for limit, before in (("1", ""), ("2", "4"), ("1", "3"), ("0", ""), ("x", "y")):
        yield get(f"{API}/registries/firms/records/{p.masked}/history", limit=limit, before=before)


def summary_asks(p: Places) -> Iterator[Ask]:
    """Groups and measures of everything."""
    path = f"{API}/registries/firms/summary"
    for name in ALL_NAMES:
        yield get(path, group_by=name)
        for function in ("sum", "min", "max", "avg") if name in ("turnover", "units") else ("max",):
            yield get(path, group_by="city", measure=f"{function}:{name}")
    for tree in (
        leaf("units", "gte", 105),
        leaf("h_number_a", "gte", 105),
        leaf("partner.alias", "contains", "a"),
    ):
        yield get(path, group_by="status", filter=tree)
    for registry in REGISTRIES:
        yield get(f"{API}/registries/{registry}/summary", group_by="firm")
        yield get(f"{API}/registries/{registry}/summary", q="quokka")


def search_asks(p: Places) -> Iterator[Ask]:
    """The global search, by every word and registry."""
    for word in WORDS:
        yield get(f"{API}/search", q=word)
    for registry in REGISTRIES:
        for word in PROBES.values():
            yield get(f"{API}/search", q=word, registry=registry)
    yield get(f"{API}/search", q="quokka", limit="1")
    yield get(f"{API}/search", q="quokka", limit="0")


def write_values(p: Places) -> Iterator[dict[str, Any]]:
    """What the reader tries to write, allowed or not."""
    for name in (*HIDDEN, *ABSENT[:3], "area", "id", "_version", "version", "created_by", "registry"):
        yield {name: 1}
    yield {"city": "Zlín", "h_text_a": "x"}
    yield {"city": "Zlín", "h_text_b": "x"}
    yield {"contacts": [p.closed]}
    yield {"contacts": [MISSING]}
    yield {"partner": p.closed}
    yield {"partner": p.gone}
    yield {"box": [1]}
    yield {"code": "C1"}
    yield {"founded": "x"}
    yield {"name": None}
    yield {"units": 5}


def create_asks(p: Places) -> Iterator[Ask]:
    """New records, most of them refused."""
    for values in write_values(p):
        yield api("POST", "/registries/firms/records", {"values": {"name": "New", **values}})
    yield api(
        "POST",
        "/registries/firms/records",
        {
            "values": {"name": "Nová", "code": "N1", "contacts": [p.open], "city": "Brno"},
            "category": "customer",
        },
    )
    yield api("POST", "/registries/firms/records", {"values": {"name": "x"}, "category": "nothing"})
    yield api(
        "POST", "/registries/firms/records", {"values": {"name": "x"}, "id": 5, "version": 7, "created_by": 1}
    )
    for registry in REGISTRIES[1:]:
        yield api("POST", f"/registries/{registry}/records", {"values": {"name": "x"}})
        yield api("POST", f"/registries/{registry}/records", {"values": {"item": "x"}})


def change_asks(p: Places) -> Iterator[Ask]:
    """Changes of records of every kind, most of them refused."""
    for registry, record in p.records:
        yield api("PATCH", f"/registries/{registry}/records/{record}", {"values": {"alias": "x"}})
        yield api("PATCH", f"/registries/{registry}/records/{record}", {"values": {}})
        yield api("PATCH", f"/registries/{registry}/records/{record}", {"values": {}}, If_Match='"99"')
    for firm in (p.masked, p.shown):
        for values in write_values(p):
            yield api("PATCH", f"/registries/firms/records/{firm}", {"values": values})
    for values in ({"city": "Zlín"}, {"city": "Zlín"}, {"city": "Praha"}):
        yield api("PATCH", f"/registries/firms/records/{p.masked}", {"values": values})
    yield api("PATCH", f"/registries/firms/records/{p.masked}", {"values": {"city": "x"}}, If_Match='"1"')
    yield api("PATCH", f"/registries/firms/records/{p.masked}", {"values": {}, "category": "supplier"})
    yield api(
        "PATCH", f"/registries/firms/records/{p.shown}", {"values": {"turnover": "77.10", "adviser": p.club}}
    )
    # Links beside those that he cannot see: the same ones again, one more, fewer, none.
    for firm in p.firms[:5]:
        if firm != p.removed:
            for links in ([p.club], [p.open, p.club], [p.club, p.open], []):
                yield api("PATCH", f"/registries/firms/records/{firm}", {"values": {"contacts": links}})
            for link in (None, p.open, p.open, None):
                yield api("PATCH", f"/registries/firms/records/{firm}", {"values": {"partner": link}})
    yield from ruled_asks(p)


RULED: tuple[Mapping[str, Any], ...] = (
    {"ruled": "x"}, {"ruled": None}, {"tied": "x"}, {"tied": None, "city": "Most"}, {"locked": "x"}, {"locked": None},
    {"ruled": "y", "tied": "y"}, {"partner": None}, {"tied": None},
)  # fmt: skip


def ruled_asks(p: Places) -> Iterator[Ask]:
    """Changes of what rules hang on things that the reader does not see."""
    for firm in p.firms[:5]:
        for values in RULED:
            yield api("PATCH", f"/registries/firms/records/{firm}", {"values": values})


def judge_asks(of_record: bool) -> Callable[[Places], Iterator[Ask]]:
    """What a form should show, as it is typed."""

    def asks(p: Places) -> Iterator[Ask]:
        typed = (
            ("v.name", "x"),
            ("v.ruled", "x"),
            ("v.units", "500"),
            ("v.remark", "quokka"),
            ("v.tied", ""),
        )
        for registry, record in p.records if of_record else ((each, 0) for each in REGISTRIES):
            place = f"/r/{registry}/{record}/rules" if of_record else f"/r/{registry}/new/rules"
            yield post(place, *typed)
            yield post(place, ("v.partner", str(p.closed)), ("category", "customer"))

    return asks


def batch_asks(p: Places) -> Iterator[Ask]:
    """Lists of his own, foreign and missing records."""
    path = "/registries/firms/records/batch"
    for name in ("h_number_a", "nothing", "units"):
        yield api(
            "POST",
            path,
            {"update": [{"id": p.shown, "values": {"city": "x"}}, {"id": p.masked, "values": {name: 3}}]},
        )
    yield api(
        "POST",
        path,
        {
            "update": [
                {"id": p.masked, "values": {"city": "Most"}},
                {"id": p.shown, "values": {"city": "Most"}},
            ]
        },
    )
    for foreign in (p.closed, p.gone, MISSING, p.crowd):
        yield api("POST", "/registries/persons/records/batch", {"delete": [p.open, foreign]})
        yield api(
            "POST",
            "/registries/persons/records/batch",
            {"update": [{"id": p.open, "values": {"name": "x"}}, {"id": foreign, "values": {"name": "x"}}]},
        )
    for registry in REGISTRIES:
        yield api(
            "POST",
            f"/registries/{registry}/records/batch",
            {"delete": [1]} if registry.startswith("vault") else {"delete": ["x"]},
        )
    yield api(
        "POST", path, {"create": [{"values": {"name": "one"}}, {"values": {"name": "two", "h_text_a": "x"}}]}
    )
    yield api("POST", path, {"create": 5, "delete": "x"})


def merge_asks(p: Places) -> Iterator[Ask]:
    """His own records with foreign, hidden, removed and missing ones, values of hidden fields, wrong bodies."""
    for registry, record in p.records:
        yield api("POST", f"/registries/{registry}/records/{record}/merge", {"merge": [p.open]})
    for foreign in (p.closed, p.gone, MISSING, p.crowd, p.open, HUGE, "x"):
        yield api("POST", f"/registries/persons/records/{p.open}/merge", {"merge": [foreign]})
    path = f"/registries/firms/records/{p.masked}/merge"
    for name in ("h_text_a", "nothing", "units", "contacts", "partner"):
        yield api("POST", path, {"merge": [p.shown], "values": {name: p.closed}})
    yield api("POST", path, {"merge": [p.shown], "version": 1, "versions": {str(p.shown): 1, "x": 1}})
    yield api("POST", path, {"merge": [p.shown, p.masked], "category": "customer"})
    yield api("POST", path, {"merge": "x", "other": 1})
    for registry in REGISTRIES:
        yield api("POST", f"/registries/{registry}/records/1/merge", {"merge": [2]})


def merge_selection_asks(p: Places) -> Iterator[Ask]:
    """The dialog and the deed, with his own records and foreign ones."""
    for foreign in (p.closed, p.gone, MISSING, p.crowd, p.open):
        ids = ("ids", str(p.open)), ("ids", str(foreign))
        yield post("/r/persons/selection/merge", *ids)
        yield post("/r/persons/selection/merge", *ids, ("save", "1"), ("survivor", str(foreign)))
    ids = ("ids", str(p.masked)), ("ids", str(p.shown))
    yield post("/r/firms/selection/merge", *ids)
    for name in ("h_text_a", "nothing", "units", "contacts", "_category"):
        yield post("/r/firms/selection/merge", *ids, (f"c.{name}", str(p.shown)), ("save", "1"))
    yield post("/r/vault_a/selection/merge", ("ids", "1"), ("ids", "2"))
    yield post("/r/nothing/selection/merge", ("ids", "x"))


def merge_with_asks(p: Places) -> Iterator[Ask]:
    """The question which records are the same, of everything."""
    for registry, record in p.records:
        yield get(f"/r/{registry}/{record}/merge")


def restore_asks(p: Places) -> Iterator[Ask]:
    """Out of the bin, and back to versions."""
    for registry, record in p.records:
        yield api(
            "POST", f"/registries/{registry}/records/{record}/restore", {"version": 1, "fields": ["h_text_a"]}
        )
        yield api("POST", f"/registries/{registry}/records/{record}/restore", {"version": 77})
    for version in (1, 2, 3, 1, 4):
        yield api("POST", f"/registries/firms/records/{p.masked}/restore", {"version": version})
        yield api(
            "POST",
            f"/registries/firms/records/{p.changed}/restore",
            {"version": version, "fields": ["contacts", "city"]},
        )
    for record in (p.closed, p.gone, MISSING):
        yield api("POST", f"/registries/persons/records/{record}/restore")
    yield api("POST", f"/registries/firms/records/{p.removed}/restore")


def remove_asks(p: Places) -> Iterator[Ask]:
    """Records into the bin."""
    for registry, record in p.records:
        yield api("DELETE", f"/registries/{registry}/records/{record}", If_Match='"98"')
    for record in (p.closed, p.gone, MISSING, p.club):
        yield api("DELETE", f"/registries/persons/records/{record}")
    yield api("DELETE", f"/registries/firms/records/{p.firms[8]}")


def with_parts(
    method: str, rule: str, *bodies: Any, **parts: Iterable[Any]
) -> Callable[[Places], Iterator[Ask]]:
    """One address with each of some parts and each of some bodies."""

    def asks(p: Places) -> Iterator[Ask]:
        filled = [rule]
        for name, values in parts.items():
            if f"<{name}>" not in rule:
                continue
            filled = [each.replace(f"<{name}>", str(value)) for each in filled for value in values]
        for path in filled:
            for body in bodies or (None,):
                yield Ask(method, path, body=body)

    return asks


def design(method: str, rule: str, *bodies: Any) -> Callable[[Places], Iterator[Ask]]:
    """An address of the design, with visible, hidden and absent keys."""
    return with_parts(
        method,
        f"{API}{rule}",
        *bodies,
        registry=REGISTRIES,
        section=("public", "hidden_a"),
        field=("units", "h_text_a"),
        category=("customer", "nothing"),
        role=("clerk", "secret_a"),
    )


def of_things(method: str, rule: str, name: str) -> Callable[[Places], Iterator[Ask]]:
    """An address of something that has an owner: others' things, missing ones."""

    def asks(p: Places) -> Iterator[Ask]:
        for number in (p.things[name], MISSING, HUGE, 0):
            path = f"{API}{rule.replace('<id>', str(number))}"
            yield Ask(method, path, body={} if method == "PATCH" else None)

    return asks


def of_users(method: str, *bodies: Any) -> Callable[[Places], Iterator[Ask]]:
    """An address of an account."""

    def asks(p: Places) -> Iterator[Ask]:
        for number in (*p.people.values(), MISSING):
            for body in bodies or (None,):
                yield Ask(method, f"{API}/users/{number}", body=body)

    return asks


def just(*asks: Ask) -> Callable[[Places], Iterator[Ask]]:
    """Requests that need no ids."""
    return lambda p: iter(asks)


# The web


def web_list_asks(p: Places) -> Iterator[Ask]:
    """The list as a page, in many states."""
    for registry in REGISTRIES:
        yield get(f"/r/{registry}")
    for name in (*MASKED[::2], *HIDDEN[:2], "nothing", "partner.alias", "contacts"):
        yield get("/r/firms", sort=name, columns=f"{name},city")
        yield get("/r/firms", filter={"and": [leaf(name, "not_empty", None)]})
    for tree in (
        leaf("units", "gte", 105),
        leaf("remark", "contains", "quokka"),
        leaf("adviser", "in", [3]),
        leaf("partner", "in", [p.closed, p.open]),
    ):
        yield get("/r/firms", filter=tree)
        yield get("/r/firms", filter={"and": [tree, {"or": [tree, {"not": tree}]}]})
    for word in WORDS[:5]:
        yield get("/r/firms", q=word)
        yield get("/r/persons", q=word, sort="-title")
    yield get("/r/firms", cursor="x")
    yield get("/r/firms", category="customer")
    yield get("/r/firms", category="h_text_a", filter="{")


def web_count_asks(p: Places) -> Iterator[Ask]:
    """The count beside the list."""
    for registry in REGISTRIES:
        yield get(f"/r/{registry}/count")
    for name in (*MASKED, *HIDDEN[:2], "nothing", "partner.alias"):
        yield get("/r/firms/count", filter=leaf(name, "not_empty", None))
    for word in WORDS[:4]:
        yield get("/r/firms/count", q=word)


def field_asks(suffix: str = "") -> Callable[[Places], Iterator[Ask]]:
    """One detail of a record."""

    def asks(p: Places) -> Iterator[Ask]:
        for record in (p.shown, p.masked, MISSING):
            for name in (
                "name",
                "contacts",
                "partner",
                "box",
                "units",
                "adviser",
                "keeper",
                "area",
                "h_text_a",
                "h_text_b",
                "nothing",
            ):
                yield get(f"/r/firms/{record}/details/{name}{suffix}")
        yield get(f"/r/persons/{p.closed}/details/name{suffix}")
        yield get(f"/r/vault_a/1/details/item{suffix}")

    return asks


def save_field_asks(p: Places) -> Iterator[Ask]:
    """One detail saved."""
    for record in (p.masked, p.shown):
        for name in ("units", "area", "h_text_a", "nothing", "number", "box", "ruled", "tied", "locked"):
            yield post(f"/r/firms/{record}/details/{name}", (f"v.{name}", "5"))
        yield post(f"/r/firms/{record}/details/city", ("v.city", "Kolín"))
        yield post(f"/r/firms/{record}/details/city", ("v.city", "Cheb"), ("version", "1"))
        yield post(f"/r/firms/{record}/details/code", ("v.code", "C2"))
        yield post(f"/r/firms/{record}/details/partner", ("v.partner", str(p.closed)))
        yield post(
            f"/r/firms/{record}/details/contacts", ("v.contacts", str(p.club)), ("v.contacts", str(p.open))
        )
    yield post(f"/r/persons/{p.closed}/details/name", ("v.name", "x"))
    yield post(f"/r/persons/{MISSING}/details/name", ("v.name", "x"))
    yield post("/r/vault_a/1/details/item", ("v.item", "x"))


def save_record_asks(p: Places) -> Iterator[Ask]:
    """The whole form saved, with smuggled details; hidden links must survive it."""
    for record in (p.masked, p.shown, p.changed, p.removed, MISSING):
        yield post(
            f"/r/firms/{record}/edit",
            ("v.name", "Form"),
            ("v.city", "Písek"),
            ("v.h_text_a", "x"),
            ("v.units", "7"),
            ("v.area", "brno"),
            ("v.ruled", "x"),
            ("v.tied", ""),
            ("v.locked", "x"),
        )
        yield post(f"/r/firms/{record}/edit", ("v.name", "Form"), ("v.contacts", ""), ("v.partner", ""))
        yield post(
            f"/r/firms/{record}/edit",
            ("v.name", "Form"),
            ("v.contacts", str(p.club)),
            ("v.partner", str(p.open)),
        )
        yield post(f"/r/firms/{record}/edit", ("v.name", "late"), ("version", "1"))
        yield post(f"/r/firms/{record}/edit", ("v.name", ""), ("v.founded", "x"))
    yield post(f"/r/persons/{p.closed}/edit", ("v.name", "x"))
    yield post("/r/vault_a/1/edit", ("v.item", "x"))


def new_asks(p: Places) -> Iterator[Ask]:
    """The form of a new record, filled in after others."""
    for registry in REGISTRIES:
        yield get(f"/r/{registry}/new")
    for record in (p.shown, p.masked, p.removed, MISSING):
        yield get("/r/firms/new", like=str(record))
    yield get("/r/persons/new", like=str(p.closed))
    yield get("/r/persons/new", like=str(p.open))
    yield Ask(
        "GET",
        "/r/firms/new",
        (("v.partner", str(p.closed)), ("v.contacts", str(p.open)), ("v.h_text_a", "x")),
    )


def create_web_asks(p: Places) -> Iterator[Ask]:
    """New records from the form."""
    yield post("/r/firms/new", ("v.name", "Z formuláře"), ("v.h_text_a", "x"), ("v.area", "brno"))
    yield post("/r/firms/new", ("v.name", "Dvojí"), ("v.code", "C1"))
    yield post("/r/firms/new", ("v.name", ""))
    yield post("/r/firms/new", ("v.name", "x"), ("v.partner", str(p.closed)))
    yield post(
        "/r/firms/new", ("v.name", "Podle pravidel"), ("v.ruled", "x"), ("v.tied", ""), ("v.locked", "x")
    )
    yield post("/r/vault_a/new", ("v.item", "x"))
    yield post("/r/persons/new", ("v.name", "x"))


def bulk_change_asks(p: Places) -> Iterator[Ask]:
    """Many records changed from the list."""
    yield post("/r/firms/selection/change", ("ids", str(p.masked)), ("ids", str(p.shown)))
    for name in ("units", "h_text_a", "nothing", "area", "city"):
        yield post(
            "/r/firms/selection/change",
            ("ids", str(p.masked)),
            ("ids", str(p.shown)),
            ("field", name),
            (f"v.{name}", "8"),
            ("save", "1"),
        )
    yield post("/r/firms/selection/change", ("all", "1"), ("filter", json.dumps(leaf("units", "gte", 105))))
    yield post(
        "/r/firms/selection/change", ("all", "1"), ("filter", json.dumps(leaf("h_number_a", "gte", 105)))
    )
    yield post(
        "/r/firms/selection/change",
        ("all", "1"),
        ("q", "quokka"),
        ("field", "city"),
        ("v.city", "Tábor"),
        ("save", "1"),
    )
    yield post(
        "/r/firms/selection/change",
        ("all", "1"),
        ("field", "contacts"),
        ("v.contacts", str(p.club)),
        ("save", "1"),
    )
    for record in (p.closed, MISSING, p.club):
        yield post(
            "/r/persons/selection/change",
            ("ids", str(record)),
            ("field", "name"),
            ("v.name", "x"),
            ("save", "1"),
        )
    yield post("/r/vault_a/selection/change", ("ids", "1"))


def bulk_remove_asks(p: Places) -> Iterator[Ask]:
    """Many records removed from the list."""
    for record in (p.closed, p.gone, MISSING, p.club):
        yield post("/r/persons/selection/remove", ("ids", str(p.open)), ("ids", str(record)), ("save", "1"))
    yield post(
        "/r/firms/selection/remove",
        ("all", "1"),
        ("filter", json.dumps(leaf("remark", "contains", "quokka"))),
    )
    yield post(
        "/r/firms/selection/remove",
        ("all", "1"),
        ("filter", json.dumps(leaf("units", "gte", 105))),
        ("save", "1"),
    )
    yield post("/r/vault_b/selection/remove", ("ids", "1"), ("save", "1"))


def condition_asks(p: Places) -> Iterator[Ask]:
    """The builder of conditions."""
    for registry in REGISTRIES:
        yield get(f"/r/{registry}/condition")
    for name in ("partner", "box", *MASKED[::3], *HIDDEN[:2], *ABSENT[3:6], *PATHS[::2]):
        yield get("/r/firms/condition", field=name)
    yield get("/r/firms/condition", field="partner", op="in", value=str(p.closed))
    yield get("/r/firms/condition", field="box", op="in", value="1")


def use_condition_asks(p: Places) -> Iterator[Ask]:
    """Conditions put into the filter."""
    for name in ("units", "h_number_a", "nothing", "partner.alias", "box.item", "adviser.pay"):
        yield get("/r/firms/condition/use", field=name, op="gte", value="105")
        yield get("/r/firms/condition/use", field=name, op="not_empty")
    yield get("/r/vault_a/condition/use", field="item", op="not_empty")


def pick_asks(p: Places) -> Iterator[Ask]:
    """What comboboxes offer."""
    for registry in REGISTRIES:
        yield get(f"/r/{registry}/pick")
        for word in (*WORDS[:4], "fir", "a"):
            yield get(f"/r/{registry}/pick", q=word)


def from_asks(p: Places) -> Iterator[Ask]:
    """Records that point at a record."""
    for registry, record in p.records:
        for other in ("persons", "vault_a") if registry == "firms" else ("firms",):
            yield get(f"/r/{registry}/{record}/from/{other}")


def version_asks(method: str) -> Callable[[Places], Iterator[Ask]]:
    """Versions of records: looked at, or gone back to."""

    def asks(p: Places) -> Iterator[Ask]:
        for registry, record in p.records:
            for version in (1, 3) if registry == "firms" else (1,):
                path = f"/r/{registry}/{record}/history/{version}"
                if method == "GET":
                    yield get(path)
                elif version != 3 or record == p.masked:
                    yield post(path)

    return asks


def posts(rule: str, *pairs: tuple[str, Any]) -> Callable[[Places], Iterator[Ask]]:
    """A form for records of every kind."""

    def asks(p: Places) -> Iterator[Ask]:
        for registry, record in p.records:
            yield post(rule.replace("<registry>", registry).replace("<id>", str(record)), *pairs)

    return asks


def undo_asks(path: str) -> Callable[[Places], Iterator[Ask]]:
    """Batches of others taken back."""

    def asks(p: Places) -> Iterator[Ask]:
        for number in (p.things["batch"], 1, MISSING):
            filled = path.replace("<batch>", str(number))
            yield Ask("POST", filled) if path.startswith("/api") else post(filled)

    return asks


# Spreadsheets


def export_asks(p: Places) -> Iterator[Ask]:
    """Records out, as both kinds of files."""
    for registry in REGISTRIES:
        for kind in ("csv", "xlsx"):
            yield get(f"{API}/registries/{registry}/export", format=kind)
    path = f"{API}/registries/firms/export"
    for name in (*MASKED[::3], *HIDDEN[:2], "nothing", "partner.alias", "contacts", "box"):
        yield get(path, format="csv", fields=f"name,{name}")
        yield get(path, format="csv", filter=leaf(name, "not_empty", None), sort=name)
    yield get(path, format="csv", q="quokka", sort="-turnover")
    yield get(path, format="pdf")


FILES: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("Name;City\nImportovaná;Brno\n;Nic\n", {}),
    ("Code;City\nC1;Upsert\nC2;Upsert\nQ9;x\n", {"key": "code", "mode": "upsert"}),
    ("Units;City\n105;Hádám\n4;Vím\n", {"key": "units", "mode": "update"}),
    ("Remark;City\nquokka;x\n", {"key": "remark", "mode": "update", "dry_run": True}),
    ("X;City\n105;Hádám\n", {"key": "h_number_a", "mode": "upsert", "mapping": {"X": "h_number_a"}}),
    ("X;City\n105;Hádám\n", {"key": "h_number_b", "mode": "upsert", "mapping": {"X": "h_number_b"}}),
    ("X;City\n105;Hádám\n", {"key": "nothing", "mode": "upsert", "mapping": {"X": "nothing"}}),
    ("Name;H\nnový;105\n", {"mapping": {"Name": "name", "H": "h_text_a"}}),
    ("Name;Turnover;Area\nnový;105;brno\n", {}),
    (
        "Name;Partner;Contacts\nse vztahem;Osoba K;Osoba J alias 1\nse skrytým;Tichý a beze slov;Tichý b beze slov\n",
        {},
    ),
    ("Name;Tajné číslo a;Code\nx;5;C0\n", {}),
    ("Name;Tajné číslo b\nx;5\n", {}),
    ("ID;Name\n3;přes číslo\n9999;nikdo\n", {"key": "id", "mode": "update"}),
)


def import_asks(p: Places) -> Iterator[Ask]:
    """Spreadsheets that try to touch what is hidden: by key, by mapping, by title; then what came of them."""
    for text, options in FILES:
        yield Ask(
            "POST",
            f"{API}/registries/firms/imports",
            form=(("file", (text.encode(), "file.csv")), ("options", json.dumps(options))),
        )
    for registry in REGISTRIES[1:]:
        form = (
            ("file", (b"Name;Group;Firm\nx;open;Firma A\ny;closed;Firma B\n", "file.csv")),
            ("options", "{}"),
        )
        yield Ask("POST", f"{API}/registries/{registry}/imports", form=form)
    yield WORK
    for job in range(1, 20):
        yield get(f"{API}/jobs/{job}")
        yield get(f"/r/firms/imports/{job}")
    yield get(f"{API}/jobs")


def import_page_asks(p: Places) -> Iterator[Ask]:
    """The page of imports."""
    for registry in REGISTRIES:
        yield get(f"/r/{registry}/import")


def import_form_asks(p: Places) -> Iterator[Ask]:
    """Spreadsheets by the page."""
    for registry in REGISTRIES:
        yield post(f"/r/{registry}/import", ("file", (b"Name;City\nStr;Brno\n", "file.csv")), ("mode", "add"))
        yield post(f"/r/{registry}/import", ("mode", "add"))
    for by in ("h_number_a", "nothing", "units"):
        yield post(
            "/r/firms/import",
            ("file", (b"Units;City\n105;Brno\n", "file.csv")),
            ("mode", "upsert"),
            ("by", by),
        )


def export_page_asks(p: Places) -> Iterator[Ask]:
    """The list taken out as it is seen."""
    for registry in REGISTRIES:
        yield get(f"/r/{registry}/export", format="csv")
    for name in ("units", "h_number_a", "nothing", "partner.alias"):
        yield get("/r/firms/export", format="csv", columns=f"name,{name}", sort=name)
        yield get("/r/firms/export", format="csv", filter=leaf(name, "not_empty", None))
    yield get("/r/firms/export", q="quokka")


def selection_export_asks(p: Places) -> Iterator[Ask]:
    """Ticked records taken out, hidden ones among them."""
    yield post("/r/firms/selection/export", ("ids", str(p.masked)), ("ids", str(p.shown)))
    yield post(
        "/r/persons/selection/export", ("ids", str(p.open)), ("ids", str(p.closed)), ("ids", str(p.gone))
    )
    yield post("/r/persons/selection/export", ("all", "1"), ("q", "quokka"))
    yield post("/r/vault_a/selection/export", ("ids", "1"))


def import_job_asks(
    suffix: str = "", method: str = "GET", kind: str = "imports"
) -> Callable[[Places], Iterator[Ask]]:
    """Jobs of others as imports."""

    def asks(p: Places) -> Iterator[Ask]:
        for registry in ("firms", "vault_a", "nothing"):
            for number in (p.things["job"], p.things["own_job"], MISSING):
                path = f"/r/{registry}/{kind}/{number}{suffix}"
                yield get(path) if method == "GET" else post(path)

    return asks


_PART = re.compile(r"<(?:(?P<converter>\w+)(?:\((?P<choices>[^)]*)\))?:)?(?P<name>\w+)>")
_FILLED: Mapping[str, tuple[Any, ...]] = {
    "registry": ("firms", "vault_a", "nothing"),
    "role": ("clerk", "secret_a"),
    "id": (1, MISSING),
    "place": ("fields",),
    "key": ("name", "h_text_a"),
    "section": ("public", "hidden_a"),
    "template": ("companies", "nothing"),
    "folder": ("0" * 24, "nothing"),
    "plugin": ("notes", "nothing"),
    "version": (1, MISSING),
    "item": (1, MISSING),
    "page": ("firms", "vault_a", "nothing"),
    "record": (1, MISSING),
    "file": (1, MISSING),
}


def refused(method: str, rule: str) -> Callable[[Places], Iterator[Ask]]:
    """A page that the reader has no power to use, filled with visible, hidden and absent names."""

    def asks(p: Places) -> Iterator[Ask]:
        paths = [""]
        place = 0
        for part in _PART.finditer(rule):
            choices = part["choices"].split(", ") if part["choices"] else _FILLED[part["name"]]
            paths = [f"{path}{rule[place : part.start()]}{value}" for path in paths for value in choices]
            place = part.end()
        for path in paths:
            filled = path + rule[place:]
            yield (
                get(filled)
                if method == "GET"
                else post(filled, ("name", "x"), ("key", "x"), ("email", COLLEAGUE), ("roles", "admin"))
            )

    return asks


def of_own_settings(p: Places) -> Iterator[Ask]:
    """His own settings, with what is not his to set."""
    yield post(
        "/settings",
        ("name", "Rita"),
        ("roles", "admin"),
        ("powers", "design"),
        ("language", "en"),
        ("timezone", "Europe/Prague"),
    )
    yield post("/settings", ("timezone", "nowhere"))


def revoke_asks(p: Places) -> Iterator[Ask]:
    """Others' tokens."""
    for number in (p.things["token"], MISSING):
        yield post(f"/settings/tokens/{number}/revoke")


def _on(registry: str, record: int) -> dict[str, Any]:
    return {"field": "on", "op": "eq", "value": {"registry": registry, "id": record}}


def kept_asks(p: Places) -> Iterator[Ask]:
    """What plugins keep, through all doors of the engine."""
    for key in (*THINGS, COMMENTS, TALKS):
        base = f"{API}/registries/{key}"
        text = TEXT[key]
        yield get(f"{API}/registries/{key}")
        for removed in ("0", "1"):
            yield get(f"{base}/records", count="1", removed=removed)
        for order in (text, "-created_at", "title", "created_by", "on"):
            yield get(f"{base}/records", sort=order, page_size="3")
        for registry, record in p.records:
            yield get(f"{base}/records", filter=_on(registry, record), count="1")
        for tree in (
            {"field": "on", "op": "not_empty"},
            {"field": "on", "op": "is_empty"},
            {"field": "on", "op": "eq", "value": {"registry": "persons"}},
            {"not": _on("persons", p.closed)},
            leaf(text, "contains", "quokka"),
            leaf("id", "gte", 2),
            leaf("roles", "contains", "secret"),
            leaf("private", "eq", True),
            leaf("created_by", "eq", 3),
            leaf("updated_at", "gte", "2026-11-21T09:02:00Z"),
        ):
            yield get(f"{base}/records", filter=tree, count="1")
            yield get(f"{base}/summary", filter=tree)
        for name in ("created_by", "private", "category", "state", "on"):
            yield get(f"{base}/summary", group_by=name)
        for word in PROBES.values():
            yield get(f"{base}/records", q=word, count="1")
            yield get(f"{API}/search", q=word, registry=key)
            yield get("/find", q=word)
        yield get(f"{base}/export", format="csv")
        yield from _one_kept(key)
        for page in ("", "/bin", "/new", "/export", "/pick"):
            yield get(f"/r/{key}{page}")


def _one_kept(key: str) -> Iterator[Ask]:
    base = f"{API}/registries/{key}/records"
    for number in range(1, MOST + 4):
        for suffix in ("", "/history", "/related"):
            yield get(f"{base}/{number}{suffix}")
        yield get(f"{base}/{number}", removed="1")
        yield get(f"{base}/{number}", as_of="2026-11-21T09:02:30Z")
        for page in ("", "/history", "/latest"):
            yield get(f"/r/{key}/{number}{page}")


def tab_asks(p: Places) -> Iterator[Ask]:
    """Tabs of plugins on records of every kind, and what lies behind them."""
    yield from kept_asks(p)
    for registry, record in p.records:
        for plugin in ("notes", "tasks", "activities", "ares", "attachments", "nothing"):
            yield get(f"/r/{registry}/{record}/tab/{plugin}")


def borne_asks(method: str, kind: str, one: bool, *bodies: Any) -> Callable[[Places], Iterator[Ask]]:
    """Routes of things on records of every kind."""

    def asks(p: Places) -> Iterator[Ask]:
        for registry, record in p.records:
            path = f"{API}/registries/{registry}/records/{record}/{kind}"
            for number in (
                (range(1, MOST + 4) if record in (p.shown, p.masked, p.closed) else (1,)) if one else (0,)
            ):
                for body in bodies or (None,):
                    yield Ask(method, f"{path}/{number}" if one else path, body=body)

    return asks


def comment_asks(method: str, body: Any) -> Callable[[Places], Iterator[Ask]]:
    """Comments on tasks that are seen, hidden or removed, under the address of the right task and of a wrong one."""

    def asks(p: Places) -> Iterator[Ask]:
        for task in (1, 2, 3, 9, MISSING):
            for comment in range(1, 6):
                yield Ask(method, f"{API}/tasks/{task}/comments/{comment}", body=body)

    return asks


def lone_asks(method: str, kind: str, *bodies: Any, suffix: str = "") -> Callable[[Places], Iterator[Ask]]:
    """Routes of single things, seen or not."""

    def asks(p: Places) -> Iterator[Ask]:
        for number in range(1, MOST + 4):
            for body in bodies or (None,):
                yield Ask(method, f"{API}/{kind}/{number}{suffix}", body=body)

    return asks


def all_asks(kind: str, **more: str) -> Callable[[Places], Iterator[Ask]]:
    """All things of a kind, wherever they lie."""

    def asks(p: Places) -> Iterator[Ask]:
        yield get(f"{API}/{kind}", count="1", **more)
        for word in PROBES.values():
            yield get(f"{API}/{kind}", q=word, count="1", **more)
        for registry, record in p.records:
            yield get(f"{API}/{kind}", filter=_on(registry, record), **more)

    return asks


def new_thing_asks(kind: str, body: Mapping[str, Any]) -> Callable[[Places], Iterator[Ask]]:
    """New things by themselves or on records named in the body."""

    def asks(p: Places) -> Iterator[Ask]:
        yield api("POST", f"/{kind}", body)
        for registry, record in p.records:
            yield api("POST", f"/{kind}", {**body, "on": {"registry": registry, "id": record}})

    return asks


def dialog_asks(method: str, rule: str, *pairs: tuple[str, str]) -> Callable[[Places], Iterator[Ask]]:
    """Dialogs of things: new ones on records of every kind, or of those that are there."""

    def asks(p: Places) -> Iterator[Ask]:
        if "<int:id>" in rule:
            paths: list[tuple[str, str]] = [
                (rule.replace("<int:id>", str(n)), "") for n in range(1, MOST + 4)
            ]
        else:
            paths = [(rule, ""), *((rule, f"{registry}/{record}") for registry, record in p.records)]
        for path, on in paths:
            yield Ask(method, path, (("on", on),) if on else (), form=pairs if method == "POST" else None)

    return asks


def timeline_asks(p: Places) -> Iterator[Ask]:
    """What happened with each record, alone and with what points at it."""
    for registry, record in p.records:
        for related in ("", "1"):
            yield get(f"/activities/on/{registry}/{record}", related=related)


def api_things(kind: str, end: str) -> Callable[[Places], Iterator[Ask]]:
    """Something done with single things, seen or not."""
    return lambda p: (Ask("POST", f"{API}/{kind}/{number}{end}") for number in range(1, MOST + 4))


def posts_on(path: str, *pairs: tuple[str, str]) -> Callable[[Places], Iterator[Ask]]:
    """A form whose field `on` names records of every kind, or none."""

    def asks(p: Places) -> Iterator[Ask]:
        yield post(path, *pairs)
        for registry, record in p.records:
            yield post(path, *pairs, ("on", f"{registry}/{record}"))

    return asks


def dog_asks(method: str, suffix: str = "", *more: Any) -> Callable[[Places], Iterator[Ask]]:
    """Watchdogs and notifications by number, those of the reader and others'."""

    def asks(p: Places) -> Iterator[Ask]:
        for number in (1, 3, 12, 24, 25, 31, MISSING):
            for body in more or (None,):
                yield Ask(method, f"{API}/watchdogs/{number}{suffix}", body=body)

    return asks


def told_asks(method: str, suffix: str = "", body: Any = None) -> Callable[[Places], Iterator[Ask]]:
    """Notifications by number."""
    numbers = (*range(1, 40, 3), MISSING)
    return lambda p: (Ask(method, f"{API}/notifications/{number}{suffix}", body=body) for number in numbers)


def all_told(p: Places) -> Iterator[Ask]:
    """Everything that watchdogs have told the reader, whole and in parts."""
    yield WORK
    path = f"{API}/notifications"
    yield get(path, page_size="500", count="1")
    for asked in (
        {"unread": "1"},
        {"watchdog": "2"},
        {"page_size": "3"},
        {"cursor": "9"},
        {"page_size": "x"},
    ):
        yield get(path, **asked)
    for registry, record in p.records:
        yield get(path, registry=registry, record=str(record))


def dog_pages(method: str, end: str, *pairs: tuple[str, str]) -> Callable[[Places], Iterator[Ask]]:
    """Pages of single watchdogs, the reader's and others'."""

    def asks(p: Places) -> Iterator[Ask]:
        for number in (1, 3, 12, 24, 25, 31, MISSING):
            yield Ask(method, f"/watchdogs/{number}{end}", form=pairs if method == "POST" else None)

    return asks


def told_pages(method: str, end: str, *pairs: tuple[str, str]) -> Callable[[Places], Iterator[Ask]]:
    """Pages of single notifications."""
    numbers = (*range(1, 40, 3), MISSING)
    form = pairs if method == "POST" else None
    return lambda p: (Ask(method, f"/notifications/{number}{end}", form=form) for number in numbers)


def dog_forms(path: str) -> Callable[[Places], Iterator[Ask]]:
    """The form of a watchdog, on what the reader sees and on what he does not."""

    def asks(p: Places) -> Iterator[Ask]:
        for name in ALL_NAMES:
            yield post(path, ("registry", "firms"), ("kind", "change"), ("field", name), ("to", "me"))
        for registry in REGISTRIES:
            yield post(path, ("registry", registry), ("kind", "deleted"), ("to", "me"))
        for registry, record in p.records:
            pairs = (
                ("registry", registry),
                ("record", str(record)),
                ("kind", "change"),
                ("field", "turnover"),
            )
            yield post(path, *pairs, ("to", "me"))
        narrowed = json.dumps(leaf("h_number_a", "gte", 1))
        yield post(path, ("registry", "firms"), ("kind", "enters_list"), ("filter", narrowed), ("to", "me"))

    return asks


def new_dog_asks(p: Places) -> Iterator[Ask]:
    """The page of a new watchdog, from details and lists of every kind."""
    yield get("/watchdogs/new")
    for registry in REGISTRIES:
        yield get("/watchdogs/new", registry=registry)
    for name in ALL_NAMES:
        yield get("/watchdogs/new", registry="firms", field=name)
    for registry, record in p.records:
        yield get("/watchdogs/new", registry=registry, record=str(record))
        yield get("/watchdogs/new", registry=registry, record=str(record), field="turnover")
    yield get("/watchdogs/new", registry="firms", filter=leaf("units", "gte", 105))
    yield get("/watchdogs/new", registry="firms", filter=leaf("h_number_a", "gte", 1))


def dog_condition_asks(p: Places) -> Iterator[Ask]:
    """Conditions put together for a watchdog, and their form."""
    for name in ALL_NAMES:
        yield get("/watchdogs/condition/firms", field=name, op="gte", value="105")
    for registry in REGISTRIES:
        yield get(f"/watchdogs/condition/{registry}", field="name", op="not_empty")
        yield get(f"/r/{registry}/condition", taker="watchdogs")
    yield get("/watchdogs/condition/firms", field="box", op="in", value="1", filter=leaf("units", "gte", 105))


# To a record that the reader may see, to one of which he may not, and to none that there is.
MOVES = tuple(
    {"on": {"registry": registry, "id": id}}
    for registry, id in (("persons", 3), ("nothing", 1), ("firms", 1))
)


def thing_routes(kind: str, body: Mapping[str, Any]) -> "dict[str, Asks | str]":
    """The routes that every kind of things has."""
    several, one = (
        f"/api/v1/registries/<registry>/records/<id:record>/{kind}{end}" for end in ("", "/<id:thing>")
    )
    field, text = next(iter(body.items()))
    typed = (f"v.{field}", str(text))
    return {
        f"GET {several}": borne_asks("GET", kind, False),
        f"GET {one}": borne_asks("GET", kind, True),
        f"GET /api/v1/{kind}/<id:thing>": lone_asks("GET", kind),
        f"GET /{kind}/new": dialog_asks("GET", f"/{kind}/new"),
        f"GET /{kind}/<int:id>/form": dialog_asks("GET", f"/{kind}/<int:id>/form"),
        f"GET /{kind}/places": just(*(get(f"/{kind}/places", q=word) for word in ("", *WORDS))),
        f"PATCH {one}": borne_asks("PATCH", kind, True, body),
        f"PATCH /api/v1/{kind}/<id:thing>": lone_asks("PATCH", kind, body, *MOVES),
        f"POST {several}": borne_asks("POST", kind, False, body),
        f"POST /{kind}/new": dialog_asks("POST", f"/{kind}/new", typed),
        f"POST /{kind}/<int:id>/form": dialog_asks("POST", f"/{kind}/<int:id>/form", typed),
        f"POST /{kind}/<int:id>/remove": dialog_asks("POST", f"/{kind}/<int:id>/remove"),
        f"POST /{kind}/<int:id>/restore": dialog_asks("POST", f"/{kind}/<int:id>/restore"),
        f"DELETE {one}": borne_asks("DELETE", kind, True),
        f"DELETE /api/v1/{kind}/<id:thing>": lone_asks("DELETE", kind),
    }


def ares_routes() -> "dict[str, Asks | str]":
    """Companies from registers: beside records of every kind, in forms, of many; known before, or asked in vain."""
    on_record = "/api/v1/registries/<registry>/records/<id:record>/ares"
    ids = ("ids", "1")
    return {
        "GET /api/v1/ares": just(get(f"{API}/ares", name="quokka"), get(f"{API}/ares")),
        "GET /api/v1/ares/<ico>": with_parts("GET", f"{API}/ares/<ico>", ico=(*NUMBERS, "1", "x")),
        "GET /api/v1/registers/<register>/<number>": with_parts(
            "GET", f"{API}/registers/<register>/<number>", register=("ares", "vies", "x"), number=("CZ1", "1")
        ),
        f"GET {on_record}": record_asks("/ares"),
        f"POST {on_record}": borne_asks("POST", "ares", False, {"apply": ["name", "h_text_a"]}),
        "GET /r/<registry>/ares/find": just(
            *(get(f"/r/{each}/ares/find", q=word) for each in REGISTRIES for word in ("quokka", *NUMBERS))
        ),
        "GET /r/<registry>/<int:id>/ares": web_record("/ares"),
        "GET /r/<registry>/<int:id>/ares/dialog": web_record("/ares/dialog"),
        "GET /r/<registry>/<int:id>/ares/vat": web_record("/ares/vat"),
        "GET /r/<registry>/ares/checks/<int:id>": import_job_asks(kind="ares/checks"),
        "GET /r/<registry>/ares/checks/<int:id>/progress": import_job_asks("/progress", kind="ares/checks"),
        "POST /r/<registry>/ares/checks/<int:id>/cancel": import_job_asks(
            "/cancel", "POST", kind="ares/checks"
        ),
        "POST /r/<registry>/ares/check": just(
            *(
                post(f"/r/{each}/ares/check", ids, ("deed", deed))
                for each in REGISTRIES
                for deed in ("", "tell")
            )
        ),
        "POST /r/<registry>/ares/preview": just(
            *(
                post(f"/r/{each}/ares/preview", ("ico", number), ("v.h_text_a", "x"))
                for each in REGISTRIES
                for number in NUMBERS
            )
        ),
        "POST /r/<registry>/ares/fill": just(
            *(
                post(f"/r/{each}/ares/fill", ("ico", number), ("take", "name"))
                for each in REGISTRIES
                for number in NUMBERS
            )
        ),
        "POST /r/<registry>/<int:id>/ares/again": posts("/r/<registry>/<id>/ares/again"),
        "POST /r/<registry>/<int:id>/ares/take": posts("/r/<registry>/<id>/ares/take", ("take", "name")),
        "POST /r/<registry>/<int:id>/ares/leave": posts("/r/<registry>/<id>/ares/leave", ("what", "name")),
        "POST /r/<registry>/<int:id>/ares/watch": posts("/r/<registry>/<id>/ares/watch", ("on", "1")),
    }


ADMIN_PAGES = (
    "/admin",
    "/admin/ares",
    "/admin/ares/<registry>",
    "/admin/design",
    "/admin/design.yaml",
    "/admin/gallery",
    "/admin/gallery/<template>",
    "/admin/sheets/<folder>",
    "/admin/sheets/<folder>/progress",
    "/admin/history",
    "/admin/history/<int:version>/<any(return, undo):way>",
    "/admin/jobs",
    "/admin/organisation",
    "/admin/plugins",
    "/admin/plugins/<plugin>",
    "/admin/plugins/<plugin>/switch",
    "/admin/people",
    "/admin/people/<int:id>",
    "/admin/people/<int:id>/identity",
    "/admin/people/add",
    "/admin/people/<int:id>/leave",
    "/admin/people/invite",
    "/admin/people/second-factor",
    "/admin/r/<registry>",
    "/admin/r/<registry>/<any(sections, categories):place>/<key>",
    "/admin/r/<registry>/<any(sections, categories):place>/new",
    "/admin/r/<registry>/field-key",
    "/admin/r/<registry>/field-options",
    "/admin/r/<registry>/field-positions",
    "/admin/r/<registry>/fields/<key>",
    "/admin/r/<registry>/fields/new",
    "/admin/r/<registry>/general",
    "/admin/r/<registry>/columns",
    "/admin/r/<registry>/copy",
    "/admin/r/<registry>/copy/plan",
    "/admin/r/<registry>/many/<any(off, on, move):deed>",
    "/admin/r/<registry>/news",
    "/admin/r/<registry>/preview",
    "/admin/r/<registry>/series/<key>",
    "/admin/r/<registry>/title",
    "/admin/r/<registry>/title/trial",
    "/admin/r/<registry>/when/<any(visible, required, readonly):word>",
    "/admin/r/<registry>/roles",
    "/admin/r/<registry>/roles/<role>/rule",
    "/admin/r/<registry>/roles/<role>/rule/condition",
    "/admin/r/<registry>/roles/<role>/rule/use",
    "/admin/registries/new",
    "/admin/roles",
    "/admin/roles/<role>",
    "/admin/r/<registry>/roles/<role>/fields/<section>",
    "/admin/r/<registry>/roles/<role>/fields/<section>/use",
    "/admin/roles/changes",
    "/admin/roles/compare",
    "/admin/roles/new",
    "/admin/why",
    "/admin/why/<registry>/<int:id>",
    "/see-as",
)
ADMIN_FORMS = (
    "/admin/ares/<registry>",
    "/admin/design",
    "/admin/gallery/<template>",
    "/admin/sheets",
    "/admin/sheets/<folder>",
    "/admin/sheets/<folder>/drop",
    "/admin/sheets/<folder>/sheet",
    "/admin/jobs/<int:id>/stop",
    "/admin/history/<int:version>/<any(return, undo):way>",
    "/admin/organisation",
    "/admin/plugins/<plugin>",
    "/admin/plugins/<plugin>/impact",
    "/admin/plugins/<plugin>/switch",
    "/admin/people/<int:id>",
    "/admin/people/<int:id>/<any(on, off, revoke, password, factor):deed>",
    "/admin/people/<int:id>/invite",
    "/admin/people/<int:id>/leave",
    "/admin/people/add",
    "/admin/people/invite",
    "/admin/people/invite/again",
    "/admin/people/invite/preview",
    "/admin/people/second-factor",
    "/admin/r/<registry>/<any(sections, categories):place>/<key>",
    "/admin/r/<registry>/<any(sections, categories):place>/new",
    "/admin/r/<registry>/<any(sections, categories, fields):place>/<key>/move",
    "/admin/r/<registry>/<any(sections, categories, fields):place>/<key>/switch",
    "/admin/r/<registry>/fields/<key>",
    "/admin/r/<registry>/fields/new",
    "/admin/r/<registry>/general",
    "/admin/r/<registry>/columns",
    "/admin/r/<registry>/copy",
    "/admin/r/<registry>/many/<any(off, on, move):deed>",
    "/admin/r/<registry>/series/<key>",
    "/admin/r/<registry>/title",
    "/admin/r/<registry>/roles",
    "/admin/r/<registry>/roles/impact",
    "/admin/registries/<registry>/move",
    "/admin/registries/<registry>/switch",
    "/admin/registries/new",
    "/admin/roles/<role>",
    "/admin/roles/<role>/remove",
    "/admin/roles/new",
)
BODY = {"key": "x", "name": "X", "type": "text", "section": "public"}
KEYS = ("no-such-key", "x" * 60)
# The portal is not there for staff, nor its design for the reader; guests have worlds of their own.
PORTAL_PAGES = (
    "/admin/portal",
    "/admin/portal/<role>",
    "/admin/portal/<role>/pages/<registry>",
    "/from-customers/invite/<registry>",
    "/from-customers/invite/<registry>/<int:id>",
    "/from-customers/on/<registry>/<int:id>/beside",
    "/from-customers/people",
    "/portal",
    "/portal/<registry>",
    "/portal/<registry>/<int:id>",
    "/portal/<registry>/<int:id>/edit",
    "/portal/<registry>/export",
    "/portal/<registry>/new",
    "/portal/forgotten",
    "/portal/invitation/<key>",
    "/portal/link",
    "/portal/link/<key>",
    "/portal/my-data",
    "/portal/new-password/<key>",
    "/portal/sign-in",
    f"{API}/portal",
    f"{API}/portal/<page>",
    f"{API}/portal/<page>/<id:record>",
    f"{API}/portal/<page>/<id:record>/files",
    f"{API}/portal/<page>/<id:record>/files/<id:file>/content",
    f"{API}/portal/<page>/<id:record>/talk",
)
PORTAL_FORMS = (
    "/admin/portal",
    "/admin/portal/groups",
    "/admin/portal/<role>",
    "/admin/portal/<role>/contacts",
    "/admin/portal/<role>/pages",
    "/admin/portal/<role>/pages/<registry>",
    "/admin/portal/<role>/things",
    "/admin/portal/<role>/tiles",
    "/admin/portal/roles",
    "/from-customers/chosen/<registry>",
    "/from-customers/invite/<registry>",
    "/from-customers/look",
    "/portal/<registry>/<int:id>/approvals/<int:item>",
    "/portal/<registry>/<int:id>/edit",
    "/portal/<registry>/<int:id>/files",
    "/portal/<registry>/<int:id>/talk",
    "/portal/<registry>/new",
    "/portal/invitation/<key>",
    "/portal/link/<key>",
    "/portal/my-data",
    "/portal/my-data/password",
    "/portal/my-data/second-factor",
    "/portal/my-data/settings",
    "/portal/new-password/<key>",
)
PORTAL_DOORS = ("/portal/sign-in", "/portal/sign-out", "/portal/forgotten", "/portal/link")
Asks = Callable[[Places], Iterable[Ask]]
TILES = (*(f"f{n}" for n in range(1, 12)), "u1", "u2", "u3", "o1", "nothing")


def tile_form_asks(rule: str, **more: str) -> Asks:
    """The dialog of a tile: of each kind, registry and of what is there."""

    def asks(p: Places) -> Iterator[Ask]:
        for place in ("0", *REGISTRIES):
            address = rule.replace("<place>", place)
            yield get(address, **more)
            for tile in ("f1", "f5", "f6", "f7", "f8"):
                yield get(address, **{"t.id": tile}, **more)
        for kind in ("figure", "rows", "split", "ahead", "words", "shortcuts", "nothing"):
            for registry in REGISTRIES:
                yield get(rule.replace("<place>", "0"), **{"t.kind": kind, "t.registry": registry}, **more)

    return asks


def save_tile_asks(p: Places) -> Iterator[Ask]:
    """Tiles of one's own, of everything there is, is hidden, or is not."""
    for registry in REGISTRIES:
        form = (("t.registry", registry), ("t.width", "1"), ("t.whose", "own"))
        yield post("/boards/0/tile", ("t.kind", "figure"), *form, ("t.measure", "count"))
    form = (("t.registry", "firms"), ("t.width", "2"), ("t.whose", "own"))
    for name in (*MASKED[:4], *HIDDEN, *ABSENT[:3]):
        yield post("/boards/0/tile", ("t.kind", "figure"), *form, ("t.measure", f"sum:{name}"))
        yield post("/boards/0/tile", ("t.kind", "rows"), *form, ("t.sort", name), ("t.columns", name))
        yield post("/boards/0/tile", ("t.kind", "split"), *form, ("t.by", name))
        condition = json.dumps({"field": name, "op": "not_empty"})
        yield post(
            "/boards/0/tile", ("t.kind", "figure"), *form, ("t.measure", "count"), ("filter", condition)
        )
        link = f"/r/firms?sort={name}"
        yield post("/boards/0/tile", ("t.kind", "shortcuts"), *form, ("t.names", "x"), ("t.addresses", link))
    yield post("/boards/0/tile", ("t.kind", "words"), ("t.whose", "firm"), ("t.text", "x"))
    yield get("/")


def arrange_asks(p: Places) -> Iterator[Ask]:
    """Tiles moved, sized, hidden and taken away, those of the firm and those that are not seen among them."""
    forms: Mapping[str, tuple[tuple[str, str], ...]] = {
        "move": (("before", "f1"),),
        "size": (("width", "2"),),
    }
    for deed in ("move", "size", "hide", "show", "remove"):
        for tile in TILES:
            for whose in ("own", "firm"):
                yield post(f"/boards/0/tiles/{tile}/{deed}", ("whose", whose), *forms.get(deed, ()))
    yield get("/", arrange="own")
    yield get("/", arrange="firm")


# A text is the reason why a route need not be asked. The order matters: what only reads comes first.
ROUTES: Mapping[str, Asks | str] = {
    "GET /static/<path:filename>": "the same files for everybody, read from no database; declared public",
    "GET /healthz": just(get("/healthz"), Ask("GET", "/healthz", nobody=True)),
    "GET /readyz": just(get("/readyz")),
    "GET /api/v1/openapi.json": just(get(f"{API}/openapi.json")),
    "GET /api/v1/docs": just(get(f"{API}/docs")),
    "GET /api/v1/me": just(get(f"{API}/me")),
    "GET /api/v1/tokens": just(get(f"{API}/tokens")),
    "GET /api/v1/users": just(get(f"{API}/users")),
    "GET /api/v1/users/<id:user>": of_users("GET"),
    "GET /api/v1/roles": just(get(f"{API}/roles")),
    "GET /api/v1/roles/<role>/grants/<registry>": design("GET", "/roles/<role>/grants/<registry>"),
    "GET /api/v1/registries": just(get(f"{API}/registries")),
    "GET /api/v1/design/history": just(
        get(f"{API}/design/history"), get(f"{API}/design/history", before="3")
    ),
    "GET /api/v1/design/history/<id:version>": with_parts(
        "GET", f"{API}/design/history/<version>", version=(2, MISSING)
    ),
    "GET /api/v1/registries/<registry>": design("GET", "/registries/<registry>"),
    "GET /api/v1/registries/<registry>/sections": design("GET", "/registries/<registry>/sections"),
    "GET /api/v1/registries/<registry>/fields": design("GET", "/registries/<registry>/fields"),
    "GET /api/v1/registries/<registry>/categories": design("GET", "/registries/<registry>/categories"),
    "GET /api/v1/registries/<registry>/records": list_asks,
    "GET /api/v1/registries/<registry>/records/<id:record>": one_record_asks,
    "GET /api/v1/registries/<registry>/records/<id:record>/history": history_asks,
    "GET /api/v1/registries/<registry>/records/<id:record>/related": record_asks("/related"),
    "GET /api/v1/registries/<registry>/summary": summary_asks,
    "GET /api/v1/search": search_asks,
    "GET /api/v1/jobs": just(get(f"{API}/jobs")),
    "GET /api/v1/jobs/<id:job>": of_things("GET", "/jobs/<id>", "job"),
    "GET /api/v1/registries/<registry>/export": export_asks,
    "GET /api/v1/jobs/<id:job>/file": of_things("GET", "/jobs/<id>/file", "job"),
    "GET /r/<registry>/import": import_page_asks,
    "GET /r/<registry>/imports/<int:id>": import_job_asks(),
    "GET /r/<registry>/imports/<int:id>/progress": import_job_asks("/progress"),
    "GET /r/<registry>/export": export_page_asks,
    "GET /r/<registry>/exports/<int:id>": import_job_asks(kind="exports"),
    "GET /r/<registry>/exports/<int:id>/progress": import_job_asks("/progress", kind="exports"),
    "GET /r/<registry>/exports/<int:id>/file": import_job_asks("/file", kind="exports"),
    "GET /settings": just(get("/settings")),
    **{f"GET {rule}": refused("GET", rule) for rule in ADMIN_PAGES},
    "GET /": just(get("/"), Ask("GET", "/", nobody=True)),
    "GET /r/<registry>/home": with_parts("GET", "/r/<registry>/home", registry=REGISTRIES),
    "GET /boards/<place>/tiles/<tile>": with_parts(
        "GET", "/boards/<place>/tiles/<tile>", place=("0", *REGISTRIES), tile=TILES
    ),
    "GET /boards/<place>/tile": tile_form_asks("/boards/<place>/tile"),
    "GET /boards/<place>/tile/condition": tile_form_asks(
        "/boards/<place>/tile/condition", field="turnover", op="gte", value="1"
    ),
    "GET /identity/<colour>.css": just(
        get("/identity/0f766e.css"), Ask("GET", "/identity/nothing.css", nobody=True)
    ),
    "GET /identity/<hashed>": just(get(f"/identity/{'0' * 64}")),
    "GET /pictures/<hashed>": just(get(f"/pictures/{'0' * 64}"), Ask("GET", "/pictures/0", nobody=True)),
    "GET /api/v1/organisation": just(get(f"{API}/organisation")),
    "GET /counts": just(get("/counts"), get("/counts", tiles="1")),
    "GET /find": lambda p: (get("/find", q=word) for word in WORDS),
    "GET /people/pick": just(get("/people/pick"), get("/people/pick", q="o")),
    "GET /absences/pick": just(get("/absences/pick"), get("/absences/pick", q="o")),
    "GET /absences/new": just(get("/absences/new"), get("/absences/new", user="1")),
    "GET /absences/<int:id>": just(get("/absences/1"), get(f"/absences/{MISSING}")),
    "GET /api/v1/absences": just(get(f"{API}/absences"), get(f"{API}/absences", past="true", user="1")),
    "GET /api/v1/absences/<id:absence>": just(get(f"{API}/absences/1"), get(f"{API}/absences/{MISSING}")),
    "GET /second-factor": "a secret made at random for whoever asks, out of nothing that is kept",
    "GET /sign-in/code": just(get("/sign-in/code"), Ask("GET", "/sign-in/code", nobody=True)),
    "GET /sign-in": just(get("/sign-in"), Ask("GET", "/sign-in", nobody=True)),
    "GET /forgotten": just(get("/forgotten"), Ask("GET", "/forgotten", nobody=True)),
    "GET /invitation/<key>": with_parts("GET", "/invitation/<key>", key=KEYS),
    "GET /new-password/<key>": with_parts("GET", "/new-password/<key>", key=KEYS),
    "GET /language/<language>": with_parts("GET", "/language/<language>", language=("en", "xx")),
    "GET /r/<registry>": web_list_asks,
    "GET /r/<registry>/count": web_count_asks,
    "GET /r/<registry>/bin": with_parts("GET", "/r/<registry>/bin", registry=REGISTRIES),
    "GET /r/<registry>/condition": condition_asks,
    "GET /r/<registry>/condition/use": use_condition_asks,
    "GET /r/<registry>/pick": pick_asks,
    "GET /r/<registry>/new": new_asks,
    "GET /r/<registry>/<int:id>": web_record(),
    "GET /r/<registry>/<int:id>/edit": web_record("/edit"),
    "GET /r/<registry>/<int:id>/latest": web_record("/latest"),
    "GET /r/<registry>/<int:id>/history": web_record("/history"),
    "GET /r/<registry>/<int:id>/history/<int:version>": version_asks("GET"),
    "GET /r/<registry>/<int:id>/from/<other>": from_asks,
    "GET /r/<registry>/<int:id>/details/<field>": field_asks(),
    "GET /r/<registry>/<int:id>/details/<field>/form": field_asks("/form"),
    "GET /r/<registry>/<int:id>/tab/<plugin>": tab_asks,
    "GET /api/v1/notes": all_asks("notes"),
    "GET /notes": just(
        *(get("/notes", q=word) for word in WORDS), get("/notes", show="mine"), get("/notes", show="x")
    ),
    "GET /api/v1/plugins": just(get(f"{API}/plugins")),
    "GET /api/v1/plugins/<plugin>": just(get(f"{API}/plugins/notes"), get(f"{API}/plugins/nothing")),
    **thing_routes("notes", {"text": "psáno"}),
    "POST /api/v1/notes": new_thing_asks("notes", {"text": "nová", "roles": ["clerk"]}),
    "POST /notes/<int:id>/pin": dialog_asks("POST", "/notes/<int:id>/pin"),
    "POST /api/v1/plugins": just(api("POST", "/plugins", {"key": "notes", "active": False})),
    "PATCH /api/v1/plugins/<plugin>": just(api("PATCH", "/plugins/notes", {"active": False})),
    "POST /api/v1/plugins/<plugin>": just(api("POST", "/plugins/notes", {"active": False})),
    "GET /api/v1/notifications": all_told,
    "GET /api/v1/notifications/<id:notification>": told_asks("GET"),
    "POST /api/v1/notifications/<id:notification>/read": told_asks("POST", "/read"),
    "POST /api/v1/notifications/<id:notification>/unread": told_asks("POST", "/unread"),
    "POST /api/v1/notifications/<id:notification>/snooze": told_asks(
        "POST", "/snooze", {"until": "2026-12-24T08:00:00Z"}
    ),
    "POST /api/v1/notifications/read-all": just(
        api("POST", "/notifications/read-all", {"watchdog": 3}), api("POST", "/notifications/read-all")
    ),
    "GET /watchdogs": just(get("/watchdogs")),
    "GET /watchdogs/new": new_dog_asks,
    "GET /watchdogs/condition/<registry>": dog_condition_asks,
    "POST /watchdogs/form": dog_forms("/watchdogs/form"),
    "POST /watchdogs/new": dog_forms("/watchdogs/new"),
    "GET /watchdogs/<int:id>": dog_pages("GET", ""),
    "POST /watchdogs/<int:id>": dog_pages(
        "POST", "", ("registry", "firms"), ("kind", "created"), ("to", "me")
    ),
    "POST /watchdogs/<int:id>/switch": dog_pages("POST", "/switch"),
    "POST /watchdogs/<int:id>/off": dog_pages("POST", "/off"),
    "POST /watchdogs/<int:id>/on": dog_pages("POST", "/on"),
    "POST /watchdogs/<int:id>/remove": dog_pages("POST", "/remove"),
    "POST /watchdogs/manners": just(
        post("/watchdogs/manners", ("quiet_from", "20:00"), ("quiet_to", "07:00")),
        post("/watchdogs/manners", ("quiet_from", "x"), ("quiet_to", "07:00")),
    ),
    "GET /watchdogs/overview": just(get("/watchdogs/overview")),
    "POST /watchdogs/overview/again": just(post("/watchdogs/overview/again", ("delivery", "1"))),
    "POST /watchdogs/overview/test-mail": just(post("/watchdogs/overview/test-mail")),
    "GET /watchdogs/unsubscribe/<key>": just(get("/watchdogs/unsubscribe/guess")),
    "POST /watchdogs/unsubscribe/<key>": just(post("/watchdogs/unsubscribe/guess")),
    "GET /api/v1/watchdogs/unsubscribe/<key>": just(get(f"{API}/watchdogs/unsubscribe/guess")),
    "POST /api/v1/watchdogs/unsubscribe/<key>": just(api("POST", "/watchdogs/unsubscribe/guess")),
    "GET /notifications": just(
        WORK,
        *(
            get("/notifications", show=show, by=by)
            for show in ("", "all")
            for by in ("time", "record", "watchdog")
        ),
        get("/notifications", watchdog="2", before="30"),
    ),
    "GET /notifications/count": just(get("/notifications/count")),
    "GET /notifications/<int:id>/open": told_pages("GET", "/open"),
    "POST /notifications/<int:id>/read": told_pages("POST", "/read"),
    "POST /notifications/<int:id>/snooze": told_pages("POST", "/snooze", ("until", "week")),
    "POST /notifications/read-all": just(post("/notifications/read-all", ("watchdog", "4"))),
    "GET /api/v1/watchdogs": just(get(f"{API}/watchdogs"), get(f"{API}/watchdogs", page_size="2")),
    "POST /api/v1/watchdogs/preview": lambda p: (
        api("POST", "/watchdogs/preview", each) for each in bodies()
    ),
    "POST /api/v1/watchdogs": lambda p: (api("POST", "/watchdogs", each) for each in bodies()),
    "GET /api/v1/watchdogs/<id:watchdog>": dog_asks("GET"),
    "PATCH /api/v1/watchdogs/<id:watchdog>": dog_asks(
        "PATCH", "", {"active": False}, {"active": True}, {"filter": {"field": "h_text_a", "op": "not_empty"}}
    ),
    "DELETE /api/v1/watchdogs/<id:watchdog>": dog_asks("DELETE"),
    **file_routes(),
    **talk_routes(),
    **thing_routes("tasks", {"title": "psáno"}),
    "GET /api/v1/tasks": all_asks("tasks", mine="1"),
    "POST /api/v1/tasks": new_thing_asks("tasks", {"title": "nový"}),
    "POST /api/v1/tasks/<id:thing>/accept": api_things("tasks", "/accept"),
    "POST /api/v1/tasks/<id:thing>/hand-back": api_things("tasks", "/hand-back"),
    "GET /tasks/count": just(get("/tasks/count")),
    "GET /tasks": just(
        *(
            get("/tasks", whose=whose, shape=shape)
            for whose in ("mine", "team", "asked", "waiting", "done")
            for shape in ("list", "board", "calendar")
        ),
        get("/tasks", priority="high", month="2026-10"),
        get("/tasks", cursor="x"),
    ),
    "GET /tasks/calendar-link": just(get("/tasks/calendar-link")),
    "GET /tasks/feed/<key>.ics": just(
        get("/tasks/feed/guess.ics"), Ask("GET", "/tasks/feed/x.ics", nobody=True)
    ),
    "POST /tasks/calendar-link": just(post("/tasks/calendar-link", ("revoke", "1"))),
    "POST /tasks/quick": posts_on("/tasks/quick", ("title", "rychlý")),
    "GET /tasks/<int:id>": dialog_asks("GET", "/tasks/<int:id>"),
    "POST /tasks/<int:id>/watch": dialog_asks("POST", "/tasks/<int:id>/watch", ("watch", "1")),
    "POST /tasks/<int:id>/comments": dialog_asks("POST", "/tasks/<int:id>/comments", ("text", "řečeno")),
    "GET /tasks/packages": just(get("/tasks/packages")),
    "GET /tasks/packages/new": just(get("/tasks/packages/new")),
    "POST /tasks/packages/new": just(post("/tasks/packages/new", ("name", "x"))),
    "GET /tasks/packages/<key>": just(get("/tasks/packages/welcome")),
    "POST /tasks/packages/<key>": just(post("/tasks/packages/welcome", ("name", "x"))),
    "POST /tasks/packages/start": posts_on("/tasks/packages/start", ("package", "welcome")),
    "GET /api/v1/tasks/packages": just(get(f"{API}/tasks/packages")),
    "POST /api/v1/tasks/packages/<key>/start": new_thing_asks("tasks/packages/welcome/start", {}),
    "GET /tasks/comments/new": dialog_asks("GET", "/tasks/comments/new"),
    "POST /tasks/comments/new": dialog_asks("POST", "/tasks/comments/new", ("v.text", "řečeno")),
    "GET /tasks/comments/<int:id>/form": dialog_asks("GET", "/tasks/comments/<int:id>/form"),
    "POST /tasks/comments/<int:id>/form": dialog_asks(
        "POST", "/tasks/comments/<int:id>/form", ("v.text", "jinak"), ("version", "1")
    ),
    "POST /tasks/comments/<int:id>/remove": dialog_asks("POST", "/tasks/comments/<int:id>/remove"),
    "POST /tasks/comments/<int:id>/restore": dialog_asks("POST", "/tasks/comments/<int:id>/restore"),
    "GET /api/v1/tasks/<id:thing>/comments": lone_asks("GET", "tasks", suffix="/comments"),
    "POST /api/v1/tasks/<id:thing>/comments": lone_asks(
        "POST", "tasks", {"text": "@Otto"}, suffix="/comments"
    ),
    "PATCH /api/v1/tasks/<id:thing>/comments/<id:comment>": comment_asks("PATCH", {"text": "jinak"}),
    "DELETE /api/v1/tasks/<id:thing>/comments/<id:comment>": comment_asks("DELETE", None),
    "POST /tasks/<int:id>/tick": dialog_asks("POST", "/tasks/<int:id>/tick"),
    "POST /tasks/<int:id>/state": dialog_asks("POST", "/tasks/<int:id>/state", ("section", "waiting")),
    "POST /tasks/<int:id>/accept": dialog_asks("POST", "/tasks/<int:id>/accept"),
    "POST /tasks/<int:id>/hand-back": dialog_asks("POST", "/tasks/<int:id>/hand-back"),
    "POST /tasks/<int:id>/item": dialog_asks("POST", "/tasks/<int:id>/item", ("line", "0"), ("done", "1")),
    **thing_routes("activities", {"text": "psáno"}),
    "GET /api/v1/activities": all_asks("activities"),
    "GET /activities": just(
        get("/activities"),
        *(get("/activities", q=word, kind="call") for word in WORDS),
        get("/activities", who="1"),
    ),
    "GET /activities/numbers": just(
        get("/activities/numbers", until="2030-01-01"), get("/activities/numbers", who="2")
    ),
    "GET /activities/list": just(
        get("/activities/list", until="2030-01-01"), get("/activities/list", who="2")
    ),
    "GET /activities/on/<registry>/<int:id>": timeline_asks,
    "GET /activities/tray": just(get("/activities/tray")),
    "GET /activities/templates": just(get("/activities/templates")),
    "POST /activities/templates": just(
        post("/activities/templates", ("name", "x"), ("text", "y"), ("kind", ""))
    ),
    "POST /activities/tray/fetch": just(post("/activities/tray/fetch")),
    "GET /activities/tray/list": just(get("/activities/tray/list")),
    "POST /activities/<int:id>/file": dialog_asks("POST", "/activities/<int:id>/file", ("on", "firms/1")),
    "GET /call": just(get("/call"), get("/call", number="777123456")),
    "GET /call/found": just(
        *(get("/call/found", number=each) for each in ("7771", "+420777123456", "602111222"))
    ),
    **ares_routes(),
    "PATCH /api/v1/registries/<registry>/records/<id:record>": change_asks,
    "POST /api/v1/registries/<registry>/records": create_asks,
    "POST /api/v1/registries/<registry>/records/batch": batch_asks,
    "POST /api/v1/registries/<registry>/records/<id:record>/merge": merge_asks,
    "POST /api/v1/registries/<registry>/records/<id:record>/restore": restore_asks,
    "DELETE /api/v1/registries/<registry>/records/<id:record>": remove_asks,
    "POST /api/v1/design/history/<id:version>/return": with_parts(
        "POST", f"{API}/design/history/<version>/return", {}, version=(2, MISSING)
    ),
    "POST /api/v1/design/history/<id:version>/undo": with_parts(
        "POST", f"{API}/design/history/<version>/undo", {}, version=(2, MISSING)
    ),
    "POST /api/v1/registries": design("POST", "/registries", BODY, {"template": "companies"}),
    "PATCH /api/v1/organisation": just(api("PATCH", "/organisation", {"name": "x"})),
    "PATCH /api/v1/registries/<registry>": design("PATCH", "/registries/<registry>", {"name": "x"}),
    "DELETE /api/v1/registries/<registry>": design("DELETE", "/registries/<registry>"),
    "POST /api/v1/registries/<registry>/sections": design("POST", "/registries/<registry>/sections", BODY),
    "PATCH /api/v1/registries/<registry>/sections/<section>": design(
        "PATCH", "/registries/<registry>/sections/<section>", {"name": "x"}
    ),
    "DELETE /api/v1/registries/<registry>/sections/<section>": design(
        "DELETE", "/registries/<registry>/sections/<section>"
    ),
    "POST /api/v1/registries/<registry>/fields": design("POST", "/registries/<registry>/fields", BODY),
    "PATCH /api/v1/registries/<registry>/fields/<field>": design(
        "PATCH", "/registries/<registry>/fields/<field>", {"type": "text"}
    ),
    "DELETE /api/v1/registries/<registry>/fields/<field>": design(
        "DELETE", "/registries/<registry>/fields/<field>"
    ),
    "POST /api/v1/registries/<registry>/categories": design(
        "POST", "/registries/<registry>/categories", BODY
    ),
    "PATCH /api/v1/registries/<registry>/categories/<category>": design(
        "PATCH", "/registries/<registry>/categories/<category>", {"name": "x"}
    ),
    "DELETE /api/v1/registries/<registry>/categories/<category>": design(
        "DELETE", "/registries/<registry>/categories/<category>"
    ),
    "POST /api/v1/roles": design(
        "POST", "/roles", {"key": "secret_a", "name": "x"}, {"key": "nothing", "name": "x"}
    ),
    "PATCH /api/v1/roles/<role>": design("PATCH", "/roles/<role>", {"powers": ["design"]}),
    "DELETE /api/v1/roles/<role>": design("DELETE", "/roles/<role>"),
    "PUT /api/v1/roles/<role>/grants/<registry>": design(
        "PUT", "/roles/<role>/grants/<registry>", {"rights": ["view"], "sections": {"hidden_a": "edit"}}
    ),
    "POST /api/v1/users": just(
        api("POST", "/users", {"email": "x@y.example", "roles": ["secret_a"]}),
        api("POST", "/users", {"email": COLLEAGUE}),
    ),
    "PATCH /api/v1/users/<id:user>": of_users("PATCH", {"roles": ["admin"]}, {"active": False}),
    "PATCH /api/v1/me": just(
        *(
            api("PATCH", "/me", body)
            for body in (
                {"roles": ["admin"]},
                {"powers": ["design"]},
                {"identity": {"registry": "vault_a", "id": 1}},
                {"theme": "dark"},
            )
        )
    ),
    "POST /api/v1/tokens": just(
        api("POST", "/tokens", {"name": "x", "user_id": 1}), api("POST", "/tokens", {"name": "second"})
    ),
    "DELETE /api/v1/tokens/<id:token>": of_things("DELETE", "/tokens/<id>", "token"),
    "POST /api/v1/jobs/<id:job>/cancel": of_things("POST", "/jobs/<id>/cancel", "job"),
    "POST /api/v1/batches/<id:batch>/undo": undo_asks("/api/v1/batches/<batch>/undo"),
    "POST /batches/<int:batch>/undo": undo_asks("/batches/<batch>/undo"),
    "POST /r/<registry>/<int:id>/details/<field>": save_field_asks,
    "POST /r/<registry>/<int:id>/edit": save_record_asks,
    "POST /r/<registry>/new": create_web_asks,
    "POST /r/<registry>/new/rules": judge_asks(of_record=False),
    "POST /r/<registry>/<int:id>/rules": judge_asks(of_record=True),
    "POST /r/<registry>/<int:id>/history/<int:version>": version_asks("POST"),
    "POST /r/<registry>/<int:id>/remove": posts("/r/<registry>/<id>/remove", ("version", "97")),
    "POST /r/<registry>/<int:id>/restore": posts("/r/<registry>/<id>/restore"),
    "POST /r/<registry>/selection/change": bulk_change_asks,
    "POST /r/<registry>/selection/merge": merge_selection_asks,
    "GET /r/<registry>/<int:id>/merge": merge_with_asks,
    "POST /r/<registry>/selection/remove": bulk_remove_asks,
    "POST /api/v1/registries/<registry>/imports": import_asks,
    "POST /r/<registry>/import": import_form_asks,
    "POST /r/<registry>/selection/export": selection_export_asks,
    "POST /r/<registry>/imports/<int:id>/cancel": import_job_asks("/cancel", "POST"),
    **{f"POST {rule}": refused("POST", rule) for rule in ADMIN_FORMS},
    **{f"GET {rule}": refused("GET", rule) for rule in PORTAL_PAGES},
    **{f"POST {rule}": refused("POST", rule) for rule in PORTAL_FORMS},
    **{f"POST {rule}": just(post(rule, ("email", COLLEAGUE), nobody=True)) for rule in PORTAL_DOORS},
    f"POST {API}/portal/<page>": with_parts(
        "POST", f"{API}/portal/<page>", {"values": {"name": "x"}}, page=("firms", "vault_a", "nothing")
    ),
    f"POST {API}/portal/<page>/<id:record>/files": just(
        *(api("POST", f"/portal/{registry}/1/files", {}) for registry in ("firms", "vault_a"))
    ),
    f"POST {API}/portal/<page>/<id:record>/talk": just(
        *(
            api("POST", f"/portal/{registry}/{record}/talk", {"text": "x"})
            for registry in ("firms", "vault_a")
            for record in (1, MISSING)
        )
    ),
    "POST /settings": of_own_settings,
    "POST /settings/password": just(post("/settings/password", ("old", "wrong"), ("new", PASSWORD))),
    "POST /settings/tokens": just(post("/settings/tokens", ("name", ""))),
    "POST /settings/tokens/<int:id>/revoke": revoke_asks,
    "POST /api/v1/absences": just(
        api("POST", "/absences", {"begins": "2030-01-01", "ends": "2030-01-02", "substitute": 3}),
        api("POST", "/absences", {"begins": "2030-01-01", "ends": "2030-01-02", "user": 1}),
        api("POST", "/absences", {"begins": "2031-01-01", "ends": "2031-01-02", "substitute": MISSING}),
    ),
    "PATCH /api/v1/absences/<id:absence>": just(
        *(api("PATCH", f"/absences/{each}", {"note": "x"}) for each in (1, MISSING))
    ),
    "DELETE /api/v1/absences/<id:absence>": just(api("DELETE", f"/absences/{MISSING}")),
    "POST /absences/new": just(
        post("/absences/new", ("begins", "2032-01-01"), ("ends", "2032-01-02"), ("substitute", "3")),
        Ask(
            "POST", "/absences/new", (("user", "1"),), form=(("begins", "2032-01-01"), ("ends", "2032-01-02"))
        ),
    ),
    "POST /absences/<int:id>": just(post("/absences/1", ("begins", "x")), post(f"/absences/{MISSING}")),
    "POST /absences/<int:id>/remove": just(post(f"/absences/{MISSING}/remove")),
    "POST /second-factor": "shows the secret of the page before it again, made at random for whoever asks",
    "POST /sign-in/code": just(post("/sign-in/code", ("code", "000000"))),
    "POST /settings/second-factor/<any(codes, move, off):deed>": just(
        *(post(f"/settings/second-factor/{deed}", ("code", "000000")) for deed in ("codes", "move", "off"))
    ),
    "POST /settings/sessions/<int:id>/end": just(post(f"/settings/sessions/{MISSING}/end")),
    "POST /settings/sessions/end": just(post("/settings/sessions/end")),
    "POST /see-as": just(post("/see-as", ("person", "1")), post("/see-as", ("role", "secret_a"))),
    "POST /see-as/end": just(post("/see-as/end", ("back", "//evil.example"))),
    "POST /preferences": just(
        post("/preferences", ("theme", "light"), ("back", "//evil.example")),
        post("/preferences", ("theme", "nothing")),
    ),
    "POST /forgotten": just(
        *(
            post("/forgotten", ("email", email), nobody=True)
            for email in (COLLEAGUE, READER, "nobody@firm.example")
        )
    ),
    "POST /invitation/<key>": just(
        *(post(f"/invitation/{key}", ("password", PASSWORD), ("name", "x")) for key in KEYS)
    ),
    "POST /new-password/<key>": just(*(post(f"/new-password/{key}", ("password", PASSWORD)) for key in KEYS)),
    "POST /sign-in": just(
        post("/sign-in", ("email", COLLEAGUE), ("password", "wrong")),
        post("/sign-in", ("email", "nobody@firm.example"), ("password", "wrong")),
    ),
    "POST /boards/<place>/tile": save_tile_asks,
    "POST /boards/<place>/tiles/<tile>/<any(move, size, hide, show, remove):deed>": arrange_asks,
    "POST /boards/<place>/back": lambda p: (
        post(f"/boards/{place}/back", ("whose", whose))
        for place in ("0", *REGISTRIES)
        for whose in ("own", "firm")
    ),
    "POST /steps/<step>": lambda p: (post(f"/steps/{step}") for step in ("keys", "nothing")),
    "POST /steps/away": just(post("/steps/away")),
    "POST /steps/back": just(post("/steps/back")),
    "POST /sign-out": just(post("/sign-out")),
}
