"""Conditional rules in force: what is missing, out of place or locked is refused wherever a record is written."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from kartoteka.platform.kernel.errors import Invalid
from kartoteka.platform.services import history, modelling, records
from tests.integration.conditions.conftest import LOST, WON
from tests.integration.firm import Firm

Errors = Mapping[str, Sequence[str]]


def refused(firm: Firm, record: int, person: str = "ana", **values: Any) -> Errors:
    """What is said against a change."""
    with pytest.raises(Invalid) as caught:
        firm.change("deals", record, person, **values)
    return caught.value.errors


def not_made(firm: Firm, person: str = "ana", category: str | None = None, **values: Any) -> Errors:
    """What is said against a new record."""
    with pytest.raises(Invalid) as caught:
        firm.create("deals", person, category, **values)
    return caught.value.errors


def value(firm: Firm, record: int, key: str) -> Any:
    """A stored value."""
    with firm.work("ana") as work:
        return records.fetch(work, "deals", record).values[key]


def alter(firm: Firm, field: str, **body: Any) -> None:
    """Change a field of the design."""
    with firm.work("ana", design=True) as work:
        modelling.change_field(work, "deals", field, body)


def test_a_new_record_must_have_what_its_rules_ask_for(firm: Firm) -> None:
    assert not_made(firm, name="A", status="lost") == {
        "reason": ["“Reason” must be filled in because of “Status”."]
    }
    assert value(firm, firm.create("deals", name="A", status="lost", reason="Price"), "reason") == "Price"
    assert firm.create("deals", name="B", status="lead")


def test_a_value_that_is_not_asked_for_is_refused_and_an_empty_one_is_not(firm: Firm) -> None:
    said = {"reason": ["“Reason” does not belong here because of “Status”; leave it empty."]}
    assert not_made(firm, name="A", status="lead", reason="Price") == said
    deal = firm.create("deals", name="A", status="lead", reason=None)
    assert refused(firm, deal, reason="Price") == said


def test_a_change_of_what_decides_asks_for_what_it_makes_required(firm: Firm) -> None:
    deal = firm.create("deals", name="A", status="lead")
    assert refused(firm, deal, status="lost") == {
        "reason": ["“Reason” must be filled in because of “Status”."]
    }
    firm.change("deals", deal, status="lost", reason="Price")
    assert list(refused(firm, deal, reason=None)) == ["reason"]
    # What else is changed does not matter to the rule, even where the record lacks something.
    firm.change("deals", deal, name="Another")


def test_a_value_that_is_no_longer_asked_for_is_kept_and_comes_back(firm: Firm) -> None:
    deal = firm.create("deals", name="A", status="lost", reason="Price")
    firm.change("deals", deal, status="lead")
    assert value(firm, deal, "reason") == "Price"
    firm.change("deals", deal, reason="Price")
    firm.change("deals", deal, status="lost")
    firm.change("deals", deal, status="lead", reason=None)
    assert value(firm, deal, "reason") is None


def test_what_is_locked_cannot_be_changed_by_anybody_until_it_is_unlocked(firm: Firm) -> None:
    deal = firm.create("deals", name="A", status="won", amount="10", signed="2026-01-01")
    said = {"amount": ["“Amount” cannot be changed because of “Status”."]}
    for person in ("ana", "sid"):
        assert refused(firm, deal, person, amount="11") == said
        # The record as it is decides, not as it would be.
        assert refused(firm, deal, person, amount="11", status="lead") == said
    firm.change("deals", deal, amount="10.00", name="The same amount is no change")
    firm.change("deals", deal, status="lead")
    firm.change("deals", deal, amount="11", status="won", signed="2026-01-02")
    assert refused(firm, deal, amount=None) == said


def test_the_rule_of_a_section_is_the_rule_of_its_fields(firm: Firm) -> None:
    assert list(not_made(firm, name="A", status="won")) == ["signed"]
    assert list(not_made(firm, name="A", status="lead", signed="2026-01-01")) == ["signed"]
    deal = firm.create("deals", name="A", status="lead")
    assert refused(firm, deal, status="won") == {"signed": ["“Signed” must be filled in."]}
    firm.change("deals", deal, status="won", signed="2026-01-01")
    assert list(refused(firm, deal, signed=None)) == ["signed"]


def test_a_default_is_for_fields_that_are_asked_for(firm: Firm) -> None:
    assert value(firm, firm.create("deals", name="A", status="lead"), "hint") == "call"
    assert value(firm, firm.create("deals", name="B"), "hint") is None
    # A default decides too: the hint is shown where the default of the status says so.
    alter(firm, "status", default="lead")
    assert value(firm, firm.create("deals", name="C"), "hint") == "call"


def test_the_category_decides_too(firm: Firm) -> None:
    assert list(not_made(firm, name="A", category="big")) == ["plan"]
    deal = firm.create("deals", name="A", category="small")
    with pytest.raises(Invalid) as caught, firm.work("ana", write=True) as work:
        records.change(work, "deals", deal, {}, category="big")
    assert caught.value.errors == {"plan": ["“Plan” must be filled in because of “Category”."]}
    with firm.work("ana", write=True) as work:
        records.change(work, "deals", deal, {"plan": "x"}, category="big")


def test_a_rule_about_what_the_writer_cannot_see_is_not_asked(firm: Firm) -> None:
    for grade in ("x", "y", None):
        deal = firm.create("deals", name="A", grade=grade, guarded="g" if grade == "x" else None)
        said = refused(firm, deal, "sid", guarded="h")
        assert said == {"guarded": ["“Guarded” cannot be changed here."]}
        firm.change("deals", deal, "sid", name="B")
    # He is shown the field and may fill it in when he makes a record, whatever its grade will be.
    assert firm.create("deals", "sid", name="C", guarded="g")
    assert firm.create("deals", "sid", name="D")


def test_on_a_row_where_he_sees_it_a_rule_is_asked_of_him(firm: Firm) -> None:
    mine, other = firm.create("deals", name="mine", grade="y"), firm.create("deals", name="A", grade="y")
    assert refused(firm, mine, "otto", guarded="g") == {
        "guarded": ["“Guarded” does not belong here because of “Grade”; leave it empty."]
    }
    assert refused(firm, other, "otto", guarded="g") == {"guarded": ["“Guarded” cannot be changed here."]}
    with firm.work("ana", write=True) as work:
        shown = records.conducts(work, records.fetch(work, "deals", mine))["guarded"]
    assert (shown.visible, shown.required, shown.readonly) == (False, False, False)
    with firm.work("otto") as work:
        told = [
            records.conducts(work, records.fetch(work, "deals", each))["guarded"] for each in (mine, other)
        ]
    assert [(each.visible, each.required, each.readonly) for each in told] == [
        (False, False, False),
        (True, False, True),
    ]


def test_links_to_what_the_writer_cannot_see_do_not_count_for_him(firm: Firm) -> None:
    brno, praha = (
        firm.create("companies", name="Blízká", city="Brno"),
        firm.create("companies", name="D", city="Praha"),
    )
    assert list(not_made(firm, name="A", partner=[brno])) == ["terms"]
    deal = firm.create("deals", name="A", partner=[praha], terms="t")
    assert list(refused(firm, deal, terms=None)) == ["terms"]
    # For him there is no partner, so there is nothing that could ask for terms.
    firm.change("deals", deal, "sid", terms=None)
    assert list(refused(firm, deal, "sid", partner=[brno])) == ["terms"]


def test_a_batch_says_which_entry_a_rule_is_against(firm: Firm) -> None:
    deals = [firm.create("deals", name=name, status="lead") for name in "AB"]
    with pytest.raises(Invalid) as caught, firm.work("ana", write=True) as work:
        update = [{"id": each, "values": {"status": "lost"}} for each in deals]
        records.batch(
            work, "deals", create=[{"values": {"name": "C", "status": "lost", "reason": "x"}}], update=update
        )
    assert list(caught.value.errors) == ["update.0.reason", "update.1.reason"]
    with firm.work("ana") as work:
        assert [each.values["status"] for each in records.browse(work, "deals", records.Query()).items] == [
            "lead"
        ] * 2


def test_a_batch_is_taken_back_whatever_it_has_locked(firm: Firm) -> None:
    deal = firm.create("deals", name="A", status="lead", amount="1")
    with firm.work("ana", write=True) as work:
        values = {"status": "won", "amount": "2", "signed": "2026-01-01"}
        done = records.batch(work, "deals", update=[{"id": deal, "values": values}])
    with firm.work("ana", write=True) as work:
        assert history.undo_batch(work, done.batch).undone == 1
    assert str(value(firm, deal, "amount")) == "1.00"


def test_going_back_to_a_version_is_an_ordinary_change(firm: Firm) -> None:
    deal = firm.create("deals", name="A", status="lead", amount="1")
    firm.change("deals", deal, status="won", amount="2", signed="2026-01-01")
    with pytest.raises(Invalid) as caught, firm.work("ana", write=True) as work:
        history.restore_version(work, "deals", deal, 1)
    assert "amount" in caught.value.errors


def test_a_rule_rests_while_what_it_asks_about_is_switched_off(firm: Firm) -> None:
    body = {"active": False}
    with firm.work("ana", design=True) as work:
        steps = modelling.foresee(work, "deals", "fields", "status", body).plan.sentences()
    assert any("required" in sentence and "Reason" in sentence for sentence in steps), steps
    alter(firm, "status", **body)
    # With the rule of its section the field is always asked for, and so it is always required.
    assert list(not_made(firm, name="A", reason="free")) == ["signed"]
    deal = firm.create("deals", name="A", reason="free", amount="1", signed="2026-01-01")
    firm.change("deals", deal, amount="2")
    alter(firm, "status", active=True)
    assert list(not_made(firm, name="A", reason="free")) == ["reason"]


WRONG: Sequence[tuple[Any, str]] = (
    ({"visible": {"field": "nothing", "op": "not_empty"}}, "There is no field “nothing”."),
    ({"visible": {"field": "partner.city", "op": "eq", "value": "Brno"}}, "leads to another one"),
    ({"required": {"field": "title", "op": "not_empty"}}, "known only after saving"),
    (
        {"required": {"field": "status", "op": "gt", "value": "won"}},
        "“gt” does not fit the field “status”.",
    ),
    ({"required": {"field": "status", "op": "eq", "value": "gone"}}, "none of the choices"),
    ({"readonly": {"field": "name", "op": "eq", "value": {"var": "today"}}}, "“today” does not fit"),
    (
        {"readonly": {"field": "partner", "op": "eq", "value": {"var": "identity"}}},
        "variables me and today",
    ),
    ({"required": {"field": "category", "op": "eq", "value": "huge"}}, "There is no category “huge”."),
    ({"visible": {"field": "terms", "op": "not_empty"}}, "would depend on “Terms” itself"),
    ({"required": {"field": "terms", "op": "not_empty"}}, "because of itself"),
    ({"hidden": LOST}, "There is no rule “hidden” here"),
    ({"visible": {"field": "status"}, "required": []}, "A filter is an object"),
    (7, "Rules are an object"),
)


def test_a_wrong_rule_is_refused_with_what_is_wrong(firm: Firm) -> None:
    for when, reason in WRONG:
        with pytest.raises(Invalid) as caught:
            alter(firm, "terms", when=when)
        assert reason in " ".join(sentence for each in caught.value.errors.values() for sentence in each)
    alter(firm, "terms", when={"visible": {"field": "signed", "op": "not_empty"}})


def test_fields_cannot_decide_in_a_circle(firm: Firm) -> None:
    alter(firm, "terms", when={"visible": {"field": "plan", "op": "not_empty"}})
    with pytest.raises(Invalid) as caught:
        alter(firm, "plan", when={"visible": {"field": "terms", "op": "not_empty"}})
    assert set(caught.value.errors) == {"deals.fields.plan.when.visible", "deals.fields.terms.when.visible"}
    with pytest.raises(Invalid), firm.work("ana", design=True) as work:
        modelling.change_section(work, "deals", "basic", {"when": {"visible": WON}})
    # Of two, one must be filled in: that is no circle of what is shown.
    alter(firm, "terms", when={"required": {"field": "plan", "op": "is_empty"}})
    alter(firm, "plan", when={"required": {"field": "terms", "op": "is_empty"}})
    assert set(not_made(firm, name="A")) == {"terms", "plan"}
    assert firm.create("deals", name="A", plan="p")


def test_the_design_goes_out_and_comes_back_with_its_rules(firm: Firm) -> None:
    with firm.work("ana", design=True) as work:
        document = modelling.export_design(work)
        assert modelling.apply_design(work, document).steps == []
        assert modelling.export_design(work) == document
    deals = next(each for each in document["registries"] if each["key"] == "deals")
    fields = {each["key"]: each for section in deals["sections"] for each in section["fields"]}
    assert fields["reason"]["when"] == {"visible": LOST, "required": LOST}
    assert "when" not in fields["name"]
    assert deals["sections"][1]["when"] == {"visible": WON}
    alter(firm, "reason", when={"visible": None, "required": LOST})
    alter(firm, "guarded", when=None)
    with firm.work("ana") as work:
        registry = work.catalog.registries["deals"]
        assert registry.field("reason").when == {"required": LOST}  # type: ignore[union-attr]
        assert registry.field("guarded").when == {}  # type: ignore[union-attr]


def test_a_rule_says_when_it_begins_to_make_no_sense(firm: Firm) -> None:
    with pytest.raises(Invalid) as caught:
        alter(
            firm,
            "status",
            options={"choices": [{"key": "lead", "name": "Lead"}, {"key": "won", "name": "Won"}]},
        )
    assert "deals.fields.reason.when.visible" in caught.value.errors
