"""ARES over the interface: found, not found, no number, nobody to ask; compared with a record, written into it."""

from datetime import timedelta

from kartoteka.platform.services import history, records
from kartoteka.plugins.ares.standin import companies
from tests.integration.ares.conftest import Bureau

NOWHERE = companies.ico_of(3_899_999)
SAWMILL = companies.SAWMILL


def test_found(bureau: Bureau) -> None:
    said = bureau.call("nik", "GET", f"/ares/{SAWMILL}")
    assert said.status == 200
    told = said.body
    assert (told["state"], told["ico"], told["name"]) == ("found", SAWMILL, "Pila Javorník & synové, s.r.o.")
    assert told["address"] == "Nádražní 412/7a, Bukovice, 790 01 Jeseník" and told["dic"] == f"CZ{SAWMILL}"
    assert told["founded"] == "2012-04-01" and told["ended"] is None and told["standing"] == "alive"
    assert told["persons"] is None and told["as_of"].endswith("Z")
    again = bureau.call("ana", "GET", f"/ares/{SAWMILL}", persons="1")
    assert [each["name"] for each in again.body["persons"]] == ["Ing. Jana Javorníková", "Petr Novák-Smrček"]
    assert again.body["as_of"] == told["as_of"]


def test_not_found_and_no_number(bureau: Bureau) -> None:
    for number, status in (
        ("12345", 422),
        ("abc", 422),
        ("123456789", 422),
        ("27082441", 422),
        (NOWHERE, 404),
    ):
        said = bureau.call("ana", "GET", f"/ares/{number}")
        assert said.status == said.body["status"] == status, number
    # Nobody is asked about what cannot be a number.
    assert len(bureau.standin.asked) == 1
    assert bureau.call("ana", "GET", f"/ares/{companies.JOINER.lstrip('0')}").body["ico"] == companies.JOINER
    assert bureau.call("ana", "GET", f"/ares/{companies.ODD}").status == 422
    assert (
        bureau.call("ana", "GET", f"/ares/{companies.ODD}", anyway="1").body["name"] == "Stará Sklárna s.p."
    )


def test_whoever_cannot_be_asked_is_never_a_no(bureau: Bureau) -> None:
    for fault in ("error_500", "html_200", "bare_404", "busy_429"):
        bureau.standin.always = fault
        said = bureau.call("ana", "GET", f"/ares/{SAWMILL}")
        assert said.status == 503, fault
        assert "cannot be asked" in said.body["detail"]
    assert bureau.call("ana", "GET", "/ares", name="pila").status == 503


def test_by_name(bureau: Bureau) -> None:
    said = bureau.call("ana", "GET", "/ares", name="jedle")
    assert [each["name"] for each in said.body["items"]][:2] == [
        "Jedle Beskydy s.r.o.",
        "Jedle Morava s.r.o.",
    ]
    assert said.body["count"] == 5
    assert bureau.call("ana", "GET", "/ares", name="je").status == 422
    assert bureau.call("ana", "GET", "/ares").status == 422


def test_other_registers(bureau: Bureau) -> None:
    vies = bureau.call("ana", "GET", f"/registers/vies/CZ{SAWMILL}")
    assert vies.status == 200 and vies.body["source"] == "vies" and vies.body["vat"] == "yes"
    assert bureau.call("ana", "GET", "/registers/vies/CZ12345678").status == 404
    assert bureau.call("ana", "GET", "/registers/vies/ATU12345678").status == 503
    assert bureau.call("ana", "GET", "/registers/vies/nonsense").status == 422
    poland = bureau.call("ana", "GET", f"/registers/pl/{companies.POLISH_NIP}")
    assert poland.body["name"].startswith("TARTAK") and poland.body["city"] == "KŁODZKO"
    assert bureau.call("ana", "GET", "/registers/sk/1").status == 404


def test_differences(bureau: Bureau) -> None:
    record = bureau.create(name="Pila Javorník", ico=SAWMILL, dic=f"CZ{SAWMILL}", file_number="x")
    said = bureau.call("ana", "GET", f"/registries/firms/records/{record}/ares")
    assert said.status == 200 and said.body["company"]["ico"] == SAWMILL
    lines = {each["name"]: each for each in said.body["differences"]}
    assert lines["name"]["old"] == "Pila Javorník" and lines["name"]["differs"]
    assert not lines["vat_id"]["differs"]
    assert lines["legal_form"]["new"] == "Limited company" and lines["legal_form"]["old"] is None
    assert lines["persons"]["new"].startswith("Ing. Jana Javorníková (jednatel)")
    # It has not ended, so there is nothing to be written there.
    assert "ended" not in lines


