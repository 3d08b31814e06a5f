"""Files over the API: sent, read back, renewed, and never lost or seen by whom they are not meant for."""

import hashlib
import io

from tests.integration.attachments.firm import API, PNG, Firm, firm, settle

__all__ = ["firm"]


def test_what_is_sent_comes_back(firm: Firm) -> None:
    made = firm.sent("sales", b"hello", "../a b.txt", folder="Letters", description="A greeting")
    assert made["name"] == "../a b.txt" and made["size"] == 5 and made["type"] == "text/plain"
    assert made["sha256"] == hashlib.sha256(b"hello").hexdigest()
    assert (made["version"], made["folder"], made["description"]) == (1, "Letters", "A greeting")
    answer = firm.ask("sales", "GET", made["url"])
    assert (answer.status_code, answer.data) == (200, b"hello")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert 'filename="a b.txt"' in answer.headers["Content-Disposition"]
    listed = firm.ask("sales", "GET", "/registries/companies/records/1/attachments?count=1").json
    assert listed["count"] == 1 and listed["items"][0]["url"] == made["url"]
    assert firm.ask("sales", "GET", f"/attachments/{made['id']}").json == made
    assert firm.ask("sales", "GET", f"/registries/companies/records/1/attachments/{made['id']}").json == made


def test_parts_of_a_file(firm: Firm) -> None:
    made = firm.sent("sales", b"0123456789", "a.bin")

    def part(**headers: str) -> tuple[int, bytes, str | None]:
        answer = firm.ask("sales", "GET", made["url"], headers=headers)
        return answer.status_code, answer.data, answer.headers.get("Content-Range")

    assert part(Range="bytes=2-4") == (206, b"234", "bytes 2-4/10")
    assert part(Range="bytes=7-") == (206, b"789", "bytes 7-9/10")
    assert part(Range="bytes=-3") == (206, b"789", "bytes 7-9/10")
    assert part(Range="bytes=20-")[0] == 416
    assert part(Range="bytes=1-2,4-5") == (200, b"0123456789", None)
    assert part(Range="x") == (200, b"0123456789", None)
    tag = f'"{made["sha256"]}"'
    assert part(Range="bytes=2-4", **{"If-Range": tag})[0] == 206
    assert part(Range="bytes=2-4", **{"If-Range": '"old"'})[0] == 200
    assert part(**{"If-None-Match": tag})[0] == 304
    empty = firm.sent("sales", b"", "empty.txt")
    assert firm.ask("sales", "GET", empty["url"]).data == b""
    assert firm.ask("sales", "GET", empty["url"], headers={"Range": "bytes=0-"}).status_code == 416


def test_versions(firm: Firm) -> None:
    made = firm.sent("sales", b"one", "plan.txt")
    second = firm.renew("sales", made["id"], PNG, "plan.png", comment="Drawn anew")
    assert second.status_code == 201, second.text
    assert (second.json["version"], second.json["type"], second.json["name"]) == (2, "image/png", "plan.txt")
    listed = firm.ask("reader", "GET", f"/attachments/{made['id']}/versions").json["items"]
    assert [(each["version"], each["comment"], each["size"]) for each in listed] == [
        (2, "Drawn anew", len(PNG)),
        (1, "", 3),
    ]
    assert [firm.ask("reader", "GET", each["url"]).data for each in listed] == [PNG, b"one"]
    assert firm.ask("reader", "GET", made["url"]).data == PNG
    assert firm.ask("reader", "POST", f"/attachments/{made['id']}/versions/1/restore").status_code == 403
    back = firm.ask("sales", "POST", f"/attachments/{made['id']}/versions/1/restore")
    assert (back.status_code, back.json["version"]) == (200, 3)
    assert firm.ask("reader", "GET", made["url"]).data == b"one"
    assert firm.ask("sales", "POST", f"/attachments/{made['id']}/versions/3/restore").status_code == 409
    assert firm.ask("sales", "POST", f"/attachments/{made['id']}/versions/9/restore").status_code == 404
    history = firm.ask("reader", "GET", f"/registries/_attachments/records/{made['id']}/history").json
    numbers = [each["new"] for entry in history for each in entry["changes"] if each["field"] == "number"]
    assert numbers == [3, 2, 1]
    assert len(firm.stored()) == 2


def test_a_version_is_based_on_the_one_that_was_seen(firm: Firm) -> None:
    made = firm.sent("sales", b"one")
    data = {"file": (io.BytesIO(b"two"), "a.txt")}
    stale = firm.ask(
        "sales", "POST", f"/attachments/{made['id']}/versions", data=data, headers={"If-Match": '"9"'}
    )
    assert stale.status_code == 412
    assert firm.ask("sales", "GET", made["url"]).data == b"one"


def test_equal_files_lie_there_once(firm: Firm) -> None:
    first, second = firm.sent("sales", b"same"), firm.sent("boss", b"same", "b.txt", record=2)
    assert first["sha256"] == second["sha256"] and len(firm.stored()) == 1
    assert firm.ask("sales", "DELETE", f"/attachments/{first['id']}").status_code == 204
    assert firm.ask("sales", "GET", second["url"]).data == b"same"


