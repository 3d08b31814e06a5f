"""Pasted lists of people are read in whatever form people have them."""

import pytest

from kartoteka.platform.services import rosters

JANA, PETR = ("Jana Nová", "jana@x.cz"), ("Petr Malý", "petr@x.cz")


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("jana@x.cz", [("", "jana@x.cz")]),
        ("Jana Nová <jana@x.cz>", [JANA]),
        ('"Jana Nová" <jana@x.cz>', [JANA]),
        ('"Nová, Jana" <jana@x.cz>; "Malý, Petr" <petr@x.cz>', [JANA, PETR]),
        ("Nová, Jana <jana@x.cz>; Malý, Petr <petr@x.cz>", [JANA, PETR]),
        ("Jana Nová <JANA@X.CZ>, Petr Malý <petr@x.cz>", [JANA, PETR]),
        ("Jana Nová\tjana@x.cz\r\nPetr Malý\tpetr@x.cz\r\n", [JANA, PETR]),
        ("jana@x.cz\tJana Nová\t+420 601 123 456", [JANA]),
        ("Jana\tNová\tjana@x.cz\tobchod", [JANA]),
        ("Jméno;Příjmení;E-mail\nJana;Nová;jana@x.cz", [JANA]),
        ("Příjmení;Jméno;E-mail\nNová;Jana;jana@x.cz\nMalý;Petr;petr@x.cz", [JANA, PETR]),
        ("Jana Nová,jana@x.cz\nPetr Malý,petr@x.cz", [JANA, PETR]),
        ("Jana Nová jana@x.cz", [JANA]),
        ("jana@x.cz petr@x.cz", [("", "jana@x.cz"), ("", "petr@x.cz")]),
        ("jana@x.cz, petr@x.cz; \n", [("", "jana@x.cz"), ("", "petr@x.cz")]),
        ("mailto:jana@x.cz", [("", "jana@x.cz")]),
        ("\n \n;;\n\t", []),
    ],
)
def test_usual_forms(text: str, people: list[tuple[str, str]]) -> None:
    found = rosters.read(text)
    assert [(each.name, each.email) for each in found] == people
    assert not any(each.wrong for each in found)


def test_what_is_wrong_is_told_by_line() -> None:
    text = "Jana <jana@x.cz>\n\nPetr\nnobody@@x\nJANA@x.cz\n" + "x" * 201 + " <long@x.cz>"
    found = [(each.line, each.email, each.wrong) for each in rosters.read(text)]
    assert found == [
        (1, "jana@x.cz", ""),
        (3, "Petr", "There is no e-mail address."),
        (4, "nobody@@x", "This is not an e-mail address."),
        (5, "jana@x.cz", "Is in the list twice."),
        (6, "long@x.cz", "A name is one line of at most 200 characters."),
    ]


def test_a_huge_line_is_read_in_no_time() -> None:
    assert len(rosters.read('"' * 50_000)) <= 1
    assert len(rosters.read("," * 50_000)) == 0
