"""Documents of ARES read into companies; what is missing or unknown there is missing or unknown here."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from kartoteka.plugins.ares.registers.answers import Address, Company, Known, Person, Standing
from kartoteka.plugins.ares.registers.legal_forms import form_named

PAGE = "https://ares.gov.cz/ekonomicke-subjekty?ico="
# Written where a company belongs to no VAT group.
_NO_GROUP = "N/A"
_ACTIVE = "AKTIVNI"
# Where the seat is looked for when the main record has only a line of text.
_SEATS = ("rzp", "res", "vr")
_IN_LIQUIDATION = "v likvidaci"
Document = Mapping[str, Any]


def read_company(document: Document, today: date) -> Company | None:
    """This function will read one subject; None when it has no name, and so is no answer."""
    name, number = _text(document.get("obchodniJmeno")), _text(document.get("ico"))
    if not name:
        return None
    code = _text(document.get("pravniForma")) or _text(document.get("pravniFormaRos"))
    vat_id = _vat_id(document)
    return Company(
        provider="ares",
        number=number,
        name=name,
        ids={key: value for key, value in (("ico", number), ("vat", vat_id)) if value},
        address=read_address(_seat(document)),
        legal_form_code=code,
        legal_form=form_named(code),
        vat_id=vat_id,
        vat=_vat(document),
        founded=_day(document.get("datumVzniku")),
        ended=_day(document.get("datumZaniku")),
        standing=_standing(document, name, today),
        nace=tuple(_text(each) for each in _list(document.get("czNace")) if _text(each)),
        file_number=next((each for each in map(_file_number, _others(document)) if each), ""),
        source_url=PAGE + number if number else "",
    )


def read_address(seat: Document) -> Address:
    """This function will read a seat: villages have no streets, and abroad there is little but a line."""
    city = _text(seat.get("nazevObce"))
    part = _text(seat.get("nazevCastiObce"))
    borough = _text(seat.get("nazevMestskehoObvodu"))
    named_street = _text(seat.get("nazevUlice"))
    street = " ".join(each for each in (named_street or part or city, _number(seat)) if each)
    postcode = _postcode(seat)
    town = borough if city and borough.startswith(city) else city
    district = part if named_street and part not in (city, "") else ""
    line = ", ".join(
        each for each in (street, district, f"{_spaced(postcode)} {town}".strip()) if each.strip()
    )
    whole = _text(seat.get("textovaAdresa"))
    return Address(
        text=line if city else whole,
        street=street if city else "",
        city=town,
        district=district,
        postcode=postcode,
        country=_text(seat.get("kodStatu")),
    )


def _number(seat: Document) -> str:
    house, orientation = _text(seat.get("cisloDomovni")), _text(seat.get("cisloOrientacni"))
    letter = _text(seat.get("cisloOrientacniPismeno"))
    if seat.get("typCisloDomovni") == 2 and house:
        house = f"č. ev. {house}"
    number = f"{house}/{orientation}{letter}" if orientation and house else house or f"{orientation}{letter}"
    return number or _text(seat.get("cisloDoAdresy"))


def _postcode(seat: Document) -> str:
    code = seat.get("psc")
    if isinstance(code, int) and not isinstance(code, bool):
        return f"{code:05d}"
    return _text(code) or _text(seat.get("pscTxt"))


def _spaced(postcode: str) -> str:
    return f"{postcode[:3]} {postcode[3:]}" if len(postcode) == 5 and postcode.isdigit() else postcode


def _seat(document: Document) -> Document:
    """The seat in parts, wherever it stands; some subjects have it only among what single registers say."""
    main = _object(document.get("sidlo"))
    if _text(main.get("nazevObce")) or _text(main.get("pscTxt")) or _text(main.get("cisloDoAdresy")):
        return main
    said = sorted(_others(document), key=lambda each: _place(_text(each.get("datovyZdroj"))))
    for other in said:
        for each in map(_object, _list(other.get("sidlo"))):
            inner = _object(each.get("sidlo"))
            if each.get("primarniZaznam") is True and _text(inner.get("nazevObce")):
                return inner
    return main


def _place(source: str) -> int:
    return _SEATS.index(source) if source in _SEATS else len(_SEATS)


def _others(document: Document) -> Iterator[Document]:
    return map(_object, _list(document.get("dalsiUdaje")))


def _file_number(other: Document) -> str:
    return _text(other.get("spisovaZnacka"))


def _vat_id(document: Document) -> str:
    """The number of the group if there is one, then the company's own; it is never made up of the IČO."""
    group = _text(document.get("dicSkDph"))
    return group if group and group != _NO_GROUP else _text(document.get("dic"))


def _vat(document: Document) -> Known:
    states = _object(document.get("seznamRegistraci"))
    told = [_text(states.get(key)) for key in ("stavZdrojeDph", "stavZdrojeSkDph") if states.get(key)]
    if _ACTIVE in told:
        return Known.YES
    return Known.NO if told and set(told) <= {"NEEXISTUJICI", "ZANIKLY", "HISTORICKY"} else Known.UNKNOWN


def _standing(document: Document, name: str, today: date) -> Standing:
    """Ended only by a day that has come; a company in liquidation lives."""
    ended = _day(document.get("datumZaniku"))
    if ended is not None and ended <= today:
        return Standing.ENDED
    if _IN_LIQUIDATION in " ".join(name.casefold().split()):
        return Standing.LIQUIDATION
    states = _object(document.get("seznamRegistraci"))
    return Standing.INSOLVENCY if _text(states.get("stavZdrojeIr")) == _ACTIVE else Standing.ALIVE


def read_persons(document: Document) -> tuple[Person, ...]:
    """This function will read who acts for a company now, out of a register in which everything is history."""
    records = [_object(each) for each in _list(document.get("zaznamy"))]
    main = [each for each in records if each.get("primarniZaznam") is True] or records
    found = [
        person
        for record in main
        for body in map(_object, _list(record.get("statutarniOrgany")))
        if _present(body)
        for member in map(_object, _list(body.get("clenoveOrganu")))
        if _present(member) and (person := _person(member)) is not None
    ]
    return tuple(dict.fromkeys(found))


def _present(entry: Document) -> bool:
    return not entry.get("datumVymazu")


def _person(member: Document) -> Person | None:
    membership = _object(member.get("clenstvi"))
    post = _object(membership.get("funkce"))
    term = _object(membership.get("clenstvi"))
    if post.get("zanikFunkce") or term.get("zanikClenstvi"):
        return None
    name = _name(_object(member.get("fyzickaOsoba")), _object(member.get("pravnickaOsoba")))
    role = _text(post.get("nazev")) or _text(member.get("nazevAngazma"))
    since = _text(post.get("vznikFunkce")) or _text(term.get("vznikClenstvi"))
    return Person(name, role, since) if name else None


def _name(human: Document, firm: Document) -> str:
    """The register shouts; birth dates and home addresses stay there."""
    if not human:
        return _text(firm.get("obchodniJmeno"))
    names = [_calm(_text(human.get(key))) for key in ("jmeno", "prijmeni")]
    before, after = _text(human.get("titulPredJmenem")), _text(human.get("titulZaJmenem"))
    name = " ".join(each for each in (before, *names) if each)
    return f"{name}, {after}" if after and name else name


def _calm(name: str) -> str:
    return "-".join(
        " ".join(word.capitalize() for word in part.split(" ")) for part in name.split("-")
    ) if name.isupper() else name  # fmt: skip


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return " ".join(str(value).split())[:2000]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _object(value: Any) -> Document:
    return value if isinstance(value, dict) else {}


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(_text(value)[:10])
    except ValueError:
        return None
