"""A firm with files: who may see which of them, and what a test needs to send and read them."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from kartoteka.platform.sdk import Work, create
from kartoteka.platform.services import modelling, people, plugins, tokens
from kartoteka.platform.services.files import Vault, files_of
from kartoteka.platform.services.office import Office
from tests.servers.apps import app_for

API = "/api/v1"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d4944415478da63f8cfc0f01f0005000"
    "1ff56c7d2710000000049454e44ae426082"
)
COMPANIES = {
    "key": "companies",
    "name": "Companies",
    "title": "{name}",
    "sections": [
        {
            "key": "basic",
            "name": "Basic",
            "fields": [
                {"key": "name", "name": "Name", "type": "text"},
                {"key": "region", "name": "Region", "type": "text"},
                {"key": "logo", "name": "Logo", "type": "file"},
            ],
        },
        {
            "key": "finance",
            "name": "Finance",
            "fields": [
                {"key": "turnover", "name": "Turnover", "type": "money"},
                {"key": "contracts", "name": "Contracts", "type": "file", "options": {"many": True}},
            ],
        },
    ],
}
FOLDERS = [
    {"registry": "companies", "name": "Contracts", "section": "finance"},
    {"registry": "companies", "name": "Pictures", "kinds": ["png", "jpg"], "max_mb": 1},
]


def grant(rows: Any = None, **sections: str) -> dict[str, Any]:
    """A grant that lets its holder do everything in some sections."""
    rights = ["view", "create", "edit", "delete", "export"]
    return {"companies": {"rights": rights, "rows": rows, "sections": {"basic": "edit", **sections}}}


NORTH = {"field": "region", "op": "eq", "value": "north"}
ROLES = {
    "boss": grant(finance="edit", attachments="edit"),
    "sales": grant(attachments="edit"),
    "reader": grant(attachments="read", finance="read"),
    "blind": grant(finance="edit"),
    "north": grant(NORTH, attachments="edit", finance="edit"),
}


@dataclass
class Firm:
    """The firm; people are named by their roles."""

    office: Office

    def client(self) -> FlaskClient:
        """A client of the application."""
        if not hasattr(self, "_app"):
            self._app = app_for(self.office)
            self._tokens: dict[str, str] = {}
        return self._app.test_client()

    def ask(self, who: str, method: str, path: str, **more: Any) -> TestResponse:
        """A request to the API."""
        client = self.client()
        if who not in self._tokens:
            self._tokens[who] = tokens.create_token(self.office, f"{who}@example.com")
        headers = {"Authorization": f"Bearer {self._tokens[who]}", **more.pop("headers", {})}
        return client.open(
            f"{API}{path}" if not path.startswith(API) else path, method=method, headers=headers, **more
        )

    def send(
        self, who: str, content: bytes, name: str = "a.txt", *, record: int = 1, **said: Any
    ) -> TestResponse:
        """A file put on a company."""
        data = {"file": (io.BytesIO(content), name), **said}
        return self.ask(who, "POST", f"/registries/companies/records/{record}/attachments", data=data)

    def sent(self, who: str, content: bytes, name: str = "a.txt", **more: Any) -> dict[str, Any]:
        """What came of a file that was put on a company."""
        answer = self.send(who, content, name, **more)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json
        return made

    def renew(
        self, who: str, attachment: int, content: bytes, name: str = "a.txt", **said: Any
    ) -> TestResponse:
        """A new version."""
        data = {"file": (io.BytesIO(content), name), **said}
        return self.ask(who, "POST", f"/attachments/{attachment}/versions", data=data)

    def names(self, who: str, record: int = 1) -> set[str]:
        """The names of the files that somebody sees on a company."""
        answer = self.ask(who, "GET", f"/registries/companies/records/{record}/attachments")
        return {each["name"] for each in answer.json["items"]} if answer.status_code == 200 else set()

    def vault(self) -> Vault:
        """The store of the firm."""
        return files_of(self.office)

    def stored(self) -> set[str]:
        """The hashes of the contents in the store."""
        return {sha256 for sha256, _size in files_of(self.office).contents()}

    @contextmanager
    def as_(self, who: str, *, write: bool = True) -> Iterator[Work]:
        """Work as somebody."""
        with self.office.begin_as(f"{who}@example.com", via="web", write=write) as work:
            yield work


def settle(office: Office, **settings: Any) -> None:
    """Change settings of attachments."""
    with office.begin_system(design=True) as work:
        plugins.change(work, "attachments", {"settings": settings})


@pytest.fixture
def firm(office: Office) -> Firm:
    """Acme in the north and Bolt in the south, somebody of each role, and two folders."""
    return found_firm(office)


def found_firm(office: Office) -> Firm:
    """Make the firm in a Kartoteka that is installed."""
    with office.begin_system(design=True) as work:
        modelling.create_registry(work, COMPANIES)
        for role, grants in ROLES.items():
            modelling.create_role(work, {"key": role, "name": role.title(), "grants": grants})
        for role in (*ROLES, "admin"):
            people.create_user(work, {"email": f"{role}@example.com", "name": role.title(), "roles": [role]})
        create(work, "companies", {"name": "Acme", "region": "north"})
        create(work, "companies", {"name": "Bolt", "region": "south"})
    settle(office, folders=FOLDERS)
    return Firm(office)
