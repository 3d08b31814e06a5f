"""The registries of the portal: what is said between the firm and its customers, and the news of the firm."""

from typing import Any

from kartoteka.platform.sdk import OwnRegistry

TALKS, NEWS = "_portal", "_portal_news"
# What was said, asked for, proposed, or put before a customer to be approved.
COMMENT, REQUEST, PROPOSAL, APPROVAL = "comment", "request", "proposal", "approval"
WAITING, ACCEPTED, REFUSED, OUTDATED = "waiting", "accepted", "refused", "outdated"
OPEN, DONE = "open", "done"


def _choice(key: str, name: str, czech: str, colour: str) -> dict[str, Any]:
    return {"key": key, "name": name, "names": {"cs": czech}, "colour": colour}


def _field(key: str, name: str, czech: str, kind: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "name": name, "names": {"cs": czech}, "type": kind, **more}


_VERDICTS = [
    _choice(WAITING, "Waiting", "Čeká", "amber"),
    _choice(ACCEPTED, "Accepted", "Přijato", "green"),
    _choice(REFUSED, "Refused", "Odmítnuto", "red"),
    _choice(OUTDATED, "Changed since", "Mezitím změněno", "grey"),
]
_STATES = [_choice(OPEN, "Open", "Otevřené", "amber"), _choice(DONE, "Done", "Vyřízené", "green")]

TALKS_REGISTRY = OwnRegistry(
    {
        "key": TALKS,
        "name": "Talks with customers",
        "name_one": "Message",
        "names": {"cs": "Hovory se zákazníky"},
        "names_one": {"cs": "Zpráva"},
        "icon": "messages",
        "title": "{text}",
        "columns": ["text", "state", "assignee"],
        "categories": [
            {"key": COMMENT, "name": "Message", "names": {"cs": "Zpráva"}, "colour": "blue"},
            {"key": REQUEST, "name": "New request", "names": {"cs": "Nový požadavek"}, "colour": "violet"},
            {"key": PROPOSAL, "name": "Proposed change", "names": {"cs": "Návrh změny"}, "colour": "amber"},
            {"key": APPROVAL, "name": "Approval", "names": {"cs": "Schválení"}, "colour": "green"},
        ],
        "sections": [
            {
                "key": "message",
                "name": "Message",
                "names": {"cs": "Zpráva"},
                "fields": [
                    _field("text", "Text", "Text", "long_text", required=True),
                    _field("outside", "From a customer", "Od zákazníka", "boolean", default=False),
                ],
            },
            {
                "key": "matter",
                "name": "What it is about",
                "names": {"cs": "O co jde"},
                "fields": [
                    _field("field", "Field", "Položka", "text", options={"max_length": 40}),
                    _field("old", "As it was", "Původně", "long_text"),
                    _field("new", "As it should be", "Nově", "long_text"),
                    _field("verdict", "Answer", "Odpověď", "choice", options={"choices": _VERDICTS}),
                    _field("reason", "Reason", "Důvod", "long_text"),
                    _field("by", "Answered by", "Odpověděl", "user"),
                    _field("answered_at", "Answered at", "Kdy odpověděl", "datetime"),
                    _field("seen", "What was seen", "Co bylo vidět", "long_text"),
                    _field("digest", "Fingerprint of it", "Otisk", "text", options={"max_length": 64}),
                ],
            },
            {
                "key": "handling",
                "name": "Handling",
                "names": {"cs": "Vyřízení"},
                "fields": [
                    _field("state", "State", "Stav", "choice", options={"choices": _STATES}),
                    _field("assignee", "Assigned to", "Přiděleno", "user"),
                ],
            },
        ],
    }
)

FREE = {"field": "on", "op": "is_empty"}
_PUBLISHED = {
    "and": [
        FREE,
        {"field": "since", "op": "lte", "value": {"var": "today"}},
        {
            "or": [
                {"field": "until", "op": "is_empty"},
                {"field": "until", "op": "gte", "value": {"var": "today"}},
            ]
        },
        {
            "or": [
                {"field": "roles", "op": "is_empty"},
                {"field": "roles", "op": "in", "value": {"var": "roles"}},
            ]
        },
    ]
}

NEWS_REGISTRY = OwnRegistry(
    {
        "key": NEWS,
        "name": "News in the portal",
        "name_one": "News item",
        "names": {"cs": "Novinky v portálu"},
        "names_one": {"cs": "Novinka"},
        "icon": "speakerphone",
        "title": "{title}",
        "columns": ["title", "since", "until"],
        "sections": [
            {
                "key": "news",
                "name": "News item",
                "names": {"cs": "Novinka"},
                "fields": [
                    _field("title", "Title", "Nadpis", "text", required=True),
                    _field("text", "Text", "Text", "long_text"),
                    _field("since", "From", "Od", "date", required=True),
                    _field("until", "Until", "Do", "date"),
                    _field(
                        "roles",
                        "Only for these roles",
                        "Jen pro tyto role",
                        "text",
                        options={"pattern": "[a-z0-9_ ]*"},
                    ),
                ],
            }
        ],
    },
    own={"view": _PUBLISHED},
)
