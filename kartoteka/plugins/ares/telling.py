"""What of a company's news can be waited for, such as its end: compared with what the register said before.

It follows from what the register says alone, never from what is kept here, so that it tells nothing of details that
its reader may not see.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import select

from kartoteka.field_types.folding import fold
from kartoteka.platform.sdk import N_, Noticed, Query, Signal, Work, bearing, browse
from kartoteka.plugins.ares.mapping import PLUGIN, number_field
from kartoteka.plugins.ares.registers.answers import Company, Known, Standing
from kartoteka.plugins.ares.tables import News

KIND = "company_changed"
TOPICS: Mapping[str, str] = {
    "ended": N_("it has ended"),
    "gone": N_("it is no longer in ARES"),
    "liquidation": N_("it is being wound up"),
    "insolvency": N_("it has a record of insolvency"),
    "revived": N_("it is active again"),
    "vat_lost": N_("it has left the VAT register"),
    "vat_gained": N_("it has come into the VAT register"),
    "name": N_("another name"),
    "address": N_("another seat"),
    "legal_form": N_("another legal form"),
    "persons": N_("others act for it"),
}
_MISSING = "missing"
_STANDINGS: Mapping[str, str] = {
    Standing.ENDED: "ended",
    Standing.LIQUIDATION: "liquidation",
    Standing.INSOLVENCY: "insolvency",
    Standing.ALIVE: "revived",
    _MISSING: "gone",
}
Said = Mapping[str, str]


def said_of(company: Company | None) -> Said:
    """This function will give what a register says, each of it as a mark by which the same is known again."""
    if company is None:
        return {"standing": _MISSING}
    found = {
        "name": _mark(company.name),
        "address": _mark(company.address.text),
        "legal_form": _mark(company.legal_form_code),
        "standing": "" if company.standing == Standing.UNKNOWN else str(company.standing),
        "vat": "" if company.vat == Known.UNKNOWN else str(company.vat),
        "persons": ""
        if company.persons is None
        else _mark(*sorted(f"{each.name} {each.role}" for each in company.persons)) or "nobody",
    }
    return {key: value for key, value in found.items() if value}


def _mark(*texts: str) -> str:
    """Nothing for nothing; a blank or a comma elsewhere is no news."""
    bare = "\x1f".join("".join(sign for sign in fold(each) if sign.isalnum()) for each in texts)
    return hashlib.sha256(bare.encode()).hexdigest()[:20] if bare else ""


def news_of(before: Said, now: Said) -> tuple[str, ...]:
    """This function will tell what is new; what the register did not say, then or now, is no news."""
    found = []
    for key, value in now.items():
        if before.get(key) not in (None, value):
            found.append(_topic(key, value))
    return tuple(sorted(each for each in found if each))


def _topic(key: str, value: str) -> str:
    if key == "standing":
        return _STANDINGS.get(value, "")
    if key == "vat":
        return "vat_lost" if value == Known.NO else "vat_gained"
    return key


def offered(work: Work, registry: str) -> Collection[str]:
    """This function will tell what can be waited for in a registry."""
    return tuple(TOPICS) if number_field(work, registry) is not None else ()


def heard(work: Work, registry: str, records: Sequence[int]) -> Collection[int]:
    """This function will tell of which records the actor may hear: those whose number and tab he sees."""
    field = number_field(work, registry)
    if field is None:
        return ()
    there, found = set(bearing(work, PLUGIN, registry, records)), set()
    left = iter(sorted(there))
    while some := list(islice(left, 500)):
        asked = Query(filter={"field": "id", "op": "in", "value": some}, fields=(field.key,), page_size=500)
        found |= {each.id for each in browse(work, registry, asked).items if each.values.get(field.key)}
    return found


def past(work: Work, registry: str, since: datetime) -> Iterable[Noticed]:
    """This function will give what was new since a moment, whoever may hear of it."""
    wanted = select(News).where(News.of_registry == registry, News.at >= since).order_by(News.at, News.id)
    for each in work.session.scalars(wanted):
        yield Noticed(each.of_record, each.at, tuple(each.topics))


def news_on(work: Work, registry: str, record: int, most: int = 10) -> Sequence[Any]:
    """This function will give the latest news of one record."""
    wanted = select(News).where(News.of_registry == registry, News.of_record == record)
    return list(work.session.scalars(wanted.order_by(News.id.desc()).limit(most)))


signal = Signal(
    kind=KIND, name="ARES", label=N_("ARES says something new of the company"), topics=TOPICS, offered=offered,
    heard=heard, past=past,
)  # fmt: skip
__all__ = ["KIND", "TOPICS", "news_of", "news_on", "said_of", "signal"]
