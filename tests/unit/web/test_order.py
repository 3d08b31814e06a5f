"""Places in an order: what a thing is put before when it goes up or down, within a group and over its ends."""

from kartoteka.platform.web.admin.order import Spot, neighbours, position_before, spots


def test_the_first_cannot_go_up_and_the_last_not_down() -> None:
    keys = ["a", "b", "c"]
    assert [neighbours(keys, n) for n in range(3)] == [(None, "c"), ("a", ""), ("b", None)]
    assert neighbours(["a"], 0) == (None, None)


def test_going_where_it_says_swaps_neighbours() -> None:
    keys = ["a", "b", "c", "d"]
    for n, moved in enumerate(keys):
        for before, other in zip(neighbours(keys, n), (n - 1, n + 1), strict=True):
            if before is None:
                continue
            rest = [key for key in keys if key != moved]
            rest.insert(position_before(keys, moved, before), moved)
            swapped = keys.copy()
            swapped[n], swapped[other] = swapped[other], swapped[n]
            assert rest == swapped


def test_at_the_ends_of_a_group_the_way_leads_into_the_next_one() -> None:
    groups = [("one", ["a", "b"]), ("two", []), ("three", ["c"])]
    assert spots(groups, 0, 0) == (None, Spot("", "one"))
    assert spots(groups, 0, 1) == (Spot("a", "one"), Spot("", "two"))
    assert spots(groups, 2, 0) == (Spot("", "two"), None)
    assert spots([("one", ["a"]), ("two", ["b", "c"])], 0, 0) == (None, Spot("b", "two"))
