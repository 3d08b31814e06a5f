"""Registers of companies against the stand-in: what they say is read, and what they do not say is never made up."""

import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from kartoteka.plugins.ares.registers.answers import (
    Company,
    Found,
    Hits,
    Known,
    NotFound,
    Refused,
    Standing,
    Unavailable,
)
from kartoteka.plugins.ares.registers.ares import Ares
from kartoteka.plugins.ares.registers.ares_reading import read_company
from kartoteka.plugins.ares.registers.asking import Service
from kartoteka.plugins.ares.registers.numbers import ico_fits, read_ico, read_nip, read_vat
from kartoteka.plugins.ares.registers.poland import WhiteList
from kartoteka.plugins.ares.registers.vies import Vies
from kartoteka.plugins.ares.standin import StandIn, companies
from kartoteka.plugins.ares.standin.server import ARES, POLAND, VIES

TODAY = date(2026, 11, 22)
NOWHERE = companies.ico_of(3_899_999)


@pytest.fixture
def ares(standin: StandIn) -> Ares:
    """ARES as the stand-in plays it; impatient, so that tests are quick."""
    return Ares(Service(standin.url + ARES, longest=30.0, pause=0.01), today=lambda: TODAY)


def company(ares: Ares, ico: str) -> Company:
    """A company that must be there."""
    answer = ares.look_up(ico)
    assert isinstance(answer, Found), answer
    return answer.company


# --- what is said is read ---------------------------------------------------------------------------------


def test_a_company_with_everything(ares: Ares) -> None:
    found = company(ares, companies.SAWMILL)
    assert found.name == "Pila Javorník & synové, s.r.o."
    assert found.address.text == "Nádražní 412/7a, Bukovice, 790 01 Jeseník"
    assert (found.address.street, found.address.city, found.address.postcode) == (
        "Nádražní 412/7a",
        "Jeseník",
        "79001",
    )
    assert found.vat_id == f"CZ{companies.SAWMILL}" and found.vat == Known.YES
    assert (found.legal_form_code, found.legal_form) == ("112", "Společnost s ručením omezeným")
    assert found.founded == date(2012, 4, 1) and found.ended is None
    assert found.nace == ("16100", "310", "46730")
    assert found.file_number == "C 38101/KSOS"
    assert found.standing == Standing.ALIVE


def test_a_village_has_no_streets_and_a_tradesman_no_vat_number(ares: Ares) -> None:
    found = company(ares, companies.JOINER)
    assert companies.JOINER.startswith("000001")
    assert found.address.text == "Nebeská Rybná 48, 517 61 Rokytnice v Orlických horách"
    assert found.vat_id == "" and found.vat == Known.NO


def test_a_member_of_a_vat_group_has_the_number_of_the_group(ares: Ares) -> None:
    found = company(ares, companies.INSURER)
    assert found.vat_id == "CZ699381003" and found.vat == Known.YES
    assert found.address.city == "Praha 2"
    assert found.address.text == "Vinohradská 2165/48, Vinohrady, 120 00 Praha 2"


def test_no_group_is_written_as_one(ares: Ares) -> None:
    found = company(ares, companies.CABLEWAY)
    assert found.vat_id == f"CZ{companies.CABLEWAY}"
    assert found.standing == Standing.LIQUIDATION
    assert found.address.street == "Pod Lany č. ev. 12"


def test_a_seat_that_hides_among_other_particulars(ares: Ares) -> None:
    found = company(ares, companies.FRIENDS)
    assert (found.address.street, found.address.city) == ("U Rybníka 19", "Vamberk")
    assert found.file_number == "L 3810/KSHK"


def test_the_end_counts_only_when_it_has_come(ares: Ares) -> None:
    assert company(ares, companies.DEAD).standing == Standing.ENDED
    assert company(ares, companies.DEAD).ended == date(2026, 2, 28)
    assert company(ares, companies.FIXED_TERM).standing == Standing.ALIVE


def test_what_is_new_and_unknown_does_no_harm(ares: Ares) -> None:
    found = company(ares, companies.NOVEL)
    assert found.name == "Novotvar Digital s.r.o."
    assert found.vat == Known.UNKNOWN


