"""The API against its own description: whatever is sent, it never fails, and the description is sound."""

import random
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis.generation.modes import GenerationMode

from kartoteka.app import open_office
from kartoteka.platform.services import modelling, people, records, tokens
from kartoteka.platform.services.installing import install
from kartoteka.platform.services.office import Office
from tests.servers.apps import app_for
from tests.servers.offices import settings_for

# PostgreSQL has the stricter types; what SQLite alone would choke on takes fewer tries to find.
EXAMPLES = {"sqlite": 4, "postgresql": 8}
COMPANIES = {
    "key": "companies",
    "name": "Companies",
    "title": "{name}",
    "categories": [{"key": "customer", "name": "Customer"}],
    "sections": [
        {
            "key": "basic",
            "name": "Basic",
            "fields": [
                {"key": "name", "name": "Name", "type": "text"},
                {"key": "turnover", "name": "Turnover", "type": "money"},
                {"key": "parent", "name": "Parent", "type": "relation", "options": {"target": "companies"}},
                {"key": "founded", "name": "Founded", "type": "date"},
                {"key": "number", "name": "Number", "type": "integer"},
            ],
        }
    ],
}
# What is there, so that what is sent arrives somewhere; sometimes what was thought up stays.
THERE = {
    "registry": "companies",
    "section": "basic",
    "field": "turnover",
    "category": "customer",
    "role": "sales",
    "record": 1,
    "user": 3,
    "job": 1,
    "batch": 1,
    "token": 2,
}
QUERIES = {
    "filter": [
        '{"field": "turnover", "op": "gte", "value": "1"}',
        '{"not": {"field": "parent.name", "op": "contains", "value": "a"}}',
        '{"field": "founded", "op": "between", "value": [{"var": "today", "days": -99999999999}, 5]}',
        '{"field": "number", "op": "in", "value": [9223372036854775808]}',
        '{"field": "id", "op": "eq", "value": 1e30}',
    ],
    "sort": ["-turnover,name", "parent", "title,-id"],
    "fields": ["name,parent", ""],
    "page_size": ["1", "500"],
    "count": ["1"],
    "group_by": ["founded", "parent", "category"],
    "measure": ["sum:turnover", "avg:number"],
    "q": ["a b", "%", '"', "*", "NEAR("],
    "cursor": ["WzFd", "e30", "bnVsbA=="],
    "as_of": ["2026-11-21", "0001-01-01", "9999-12-31T23:59:59+14:00", "2026-11-21T00:00:00-23:59"],
}

VALUES = [
    None,
    "",
    "x",
    0,
    -1,
    2**63,
    10**400,
    1e308,
    0.1,
    True,
    [],
    [1],
    [99],
    {},
    {"id": 1},
    [[1]],
    "2020-02-30",
    "1,234",
    "\u202e",
    "9" * 400,
    "a" * 300,
    {"var": "me"},
]


