"""What people of the invented firm are told of by their watchdogs."""

from collections.abc import Mapping, Sequence
from typing import Any

OVER_HALF_A_MILLION = {"field": "value", "op": "gte", "value": "500000"}
MINE = {"field": "responsible", "op": "in", "value": [{"var": "me"}]}
KEY_ACCOUNTS = {"field": "key_account", "op": "eq", "value": True}

# For each person, by the beginning of the address.
WATCHDOGS: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "jana": (
        {
            "name": "Velké smlouvy končí",
            "registry": "contracts",
            "when": {"kind": "date", "field": "valid_to", "days": -30},
            "filter": OVER_HALF_A_MILLION,
            "to": ["me", "substitute"],
            "via": ["app", "email"],
            "pace": "daily",
        },
        {
            "name": "Mlčící klíčoví zákazníci",
            "registry": "companies",
            "when": {"kind": "silence", "days": 60},
            "filter": KEY_ACCOUNTS,
        },
        {
            "name": "Obchod vyhrán",
            "registry": "deals",
            "when": {"kind": "reaches", "field": "stage", "value": "won"},
        },
    ),
    "petr": (
        {
            "name": "Moje obchody se hnuly",
            "registry": "deals",
            "when": {"kind": "change", "field": "stage"},
            "filter": MINE,
        },
        {
            "name": "Výročí zákazníků",
            "registry": "companies",
            "when": {"kind": "anniversary", "field": "customer_since", "days": -7},
        },
    ),
    "tomas": ({"name": "Nový požadavek", "registry": "requests", "when": {"kind": "created"}},),
    "hana": (
        {
            "name": "Změna bankovního účtu",
            "registry": "companies",
            "when": {"kind": "change", "field": "iban"},
            "via": ["app", "email"],
        },
    ),
}
