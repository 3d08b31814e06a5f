"""What is said of versions, who is working on a file, links for people outside, and how much room there is."""

import re
from datetime import timedelta
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import delete, text, update
from werkzeug.test import TestResponse

from kartoteka.platform.cli.checkup import checkup
from kartoteka.platform.sdk import Query, browse
from kartoteka.platform.services import modelling, people
from kartoteka.plugins.attachments.checking import check
from kartoteka.plugins.attachments.contents import sweep
from kartoteka.plugins.attachments.migrations.versions.v0003_sums import BEGINNINGS
from kartoteka.plugins.attachments.quotas import used_by, used_by_all
from kartoteka.plugins.attachments.sums import off
from kartoteka.plugins.attachments.tables import SumRow
from kartoteka.plugins.attachments.verbs import purge
from tests.integration.attachments.firm import Firm, firm, grant, settle

__all__ = ["firm"]
MANY = "/attachments/{}/versions/{}/marks"


def _marks(firm: Firm, who: str, attachment: int) -> dict[int, list[tuple[str, str, bool]]]:
    listed = firm.ask(who, "GET", f"/attachments/{attachment}/versions").json["items"]
    return {
        each["version"]: [(m["mark"], m["by"]["name"], "taken_at" in m) for m in each["marks"]]
        for each in listed
    }


def test_marks_say_who_and_when_and_are_never_forgotten(firm: Firm) -> None:
    made = firm.sent("sales", b"one")
    one = made["id"]

    def mark(who: str, number: int, kind: Any) -> int:
        return firm.ask(who, "POST", MANY.format(one, number), json={"mark": kind}).status_code

    assert made["marks"] is None
    assert mark("sales", 1, "sent") == 201 == mark("boss", 1, "signed") == mark("boss", 1, "signed")
    assert _marks(firm, "reader", one) == {1: [("sent", "Sales", False), ("signed", "Boss", False)]}
    assert firm.ask("reader", "GET", f"/attachments/{one}").json["marks"] == ["sent", "signed"]
    # The next version is another document; what was said of the first stays said of that.
    assert firm.renew("sales", one, b"two").json["marks"] is None
    assert mark("boss", 1, "approved") == 201
    assert firm.ask("reader", "GET", f"/attachments/{one}").json["marks"] is None
    assert mark("boss", 2, "approved") == 201
    back = f"{MANY.format(one, 2)}/approved"
    assert [firm.ask("sales", "DELETE", back).status_code for _each in range(2)] == [204, 404]
    assert mark("sales", 2, "approved") == 201
    assert _marks(firm, "reader", one)[2] == [("approved", "Boss", True), ("approved", "Sales", False)]
    history = firm.ask("reader", "GET", f"/registries/_attachments/records/{one}/history").json
    told = [(entry["by"]["name"], each["new"]) for entry in history for each in entry["changes"]
            if each["field"] == "marks"]  # fmt: skip
    assert told == [
        ("Sales", ["approved"]), ("Sales", None), ("Boss", ["approved"]), ("Sales", None),
        ("Boss", ["sent", "signed"]), ("Sales", ["sent"]),
    ]  # fmt: skip
    with firm.as_("reader", write=False) as work:
        approved = {"field": "marks", "op": "contains", "value": "approved"}
        assert [each.id for each in browse(work, "_attachments", Query(filter=approved)).items] == [one]
    assert mark("reader", 2, "sent") == 403 and mark("blind", 2, "sent") == 404
    assert mark("sales", 9, "sent") == 404 and mark("sales", 2, "praised") == 422 == mark("sales", 2, 7)
    lies = {"values": {"marks": ["signed"]}}
    firm.ask("admin", "PATCH", f"/registries/_attachments/records/{one}", json=lies)
    assert firm.ask("sales", "GET", f"/attachments/{one}").json["marks"] == ["approved"]


