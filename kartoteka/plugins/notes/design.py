"""The registry in which notes are kept."""

from kartoteka.platform.sdk import OwnRegistry

KEY = "_notes"

MINE = {"field": "created_by", "op": "eq", "value": {"var": "me"}}
NOT_PRIVATE = {"field": "private", "op": "ne", "value": True}
# Keys of roles, with blanks between them: `service sales`.
ROLES = "roles"
FOR_MY_ROLES = {"field": ROLES, "op": "in", "value": {"var": "roles"}}
FOR_ALL = {"field": ROLES, "op": "is_empty"}
FREE, LYING = {"field": "on", "op": "is_empty"}, {"field": "on", "op": "not_empty"}

NOTES = OwnRegistry(
    {
        "key": KEY,
        "name": "Notes",
        "name_one": "Note",
        "names": {"cs": "Poznámky"},
        "names_one": {"cs": "Poznámka"},
        "icon": "note",
        "title": "{text}",
        "columns": ["text", "private", "pinned"],
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
                    {
                        "key": ROLES,
                        "name": "Only for these roles",
                        "type": "text",
                        "options": {"pattern": "[a-z0-9_ ]*"},
                        "names": {"cs": "Jen pro tyto role"},
                    },
                ],
            }
        ],
    },
    # A free note is its author's, and theirs with whose roles he shares it; one on a record follows the record.
    own={"view": {"or": [MINE, {"and": [NOT_PRIVATE, FOR_MY_ROLES, FREE]}]}, "edit": MINE},
    narrow={"or": [MINE, {"and": [NOT_PRIVATE, {"or": [FOR_MY_ROLES, {"and": [FOR_ALL, LYING]}]}]}]},
)
