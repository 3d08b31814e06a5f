"""Number series: how their numbers look and go on, and that none is given twice."""

import pytest

from kartoteka.platform.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from kartoteka.platform.services import modelling, numbering, records
from kartoteka.platform.services.numbering import Series
from tests.integration.firm import Firm


@pytest.fixture
def orders(firm: Firm) -> Firm:
    options = {"prefix": "O-", "padding": 3, "start": 7}
    fields = [
        {"key": "number", "name": "Number", "type": "autonumber", "options": options},
        {"key": "what", "name": "What", "type": "text"},
    ]
    body = {
        "key": "orders",
        "name": "Orders",
        "title": "{number}",
        "sections": [{"name": "Basic", "fields": fields}],
    }
    with firm.work("ana", design=True) as work:
        modelling.create_registry(work, body)
    return firm


def now(firm: Firm) -> Series:
    with firm.work("ana") as work:
        (found,) = numbering.series(work, "orders")
    return found


def change(firm: Firm, prefix: str, padding: int, number: int, person: str = "ana") -> Series:
    with firm.work(person, design=True) as work:
        return numbering.change_series(
            work, "orders", "number", prefix=prefix, padding=padding, number=number
        )


def given(firm: Firm) -> str:
    record = firm.create("orders", what="x")
    with firm.work("ana") as work:
        return str(records.fetch(work, "orders", record).values["number"])


def test_a_series_tells_what_comes_next_and_goes_on_with_another_number(orders: Firm) -> None:
    assert (now(orders).sample, given(orders), given(orders), now(orders).sample) == (
        "O-007",
        "O-007",
        "O-008",
        "O-009",
    )
    assert change(orders, "O-", 5, 120).sample == "O-00120"
    assert (given(orders), given(orders), now(orders).next) == ("O-00120", "O-00121", 122)


def test_a_new_prefix_begins_anew_and_the_old_one_goes_on_where_it_was(orders: Firm) -> None:
    assert given(orders) == "O-007"
    assert change(orders, "2027-", 4, 1).next == 1
    assert (given(orders), given(orders)) == ("2027-0001", "2027-0002")
    with pytest.raises(Conflict, match="O-007"):
        change(orders, "O-", 3, 7)
    change(orders, "O-", 3, 8)
    assert given(orders) == "O-008"


def test_a_number_that_was_given_is_not_given_again(orders: Firm) -> None:
    kept = orders.create("orders", number="O-1200")
    orders.create("orders", number="O-99 old")
    orders.remove("orders", kept)
    with pytest.raises(Conflict, match="O-1200"):
        change(orders, "O-", 3, 1200)
    assert now(orders).next == 7
    assert change(orders, "O-", 3, 1201).sample == "O-1201"


def test_a_number_or_a_series_that_cannot_be(orders: Firm) -> None:
    with pytest.raises(Invalid):
        change(orders, "O-", 3, -1)
    with pytest.raises(Invalid):
        change(orders, "O-", 0, 9)
    with pytest.raises(Forbidden):
        change(orders, "O-", 3, 9, person="eda")
    with pytest.raises(NotFound), orders.work("ana", design=True) as work:
        numbering.change_series(work, "orders", "what", prefix="", padding=1, number=1)
    assert (now(orders).next, now(orders).prefix) == (7, "O-")