@pytest.mark.parametrize(
    "spoilt",
    [
        {"sidlo": "nic"}, {"sidlo": {"nazevObce": 7, "psc": "790 01"}}, {"dalsiUdaje": {"a": 1}}, {"czNace": "1"},
        {"datumVzniku": "nikdy"}, {"seznamRegistraci": []}, {"datumZaniku": 5}, {"pravniForma": None},
        {"dalsiUdaje": [None, 3, {"sidlo": [{"sidlo": None}]}]}, {"dicSkDph": True},
    ],
)  # fmt: skip
def test_particulars_of_another_shape_are_not_there(spoilt: Mapping[str, Any]) -> None:
    document = {**companies.subjects()[companies.SAWMILL], **spoilt}
    found = read_company(document, TODAY)
    assert found is not None and found.name.startswith("Pila")
    assert Company.of_json(found.as_json()) == found


def test_a_company_survives_being_kept(ares: Ares) -> None:
    found = company(ares, companies.SAWMILL)
    persons = ares.persons(companies.SAWMILL)
    assert not isinstance(persons, Unavailable)
    found = replace(found, persons=persons)
    assert Company.of_json(found.as_json()) == found


def test_who_acts_for_it_now_without_what_is_private(ares: Ares) -> None:
    persons = ares.persons(companies.SAWMILL)
    assert not isinstance(persons, Unavailable)
    assert [(each.name, each.role) for each in persons] == [
        ("Ing. Jana Javorníková", "jednatel"),
        ("Petr Novák-Smrček", "jednatel"),
    ]
    assert "1975" not in str(persons) and "Soukromá" not in str(persons)
    assert ares.persons(companies.JOINER) == ()


# --- four results -----------------------------------------------------------------------------------------


def test_not_found_is_an_answer(ares: Ares, standin: StandIn) -> None:
    assert ares.look_up(NOWHERE) == NotFound()
    assert ares.look_up("123") == Refused("number")
    assert len(standin.asked) == 2


@pytest.mark.parametrize(
    ("fault", "reason", "tries"),
    [
        ("reset", "transport", 2), ("half", "transport", 2), ("error_500", "failure", 2), ("html_502", "failure", 2),
        ("html_200", "answer", 1), ("array", "answer", 1), ("bare_404", "answer", 1), ("redirect", "answer", 1),
        ("huge", "transport", 2), ("charset", "answer", 1), ("somebody_else", "answer", 1), ("busy_429", "limit", 1),
    ],
)  # fmt: skip
def test_trouble_is_never_an_answer(
    ares: Ares, standin: StandIn, fault: str, reason: str, tries: int
) -> None:
    standin.always = fault
    answer = ares.look_up(companies.SAWMILL)
    assert isinstance(answer, Unavailable) and answer.reason == reason
    assert len(standin.asked) == tries


def test_a_second_try_may_succeed(ares: Ares, standin: StandIn) -> None:
    standin.faults.append("error_500")
    assert isinstance(ares.look_up(companies.SAWMILL), Found)


def test_nobody_waits_for_ever(standin: StandIn) -> None:
    ares = Ares(Service(standin.url + ARES, longest=0.2, pause=0.01))
    standin.always = "slow"
    began = time.monotonic()
    assert ares.look_up(companies.SAWMILL) == Unavailable("slow")
    assert time.monotonic() - began < standin.slow_seconds / 2
    assert len(standin.asked) <= 1


def test_nobody_at_home() -> None:
    ares = Ares(Service("http://127.0.0.1:9/ares", longest=30.0, pause=0.01))
    assert ares.look_up(companies.SAWMILL) == Unavailable("transport")


def test_how_long_to_wait_is_told(ares: Ares, standin: StandIn) -> None:
    standin.always = "busy_429"
    answer = ares.look_up(companies.SAWMILL)
    assert isinstance(answer, Unavailable) and answer.retry_after == 7


# --- by name and many at once -----------------------------------------------------------------------------


