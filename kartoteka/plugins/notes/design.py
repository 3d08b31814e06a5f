"""The registry in which notes are kept."""

from kartoteka.platform.sdk import OwnRegistry, part

KEY = "_notes"

MINE = {"field": "created_by", "op": "eq", "value": {"var": "me"}}
NOT_PRIVATE = {"field": "private", "op": "ne", "value": True}
# Keys of roles, with blanks between them: `service sales`.
ROLES = "roles"
FOR_MY_ROLES = {"field": ROLES, "op": "in", "value": {"var": "roles"}}
FOR_ALL = {"field": ROLES, "op": "is_empty"}
FREE, LYING = {"field": "on", "op": "is_empty"}, {"field": "on", "op": "not_empty"}

NOTES = OwnRegistry(
    part(
        KEY,
        "Notes",
        "Poznámky",
        name_one="Note",
        names_one={"cs": "Poznámka"},
        icon="note",
        title="{text}",
        columns=["text", "private", "pinned"],
        sections=[
            part(
                "note",
                "Note",
                "Poznámka",
                fields=[
                    part(
                        "text",
                        "Text",
                        "Text",
                        type="long_text",
                        required=True,
                    ),
                    part(
                        "private",
                        "Only for me",
                        "Jen pro mě",
                        type="boolean",
                        default=False,
                    ),
                    part(
                        "pinned",
                        "Pinned",
                        "Připnutá",
                        type="boolean",
                        default=False,
                    ),
                    part(
                        ROLES,
                        "Only for these roles",
                        "Jen pro tyto role",
                        type="text",
                        options={"pattern": "[a-z0-9_ ]*"},
                    ),
                ],
            )
        ],
    ),
    # A free note is its author's, and theirs with whose roles he shares it; one on a record follows the record.
    own={"view": {"or": [MINE, {"and": [NOT_PRIVATE, FOR_MY_ROLES, FREE]}]}, "edit": MINE},
    narrow={"or": [MINE, {"and": [NOT_PRIVATE, {"or": [FOR_MY_ROLES, {"and": [FOR_ALL, LYING]}]}]}]},
)