def test_who_is_working_on_a_file_is_a_hint_and_no_lock(firm: Firm) -> None:
    one = firm.sent("sales", b"one")["id"]
    path = f"/attachments/{one}/checkout"

    def working() -> tuple[str | None, int | None]:
        told = firm.ask("reader", "GET", path).json
        return told["by"] and told["by"]["name"], told["version"]

    assert working() == (None, None)
    assert [firm.ask("sales", "POST", path).status_code for _each in range(2)] == [201, 201]
    assert working() == ("Sales", 1)
    taken = firm.ask("boss", "POST", path)
    assert taken.status_code == 409 and "Sales" in taken.json["detail"]
    # Whoever goes on all the same may; the hint stays with the one who is working, and his next version ends it.
    assert firm.renew("boss", one, b"two").status_code == 201 and working() == ("Sales", 1)
    assert firm.renew("sales", one, b"three").status_code == 201 and working() == (None, None)
    assert firm.ask("sales", "POST", path).json["version"] == 3
    assert (
        firm.ask("reader", "DELETE", path).status_code == 403 == firm.ask("reader", "POST", path).status_code
    )
    assert firm.ask("blind", "GET", path).status_code == 404 == firm.ask("blind", "DELETE", path).status_code
    assert firm.ask("boss", "DELETE", path).status_code == 204 and working() == (None, None)


def _sharer(firm: Firm) -> None:
    """Somebody of the sales who may share."""
    with firm.office.begin_system(design=True) as work:
        modelling.create_role(work, {"key": "sharer", "name": "Sharer", "powers": ["share"]})
        found = next(each for each in people.users(work) if each.email == "sales@example.com")
        people.change_user(work, found.id, {"roles": ["sales", "sharer"]})


def _shared(firm: Firm, attachment: int, who: str = "sales", days: int = 7) -> tuple[str, int]:
    answer = firm.ask(who, "POST", f"/attachments/{attachment}/shares", json={"days": days, "label": "Rytec"})
    assert answer.status_code == 201, answer.text
    return answer.json["link"].removeprefix(firm.office.settings.base_url), answer.json["id"]


def _opened(client: FlaskClient, path: str, **more: Any) -> TestResponse:
    return client.get(f"{path}/content", **more)


def test_a_link_gives_one_file_to_whoever_has_it(firm: Firm) -> None:
    _sharer(firm)
    made = firm.sent("sales", b"<script>alert(1)</script>", "offer.html")
    path, share = _shared(firm, made["id"])
    outside = firm.client()
    page = outside.get(path)
    assert page.status_code == 200 and "offer.html" in page.text and "Sales" in page.text
    assert "Acme" not in page.text and "Rytec" not in page.text
    assert (
        page.headers["X-Robots-Tag"] == "noindex, nofollow"
        and page.headers["Referrer-Policy"] == "no-referrer"
    )
    answer = _opened(outside, path)
    assert (answer.status_code, answer.data) == (200, b"<script>alert(1)</script>")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    firm.renew("sales", made["id"], b"second")
    assert _opened(outside, path, headers={"Range": "bytes=0-2"}).data == b"sec"
    assert _opened(outside, path, headers={"Range": "bytes=3-"}).data == b"ond"
    outside.head(f"{path}/content")
    listed = firm.ask("admin", "GET", f"/attachments/{made['id']}/shares").json["items"]
    assert [(each["id"], each["label"], each["opened"], each["good"]) for each in listed] == [
        (share, "Rytec", 2, True)
    ]
    assert [each["version"] for each in listed[0]["openings"]] == [2, 1] and "link" not in listed[0]
    with firm.office.engine.connect() as connection:
        kept = connection.exec_driver_sql("SELECT hash FROM p_attachments__shares").scalar()
    assert kept and kept not in path and path.rpartition("/")[2] not in kept