@dataclass
class Site:
    """An application with something in it, and the token of an admin."""

    app: Flask
    office: Office
    token: str

    def mend(self) -> None:
        """Switch on again what a request may have switched off."""
        with self.office.begin_system(design=True) as work:
            for key in ("companies",):
                modelling.change_registry(work, key, {"active": True})
            for field in work.catalog.registries["companies"].fields:
                modelling.change_field(work, "companies", field.key, {"active": True, "required": False})
            modelling.change_section(work, "companies", "basic", {"active": True})
            if "sales" not in work.catalog.roles:
                modelling.create_role(work, {"key": "sales", "name": "Sales"})


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A Kartoteka with a registry, records, people and a batch."""
    databases: Any = request.getfixturevalue("sqlite_files" if request.param == "sqlite" else "postgresql")
    data: Path = tmp_path_factory.mktemp("data")
    with databases.database() as url:
        office = open_office(settings_for(url, data))
        install(office)
        with office.begin_system(design=True) as work:
            modelling.create_registry(work, COMPANIES)
            modelling.create_role(work, {"key": "sales", "name": "Sales"})
            people.create_user(work, {"email": "admin@example.com", "roles": ["admin"]})
            people.create_user(work, {"email": "other@example.com", "roles": ["sales"]})
            records.batch(
                work, "companies", create=[{"values": {"name": f"Firm {n}", "turnover": n}} for n in range(3)]
            )
        yield Site(app_for(office), office, tokens.create_token(office, "admin@example.com"))
        office.engine.dispose()


def test_every_route_is_described(site: Site) -> None:
    described = site.app.test_client().get("/api/v1/openapi.json").json["paths"]  # type: ignore[index]
    there = {
        (method.upper(), path)
        for path, each in described.items()
        for method in each
        if method != "parameters"
    }
    routes = {
        (method, re.sub(r"<(?:id:)?(\w+)>", r"{\1}", rule.rule))
        for rule in site.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.rule.startswith("/api/v1/") and not rule.endpoint.startswith("api_description.")
    }
    assert there == routes


def test_every_operation_says_what_it_does_in_its_own_words(site: Site) -> None:
    described = site.app.test_client().get("/api/v1/openapi.json").json["paths"]  # type: ignore[index]
    for path, each in described.items():
        for method, operation in each.items():
            if method != "parameters":
                summary = operation["summary"]
                assert summary[0].isupper() and summary.endswith(".") and "function" not in summary, (
                    method,
                    path,
                )


def test_the_page_that_explains_the_api_loads_nothing_from_elsewhere(site: Site) -> None:
    page = site.app.test_client().get("/api/v1/docs").text
    assert "/api/v1/registries/{registry}/records" in page
    assert (
        not re.search(r'(?:src|href)="(?:https?:)?//', page)
        and "<script" not in page
        and "style=" not in page
    )


@pytest.mark.timeout(900)
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_whatever_is_sent_it_never_fails(site: Site, mode: GenerationMode) -> None:
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", site.app)
    schema.validate()
    tried = 0
    for found in schema.get_all_operations():
        _try(site, found.ok(), mode)
        site.mend()
        tried += 1
    assert tried > 40


def _try(site: Site, operation: Any, mode: GenerationMode) -> None:
    try:
        strategy = operation.as_strategy(mode)
    except Exception as error:  # an operation without any input cannot be called wrongly
        assert mode is GenerationMode.NEGATIVE, error
        return

    examples = EXAMPLES[site.office.engine.dialect.name]

    @settings(max_examples=examples, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(case=strategy, dice=st.randoms(use_true_random=False))
    def attempt(case: Any, dice: random.Random) -> None:
        _aim(case, dice)
        answered = case.call(headers={"Authorization": f"Bearer {site.token}"})
        assert _is_no_failure(answered.status_code, case.path), (
            f"{answered.status_code} {case.as_curl_command()}"
        )
        # Calling without the token is one of the ways of calling wrongly.
        assert answered.status_code != 401 or mode is GenerationMode.NEGATIVE, case.as_curl_command()
        if answered.status_code >= 400:
            assert answered.headers["content-type"] == ["application/problem+json"]

    with suppress(Unsatisfiable):
        attempt()


def _is_no_failure(status: int, path: str) -> bool:
    """Only a service outside that nobody can reach may be answered with 503: the tests have none."""
    return status < 500 or (status == 503 and "/ares" in path)


def _aim(case: Any, dice: random.Random) -> None:
    """Let most requests arrive where something is, with some of what has been trouble elsewhere."""
    for name in case.path_parameters or {}:
        if name in THERE and dice.random() < 0.8:
            case.path_parameters[name] = THERE[name]
    if case.query is not None:
        for name in list(case.query):
            if name in QUERIES and dice.random() < 0.6:
                case.query[name] = dice.choice(QUERIES[name])
    if isinstance(case.body, dict) and "values" in case.body and dice.random() < 0.6:
        case.body["values"] = {
            field: dice.choice(VALUES) for field in ("name", "turnover", "parent", "founded", "number")
        }
