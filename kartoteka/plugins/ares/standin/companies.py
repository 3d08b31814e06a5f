"""Invented companies as ARES would tell of them. Numbers begin with 38 or 39, where no real ones are known."""

from collections.abc import Mapping, Sequence
from typing import Any

Document = dict[str, Any]
_REGISTERS = (
    "Ros", "Vr", "Res", "Rzp", "Nrpzs", "Rpsh", "Rcns", "Szr", "Dph", "SkDph", "Sd", "Ir", "Ceu", "Rs", "Red",
    "Monitor",
)  # fmt: skip
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2)


def ico_of(first_seven: int) -> str:
    """This function will give the IČO that begins with seven digits."""
    digits = f"{first_seven:07d}"
    weighted = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits, strict=True))
    return f"{digits}{(11 - weighted % 11) % 10}"


def seat(street: str, house: int, postcode: int, city: str, *, part: str = "", orientation: int | None = None,
         letter: str = "", **more: Any) -> Document:  # fmt: skip
    """This function will give a seat in parts; without a street it is one in a village."""
    number = f"{house}/{orientation}{letter}" if orientation else str(house)
    line = f"{street or part or city} {number}, {f'{part}, ' if part and street else ''}{postcode:05d} {city}"
    found: Document = {
        "kodStatu": "CZ",
        "nazevStatu": "Česká republika",
        "nazevObce": city,
        "nazevCastiObce": part or city,
        "cisloDomovni": house,
        "psc": postcode,
        "textovaAdresa": line,
        "typCisloDomovni": 1,
        "standardizaceAdresy": True,
    }
    if street:
        found["nazevUlice"] = street
    if orientation:
        found["cisloOrientacni"] = orientation
    if letter:
        found["cisloOrientacniPismeno"] = letter
    return {**found, **more}


def subject(ico: str, name: str, where: Mapping[str, Any], form: str = "112", *, founded: str = "2012-04-01",
            dic: str | None = "", active: Sequence[str] = ("Ros", "Vr", "Res"), **more: Any) -> Document:  # fmt: skip
    """This function will give the record of a subject; a DIČ of None means that it has none."""
    vat = f"CZ{ico}" if dic == "" else dic
    on = {*active, *(("Dph",) if vat else ())}
    states = {f"stavZdroje{each}": "AKTIVNI" if each in on else "NEEXISTUJICI" for each in _REGISTERS}
    return {
        "ico": ico,
        "obchodniJmeno": name,
        "sidlo": dict(where),
        "pravniForma": form,
        "pravniFormaRos": form,
        "financniUrad": "293",
        "datumVzniku": founded,
        "datumAktualizace": "2026-09-01",
        **({"dic": vat} if vat else {}),
        "icoId": ico,
        "adresaDorucovaci": {},
        "seznamRegistraci": {**states, **more.pop("states", {})},
        "primarniZdroj": "ros",
        "czNace": ["16100"],
        "czNace2008": ["16100"],
        **more,
    }


SAWMILL, JOINER, INSURER = ico_of(3_810_001), ico_of(12), ico_of(3_810_003)
DEAD, GONE, CABLEWAY = ico_of(3_810_004), ico_of(3_810_005), ico_of(3_810_006)
FRIENDS, FIXED_TERM, NOVEL = ico_of(3_810_007), ico_of(3_810_008), ico_of(3_810_010)
# A living company whose check digit is wrong; there are such.
ODD = "38100093"


def _sawmill() -> Document:
    where = seat("Nádražní", 412, 79001, "Jeseník", part="Bukovice", orientation=7, letter="a")
    name = "Pila Javorník & synové, s.r.o."
    names = [
        {
            "platnostOd": "2012-04-01",
            "platnostDo": "2018-12-31",
            "obchodniJmeno": "Pila Javorník, s.r.o.",
            "primarniZaznam": False,
        },
        {"platnostOd": "2019-01-01", "obchodniJmeno": name, "primarniZaznam": True},
    ]
    said = {
        "obchodniJmeno": names,
        "sidlo": [{"sidlo": where, "primarniZaznam": True, "platnostOd": "2019-01-01"}],
        "pravniForma": "112",
        "spisovaZnacka": "C 38101/KSOS",
        "datovyZdroj": "vr",
    }
    return subject(SAWMILL, name, where, dalsiUdaje=[said], czNace=["16100", "310", "46730"])


