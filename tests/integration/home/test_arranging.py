"""The firm arranges a page, everybody his own over it; neither touches the other."""

import re
from collections.abc import Callable
from typing import Any, Protocol

import pytest

from kartoteka.platform.kernel.errors import Conflict, Forbidden, Invalid
from kartoteka.platform.services import dashboards, onboarding
from kartoteka.platform.services.dashboards import MAX_TILES, Tile
from kartoteka.platform.services.office import Office


class Somebody(Protocol):
    """Somebody at his browser."""

    id: int

    def get(self, address: str) -> Any: ...
    def post(self, address: str, **form: Any) -> Any: ...


def words(text: str) -> Tile:
    return Tile(kind="words", title=text, options={"text": text})


def titles(office: Office, who: Somebody) -> list[str]:
    with office.begin(who.id) as work:
        found = dashboards.board(work, 0)
    return [each.tile.title for each in found.tiles if not each.hidden]


@pytest.fixture
def firm_tiles(office: Office, ana: Somebody) -> list[str]:
    """Three tiles of the firm."""
    with office.begin(ana.id, write=True) as work:
        return [dashboards.put_tile(work, 0, "firm", words(text)).id for text in ("A", "B", "C")]


def test_ones_own_arrangement_is_ones_own(
    office: Office, ana: Somebody, rita: Somebody, firm_tiles: list[str]
) -> None:
    a, b, c = firm_tiles
    with office.begin(rita.id, write=True) as work:
        dashboards.move_tile(work, 0, "own", c, a)
        dashboards.hide_tile(work, 0, b, True)
        dashboards.put_tile(work, 0, "own", words("Mine"))
    assert titles(office, rita) == ["C", "A", "Mine"]
    assert titles(office, ana) == ["A", "B", "C"]

    with office.begin(ana.id, write=True) as work:
        dashboards.put_tile(work, 0, "firm", words("D"))
        dashboards.remove_tile(work, 0, "firm", a)
    assert titles(office, rita) == ["C", "Mine", "D"]

    with office.begin(rita.id, write=True) as work:
        dashboards.reset(work, 0, "own")
    assert titles(office, rita) == ["B", "C", "D"] == titles(office, ana)


def test_only_designers_arrange_for_everybody(office: Office, rita: Somebody, firm_tiles: list[str]) -> None:
    deeds: list[Callable[[Any], object]] = [
        lambda work: dashboards.put_tile(work, 0, "firm", words("X")),
        lambda work: dashboards.move_tile(work, 0, "firm", firm_tiles[0], ""),
        lambda work: dashboards.size_tile(work, 0, "firm", firm_tiles[0], 2),
        lambda work: dashboards.remove_tile(work, 0, "firm", firm_tiles[0]),
        lambda work: dashboards.reset(work, 0, "firm"),
    ]
    for deed in deeds:
        with pytest.raises(Forbidden), office.begin(rita.id, write=True) as work:
            deed(work)
    with pytest.raises(Invalid), office.begin(rita.id, write=True) as work:
        dashboards.remove_tile(work, 0, "own", firm_tiles[0])
    assert titles(office, rita) == ["A", "B", "C"]


def test_a_page_has_its_bounds(office: Office, ana: Somebody) -> None:
    with office.begin(ana.id, write=True) as work:
        for n in range(MAX_TILES):
            dashboards.put_tile(work, 0, "own", words(str(n)))
    with pytest.raises(Conflict), office.begin(ana.id, write=True) as work:
        dashboards.put_tile(work, 0, "own", words("one more"))
    for wrong in (Tile(kind="words", width=5), Tile(kind="words", title="x" * 121),
                  Tile(kind="words", options={"text": "x" * 30_000})):  # fmt: skip
        with pytest.raises(Invalid), office.begin(ana.id, write=True) as work:
            dashboards.put_tile(work, 0, "firm", wrong)


def test_the_page_is_arranged_by_its_buttons(office: Office, ana: Somebody, firm_tiles: list[str]) -> None:
    a, b, _c = firm_tiles
    assert ana.post(f"/boards/0/tiles/{b}/move", before=a, whose="firm").status_code == 200
    assert ana.post(f"/boards/0/tiles/{a}/size", width="4", whose="firm").status_code == 200
    assert ana.post(f"/boards/0/tiles/{a}/size", width="5", whose="firm").status_code == 422
    assert ana.post("/boards/0/tiles/f99/move", before="", whose="firm").status_code == 404
    page = ana.get("/").text
    assert re.findall(r'id="dash-(f\d)"', page) == [b, a, _c]
    assert f'w4 dash-words" id="dash-{a}"' in page
    assert ana.post("/boards/0/back", whose="firm").status_code == 204
    assert "Recently changed" in ana.get("/").text


def test_a_registry_has_a_page_of_its_own(office: Office, rita: Somebody, deals: list[int]) -> None:
    page = rita.get("/r/deals/home").text
    tiles = re.findall(r'hx-get="(/boards/deals/tiles/u\d)"', page)
    assert len(tiles) >= 4 and "Amount" not in page and "Paid" not in page
    assert all(rita.get(each).status_code == 200 for each in tiles)
    assert rita.get("/r/secrets/home").status_code == rita.get("/r/nothing/home").status_code == 404
    assert rita.get("/boards/secrets/tiles/u1").status_code == 404


def test_first_steps_tick_themselves(office: Office, ana: Somebody, rita: Somebody) -> None:
    with office.begin(ana.id) as work:
        found = {each.key: each.done for each in onboarding.first_steps(work)}
    assert found == {"registry": True, "import": False, "people": True, "role": True, "identity": False}
    assert "Your first day" in ana.get("/").text and "Your first day" not in rita.get("/").text
    ana.post("/steps/away")
    assert "Your first day" not in ana.get("/").text and "First steps" in rita.get("/").text
    ana.post("/steps/back")
    assert "Your first day" in ana.get("/").text

    for step in ("keys", "search", "language"):
        assert rita.post(f"/steps/{step}").status_code == 200
    assert 'id="steps-title"' not in rita.get("/").text
    rita.post("/steps/back")
    assert 'id="steps-title"' in rita.get("/").text
    assert rita.post("/steps/nothing").status_code == 404
