"""What records are called while the fields of their titles go out of use and come back."""

from typing import Any

import pytest

from kartoteka.platform.services import modelling, records
from kartoteka.platform.services.records import Query
from tests.integration.firm import Firm

BODY = {
    "key": "vessels",
    "name": "Vessels",
    "title": "{name} ({port})",
    "sections": [
        {"key": "basic", "name": "Basic", "fields": [{"key": "name", "name": "Name", "type": "text"}]},
        {"key": "place", "name": "Place", "fields": [{"key": "port", "name": "Port", "type": "text"}]},
    ],
}


@pytest.fixture
def vessels(firm: Firm) -> Firm:
    with firm.work("ana", design=True) as work:
        modelling.create_registry(work, BODY)
    firm.create("vessels", name="Vltava", port="Děčín")
    return firm


def titles(firm: Firm) -> list[str]:
    with firm.work("ana") as work:
        return [each.title for each in records.browse(work, "vessels", Query(sort="created_at")).items]


def switch_field(firm: Firm, on: bool) -> Any:
    with firm.work("ana", design=True) as work:
        return modelling.change_field(work, "vessels", "port", {"active": on})


def test_a_field_out_of_use_leaves_the_titles_and_comes_back_into_them(vessels: Firm) -> None:
    switch_field(vessels, False)
    vessels.create("vessels", name="Labe")
    assert titles(vessels) == ["Vltava", "Labe"]
    switch_field(vessels, True)
    assert titles(vessels) == ["Vltava (Děčín)", "Labe"]


def test_so_do_the_fields_of_a_section_out_of_use(vessels: Firm) -> None:
    for on, name in ((False, "Vltava"), (True, "Vltava (Děčín)")):
        with vessels.work("ana", design=True) as work:
            modelling.change_section(work, "vessels", "place", {"active": on})
        assert titles(vessels) == [name]


def test_the_plan_says_that_titles_are_written_anew(vessels: Firm) -> None:
    with vessels.work("ana", design=True) as work:
        document = modelling.export_design(work)
        of_vessels = next(each for each in document["registries"] if each["key"] == "vessels")
        of_vessels["sections"][1]["fields"][0]["active"] = False
        told = modelling.plan_design(work, document).sentences()
    assert any("Vessels" in each and "titles" in each for each in told), told
