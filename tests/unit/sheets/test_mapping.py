"""Matching columns with fields by their names."""

from kartoteka.platform.catalog.definitions import Field, Registry, Section
from kartoteka.platform.services.sheets.mapping import match_columns


def registry(*fields: Field) -> Registry:
    return Registry(
        id=1, key="contracts", name="Contracts", sections=(Section(1, "basic", "Basic"),), fields=fields
    )


def detail(key: str, name: str, **more: object) -> Field:
    return Field(id=1, key=key, name=name, type="text", section="basic", **more)  # type: ignore[arg-type]


def test_every_way_of_naming() -> None:
    fields = (
        detail("contract_id", "Contract number"),
        detail("name", "Name", names={"cs": "Název"}),
        detail("ico", "Company number (IČO)"),
        detail("valid_to", "Valid to", names={"cs": "Platí do"}),
        detail("value_net", "Value without VAT"),
    )
    columns = [
        "ContractID",
        "Název",
        "company number ičo",
        "PLATI_DO",
        "Value  without-VAT",
        "Something else",
    ]
    assert match_columns(columns, registry(*fields)) == {
        "ContractID": "contract_id",
        "Název": "name",
        "company number ičo": "ico",
        "PLATI_DO": "valid_to",
        "Value  without-VAT": "value_net",
    }


def test_the_stricter_match_wins_whatever_the_order() -> None:
    fields = (detail("email", "E-mail"), detail("e_mail", "Second"))
    assert match_columns(["E-Mail", "email", "e_mail"], registry(*fields)) == {
        "email": "email",
        "e_mail": "e_mail",
    }


def test_a_field_is_given_once() -> None:
    assert match_columns(["NAME", "name"], registry(detail("name", "Name"))) == {"name": "name"}


def test_a_name_that_could_mean_two_fields_means_neither() -> None:
    fields = (detail("a", "Město"), detail("b", "Mesto"))
    assert match_columns(["MESTO"], registry(*fields)) == {}
    assert match_columns(["Mesto", "Město"], registry(*fields)) == {"Mesto": "b", "Město": "a"}


def test_fields_that_are_switched_off_are_not_offered() -> None:
    assert match_columns(["Name"], registry(detail("name", "Name", active=False))) == {}


def test_names_without_letters_match_nothing() -> None:
    assert match_columns(["…", "%", ""], registry(detail("name", "—"), detail("share", "%"))) == {
        "%": "share"
    }
