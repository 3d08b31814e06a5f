"""New versions of files, and what colleagues tell each other: in the notifications of whoever may see it, once."""

import io
from typing import Any

from kartoteka.platform.services import records, tokens
from kartoteka.platform.services.records import Bearer
from kartoteka.plugins.watchdogs import alerts
from tests.integration.watchdogs.conftest import Kennel
from tests.servers.apps import app_for


def _send(kennel: Kennel, path: str, content: bytes) -> dict[str, Any]:
    client = app_for(kennel.office).test_client()
    headers = {"Authorization": f"Bearer {tokens.create_token(kennel.office, 'ana@firm.example')}"}
    data = {"file": (io.BytesIO(content), "contract.txt")}
    answer = client.post(f"/api/v1{path}", data=data, headers=headers)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    found: dict[str, Any] = answer.get_json()
    return found


def test_a_new_version_of_a_file_is_told_to_whoever_sees_it(kennel: Kennel) -> None:
    acme = kennel.firm.create("companies", name="ACME")
    vera = kennel.firm.ids["vera"]
    kennel.set("ana", when={"kind": "added", "what": ["attachments.versions"]}, to=["me", f"user:{vera}"])
    kennel.later()
    place = f"/registries/companies/records/{acme}/attachments"
    file = _send(kennel, place, b"one")
    kennel.work()
    assert kennel.texts("ana") == [], "the first version is nothing new"
    kennel.later()
    _send(kennel, f"{place}/{file['id']}/versions", b"two")
    kennel.work()
    kennel.later()
    with kennel.firm.work("ana", write=True) as work:
        records.change(work, "_attachments", file["id"], {"description": "signed by both"})
    kennel.work()
    kennel.later()
    _send(kennel, f"{place}/{file['id']}/versions", b"three")
    kennel.work()
    kennel.work()
    assert kennel.texts("ana") == ["ACME: New version in Attachments: contract.txt"] * 2
    assert kennel.texts("vera") == [], "she does not see files there"


def test_what_colleagues_ask_stands_among_the_notifications(kennel: Kennel) -> None:
    acme, vera = kennel.firm.create("companies", name="ACME"), kennel.firm.ids["vera"]
    with kennel.firm.work("ana", write=True) as work:
        values = {"title": "Call them", "assignee": vera}
        task = records.create(work, "_tasks", values, on=Bearer("companies", acme)).id
    kennel.work()
    kennel.work()
    (told,) = kennel.alerts("vera")
    assert (told.title, told.text, told.name) == ("Call them", "Ana asks you to do it", "From colleagues")
    with kennel.firm.work("vera", write=True) as work:
        assert alerts.unread(work) == "1"
        assert alerts.read(work, told.id).read and alerts.unread(work) == ""
        assert alerts.documents([told])[0]["watchdog"] == {"id": None, "name": "From colleagues"}
    kennel.later()
    with kennel.firm.work("ana", write=True) as work:
        records.remove(work, "_tasks", task)
    assert kennel.alerts("vera") == [], "what is gone is not told of any more"
