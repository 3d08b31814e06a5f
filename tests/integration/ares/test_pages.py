"""The pages: a form filled in, a record compared, many checked, what goes where; for whom, and for whom not."""

import re
from collections.abc import Callable
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from kartoteka.platform.services import history, jobs, plugins, records
from kartoteka.plugins.ares.standin import companies
from tests.integration.ares.conftest import PASSWORD, Bureau

SAWMILL, ODD = companies.SAWMILL, companies.ODD


class Browser:
    """Somebody's browser."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, path: str) -> TestResponse:
        """Look at a page."""
        return self.client.get(path)

    def post(self, path: str, **form: object) -> TestResponse:
        """Send a form, as a part of a page."""
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.client.get("/settings").text)
        assert found is not None
        return self.client.post(path, data={"csrf_token": found[1], **form}, headers={"HX-Request": "true"})


@pytest.fixture
def browse_as(bureau: Bureau) -> Callable[[str], Browser]:
    """Sign in as somebody."""

    def sign_in(who: str) -> Browser:
        client = bureau.app.test_client()
        found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/sign-in").text)
        assert found is not None
        form = {"csrf_token": found[1], "email": f"{who}@firm.example", "password": PASSWORD}
        assert client.post("/sign-in", data=form).status_code in (302, 303)
        return Browser(client)

    return sign_in


def test_a_form_filled_in(bureau: Bureau, browse_as: Callable[[str], Browser]) -> None:
    clerk = browse_as("cyril")
    assert "ares-q" in clerk.get("/r/firms/new").text
    found = clerk.get("/r/firms/ares/find?q=pila").text
    assert (
        "Pila Javorník" in found and SAWMILL in found and "Jeseník" in found and "Already here" not in found
    )
    shown = clerk.post("/r/firms/ares/preview", ico=SAWMILL, **{"v.name": "Moje pila", "v.dic": ""})
    assert "Moje pila" in shown.text and f"CZ{SAWMILL}" in shown.text
    # What the clerk does not see is not told either.
    assert "C 38101" not in shown.text and "Javorníková" not in shown.text
    wanted = {"ico": SAWMILL, "take": ["vat_id", "address", "file_number"], "v.name": "Moje pila"}
    filled = clerk.post("/r/firms/ares/fill", **wanted)
    assert filled.status_code == 200 and 'id="form-parts"' in filled.text and "hx-swap-oob" in filled.text
    assert 'value="Moje pila"' in filled.text and f'value="CZ{SAWMILL}"' in filled.text
    assert f'value="{SAWMILL}"' in filled.text and "C 38101" not in filled.text
    assert "shut-dialog" in filled.headers["HX-Trigger"]
    with bureau.office.begin(bureau.ids["ana"]) as work:
        assert records.browse(work, "firms", records.Query()).items == [], "nothing is saved yet"


def test_one_that_is_here_already_is_told_to_those_who_see_it(
    bureau: Bureau, browse_as: Callable[[str], Browser]
) -> None:
    record = bureau.create(name="Naše pila", ico=SAWMILL, address="Brno")
    clerk, local = browse_as("cyril"), browse_as("lola")
    assert f"/r/firms/{record}" in clerk.get(f"/r/firms/ares/find?q={SAWMILL}").text
    hidden = local.get(f"/r/firms/ares/find?q={SAWMILL}").text
    assert "Naše pila" not in hidden and "Already here" not in hidden
    with bureau.office.begin(bureau.ids["ana"], write=True) as work:
        records.remove(work, "firms", record)
    assert local.get(f"/r/firms/ares/find?q={SAWMILL}").text == hidden


def test_what_stands_in_the_way_is_said(bureau: Bureau, browse_as: Callable[[str], Browser]) -> None:
    clerk = browse_as("cyril")
    odd = clerk.get(f"/r/firms/ares/find?q={ODD}").text
    assert "check digit" in odd and "anyway=1" in odd and bureau.standin.asked == []
    assert "Stará Sklárna" in clerk.get(f"/r/firms/ares/find?q={ODD}&anyway=1").text
    assert "no subject" in clerk.get(f"/r/firms/ares/find?q={companies.ico_of(3_899_999)}").text
    assert "Diacritics" in clerk.get("/r/firms/ares/find?q=zzz").text
    assert clerk.get("/r/firms/ares/find?q=zz").text.strip() == ""
    bureau.standin.always = "error_500"
    assert "cannot be asked" in clerk.get("/r/firms/ares/find?q=jed").text
    assert "cannot be asked" in clerk.post("/r/firms/ares/preview", ico=companies.DEAD).text


def test_only_where_and_for_whom_there_is_a_number_to_write(
    bureau: Bureau, browse_as: Callable[[str], Browser]
) -> None:
    reader, nobody = browse_as("rita"), browse_as("nik")
    assert reader.get("/r/firms/ares/find?q=pila").status_code == 403
    assert nobody.get("/r/firms/ares/find?q=pila").status_code == 404
    assert reader.post("/r/firms/ares/fill", ico=SAWMILL).status_code == 403
    assert reader.get("/r/nothing/ares/find?q=pila").status_code == 404
    assert bureau.standin.asked == []


def test_a_record_compared_and_filled(bureau: Bureau, browse_as: Callable[[str], Browser]) -> None:
    record = bureau.create(name="Pila", ico=SAWMILL)
    ana = browse_as("ana")
    before = ana.get(f"/r/firms/{record}/tab/ares").text
    assert "Not checked yet" in before and bureau.standin.asked == [], "the page itself asks nobody"
    panel = ana.get(f"/r/firms/{record}/ares").text
    assert "Pila Javorník" in panel and 'value="name"' in panel and "As of" in panel
    assert "Not checked yet" not in ana.get(f"/r/firms/{record}/tab/ares").text
    assert "Load from ARES" in ana.get(f"/r/firms/{record}").text
    assert "Pila Javorník" in ana.get(f"/r/firms/{record}/ares/dialog").text
    ana.post(f"/r/firms/{record}/ares/take", take=["name", "founded"], version="1")
    now = bureau.values(record)
    assert (
        now["name"].startswith("Pila Javorník")
        and str(now["founded_on"]) == "2012-04-01"
        and now["dic"] is None
    )
    with bureau.office.begin(bureau.ids["ana"]) as work:
        assert history.entries(work, "firms", record)[0].via == "ares"
    assert "from ARES" in ana.get(f"/r/firms/{record}/history").text
    # The version that it was looked at has passed.
    ana.post(f"/r/firms/{record}/ares/take", take=["vat_id"], version="1")
    assert bureau.values(record)["dic"] is None
    bureau.standin.always = "error_500"
    again = ana.post(f"/r/firms/{record}/ares/again").text
    assert "cannot be asked" in again and "Pila Javorník" in again, "what was said before is still shown"


def test_vat_watching_and_a_record_without_a_number(
    bureau: Bureau, browse_as: Callable[[str], Browser]
) -> None:
    record, bare = bureau.create(name="Pila", ico=SAWMILL, dic=f"CZ{SAWMILL}"), bureau.create(name="Bez")
    ana, clerk = browse_as("ana"), browse_as("cyril")
    assert "is valid" in ana.get(f"/r/firms/{record}/ares/vat").text
    assert "is no VAT number" in ana.get(f"/r/firms/{bare}/ares/vat").text
    ana.post(f"/r/firms/{record}/ares/watch", on="1")
    assert "Watched" in ana.get(f"/r/firms/{record}/ares").text
    assert clerk.post(f"/r/firms/{record}/ares/watch", on="1").status_code == 404, "his role has no such tab"
    assert clerk.get(f"/r/firms/{record}/tab/ares").status_code == 404
    assert "no IČO" in ana.get(f"/r/firms/{bare}/tab/ares").text
    assert "no IČO" in ana.get(f"/r/firms/{bare}/ares").text


def test_many_from_the_list(bureau: Bureau, browse_as: Callable[[str], Browser]) -> None:
    record = bureau.create(name="Pila", ico=SAWMILL)
    gone = bureau.create(name="Nikdo", ico=companies.ico_of(3_899_999))
    ana, reader = browse_as("ana"), browse_as("rita")
    assert "Check with ARES" in ana.get("/r/firms").text
    dialog = ana.post("/r/firms/ares/check", ids=[record, gone]).text
    assert "Check 2 records" in dialog and 'value="all"' in dialog
    assert 'value="all"' not in reader.post("/r/firms/ares/check", whole="1").text
    assert reader.post("/r/firms/ares/check", whole="1", deed="all").status_code == 422
    went = ana.post("/r/firms/ares/check", ids=[record, gone], deed="empty")
    address = went.headers["HX-Redirect"]
    assert "Waiting" in ana.get(address).text
    jobs.run_job(bureau.office, int(address.rpartition("/")[2]))
    shown = ana.get(address).text
    assert "filled in" in shown and "not in ARES" in shown and "Take it back" in shown
    assert "Pila" not in ana.get(f"{address}?only=not_found").text.partition("Report")[2]
    assert reader.get(address).status_code == 404, "a job is its owner's"
    assert 'data-state="done"' in ana.get(f"{address}/progress").text
    nobody = '{"field":"name","op":"eq","value":"x"}'
    assert ana.post("/r/firms/ares/check", whole="1", filter=nobody, deed="tell").status_code == 422


def test_what_goes_where(bureau: Bureau, browse_as: Callable[[str], Browser]) -> None:
    ana = browse_as("ana")
    assert "Firms" in ana.get("/admin/ares").text and "guess" in ana.get("/admin/ares").text
    assert "/admin/ares" in ana.get("/admin/plugins/ares").text
    assert "mapping" not in ana.get("/admin/plugins/ares").text
    twice = ana.post("/admin/ares/firms", **{"m.ico": "ico", "m.name": "name", "m.city": "name"})
    assert twice.status_code == 422 and "something else already" in twice.text
    ana.post(
        "/admin/ares/firms", **{"m.ico": "ico", "m.name": "name", "m.city": "file_number", "watched": "1"}
    )
    with bureau.office.begin_system() as work:
        kept = plugins.settings_of(work, "ares")
        assert kept["mapping"] == {"firms": {"ico": "ico", "name": "name", "city": "file_number"}}
        assert kept["watched"] == ["firms"]
    record = bureau.create(name="Pila", ico=SAWMILL)
    assert "Jeseník" in ana.get(f"/r/firms/{record}/ares").text
    ana.post("/admin/ares/firms", guess="1")
    with bureau.office.begin_system() as work:
        assert plugins.settings_of(work, "ares")["mapping"] == {}
    assert browse_as("cyril").get("/admin/ares").status_code == 403


def test_an_import_filled_in_by_its_numbers(bureau: Bureau, browse_as: Callable[[str], Browser]) -> None:
    bureau.create(name="Old", ico=companies.DEAD)
    ana = browse_as("ana")
    assert "Fill in by IČO" in ana.get("/r/firms/import").text
    sheet = f"Name;IČO\nMoje pila;{SAWMILL}\nJosef;{companies.JOINER.lstrip('0')}\n".encode()
    went = ana.post("/r/firms/import", file=(BytesIO(sheet), "firms.csv"), mode="add", then="ares")
    imported = int(went.headers["HX-Redirect"].rpartition("/")[2])
    while waiting := jobs.waiting(bureau.office):
        for job in waiting:
            jobs.run_job(bureau.office, job)
    with bureau.office.begin(bureau.ids["ana"]) as work:
        told = jobs.fetch(work, imported).result
        assert isinstance(told, dict) and told["created"] == 2
        found = records.browse(work, "firms", records.Query(sort="id")).items
        report = jobs.fetch(work, told["then"]["ares"]).result
    assert isinstance(report, dict) and report["checked"] == report["filled"] == 2
    assert [each.values["dic"] for each in found] == [None, f"CZ{SAWMILL}", None]
    assert [each.values["name"] for each in found] == ["Old", "Moje pila", "Josef"]
    assert found[2].values["address"].startswith("Nebeská Rybná 48")
    # The filling in is a batch of its own, and can be undone without the import.
    with bureau.office.begin(bureau.ids["ana"], write=True) as work:
        assert history.undo_batch(work, report["batch"]).undone == 2
