"""The registry in which activities are kept; its categories are the kinds of activities."""

from typing import Any

from kartoteka.platform.sdk import OwnRegistry

KEY = "_activities"
CALL, LETTER = "call", "correspondence"
# The pictures of the kinds that come with the plugin, also where an older design has none of its own.
ICONS = {"meeting": "users", CALL: "phone", "correspondence": "mail", "visit": "map-pin", "other": "notes"}
MINE = {"field": "created_by", "op": "eq", "value": {"var": "me"}}


def _field(key: str, kind: str, name: str, czech: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "type": kind, "name": name, "names": {"cs": czech}, **more}


def _kind(key: str, name: str, czech: str, colour: str) -> dict[str, Any]:
    return {"key": key, "name": name, "names": {"cs": czech}, "colour": colour, "icon": ICONS[key]}


ACTIVITIES = OwnRegistry(
    {
        "key": KEY,
        "name": "Activities",
        "name_one": "Activity",
        "names": {"cs": "Zápisy"},
        "names_one": {"cs": "Zápis"},
        "icon": "calendar",
        "title": "{text}",
        "columns": ["category", "at", "text", "who"],
        "categories": [
            _kind("meeting", "Meeting", "Schůzka", "blue"),
            _kind("call", "Call", "Telefonát", "green"),
            _kind("correspondence", "Correspondence", "Korespondence", "violet"),
            _kind("visit", "Visit", "Návštěva", "amber"),
            _kind("other", "Other", "Jiné", "grey"),
        ],
        "sections": [
            {
                "key": "activity",
                "name": "Activity",
                "names": {"cs": "Zápis"},
                "fields": [
                    _field("at", "datetime", "When", "Kdy"),
                    _field("text", "long_text", "What happened", "Co se stalo", required=True),
                    _field("who", "user", "Who of us", "Kdo z nás", options={"many": True}),
                    _field("result", "long_text", "Result", "Výsledek"),
                    _field("next_step", "text", "Next step", "Další krok"),
                    _field("message_id", "text", "Message-ID", "Message-ID", unique=True),
                ],
            }
        ],
    },
    own={"view": MINE, "edit": MINE},
)
