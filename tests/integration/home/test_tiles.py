"""Tiles show what their reader may see, rightly counted; what he may not see is not there."""

import re
from copy import deepcopy
from datetime import timedelta
from typing import Any, Protocol

import pytest
from sqlalchemy import event

from kartoteka.platform.kernel.errors import Invalid
from kartoteka.platform.services import dashboards, modelling, records
from kartoteka.platform.services.office import Office
from kartoteka.platform.web.tiles.placing import place_tile


class Somebody(Protocol):
    """Somebody at his browser."""

    id: int

    def get(self, address: str) -> Any: ...
    def post(self, address: str, **form: Any) -> Any: ...


def place(office: Office, kind: str, registry: str = "deals", title: str = "", **options: Any) -> str:
    with office.begin_system(write=True) as work:
        whole = {"registry": registry, **options} if registry else options
        return place_tile(work, {"kind": kind, "title": title, "options": whole}).id


def shown(who: Somebody, tile: str) -> str:
    answer = who.get(f"/boards/0/tiles/{tile}")
    assert answer.status_code == 200, answer.text
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


@pytest.mark.parametrize(
    ("measure", "expected"),
    [("count", "4"), ("sum:amount", "CZK 600.50"), ("avg:amount", "CZK 200.17"), ("min:amount", "CZK 100.50"),
     ("max:amount", "CZK 300.00")],
)  # fmt: skip
def test_a_figure_measures(
    office: Office, ana: Somebody, deals: list[int], measure: str, expected: str
) -> None:
    assert shown(ana, place(office, "figure", measure=measure)).replace("\xa0", " ").startswith(expected)


def test_a_figure_is_narrowed_by_its_filter(office: Office, ana: Somebody, deals: list[int]) -> None:
    won = [{"field": "stage", "op": "in", "value": ["won"]}]
    assert shown(ana, place(office, "figure", measure="count", filter=won)).startswith("1")


def test_a_figure_is_compared_with_the_time_before(office: Office, ana: Somebody, deals: list[int]) -> None:
    with office.begin(ana.id, write=True) as work:
        today = work.now.date()
        for record, days in zip(deals, (0, 9, 10, 20), strict=True):
            records.change(work, "deals", record, {"due": (today - timedelta(days=days)).isoformat()})
    said = shown(ana, place(office, "figure", measure="count", date="due", days=10))
    # Today and nine days back; the tenth is the first of the ten before.
    assert said.startswith("2") and "1 in the 10 days before" in said


def test_a_chart_splits_and_leads_to_the_records(office: Office, ana: Somebody, deals: list[int]) -> None:
    tile = place(office, "split", by="stage", measure="count", look="bars")
    assert re.findall(r"(Open|Won|Lost|not filled in) (\d)", shown(ana, tile)) == [
        ("Open", "2"), ("Won", "1"), ("not filled in", "1")]  # fmt: skip
    links = re.findall(r'href="(/r/deals[^"]+)"', ana.get(f"/boards/0/tiles/{tile}").text)
    first = ana.get(links[0].replace("&amp;", "&")).text
    assert "Alfa" in first and "Beta" in first and "Gama" not in first


def test_a_chart_of_sums(office: Office, ana: Somebody, deals: list[int]) -> None:
    said = shown(ana, place(office, "split", by="stage", measure="sum:amount", look="ring")).replace(
        "\xa0", " "
    )
    assert "Open CZK 300.50" in said and "50 %" in said and "not filled in" not in said


def test_dates_ahead_stand_under_their_days(office: Office, ana: Somebody, deals: list[int]) -> None:
    with office.begin(ana.id, write=True) as work:
        today = work.now.date()
        for record, days in zip(deals, (-1, 0, 1, 8), strict=True):
            records.change(work, "deals", record, {"due": (today + timedelta(days=days)).isoformat()})
    said = shown(ana, place(office, "ahead", date="due", days=7))
    assert "Alfa" not in said and "Delta" not in said
    assert re.search("today Beta .* tomorrow Gama", said)


