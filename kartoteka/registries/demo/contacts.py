"""Invented people: those in the companies and a few on their own."""

from dataclasses import dataclass
from typing import Any

from . import words
from .chance import Chance, internet_name
from .companies import PORTAL_CUSTOMER
from .shape import DemoRecord, Ref

# The person who signs in to the portal.
PORTAL_PERSON: Ref = ("contacts", 0)
PORTAL_PERSON_NAME = ("Olga", "Rytecká")

# Those who come into the portal: two of each of two customers, an owner and a technician.
SECOND_CUSTOMER = 101
PORTAL_PEOPLE: tuple[tuple[Ref, str], ...] = (
    (PORTAL_PERSON, "customer"),
    (("contacts", 200), "customer_technician"),
    (("contacts", 101), "customer"),
    (("contacts", 210), "customer_technician"),
)

LONG_NAME = ("Maria Anna Karolína", "z Velkého Mechoviště-Žebrovská-Pemberton-Clarke")


@dataclass(frozen=True, slots=True)
class _Person:
    first_name: str
    last_name: str
    position: str
    department: str
    language: str


def contacts(
    chance: Chance, count: int, companies: list[DemoRecord], sellers: tuple[Ref, ...]
) -> list[DemoRecord]:
    """So many people: one in each company as far as they go, the others spread over all of them."""
    made: list[DemoRecord] = []
    for place in range(count):
        if place > len(companies) and chance.maybe(0.1):
            made.append(_private_person(chance, sellers))
        else:
            at = place if place < len(companies) else chance.whole(0, len(companies) - 1)
            made.append(_colleague(chance, at, companies[at], place, sellers))
    _settle(made, companies)
    return made


def _settle(made: list[DemoRecord], companies: list[DemoRecord]) -> None:
    """Who comes into the portal works at one of its two customers, still does, and can be written to."""
    for (_registry, place), role in PORTAL_PEOPLE:
        if place >= len(made):
            continue
        values = made[place]["values"]
        at = PORTAL_CUSTOMER[1] if place in (PORTAL_PERSON[1], 200) else SECOND_CUSTOMER
        domain = companies[at]["values"]["email"].partition("@")[2]
        name = f"{internet_name(values['first_name'])}.{internet_name(values['last_name'])}"
        values |= {"company": ("companies", at), "active": True, "email": f"{name}@{domain}"}
        made[place]["category"] = "company_person"
        if role == "customer_technician":
            values |= {"position": "vedoucí údržby", "department": "technical"}


def _person(chance: Chance, place: int, abroad: bool) -> _Person:
    if place == PORTAL_PERSON[1]:
        return _Person(*PORTAL_PERSON_NAME, "vedoucí nákupu", "purchasing", "cs")
    if abroad:
        position, department = chance.pick(words.ENGLISH_POSITIONS)
        first, last = chance.pick(words.ENGLISH_FIRST_NAMES), chance.pick(words.ENGLISH_SURNAMES)
        return _Person(first, last, position, department, "en")
    woman = chance.maybe(0.5)
    his, hers, department = chance.pick(words.POSITIONS)
    surname = chance.pick(words.SURNAMES)[woman]
    first = chance.pick(words.WOMEN if woman else words.MEN)
    if place == len(words.LONG_NAMES):
        first, surname = LONG_NAME
    return _Person(first, surname, hers if woman else his, department, "cs")


def _colleague(
    chance: Chance, at: int, company: DemoRecord, place: int, sellers: tuple[Ref, ...]
) -> DemoRecord:
    abroad = company["values"]["legal_form"] == "foreign"
    person = _person(chance, place, abroad)
    domain = company["values"]["email"].partition("@")[2]
    values = _named(person) | {
        "company": ("companies", at),
        "position": person.position,
        "department": person.department,
        "active": at == PORTAL_CUSTOMER[1] or chance.maybe(0.94),
        "language": person.language,
    }
    if place == PORTAL_PERSON[1] or chance.maybe(0.9):
        values["email"] = f"{internet_name(person.first_name)}.{internet_name(person.last_name)}@{domain}"
    if chance.maybe(0.8):
        values["phone"] = chance.foreign_phone() if abroad else chance.phone()
    if not abroad and chance.maybe(0.25):
        values["degree_before"] = chance.pick(words.DEGREES_BEFORE)
    if not abroad and chance.maybe(0.05):
        values["degree_after"] = chance.pick(words.DEGREES_AFTER)
    values |= _relationship(chance, place, sellers)
    return {"category": "company_person", "values": values}


def _private_person(chance: Chance, sellers: tuple[Ref, ...]) -> DemoRecord:
    person = _person(chance, -1, abroad=False)
    address = chance.address(*chance.pick(words.TOWNS))
    values = _named(person) | {"language": "cs", "home_address": address, "phone": chance.phone()}
    values |= _relationship(chance, 0, sellers)
    return {"category": "private_person", "values": values}


def _named(person: _Person) -> dict[str, Any]:
    return {"first_name": person.first_name, "last_name": person.last_name}


def _relationship(chance: Chance, place: int, sellers: tuple[Ref, ...]) -> dict[str, Any]:
    values: dict[str, Any] = {"responsible": chance.pick(sellers)}
    if chance.maybe(0.6):
        values["channel"] = chance.pick(("email", "phone", "visit", "portal"))
    if chance.maybe(0.5):
        values["roles"] = chance.some(("decides", "recommends", "signs", "pays", "uses"), 3)
    if chance.maybe(0.7):
        values["last_contact_on"] = chance.day(-300, -1).isoformat()
    if place and chance.maybe(0.1):
        values["knows"] = [("contacts", chance.whole(0, place - 1))]
    if chance.maybe(0.3):
        values["newsletter"] = True
        values["consent_on"] = chance.day(-1200, -10).isoformat()
        values["consent_source"] = chance.pick(("written", "web", "spoken"))
    if chance.maybe(0.08):
        values["internal_note"] = "Volat raději dopoledne."
    return values