def test_change_bin_and_back(firm: Firm) -> None:
    made = firm.sent("sales", b"x")
    place = f"/attachments/{made['id']}"
    changed = firm.ask("sales", "PATCH", place, json={"name": "new\u202egpj.exe", "tags": "a, b"}).json
    assert (changed["name"], changed["tags"], changed["version"]) == ("new\ufffdgpj.exe", "a, b", 1)
    assert firm.ask("sales", "DELETE", place).status_code == 204
    for path in (place, made["url"], f"{place}/versions", f"{place}/versions/1/content"):
        assert firm.ask("sales", "GET", path).status_code == 404, path
    assert firm.ask("reader", "POST", f"{place}/restore").status_code in (403, 404)
    assert firm.ask("sales", "POST", f"{place}/restore").status_code == 200
    assert firm.ask("sales", "GET", made["url"]).data == b"x"


def test_what_follows_from_the_content_is_written_by_nobody(firm: Firm) -> None:
    made = firm.sent("sales", b"x")
    other = firm.sent("boss", b"secret", folder="Contracts")
    lies = {"size": 1, "sha256": other["sha256"], "type": "image/png", "number": 7, "text": "x", "name": "y"}
    answer = firm.ask(
        "admin", "PATCH", f"/registries/_attachments/records/{made['id']}", json={"values": lies}
    )
    assert answer.status_code == 200
    after = firm.ask("sales", "GET", f"/attachments/{made['id']}").json
    assert {name: after[name] for name in ("size", "sha256", "type", "version", "name")} == {
        "size": 1, "sha256": made["sha256"], "type": "text/plain", "version": 1, "name": "y",
    }  # fmt: skip
    assert firm.ask("sales", "GET", made["url"]).data == b"x"
    for body in ({"values": lies}, {"values": lies, "on": {"registry": "companies", "id": 1}}):
        assert firm.ask("admin", "POST", "/registries/_attachments/records", json=body).status_code == 422


def test_who_may_send(firm: Firm) -> None:
    assert firm.send("reader", b"x").status_code == 403
    assert firm.send("blind", b"x").status_code == 404
    assert firm.send("north", b"x", record=2).status_code == 404
    assert firm.send("sales", b"x", record=99).status_code == 404
    assert firm.send("north", b"x").status_code == 201
    path = "/registries/nothing/records/1/attachments"
    assert firm.ask("sales", "POST", path, data={"file": (io.BytesIO(b"x"), "a")}).status_code == 404
    assert len(firm.stored()) == 1


def test_what_is_no_form_is_refused(firm: Firm) -> None:
    path = "/registries/companies/records/1/attachments"

    def status(data: object, kind: str = "multipart/form-data; boundary=X") -> int:
        return firm.ask("sales", "POST", path, data=data, content_type=kind).status_code

    assert status(b"x", "text/plain") == 415
    assert status({"file": "x"}, "application/x-www-form-urlencoded") == 415
    assert status(b"x", "multipart/form-data") == 415
    assert status(b"--X--\r\n") == 422
    head = b'--X\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
    assert status(head + b"cut off") == 400
    assert status(head) == 400
    assert status(b"") == 422
    assert status(head + b"a\r\n" + head + b"b\r\n--X--\r\n") == 422
    assert status(head.replace(b'"file"', b'"other"') + b"a\r\n--X--\r\n") == 422
    more = b'--X\r\nContent-Disposition: form-data; name="nonsense"\r\n\r\n1\r\n'
    assert status(more + head + b"a\r\n--X--\r\n") == 422
    assert status(more.replace(b"nonsense", b"folder") + head + b"a\r\n--X--\r\n") == 201
    assert firm.names("sales") == {"a"}
    assert len(firm.stored()) == 1


def test_a_file_that_is_too_large(firm: Firm) -> None:
    settle(firm.office, max_mb=1)
    assert firm.send("sales", bytes(2**20)).status_code == 201
    assert firm.send("sales", bytes(2**20 + 1)).status_code == 413
    assert firm.send("sales", bytes(4 * 2**20)).status_code == 413
    assert len(firm.stored()) == 1


def test_a_file_for_a_detail(firm: Firm) -> None:
    made = firm.sent("boss", PNG, "logo.png", field="logo")
    record = firm.ask("boss", "GET", "/registries/companies/records/1").json
    assert record["values"]["logo"] == [{"id": made["id"], "title": "logo.png"}]
    assert firm.send("sales", b"x", field="turnover").status_code == 422
    hidden, none = (firm.send("sales", b"x", field=name) for name in ("contracts", "nothing"))
    assert hidden.status_code == none.status_code == 422
    assert hidden.json["errors"] == {"field": ["There is no field “contracts” for files."]}
    two = [firm.sent("boss", each, "c.txt", field="contracts")["id"] for each in (b"1", b"2")]
    values = firm.ask("boss", "GET", "/registries/companies/records/1").json["values"]
    assert [each["id"] for each in values["contracts"]] == two
    assert firm.names("sales") == {"logo.png"}
    for id in two:
        assert firm.ask("sales", "GET", f"{API}/attachments/{id}/content").status_code == 404
