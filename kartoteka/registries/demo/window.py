"""What the customers of the invented firm see in its portal, and what has been said there."""

from datetime import timedelta
from typing import Any

from kartoteka.platform import sdk

from .shape import Ref

CONTACTS = [
    {
        "name": "Jana Nováková",
        "about": {"en": "Orders and contracts", "cs": "Zakázky a smlouvy", "pl": "Zamówienia i umowy"},
        "phone": "+420 499 555 101",
        "email": "jana@klenakamen.example",
    },
    {
        "name": "Tomáš Žďárský",
        "about": {
            "en": "Service and faults, also at weekends",
            "cs": "Servis a závady, i o víkendu",
            "pl": "Serwis i usterki, także w weekendy",
        },
        "phone": "+420 499 555 199",
        "email": "tomas@klenakamen.example",
    },
    {
        "name": "Sklad Trutnov",
        "about": {
            "en": "Collection on weekdays 7–15",
            "cs": "Výdej ve všední dny 7–15",
            "pl": "Odbiór w dni robocze 7–15",
        },
        "address": "Polská 312, 541 01 Trutnov",
    },
]
REQUESTS: dict[str, Any] = {
    "registry": "requests",
    "columns": ["subject", "state", "came_at", "due_at"],
    "state": "state",
    "off": ["refused", "waiting_parts", "waiting_customer"],
    "waiting": ["waiting_customer"],
    "quick": [
        {
            "names": {"en": "Open", "cs": "Otevřené", "pl": "Otwarte"},
            "filter": {
                "field": "state",
                "op": "in",
                "value": ["received", "in_work", "waiting_parts", "waiting_customer"],
            },
        },
        {
            "names": {"en": "Solved", "cs": "Vyřešené", "pl": "Rozwiązane"},
            "filter": {"field": "state", "op": "in", "value": ["solved"]},
        },
    ],
    "form": {
        "asks": ["subject", "description", "equipment"],
        "intro": {
            "en": "Tell us what has happened. We answer within one working day.",
            "cs": "Napište, co se stalo. Ozveme se do jednoho pracovního dne.",
            "pl": "Proszę napisać, co się stało. Odezwiemy się w ciągu jednego dnia roboczego.",
        },
        "fixed": {"channel": "portal"},
    },
    "uploads": True,
    "folder": "Od zákazníka",
}
# What the customer is told of the work on his newest order, and how many days from now each step is due.
STEPS = (("Materiál je na skladě", -3), ("Výroba dílů", 4), ("Montáž u zákazníka", 12))
ORDERS: dict[str, Any] = {
    "registry": "orders",
    "on_home": True,
    "uploads": True,
    "folder": "Od zákazníka",
    "columns": ["subject", "state", "promised_on", "total"],
    "state": "state",
    "off": ["cancelled"],
    "quick": [
        {
            "names": {"en": "On the way", "cs": "Rozpracované", "pl": "W toku"},
            "filter": {
                "field": "state",
                "op": "in",
                "value": ["received", "confirmed", "in_production", "ready"],
            },
        },
        {
            "names": {"en": "Done", "cs": "Hotové", "pl": "Gotowe"},
            "filter": {"field": "state", "op": "in", "value": ["done"]},
        },
    ],
}
OWNER: dict[str, Any] = {
    "welcome": {
        "en": "Here you see your orders, requests and contracts with us, at any hour.",
        "cs": "Tady kdykoli vidíte své zakázky, požadavky a smlouvy u nás.",
        "pl": "Tutaj o każdej porze widać zamówienia, zgłoszenia i umowy u nas.",
    },
    "pages": [
        REQUESTS,
        ORDERS,
        {"registry": "contracts", "columns": ["subject", "status", "valid_from", "valid_to"]},
        {"registry": "assets", "columns": ["name", "serial_number", "state", "next_service_on"]},
    ],
    "tiles": [
        {
            "names": {"en": "Open requests", "cs": "Otevřené požadavky", "pl": "Otwarte zgłoszenia"},
            "registry": "requests",
            "filter": {"field": "state", "op": "not_in", "value": ["solved", "refused"]},
        },
        {
            "names": {"en": "Orders on the way", "cs": "Rozpracované zakázky", "pl": "Zamówienia w toku"},
            "registry": "orders",
            "filter": {"field": "state", "op": "not_in", "value": ["done", "cancelled"]},
        },
        {
            "names": {"en": "Still to be paid", "cs": "Zbývá zaplatit", "pl": "Pozostało do zapłaty"},
            "registry": "orders",
            "measure": "sum:total",
            "filter": {"field": "payment", "op": "in", "value": ["invoiced", "overdue"]},
        },
    ],
    "contacts": CONTACTS,
    "proposes": ["phone", "other_phone", "email"],
}
TECHNICIAN: dict[str, Any] = {
    "welcome": {
        "en": "Machines, their service, and everything that you have asked us for.",
        "cs": "Stroje, jejich servis a vše, o co jste nás požádali.",
        "pl": "Maszyny, ich serwis i wszystko, o co nas Państwo poprosili.",
    },
    "pages": [REQUESTS, OWNER["pages"][3], {**ORDERS, "columns": ["subject", "state", "promised_on"]}],
    "tiles": OWNER["tiles"][:1],
    "contacts": CONTACTS[1:],
    "proposes": ["phone"],
}
NEWS = (
    (
        "Servis mezi svátky",
        "Od 24. prosince do 1. ledna jezdíme jen k poruchám. Volejte **499 555 199**.",
    ),
    ("Nový sklad v Trutnově", "Zboží si můžete vyzvednout i v novém skladu, ve všední dny od 7 do 15 hodin."),
)