def test_names_by_their_beginning(ares: Ares) -> None:
    found = ares.search("pila jav", 20)
    assert isinstance(found, Hits)
    # The one from abroad has no number and cannot be kept.
    assert [each.number for each in found.companies] == [companies.SAWMILL]
    assert found.total == 1
    some = ares.search("Jedle", 2)
    assert isinstance(some, Hits) and len(some.companies) == 2 and some.total == 5
    ended = ares.search("Zaniklé", 20)
    assert isinstance(ended, Hits) and ended.companies == []
    assert ares.search("", 20) == Refused("name")


def test_too_many_names(ares: Ares, standin: StandIn) -> None:
    for n in range(1001):
        ico = companies.ico_of(3_900_000 + n)
        standin.subjects[ico] = companies.subject(
            ico, f"Sklad {n}", companies.seat("Nová", n, 10000, "Praha")
        )
    assert ares.search("sklad", 20) == Refused("too_many")


def test_many_at_once(ares: Ares, standin: StandIn) -> None:
    wanted = [companies.SAWMILL, NOWHERE, companies.DEAD, companies.ODD]
    answers = ares.look_up_many(wanted)
    assert not isinstance(answers, Unavailable)
    assert [type(answers[each]) for each in wanted] == [Found, NotFound, Found, Found]
    assert len(standin.asked) == 1


def test_an_answer_cut_short_says_nothing_of_the_rest(
    ares: Ares, monkeypatch: pytest.MonkeyPatch, standin: StandIn
) -> None:
    whole = standin.answer

    def cut(method: str, path: str, body: Any) -> tuple[int, Any]:
        status, document = whole(method, path, body)
        return status, {**document, "ekonomickeSubjekty": document["ekonomickeSubjekty"][:1]}

    monkeypatch.setattr(standin, "answer", cut)
    answers = ares.look_up_many([companies.SAWMILL, companies.DEAD])
    assert not isinstance(answers, Unavailable)
    assert sorted(type(each).__name__ for each in answers.values()) == ["Found", "Unavailable"]


# --- the other registers ----------------------------------------------------------------------------------


def test_a_vat_number_of_the_eu(standin: StandIn) -> None:
    vies = Vies(Service(standin.url + VIES, longest=30.0, pause=0.01))
    answer = vies.look_up(f"CZ{companies.SAWMILL}")
    assert isinstance(answer, Found)
    assert answer.company.name == "Pila Javorník & synové, s.r.o." and answer.company.vat == Known.YES
    assert vies.look_up("CZ12345678") == NotFound()
    # A state that is away is told with the status 200 and is no “invalid”.
    assert vies.look_up("ATU12345678") == Unavailable("state")
    standin.always = "html_200"
    assert vies.look_up("CZ12345678") == Unavailable("answer")


def test_the_polish_list(standin: StandIn) -> None:
    poland = WhiteList(Service(standin.url + POLAND, longest=30.0, pause=0.01), today=lambda: TODAY)
    answer = poland.look_up(companies.POLISH_NIP)
    assert isinstance(answer, Found)
    assert answer.company.address.city == "KŁODZKO" and answer.company.address.postcode == "57-300"
    assert answer.company.vat == Known.YES and answer.company.ids["krs"] == "0000999998"
    assert poland.look_up("1234563218") == NotFound()
    assert poland.look_up("12") == Refused("number")
    standin.always = "error_500"
    assert poland.look_up(companies.POLISH_NIP) == Unavailable("failure")


# --- numbers ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("27082440", "27082440"), ("4146506", "04146506"), (" 270 82 440 ", "27082440"), ("IČO: 177041", "00177041"),
        ("123456789", ""), ("0", ""), ("", ""), ("12a", ""), ("１２３", ""), ("-1", ""),
    ],
)  # fmt: skip
def test_numbers_as_people_type_them(typed: str, read: str) -> None:
    assert read_ico(typed) == read


def test_check_digits() -> None:
    assert ico_fits("27082440") and ico_fits("99999994") and not ico_fits("27082441")
    assert not ico_fits(companies.ODD)
    assert read_nip("526-025-02-74") == companies.POLISH_NIP and read_nip("5260250275") == ""
    assert read_vat("gr 123 456 789") == "EL123456789" and read_vat("XX1") == "" and read_vat("CZ27082440")
