"""Checklists of tasks as lines of text."""

from kartoteka.plugins.tasks.checklist import Item, items_of, ticked, untouched

TEXT = "- [ ] Call\nWrite\n\n* [x] Send [it]"


def test_lines_are_things_to_do() -> None:
    assert items_of(TEXT) == [Item(0, "Call", False), Item(1, "Write", False), Item(3, "Send [it]", True)]
    assert items_of(None) == []


def test_a_line_is_ticked_and_the_others_stay() -> None:
    assert ticked(TEXT, 1, True) == "- [ ] Call\n- [x] Write\n\n* [x] Send [it]"
    assert ticked(TEXT, 3, False) == "- [ ] Call\nWrite\n\n- [ ] Send [it]"
    assert ticked(TEXT, 2, True) == ticked(TEXT, 99, True) == ticked(TEXT, -1, True) == TEXT


def test_the_next_time_begins_anew() -> None:
    assert untouched(TEXT) == "- [ ] Call\n- [ ] Write\n- [ ] Send [it]"