def open_window(work: sdk.Work, ids: dict[str, list[int]]) -> None:
    """Design the windows of both roles, publish some news, and say something to the first customer."""
    state = work.catalog.plugins.get("portal")
    if state is None or "_portal" not in work.catalog.registries:
        return
    windows = {"customer": OWNER, "customer_technician": TECHNICIAN}
    sdk.change_plugin(work, "portal", {"settings": {"magic_link": True, "windows": windows}})
    for title, text in NEWS:
        sdk.create(work, "_portal_news", {"title": title, "text": text, "since": work.now.date().isoformat()})
    # Jana of the sales talks with them.
    _talk(work.office.beside(work, ids["users"][1]), ids, ("companies", 0))


def _talk(work: sdk.Work, ids: dict[str, list[int]], customer: Ref) -> None:
    """On the newest order of the customer something is said, and something waits for his approval."""
    company = ids["companies"][customer[1]]
    own = {"field": "company", "op": "eq", "value": company}
    orders = sdk.browse(work, "orders", sdk.Query(filter=own, sort="-id", page_size=1)).items
    requests = sdk.browse(work, "requests", sdk.Query(filter=own, sort="-id", page_size=1)).items
    for order in orders:
        on = sdk.Bearer("orders", order.id)
        said = "Dobrý den, výkresy máme, termín potvrzujeme. Kdyby se cokoli změnilo, napíšeme sem."
        sdk.create(work, "_portal", {"text": said, "outside": False}, category="comment", on=on)
        asked = {"text": "Prosíme o schválení termínu a ceny zakázky.", "verdict": "waiting"}
        sdk.create(work, "_portal", asked, category="approval", on=on)
        _plan(work, on)
    for request in requests:
        on = sdk.Bearer("requests", request.id)
        said = "Technik přijede ve středu dopoledne, prosíme o přístup ke stroji."
        sdk.create(work, "_portal", {"text": said, "outside": False}, category="comment", on=on)


def _plan(work: sdk.Work, on: sdk.Bearer) -> None:
    """The steps of an order that its customer sees; the first is done."""
    if "_tasks" not in work.catalog.registries:
        return
    today = work.now.date()
    for title, days in STEPS:
        due = today + timedelta(days=days)
        step = {"title": title, "due": due.isoformat(), "public": True, "assignee": work.actor.user_id}
        sdk.create(work, "_tasks", {**step, "state": "done" if days < 0 else "open"}, on=on)