def test_a_link_that_is_no_good_answers_like_one_that_never_was(firm: Firm) -> None:
    """Ended, taken back, changed by a letter, its file hidden or removed, its maker without the right or the power."""
    _sharer(firm)
    one = firm.sent("sales", b"secret offer")["id"]
    outside = firm.client()

    def page(path: str) -> str:
        """What is answered, without the address that was asked and the marks against forgery."""
        answer = outside.get(path)
        assert answer.status_code in (200, 404)
        return re.sub(r"/shared[^\"]*|I[jm][\w.-]{60,}|nonce-[\w-]+", "", answer.text)

    never = page("/shared/" + "x" * 43)

    def dead(path: str) -> bool:
        assert page(path) == page(f"{path}?save=1") or "offer" in page(path)
        return page(path) == never and _opened(outside, path).status_code == 404

    path, _share = _shared(firm, one)
    assert _opened(outside, path).status_code == 200
    other = "A" if path[-1] != "A" else "B"
    assert (
        dead(path[:-1] + other)
        and dead(path[:-1])
        and dead(f"{path}{other}")
        and dead("/shared/" + "9" * 5000)
    )

    with firm.office.begin_system(design=True) as work:
        modelling.set_grant(work, "sales", "companies", grant()["companies"])
    assert dead(path)
    with firm.office.begin_system(design=True) as work:
        modelling.set_grant(work, "sales", "companies", grant(attachments="edit")["companies"])
    assert not dead(path)
    moved = {"folder": "Contracts"}
    assert firm.ask("boss", "PATCH", f"/attachments/{one}", json=moved).status_code == 200 and dead(path)
    assert firm.ask("boss", "PATCH", f"/attachments/{one}", json={"folder": None}).status_code == 200
    assert not dead(path)
    firm.ask("boss", "DELETE", f"/attachments/{one}")
    assert dead(path)
    firm.ask("boss", "POST", f"/attachments/{one}/restore")
    with firm.office.begin_system(design=True) as work:
        modelling.change_role(work, "sharer", {"powers": []})
    assert dead(path)
    with firm.office.begin_system(design=True) as work:
        modelling.change_role(work, "sharer", {"powers": ["share"]})
    assert not dead(path)
    with firm.office.begin_system() as work:
        sales = next(each for each in people.users(work) if each.email == "sales@example.com")
        people.change_user(work, sales.id, {"active": False})
    assert dead(path)
    with firm.office.begin_system() as work:
        people.change_user(work, sales.id, {"active": True})
    firm._tokens.clear()
    path, share = _shared(firm, one)
    assert not dead(path)
    place = f"/attachments/{one}/shares/{share}"
    assert (
        firm.ask("boss", "DELETE", place).status_code
        == 403
        == firm.ask("reader", "DELETE", place).status_code
    )
    assert firm.ask("sales", "DELETE", place).status_code == 204 and dead(path)
    path, _share = _shared(firm, one, days=1)
    now = firm.office.clock
    firm.office.clock = lambda: now() + timedelta(days=1, seconds=1)
    assert dead(path)


def test_who_may_share(firm: Firm) -> None:
    _sharer(firm)
    hidden, open_file = firm.sent("boss", b"x", folder="Contracts")["id"], firm.sent("boss", b"y")["id"]
    wish = {"days": 3}
    assert firm.ask("boss", "POST", f"/attachments/{open_file}/shares", json=wish).status_code == 403
    assert firm.ask("boss", "GET", f"/attachments/{open_file}/shares").status_code == 403
    assert firm.ask("sales", "POST", f"/attachments/{hidden}/shares", json=wish).status_code == 404
    assert firm.ask("sales", "GET", f"/attachments/{hidden}/shares").status_code == 404
    _path, share = _shared(firm, hidden, "admin")
    assert firm.ask("sales", "DELETE", f"/attachments/{hidden}/shares/{share}").status_code == 404
    assert firm.ask("sales", "DELETE", f"/attachments/{open_file}/shares/{share}").status_code == 404
    for days in (0, 91, "3", None, True, 10**30):
        answer = firm.ask("sales", "POST", f"/attachments/{open_file}/shares", json={"days": days})
        assert answer.status_code == 422, days
    strange = {"days": 1, "label": "a\tb\u202e " + "c" * 500}
    made = firm.ask("sales", "POST", f"/attachments/{open_file}/shares", json=strange)
    assert (
        made.status_code == 201 and made.json["label"].startswith("a b c") and len(made.json["label"]) == 120
    )


def test_what_is_purged_takes_its_links_and_marks_along(firm: Firm) -> None:
    _sharer(firm)
    one = firm.sent("sales", b"x")["id"]
    path, _share = _shared(firm, one)
    firm.ask("sales", "POST", MANY.format(one, 1), json={"mark": "sent"})
    firm.ask("sales", "POST", f"/attachments/{one}/checkout")
    assert _opened(firm.client(), path).status_code == 200
    firm.ask("boss", "DELETE", f"/attachments/{one}")
    with firm.office.begin_system() as work:
        purge(work, [one])
    for table in ("shares", "openings", "marks", "checkouts"):
        with firm.office.engine.connect() as connection:
            left = connection.exec_driver_sql(f"SELECT count(*) FROM p_attachments__{table}").scalar()
        assert left == 0, table
    assert _opened(firm.client(), path).status_code == 404


