"""Whose records they are is told by a path from the person, also by way of the company: of its parent, of a group."""

from collections.abc import Callable

import pytest

from kartoteka.platform.access import few_links
from kartoteka.platform.kernel.errors import Invalid
from kartoteka.platform.sdk import Query, browse, change, count, create, remove, summary
from kartoteka.platform.services import modelling
from tests.integration.portal.conftest import Browser, Firm

Open = Callable[..., Browser]
PARENT = {"key": "parent", "name": "Parent", "type": "relation", "options": {"target": "companies"}}
OWN_AND_PARENT = {
    "or": [
        {"field": "id", "op": "eq", "value": {"var": "identity.company"}},
        {"field": "id", "op": "eq", "value": {"var": "identity.company.parent"}},
    ]
}


def seen(firm: Firm, who: str) -> set[str]:
    with firm.as_(who) as work:
        return {each.title for each in browse(work, "companies", Query()).items}


def test_a_rule_leads_by_way_of_the_company(firm: Firm) -> None:
    with firm.design() as work:
        modelling.create_field(work, "companies", {**PARENT, "section": "secret"})
        grant = {"rights": ["view"], "sections": {"basic": "read"}, "rows": OWN_AND_PARENT}
        modelling.set_grant(work, "owner", "companies", grant)
    with firm.as_("ada") as work:
        group = create(work, "companies", {"name": "Group"}).id
        change(work, "companies", firm.ids["acme"], {"parent": group})
    assert seen(firm, "ann") == {"Acme", "Group"} and seen(firm, "bob") == {"Bolt"}
    with firm.as_("ann") as work, pytest.raises(Invalid):
        # She does not see who the parent is in her own company, so she cannot ask by it either.
        browse(work, "companies", Query(filter=OWN_AND_PARENT["or"][1]))
    with firm.as_("ada") as work:
        remove(work, "companies", firm.ids["acme"])
    assert seen(firm, "ann") == set(), "a path does not lead through what is in the bin"


@pytest.mark.parametrize("path", ["company.name.x", "company.nothing", "company.parent.parent.parent"])
def test_a_path_that_leads_nowhere_gives_nothing(firm: Firm, path: str) -> None:
    with firm.design() as work:
        modelling.create_field(work, "companies", {**PARENT, "section": "secret"})
        rows = {"field": "id", "op": "eq", "value": {"var": f"identity.{path}"}}
        grant = {"rights": ["view"], "sections": {"basic": "read"}, "rows": rows}
        try:
            modelling.set_grant(work, "owner", "companies", grant)
        except Invalid:
            return
    assert seen(firm, "ann") == set()


@pytest.mark.parametrize("many", [1, 1000])
def test_what_is_his_is_the_same_from_wherever_it_is_begun_with(
    firm: Firm, monkeypatch: pytest.MonkeyPatch, many: int
) -> None:
    """Begun with what belongs to him or along the order: lists, counts and sums tell the same."""
    for name in ("MANY_LINKS", "MANY_REACHED"):
        monkeypatch.setattr(few_links, name, many)
    with firm.as_("ann") as work:
        listed = browse(
            work,
            "orders",
            Query(sort="-total"),
        ).items
        assert [each.title for each in listed] == ["Acme order 2", "Acme order 1"]
        assert count(work, "orders", Query()) == 2
        (group,) = summary(work, "orders", measure="sum:total")
        assert group.count == 2 and group.value == 3000
        asked = {"field": "company", "op": "eq", "value": firm.ids["bolt"]}
        assert count(work, "orders", Query(filter={"not": asked})) == 2
        assert not browse(work, "orders", Query(filter=asked)).items
