"""The global search: forgiving and ranked, and blind to everything that its actor may not see."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from kartoteka.platform.kernel.errors import Invalid, NotFound
from kartoteka.platform.kernel.settings import Settings
from kartoteka.platform.services import delivery, modelling, records, search
from kartoteka.platform.services.office import Office
from kartoteka.platform.services.search import Hit
from tests.integration.firm import Firm, found


@pytest.fixture(params=["whoosh", "database"])
def firm(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Firm]:
    """The firm with each engine, on each database."""
    office = Office(replace(settings, search=request.param))
    yield found(office)
    office.engine.dispose()


def hits(firm: Firm, person: str, q: str, **options: object) -> list[Hit]:
    while delivery.deliver(firm.office):
        pass
    with firm.work(person) as work:
        return search.search(work, q, **options)  # type: ignore[arg-type]


def titles(firm: Firm, person: str, q: str, **options: object) -> list[str]:
    return [each.title for each in hits(firm, person, q, **options)]


def marked(hit: Hit) -> list[str]:
    return [text for text, matches in hit.snippet if matches]


def test_words_beginnings_and_diacritics(firm: Firm) -> None:
    firm.create("companies", name="Nováková a syn", city="Žďár nad Sázavou")
    for q in ("Nováková", "novak", "NOVÁK", "syn zdar", "sazavou novakova", "zda sáz"):
        assert titles(firm, "vera", q) == ["Nováková a syn"], q
    for q in ("", "  ", "!?", "novak praha", "ovak"):
        assert titles(firm, "vera", q) == [], q


def test_typing_errors_are_forgiven_after_all_else(firm: Firm) -> None:
    firm.create("companies", name="Stavebniny Morava")
    firm.create("companies", name="Stavba Brno")
    for q in ("stavebnini", "stavbeniny", "stavebiny", "staveebniny", "stavbeniny morava"):
        assert titles(firm, "vera", q) == ["Stavebniny Morava"], q
    assert titles(firm, "vera", "stabva") == titles(firm, "vera", "stavbo") == ["Stavba Brno"]
    assert titles(firm, "vera", "stadla") == []
    firm.create("companies", name="Morave")
    assert titles(firm, "vera", "morave") == ["Morave", "Stavebniny Morava"]


def test_titles_and_whole_words_come_first(firm: Firm) -> None:
    firm.create("companies", name="Alfa", about="Dodává okna")
    firm.create("companies", name="Beta", about="Oknařství")
    firm.create("companies", name="Okna Plus")
    firm.create("companies", name="Oknotherm")
    assert titles(firm, "vera", "okna") == ["Okna Plus", "Alfa", "Beta"]
    assert titles(firm, "vera", "okn") == ["Okna Plus", "Oknotherm", "Alfa", "Beta"]


def test_snippets_show_where_it_was_found(firm: Firm) -> None:
    firm.create("companies", name="Alfa", about=f"{'slovo ' * 60}Příliš žluťoučký kůň{' jiné' * 60}")
    (hit,) = hits(firm, "vera", "zlutoucky kun")
    assert marked(hit) == ["žluťoučký", "kůň"]
    assert (hit.section, hit.registry) == ("basic", "companies")
    shown = "".join(text for text, _matches in hit.snippet)
    assert shown.startswith("…")
    assert shown.endswith("…")
    assert len(shown) < 200


def test_hidden_sections_do_not_exist(firm: Firm) -> None:
    record = firm.create("companies", name="Alfa", city="Praha", remark="tajenka")
    brno = firm.create("companies", name="Beta", city="Brno", remark="tajenka")
    assert {each.id for each in hits(firm, "ana", "tajenka")} == {record, brno}
    assert hits(firm, "vera", "tajenka") == []
    assert hits(firm, "vera", "tajenak") == []
    (hit,) = hits(firm, "bara", "tajenka")
    assert (hit.id, hit.section, marked(hit)) == (brno, "finance", ["tajenka"])
    # A word of the visible part and one of the hidden part are not found together.
    assert hits(firm, "bara", "alfa tajenka") == []
    assert titles(firm, "bara", "beta tajenka") == ["Beta"]


def test_hidden_words_do_not_change_the_order(firm: Firm) -> None:
    first = firm.create("companies", name="Okno jedna", city="Praha")
    second = firm.create("companies", name="Okno dva", city="Praha", remark="okno okno")
    before = [each.id for each in hits(firm, "bara", "okno")]
    assert before == [first, second]
    assert [each.id for each in hits(firm, "bara", "okno", limit=1)] == [first]
    firm.change("companies", second, remark=None)
    assert [each.id for each in hits(firm, "bara", "okno")] == before


def test_a_title_out_of_hidden_fields_is_hidden(firm: Firm) -> None:
    with firm.work("ana", design=True) as work:
        modelling.change_registry(work, "companies", {"title": "{name} ({remark})"})
    firm.create("companies", name="Alfa", remark="skryto")
    (hit,) = hits(firm, "vera", "alfa")
    assert "skryto" not in hit.title
    assert hits(firm, "vera", "skryto") == []
    assert titles(firm, "ana", "skryto") == ["Alfa (skryto)"]


def test_rows_out_of_reach_do_not_exist(firm: Firm) -> None:
    firm.create("companies", name="Okna Praha", city="Praha")
    firm.create("companies", name="Okna Brno", city="Brno")
    assert titles(firm, "lola", "okna") == ["Okna Brno"]
    assert titles(firm, "nik", "okna") == []
    with pytest.raises(NotFound):
        hits(firm, "nik", "okna", registry="companies")
    with pytest.raises(NotFound):
        hits(firm, "ana", "okna", registry="nothing")


def test_as_many_as_may_be_seen_are_found_behind_many_hidden_ones(firm: Firm) -> None:
    with firm.work("ana", write=True) as work:
        made = [
            {"values": {"name": f"Okna {n}", "city": "Brno" if n >= 190 else "Praha"}} for n in range(195)
        ]
        records.batch(work, "companies", create=made)
    assert titles(firm, "lola", "okna", limit=3) == ["Okna 190", "Okna 191", "Okna 192"]
    assert len(hits(firm, "lola", "okna")) == 5


def test_several_registries_together_or_one(firm: Firm) -> None:
    firm.create("companies", name="Novák s.r.o.")
    firm.create("contacts", name="Jan Novák")
    assert titles(firm, "vera", "novak") == ["Novák s.r.o.", "Jan Novák"]
    assert titles(firm, "vera", "novak", registry="contacts") == ["Jan Novák"]


def test_changes_removals_and_design_are_followed(firm: Firm) -> None:
    record = firm.create("companies", name="Alfa", about="pila", city="Brno")
    firm.change("companies", record, about="kladivo")
    assert (titles(firm, "vera", "pila"), titles(firm, "vera", "kladivo")) == ([], ["Alfa"])
    firm.remove("companies", record)
    assert titles(firm, "vera", "kladivo") == []
    with firm.work("ana", write=True) as work:
        records.restore(work, "companies", record)
    assert titles(firm, "vera", "kladivo") == ["Alfa"]
    with firm.work("ana", design=True) as work:
        modelling.change_field(work, "companies", "about", {"section": "finance"})
    assert (titles(firm, "vera", "kladivo"), titles(firm, "bara", "kladivo")) == ([], ["Alfa"])
    with firm.work("ana", design=True) as work:
        modelling.change_field(work, "companies", "about", {"active": False})
    assert titles(firm, "ana", "kladivo") == []
    with firm.work("ana", design=True) as work:
        modelling.change_registry(work, "companies", {"active": False})
    assert titles(firm, "ana", "alfa") == []


def test_a_limit_that_cannot_be(firm: Firm) -> None:
    for limit in (0, 101):
        with pytest.raises(Invalid):
            hits(firm, "ana", "alfa", limit=limit)