def test_a_list_shows_the_first_records(office: Office, ana: Somebody, deals: list[int]) -> None:
    said = shown(ana, place(office, "rows", sort="-amount", columns=["amount"], size=2))
    assert said.index("Gama") < said.index("Beta") and "Alfa" not in said and "Show all" in said


def test_words_are_washed(office: Office, rita: Somebody) -> None:
    tile = place(
        office, "words", registry="", text="**Hello** <script>alert(1)</script> [x](javascript:alert(1))"
    )
    html = rita.get(f"/boards/0/tiles/{tile}").text
    assert "<strong>Hello</strong>" in html and "<script" not in html and 'href="javascript' not in html


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("figure", {"measure": "sum:amount"}),
        ("figure", {"measure": "count", "date": "paid", "days": 30}),
        ("figure", {"measure": "count", "filter": [{"field": "amount", "op": "gt", "value": "100"}]}),
        ("rows", {"sort": "name", "columns": ["amount"], "size": 3}),
        ("rows", {"sort": "-amount", "columns": [], "size": 3}),
        ("split", {"by": "stage", "measure": "sum:amount"}),
        ("ahead", {"date": "paid", "days": 30}),
        ("figure", {"registry": "secrets", "measure": "count"}),
    ],
)
def test_what_a_reader_may_not_see_is_not_there(
    office: Office, rita: Somebody, ana: Somebody, deals: list[int], kind: str, options: dict[str, Any]
) -> None:
    tile = place(office, kind, title="Zvláštní dlaždice", **{"registry": "deals", **options})
    assert "Zvláštní dlaždice" in ana.get("/").text
    for page in ("/", "/?arrange=own"):
        assert "Zvláštní dlaždice" not in rita.get(page).text and f"dash-{tile}" not in rita.get(page).text
    hidden, missing = rita.get(f"/boards/0/tiles/{tile}"), rita.get("/boards/0/tiles/f999")
    assert hidden.status_code == missing.status_code == 404
    # The token is signed with the second at which a page is made.
    pages = [re.sub(r"I[jm][\w-]{54}\.[\w-]{6}\.[\w-]{27}", "", each.text) for each in (hidden, missing)]
    assert pages[0].replace(tile, "f999") == pages[1]


def test_a_reader_makes_no_tile_of_what_he_does_not_see(
    office: Office, rita: Somebody, deals: list[int]
) -> None:
    form = {"t__kind": "figure", "t__registry": "deals", "t__width": "1", "t__whose": "own"}
    hidden = rita.post("/boards/0/tile", **form, t__measure="sum:amount")
    absent = rita.post("/boards/0/tile", **form, t__measure="sum:nothing")
    assert hidden.status_code == absent.status_code == 422
    assert hidden.text == absent.text
    assert (
        rita.post("/boards/0/tile", **{**form, "t__registry": "secrets"}, t__measure="count").status_code
        == 404
    )
    assert rita.post("/boards/0/tile", **form, t__measure="count").status_code == 200


def test_a_field_made_again_under_an_old_key_is_another(
    office: Office, ana: Somebody, deals: list[int]
) -> None:
    tile = place(office, "figure", measure="sum:amount")
    with office.begin(ana.id, write=True) as work:
        body = dashboards.board(work, 0).find(tile).tile
        stale = {**body.of, "amount": body.of["amount"] + 1000}
        dashboards.put_tile(work, 0, "firm", dashboards.tile_of({**body.__dict__, "of": stale}))
    assert ana.get(f"/boards/0/tiles/{tile}").status_code == 404
    assert f"dash-{tile}" not in ana.get("/").text


def test_a_tile_and_the_page_cost_few_statements(office: Office, ana: Somebody, deals: list[int]) -> None:
    tiles = {
        "figure": place(office, "figure", measure="sum:amount"),
        "split": place(office, "split", by="stage", measure="count"),
        "ahead": place(office, "ahead", date="due", days=30),
        "rows": place(office, "rows", sort="name", columns=["keeper", "amount"], size=5),
    }
    seen: list[str] = []
    event.listen(
        office.engine, "before_cursor_execute", lambda _c, _u, statement, *_r: seen.append(statement)
    )

    def spent(address: str) -> int:
        seen.clear()
        assert ana.get(address).status_code == 200
        return len([each for each in seen if each.lstrip().upper().startswith(("SELECT", "WITH"))])

    spent("/")  # the design is read once for a process
    # Who asks, the page, and the tile's own one or two.
    budgets = {"figure": 4, "split": 4, "ahead": 5, "rows": 7}
    costs = {name: spent(f"/boards/0/tiles/{tile}") for name, tile in tiles.items()}
    assert all(costs[name] <= budget for name, budget in budgets.items()), costs
    # Who asks, the page, the first steps, and how many notices wait for him.
    assert spent("/") <= 6, seen