def subjects() -> dict[str, Document]:
    """This function will give the records of the companies that can be found, by number."""
    hidden = seat("U Rybníka", 19, 51754, "Vamberk")
    made = [
        _sawmill(),
        subject(JOINER, "Josef Dvořák – truhlářství", seat("", 48, 51761, "Rokytnice v Orlických horách",
                part="Nebeská Rybná"), "101", dic=None, active=("Ros", "Res", "Rzp"),
                founded="1994-11-02", czNace=["31090"]),
        subject(INSURER, "Horská Pojišťovna, a.s.", seat("Vinohradská", 2165, 12000, "Praha", part="Vinohrady",
                orientation=48, nazevMestskehoObvodu="Praha 2"), "121", dic=None, founded="1996-03-12",
                dicSkDph="CZ699381003", states={"stavZdrojeSkDph": "AKTIVNI", "stavZdrojeRzp": "HISTORICKY"}),
        subject(DEAD, "Zaniklé Mlýny s.r.o.", seat("Mlýnská", 3, 56401, "Žamberk"), datumZaniku="2026-02-28",
                founded="2001-01-15", states={"stavZdrojeVr": "ZANIKLY"}),
        subject(CABLEWAY, "Lanovka Sever s.r.o. „v likvidaci“", seat("Pod Lany", 12, 54351, "Špindlerův Mlýn",
                typCisloDomovni=2), dicSkDph="N/A", states={"stavZdrojeIr": "AKTIVNI", "stavZdrojeDph": "ZANIKLY"}),
        subject(FRIENDS, "Spolek přátel lesa, z. s.", {"textovaAdresa": "U Rybníka 19, 51754 Vamberk",
                "standardizaceAdresy": False}, "706", dic=None, founded="2009-06-20", dalsiUdaje=[
                    {"sidlo": [{"sidlo": hidden, "primarniZaznam": True}], "pravniForma": "706",
                     "spisovaZnacka": "L 3810/KSHK", "datovyZdroj": "vr"}]),
        subject(FIXED_TERM, "MUDr. Zdena Svobodová", seat("Lázeňská", 5, 79003, "Jeseník"), "105", dic=None,
                datumZaniku="2099-12-31", active=("Ros", "Res", "Nrpzs")),
        subject(ODD, "Stará Sklárna s.p.", seat("Sklářská", 1, 46822, "Železný Brod"), "302"),
        subject(NOVEL, "Novotvar Digital s.r.o.", seat("Smetanova", 40, 75501, "Vsetín"), novyUdaj={"hodnota": [1]},
                states={"stavZdrojeNovy": "AKTIVNI", "stavZdrojeDph": "PREKVAPIVY"}),
    ]  # fmt: skip
    for n, (kind, town, code) in enumerate(_FIRS):
        made.append(subject(ico_of(3_811_000 + n), f"Jedle {kind} s.r.o.", seat("Lesní", 10 + n, code, town)))
    return {each["ico"]: each for each in made}


_FIRS = (
    ("Beskydy", "Rožnov pod Radhoštěm", 75661),
    ("Morava", "Šumperk", 78701),
    ("Nábytek", "Ústí nad Orlicí", 56201),
    ("Pelety", "Český Krumlov", 38101),
    ("Transport", "Plzeň", 30100),
)


def foreign() -> list[Document]:
    """This function will give what a search finds beside them: subjects without a number."""
    return [
        {
            "icoId": "ARES_09381001",
            "obchodniJmeno": "Pila Javorník Austria GmbH",
            "sidlo": {
                "kodStatu": "AT",
                "nazevStatu": "Rakousko",
                "pscTxt": "4020",
                "cisloDoAdresy": "12/3",
                "textovaAdresa": "Sägewerkstraße 12/3, 4020 Linz, Rakousko",
            },
            "pravniForma": "421",
            "seznamRegistraci": {f"stavZdroje{each}": "NEEXISTUJICI" for each in _REGISTERS},
            "primarniZdroj": "vr",
        }
    ]


def public_register() -> dict[str, Document]:
    """This function will give what the public register says of those who act for a company."""
    return {
        SAWMILL: {
            "icoId": SAWMILL,
            "zaznamy": [
                {
                    "rejstrik": "OR",
                    "primarniZaznam": True,
                    "spisovaZnacka": [
                        {"datumZapisu": "2012-04-01", "soud": "KSOS", "oddil": "C", "vlozka": 38101}
                    ],
                    "zakladniKapital": [
                        {
                            "datumZapisu": "2012-04-01",
                            "vklad": {"typObnos": "KORUNY", "hodnota": "300000;00"},
                        }
                    ],
                    "statutarniOrgany": [
                        {
                            "datumZapisu": "2012-04-01",
                            "nazevOrganu": "Statutární orgán",
                            "typOrganu": "STATUTARNI_ORGAN",
                            "clenoveOrganu": [
                                _member("2012-04-01", "KAREL", "DŘÍVĚJŠÍ", removed="2019-01-01"),
                                _member("2012-04-01", "JANA", "JAVORNÍKOVÁ", removed="2021-05-05"),
                                _member("2021-05-05", "JANA", "JAVORNÍKOVÁ", title="Ing."),
                                _member("2019-01-01", "PETR", "NOVÁK-SMRČEK"),
                            ],
                        }
                    ],
                }
            ],
        }
    }


def _member(since: str, first: str, last: str, *, removed: str = "", title: str = "") -> Document:
    return {
        "datumZapisu": since,
        **({"datumVymazu": removed} if removed else {}),
        "typAngazma": "STATUTARNI_ORGAN_CLEN",
        "nazevAngazma": "jednatel",
        "clenstvi": {
            "clenstvi": {"vznikClenstvi": "2012-04-01"},
            "funkce": {"nazev": "jednatel", "vznikFunkce": "2012-04-01"},
        },
        "fyzickaOsoba": {
            "jmeno": first,
            "prijmeni": last,
            "datumNarozeni": "1975-01-01",
            "statniObcanstvi": "CZ",
            **({"titulPredJmenem": title} if title else {}),
            "adresa": {"kodStatu": "CZ", "textovaAdresa": "Soukromá 1, 79001 Jeseník"},
        },
    }


POLISH_NIP = "5260250274"
VAT_OF_STATE_AWAY = "AT"


def polish() -> dict[str, Document]:
    """This function will give the subjects of the Polish list."""
    return {
        POLISH_NIP: {
            "name": "TARTAK ŚWIERK SPÓŁKA Z OGRANICZONĄ ODPOWIEDZIALNOŚCIĄ",
            "nip": POLISH_NIP,
            "statusVat": "Czynny",
            "regon": "123456785",
            "pesel": None,
            "krs": "0000999998",
            "residenceAddress": None,
            "workingAddress": "LEŚNA 10, 57-300 KŁODZKO",
            "representatives": [],
            "authorizedClerks": [],
            "partners": [],
            "registrationLegalDate": "2014-01-01",
            "accountNumbers": [],
            "hasVirtualAccounts": False,
        }
    }