def test_room_for_all_and_for_each(firm: Firm) -> None:
    megabyte = 1 << 20
    settle(firm.office, total_mb=2)
    kept = firm.sent("sales", b"x" * megabyte)
    assert firm.send("sales", b"y" * (megabyte + 1)).status_code == 413
    # What was refused takes no room, and what is there already takes none again.
    assert firm.send("sales", b"z" * megabyte, "b.txt").status_code == 201
    assert firm.send("boss", b"x" * megabyte, "c.txt").status_code == 201
    assert firm.renew("boss", kept["id"], b"w").status_code == 413
    begun = {"name": "big", "size": 10}
    path = "/registries/companies/records/1/attachments/uploads"
    answer = firm.ask("boss", "POST", path, json=begun)
    assert answer.status_code == 413 and "2 MB" in answer.json["detail"]
    settle(firm.office, total_mb=None, quotas=[{"role": "sales", "mb": 3}, {"role": "reader", "mb": 1}])
    assert firm.send("sales", b"v" * megabyte).status_code == 201
    refused = firm.send("sales", b"u")
    assert refused.status_code == 413 and "3 MB" in refused.json["detail"]
    assert firm.send("boss", b"u").status_code == 201
    with firm.office.begin_system() as work:
        found = next(each for each in people.users(work) if each.email == "sales@example.com")
        people.change_user(work, found.id, {"roles": ["sales", "boss"]})
    assert firm.send("sales", b"u").status_code == 201


def test_what_takes_the_space(firm: Firm) -> None:
    made = firm.sent("sales", b"x" * 1000)
    firm.sent("boss", b"x" * 1000, "b.txt", record=2)
    firm.renew("boss", made["id"], b"y" * 500)
    told = firm.ask("admin", "GET", "/attachments/usage").json
    assert (told["stored"], told["contents"], told["versions"]) == (1500, 2, 2500)
    assert told["registries"] == [
        {"key": "companies", "name": "Companies", "files": 2, "versions": 3, "size": 2500}
    ]
    assert [(each["name"], each["files"], each["size"]) for each in told["people"]] == [
        ("Boss", 2, 1500), ("Sales", 1, 1000),
    ]  # fmt: skip
    assert firm.ask("boss", "GET", "/attachments/usage").status_code == 403
    firm.ask("boss", "DELETE", f"/attachments/{made['id']}")
    firm.ask("admin", "POST", f"/attachments/{made['id']}/purge")
    sweep(firm.office)
    assert firm.ask("admin", "GET", "/attachments/usage").json["versions"] == 1000


def test_sums_follow_every_version_and_are_mended(firm: Firm) -> None:
    first = firm.sent("sales", b"x" * 1000)
    firm.renew("boss", first["id"], b"y" * 500)
    firm.renew("boss", first["id"], b"x" * 1000)
    firm.ask("sales", "POST", f"/attachments/{first['id']}/versions/2/restore")
    second = firm.sent("sales", b"x" * 1000, "same.txt", record=2)
    assert off(firm.office) == []
    for each in (first, second):
        firm.ask("boss", "DELETE", f"/attachments/{each['id']}")
    firm.ask("admin", "POST", f"/attachments/{first['id']}/purge")
    assert off(firm.office) == []
    with firm.as_("sales", write=False) as work:
        assert (used_by_all(work), used_by(work, work.actor.user_id)) == (1000, 1000)
    # What a crash of a database or a hand in it has put out of joint is found and counted anew.
    with firm.office.session(write=True) as session:
        session.execute(update(SumRow).where(SumRow.scope == "all").values(size=7))
        session.execute(delete(SumRow).where(SumRow.scope == "by"))
    told = {each.subject: each for each in checkup(firm.office)}["attachments"]
    assert not told.well and "2 sums" in told.sentence
    assert check(firm.office, mend=True).well and off(firm.office) == []
    # An installation that had files before it had sums begins with the same.
    with firm.office.session(write=True) as session:
        session.execute(delete(SumRow))
        for beginning in BEGINNINGS:
            session.execute(text(beginning))
    assert off(firm.office) == []