def test_a_tile_whose_field_is_gone_can_be_taken_away(
    office: Office, ana: Somebody, rita: Somebody, deals: list[int]
) -> None:
    tile = place(office, "figure", title="Zvláštní dlaždice", measure="sum:amount")
    with office.begin(ana.id, design=True) as work:
        modelling.change_field(work, "deals", "amount", {"active": False})
    assert "Zvláštní dlaždice" not in ana.get("/").text
    arranging = ana.get("/?arrange=firm").text
    assert "Zvláštní dlaždice" in arranging and "not there any more" in arranging
    assert "Zvláštní dlaždice" not in rita.get("/?arrange=own").text
    assert ana.post(f"/boards/0/tiles/{tile}/move", whose="firm", before="").status_code == 404
    assert rita.post(f"/boards/0/tiles/{tile}/remove", whose="own").status_code == 404
    assert ana.post(f"/boards/0/tiles/{tile}/remove", whose="firm").status_code == 200
    assert "Zvláštní dlaždice" not in ana.get("/?arrange=firm").text


def test_home_pages_go_with_the_design(office: Office, ana: Somebody, deals: list[int]) -> None:
    place(office, "figure", title="Money", measure="sum:amount")
    place(office, "words", "", title="News", text="**Good** news")
    with office.begin(ana.id) as work:
        document = modelling.export_design(work)
        assert modelling.plan_design(work, document).sentences() == []
    pages = document["home_pages"]
    assert [(each["registry"], [tile["title"] for tile in each["tiles"]]) for each in pages] == [
        ("", ["Money", "News"])
    ]
    assert pages[0]["tiles"][0]["fields"] == ["amount"]
    changed = deepcopy(document)
    changed["home_pages"][0]["tiles"].reverse()
    changed["home_pages"].append(
        {"registry": "deals", "tiles": [{**pages[0]["tiles"][0], "title": "Of deals"}]}
    )
    with office.begin(ana.id, design=True) as work:
        assert (
            modelling.plan_design(work, changed).sentences()
            == modelling.apply_design(work, changed).sentences()
        )
        assert modelling.export_design(work) == changed
        assert modelling.apply_design(work, deepcopy(changed)).sentences() == []
        assert len(modelling.apply_design(work, document).sentences()) == 1, (
            "a page that it does not name stays"
        )
    assert "Of deals" in ana.get("/r/deals/home").text
    strange = {"id": "f1", "kind": "figure", "width": 1, "options": {"registry": "deals", "filter": 7}}
    with office.begin(ana.id, design=True) as work:
        modelling.apply_design(work, {**document, "home_pages": [{"registry": "", "tiles": [strange]}]})
    assert ana.get("/").status_code == 200 and "cannot be shown" in ana.get("/boards/0/tiles/f1").text
    for wrong in (
        {"registry": "nothing", "tiles": pages[0]["tiles"]},
        {"registry": "", "tiles": [{**pages[0]["tiles"][0], "fields": ["nothing"]}]},
        {"registry": "", "tiles": [{**pages[0]["tiles"][0], "width": 9}]},
        {"registry": "", "tiles": [{"title": "no kind"}]},
        {"registry": "", "tiles": [{**pages[0]["tiles"][0], "of": {"": 1}}]},
        {"registry": "", "tiles": [pages[0]["tiles"][0]] * 2},
        {"registry": ""},
        "nothing",
    ):
        with pytest.raises(Invalid), office.begin(ana.id, design=True) as work:
            modelling.apply_design(work, {**document, "home_pages": [wrong]})