def test_filled_in_under_its_own_channel(bureau: Bureau) -> None:
    record = bureau.create(name="Pila", ico=SAWMILL)
    path = f"/registries/firms/records/{record}/ares"
    said = bureau.call("cyril", "POST", path, {"apply": ["name", "address", "legal_form", "dic"]})
    assert said.status == 200
    assert said.body["applied"] == ["address", "dic", "legal_form", "name"]
    assert said.body["values"]["name"] == "Pila Javorník & synové, s.r.o."
    assert said.body["values"]["legal_form"] == "limited" and said.body["version"] == 2
    with bureau.office.begin(bureau.ids["ana"]) as work:
        newest = history.entries(work, "firms", record)[0]
    assert newest.via == "ares" and newest.by.id == bureau.ids["cyril"]
    # Once more changes nothing.
    assert bureau.call("cyril", "POST", path, {"apply": ["name"]}).body["version"] == 2


def test_only_what_one_may(bureau: Bureau) -> None:
    record = bureau.create(name="Pila", ico=SAWMILL, file_number="kept")
    path = f"/registries/firms/records/{record}/ares"
    seen = {each["name"] for each in bureau.call("cyril", "GET", path).body["differences"]}
    assert "name" in seen and not seen & {"founded", "file_number", "persons"}
    assert bureau.call("cyril", "POST", path, {"apply": ["name", "file_number"]}).status == 422
    reads = bureau.call("rita", "GET", path).body["differences"]
    assert not any(each["may_take"] for each in reads)
    assert bureau.call("rita", "POST", path, {"apply": ["name"]}).status == 403
    assert bureau.call("nik", "POST", path, {"apply": ["name"]}).status == 404
    # Of a record that one does not see there is nothing to compare.
    assert bureau.call("lola", "GET", path).status == 404
    assert bureau.values(record)["name"] == "Pila" and bureau.values(record)["file_number"] == "kept"


def test_what_is_hidden_and_what_is_not_there_are_the_same(bureau: Bureau) -> None:
    record = bureau.create(name="Pila", ico=SAWMILL, file_number="kept")
    path = f"/registries/firms/records/{record}/ares"
    hidden = bureau.call("cyril", "POST", path, {"apply": ["file_number"]})
    absent = bureau.call("cyril", "POST", path, {"apply": ["nace"]})
    assert hidden.status == absent.status == 422
    assert hidden.body["detail"].replace("file_number", "…") == absent.body["detail"].replace("nace", "…")


def test_wrong_wishes(bureau: Bureau) -> None:
    record = bureau.create(name="Pila", ico=SAWMILL)
    path = f"/registries/firms/records/{record}/ares"
    for body in (
        {},
        {"apply": "name"},
        {"apply": [1]},
        {"apply": ["nothing"]},
        {"apply": ["name"], "version": "x"},
    ):
        assert bureau.call("ana", "POST", path, body).status == 422, body
    assert bureau.call("ana", "POST", path, {"apply": ["name"], "version": 7}).status == 412
    without = bureau.create(name="No number")
    assert (
        bureau.call("ana", "POST", f"/registries/firms/records/{without}/ares", {"apply": ["name"]}).status
        == 422
    )
    gone = bureau.create(name="Gone", ico=NOWHERE)
    assert (
        bureau.call("ana", "POST", f"/registries/firms/records/{gone}/ares", {"apply": ["name"]}).status
        == 404
    )
    bureau.standin.always = "error_500"
    other = bureau.create(name="Other", ico=companies.DEAD)
    assert (
        bureau.call("ana", "POST", f"/registries/firms/records/{other}/ares", {"apply": ["name"]}).status
        == 503
    )
    assert bureau.values(other)["name"] == "Other"


def test_one_that_has_gone_since(bureau: Bureau) -> None:
    bureau.call("ana", "GET", f"/ares/{SAWMILL}")
    del bureau.standin.subjects[SAWMILL]
    now = bureau.office.clock()
    bureau.office.clock = lambda: now + timedelta(days=3)
    said = bureau.call("ana", "GET", f"/ares/{SAWMILL}")
    assert said.status == 404 and "no longer" in said.body["detail"]


def test_saving_waits_for_nobody(bureau: Bureau) -> None:
    bureau.standin.always = "slow"
    record = bureau.create(name="Pila", ico=SAWMILL)
    with bureau.office.begin(bureau.ids["ana"], write=True) as work:
        records.change(work, "firms", record, {"name": "Pila 2", "ico": companies.DEAD})
    assert bureau.standin.asked == []
