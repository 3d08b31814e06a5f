"""What a register tells of a company, one particular after another, as values that fields can take."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from kartoteka.platform.sdk import N_, _
from kartoteka.plugins.ares.registers.answers import Company, Known, Standing
from kartoteka.plugins.ares.registers.legal_forms import words_for

NUMBER, PERSONS = "ico", "persons"
STANDINGS: Mapping[str, str] = {
    Standing.ALIVE: N_("active"),
    Standing.ENDED: N_("ended"),
    Standing.LIQUIDATION: N_("in liquidation"),
    Standing.INSOLVENCY: N_("with a record of insolvency"),
    Standing.UNKNOWN: N_("not known"),
}


@dataclass(frozen=True)
class Particular:
    """One thing that a register tells: what it may be written as, the likeliest first; nothing says nothing.

    `keys` are what fields for it are likely to be called, `types` what they are likely to be.
    """

    key: str
    label: str
    values: Callable[[Company], Sequence[Any]]
    keys: tuple[str, ...] = ()
    types: tuple[str, ...] = ("text", "long_text")


def _one(value: Any) -> Sequence[Any]:
    return (value,) if value not in (None, "", ()) else ()


def _day(day: date | None) -> Sequence[Any]:
    return (day.isoformat(),) if day is not None else ()


def _persons(company: Company) -> Sequence[Any]:
    people = [f"{each.name} ({each.role})" if each.role else each.name for each in company.persons or ()]
    return (", ".join(people),) if people else ()


def _standing(company: Company) -> Sequence[Any]:
    if company.standing == Standing.UNKNOWN:
        return ()
    words = STANDINGS[company.standing]
    return (_(words), str(company.standing), words)


def _vat(company: Company) -> Sequence[Any]:
    return () if company.vat == Known.UNKNOWN else (company.vat == Known.YES,)


PARTICULARS: tuple[Particular, ...] = (
    Particular("name", N_("Name"), lambda each: _one(each.name),
               ("name", "nazev", "obchodni_jmeno", "obchodni_firma", "nazev_firmy", "company", "company_name", "firma",
                "contractorcompany")),
    Particular("address", N_("Address in one line"), lambda each: _one(each.address.text),
               ("address", "adresa", "sidlo", "seat", "sidlo_firmy"), ("address", "text", "long_text")),
    Particular("street", N_("Street and number"), lambda each: _one(each.address.street),
               ("street", "ulice", "ulice_a_cislo", "contractoraddressstreet")),
    Particular("district", N_("Part of the town"), lambda each: _one(each.address.district),
               ("district", "cast_obce", "mestska_cast")),
    Particular("city", N_("City"), lambda each: _one(each.address.city),
               ("city", "mesto", "obec", "town", "contractoraddresscity")),
    Particular("postcode", N_("Postcode"), lambda each: _one(each.address.postcode),
               ("postcode", "psc", "zip", "zip_code", "contractoraddresszip")),
    Particular("country", N_("Country code"), lambda each: _one(each.address.country), ("country_code", "kod_zeme")),
    Particular("vat_id", N_("VAT number (DIČ)"), lambda each: _one(each.vat_id), ("dic", "vat_id", "vat"),
               ("dic", "text")),
    Particular("vat", N_("In the VAT register"), _vat, types=("boolean",)),
    Particular("legal_form", N_("Legal form"), lambda each: words_for(each.legal_form_code)
               if each.legal_form_code else (), ("legal_form", "pravni_forma", "forma"), ("choice", "text")),
    Particular("legal_form_code", N_("Code of the legal form"), lambda each: _one(each.legal_form_code),
               ("legal_form_code", "kod_pravni_formy")),
    Particular("founded", N_("Founded"), lambda each: _day(each.founded),
               ("founded", "founded_on", "datum_vzniku", "vznik", "zalozeno"), ("date",)),
    Particular("ended", N_("Ended"), lambda each: _day(each.ended),
               ("ended", "ended_on", "datum_zaniku", "zanik", "zaniklo"), ("date",)),
    Particular("standing", N_("State"), _standing, ("ares_state", "stav_v_ares"), ("choice", "text")),
    Particular("nace", N_("Activities (NACE)"), lambda each: _one(", ".join(each.nace)),
               ("nace", "cz_nace", "cznace")),
    Particular("file_number", N_("File number"), lambda each: _one(each.file_number),
               ("file_number", "spisova_znacka")),
    Particular(PERSONS, N_("Those who act for it"), _persons,
               ("statutory_persons", "statutory_body", "statutarni_organ", "jednatele", "jednatel", "persons")),
)  # fmt: skip
BY_KEY: Mapping[str, Particular] = {each.key: each for each in PARTICULARS}
