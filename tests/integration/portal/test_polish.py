"""The portal in Polish: whatever a customer is told, on pages, when something is refused and in letters, is Polish."""

import email
import io
import re
from collections.abc import Callable, Iterator
from email.policy import default as letters
from gettext import GNUTranslations
from typing import Any

import pytest

from kartoteka.platform.front.rights import right_of
from kartoteka.platform.kernel import texts
from kartoteka.platform.sdk import Bearer, Query, browse, change, change_plugin, create, people_verbs
from kartoteka.platform.services.worker import Worker
from kartoteka.plugins.portal.design import NEWS, TALKS
from tests.integration.portal.conftest import PASSWORD, Browser, Firm
from tests.integration.portal.test_wall import PART

Open = Callable[..., Browser]


@pytest.fixture
def untold(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The texts that somebody who speaks Polish was told in English, because nobody has translated them."""
    missing: set[str] = set()
    polish = texts._catalogue("pl")
    assert isinstance(polish, GNUTranslations)
    known = {each if isinstance(each, str) else each[0] for each in polish._catalog}  # type: ignore[attr-defined]
    one, many = polish.gettext, polish.ngettext

    def note(message: str) -> None:
        if message not in known:
            missing.add(message)

    def gettext(message: str) -> str:
        note(message)
        return one(message)

    def ngettext(singular: str, plural: str, n: int) -> str:
        note(singular)
        return many(singular, plural, n)

    monkeypatch.setattr(polish, "gettext", gettext)
    monkeypatch.setattr(polish, "ngettext", ngettext)
    return missing


def addresses(firm: Firm, methods: set[str]) -> Iterator[str]:
    """Every address of the pages that is open to guests, of her own order and of nothing at all."""
    for id in (firm.ids["acme 1"], 987654):
        for rule in firm.app.url_map.iter_rules():
            right = right_of(firm.app.view_functions[rule.endpoint])
            assert right is not None
            if right.guests and not rule.rule.startswith("/api/") and methods & (rule.methods or set()):
                yield PART.sub(lambda part, id=id: _filled(part, id), rule.rule)


def _filled(part: re.Match[str], id: int) -> str:
    if part["choices"]:
        return str(part["choices"].split(", ")[0])
    return (
        str(id)
        if part["converter"] in ("int", "id")
        else "orders"
        if part["name"] == "registry"
        else "nothing"
    )


def everything_happens(firm: Firm, ann: Browser) -> None:
    """What the firm does with an order of hers, and what she answers: so that every letter is written."""
    order, on = firm.ids["acme 1"], Bearer("orders", firm.ids["acme 1"])
    with firm.as_("sam") as work:
        create(work, TALKS, {"text": "Dzień dobry", "outside": False}, category="comment", on=on)
        create(work, TALKS, {"text": "Cena", "verdict": "waiting"}, category="approval", on=on)
        step = create(work, "_tasks", {"title": "Montaż", "public": True}, on=on).id
        create(work, "_tasks", {"title": "Odbiór", "public": True, "due": "2031-05-04"}, on=on)
    with firm.as_("ada") as work:
        create(work, NEWS, {"title": "Otwarte", "text": "Od rana", "since": "2020-01-01"})
    with firm.as_("sam") as work:
        change(work, "_tasks", step, {"state": "done"})
        change(work, "orders", order, {"state": "waiting", "total": "1234567.5"})
    at, file = f"/portal/orders/{order}", (io.BytesIO(b"%PDF-1.4 x"), "plan.pdf")
    ann.post(f"{at}/talk", form_at=at, text="Kiedy?")
    ann.post(f"{at}/files", form_at=at, files=file, note="Rysunek")
    ann.post("/portal/my-data", form_at="/portal/my-data", v__phone="+420777000999")
    ann.post("/portal/orders/new", v__subject="Dach", v__note="Pilne", once="x")
    with firm.as_("sam") as work:
        for each in browse(
            work, TALKS, Query(filter={"field": "category", "op": "eq", "value": "proposal"})
        ).items:
            change(work, TALKS, each.id, {"verdict": "refused", "state": "done"})
    Worker(firm.office).run_once()


def refusals(firm: Firm, ann: Browser) -> Iterator[Any]:
    """Whatever she may get wrong."""
    at = f"/portal/orders/{firm.ids['acme 1']}"
    yield ann.post("/portal/orders/new", v__subject="", v__note="x" * 20)
    yield ann.post("/portal/orders/new", deed="keep", v__subject="Pół")
    yield ann.post("/portal/orders/new", deed="forget")
    yield ann.post("/portal/my-data", form_at="/portal/my-data", v__phone="ho")
    yield ann.post("/portal/my-data/password", form_at="/portal/my-data", old="x", new="y")
    yield ann.post("/portal/my-data/password", form_at="/portal/my-data", old=PASSWORD, new="short")
    yield ann.post("/portal/my-data/settings", form_at="/portal/my-data", language="pl", mail="1")
    yield ann.post("/portal/my-data/second-factor", form_at="/portal/my-data", code="1")
    yield ann.post(f"{at}/talk", form_at=at, text=" ")
    yield ann.post(f"{at}/files", form_at=at)
    for name, content in (("a.exe", b"MZ"), ("a.pdf", b"<html>"), ("a.pdf", b"")):
        yield ann.post(f"{at}/files", form_at=at, files=(io.BytesIO(content), name))
    with firm.as_("ada") as work:
        asked = {"field": "category", "op": "eq", "value": "approval"}
        item = browse(work, TALKS, Query(filter=asked)).items[0].id
    for given in (
        {},
        {"verdict": "refused"},
        {"verdict": "accepted"},
        {"verdict": "accepted", "seen": "old"},
    ):
        yield ann.post(f"{at}/approvals/{item}", form_at=at, **given)
    for _try in range(7):
        stranger = Browser(firm.app.test_client())
        stranger.headers = ann.headers
        yield stranger.enter("ann", password="wrong")
    yield stranger.post("/portal/forgotten", email="bob@example.com")
    yield stranger.post("/portal/link", email="bob@example.com")


def test_whatever_a_customer_is_told_in_polish_is_polish(firm: Firm, surf: Open, untold: set[str]) -> None:
    with firm.as_("ada") as work:
        for who in ("ann", "bob"):
            people_verbs.change_user(work, firm.ids[f"user {who}"], {"language": "pl"})
    ann = Browser(firm.app.test_client())
    ann.headers = {"Accept-Language": "pl-PL,pl;q=0.9"}
    assert "Zaloguj się" in ann.get("/portal/sign-in").text
    assert ann.enter("ann").status_code == 303
    everything_happens(firm, ann)
    for answer in refusals(firm, ann):
        assert answer.status_code < 500
    pages = {address: ann.get(address) for address in addresses(firm, {"GET"})}
    assert len(pages) >= 20 and not [each for each, page in pages.items() if page.status_code >= 500]
    for address in addresses(firm, {"POST"}):
        if "sign-out" not in address:
            ann.post(address, form_at="/portal/my-data")
    own = pages[f"/portal/orders/{firm.ids['acme 1']}"].text
    assert '<html lang="pl"' in own and "1 234 567,50 CZK" in own.replace("\u00a0", " ")
    assert re.search(r"termin (4 maj\w* 2031|0?4\.0?5\.2031)", own.replace("\u00a0", " "))
    assert "Pod tym adresem niczego nie ma." in pages["/portal/orders/987654"].text
    sent = [email.message_from_bytes(each.read_bytes(), policy=letters) for each in _letters(firm)]
    subjects = {str(each["Subject"]) for each in sent}
    assert {
        "Odpowiedź: Acme order 1",
        "Prosimy o zatwierdzenie: Acme order 1",
        "Zaproponowana zmiana",
    } <= subjects
    assert not untold


def _letters(firm: Firm) -> Iterator[Any]:
    return (firm.office.settings.data / "mail").glob("*.eml")


def test_staff_are_offered_the_languages_of_the_whole_house_only(firm: Firm, surf: Open) -> None:
    sam = surf("sam", door="/sign-in")
    assert "Polski" not in sam.get("/settings").text and "Polski" not in sam.get("/").text
    assert "Polski" in surf("ann").get("/portal/my-data").text
    with firm.design() as work:
        welcome = {"owner": {"pages": [], "welcome": {"en": "Hi", "pl": "Witamy serdecznie"}}}
        change_plugin(work, "portal", {"settings": {"windows": welcome}})
    with firm.as_("ada") as work:
        people_verbs.change_user(work, firm.ids["user ann"], {"language": "pl"})
    assert "Witamy serdecznie" in surf("ann").get("/portal").text
