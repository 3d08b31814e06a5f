"""The state of a list in its address: read back as it was written, and refused when it is no state."""

import json
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from kartoteka.platform.kernel.errors import Invalid
from kartoteka.platform.web.state import MAX_FILTER, State, state_of

WON = {"field": "status", "op": "in", "value": ["won"]}
BRNO = {"field": "company.city", "op": "eq", "value": 'Brno & "okolí" #1'}
FULL = State("deals", (WON, BRNO), "něco + víc", "-value,name", ("name", "value"), "big")


@pytest.fixture
def app() -> Flask:
    """An application with the addresses of a list."""
    app = Flask(__name__)
    app.add_url_rule("/r/<registry>", "web.registry", lambda registry: registry)
    return app


def test_an_address_says_the_whole_state(app: Flask) -> None:
    with app.test_request_context():
        pairs = parse_qsl(urlsplit(FULL.url).query)
    assert state_of("deals", MultiDict(pairs)) == FULL


def test_a_plain_list_has_a_plain_address(app: Flask) -> None:
    with app.test_request_context():
        assert State("deals").url == "/r/deals"


def test_category_and_conditions_make_one_filter() -> None:
    assert State("deals").condition is None
    assert State("deals", (WON,)).condition == WON
    assert State("deals", (WON,), category="big").condition == {
        "and": [WON, {"field": "category", "op": "eq", "value": "big"}]
    }


def test_a_condition_is_taken_out_by_its_place() -> None:
    assert FULL.without(0).nodes == (BRNO,)
    assert FULL.without(1).nodes == (WON,)
    assert FULL.without(0).q == FULL.q


def test_a_filter_that_is_no_list_of_conditions_is_one_condition() -> None:
    either = {"or": [WON, BRNO]}
    assert state_of("deals", MultiDict({"filter": json.dumps(either)})).nodes == (either,)
    assert state_of("deals", MultiDict({"filter": json.dumps({"and": [WON]})})).nodes == (WON,)


@pytest.mark.parametrize(
    "text", ["{", "[]", "1", '"x"', "null", '{"and": [1]}', "x" * (MAX_FILTER + 1), "[" * 20_000]
)
def test_what_is_no_filter_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        state_of("deals", MultiDict({"filter": text}))
    assert set(refusal.value.errors) == {"filter"}
