"""The registry in which notes are kept."""

from kartoteka.platform.sdk import OwnRegistry

KEY = "_notes"

MINE = {"field": "created_by", "op": "eq", "value": {"var": "me"}}
NOT_PRIVATE = {"field": "private", "op": "ne", "value": True}

NOTES = OwnRegistry(
    {
        "key": KEY,
        "name": "Notes",
        "name_one": "Note",
        "names": {"cs": "Poznámky"},
        "names_one": {"cs": "Poznámka"},
        "icon": "note",
        "title": "{text}",
        "sections": [
            {
                "key": "note",
                "name": "Note",
                "names": {"cs": "Poznámka"},
                "fields": [
                    {
                        "key": "text",
                        "name": "Text",
                        "type": "long_text",
                        "required": True,
                        "names": {"cs": "Text"},
                    },
                    {
                        "key": "private",
                        "name": "Only for me",
                        "type": "boolean",
                        "default": False,
                        "names": {"cs": "Jen pro mě"},
                    },
                    {
                        "key": "pinned",
                        "name": "Pinned",
                        "type": "boolean",
                        "default": False,
                        "names": {"cs": "Připnutá"},
                    },
                ],
            }
        ],
    },
    own={"view": MINE, "edit": MINE},
    narrow={"or": [NOT_PRIVATE, MINE]},
)
