"""The registry in which tasks are kept."""

from typing import Any

from kartoteka.platform.sdk import OwnRegistry

KEY = "_tasks"
COMMENTS_KEY = "_task_comments"

OPEN, STARTED, WAITING, DONE, CANCELLED = "open", "in_progress", "waiting", "done", "cancelled"
UNFINISHED = (OPEN, STARTED, WAITING)

ME = {"var": "me"}
MY_ROLES = {"var": "roles"}
# The people for whom one acts while they are away.
STOOD_IN_FOR = {"var": "substituted"}
WRITTEN_BY_ME = {"field": "created_by", "op": "eq", "value": ME}
MINE = {
    "or": [
        {"field": "assignee", "op": "in", "value": [ME, STOOD_IN_FOR]},
        WRITTEN_BY_ME,
        {"field": "role", "op": "in", "value": MY_ROLES},
    ]
}
WATCHED = {"or": [*MINE["or"], {"field": "watchers", "op": "eq", "value": ME}]}


def _field(key: str, kind: str, name: str, czech: str, **more: Any) -> dict[str, Any]:
    return {"key": key, "type": kind, "name": name, "names": {"cs": czech}, **more}


def _choice(key: str, name: str, czech: str, colour: str) -> dict[str, Any]:
    return {"key": key, "name": name, "names": {"cs": czech}, "colour": colour}


STATES = [
    _choice(OPEN, "Open", "Nový", "blue"),
    _choice(STARTED, "In progress", "Rozpracovaný", "violet"),
    _choice(WAITING, "Waiting", "Čeká", "amber"),
    _choice(DONE, "Done", "Hotový", "green"),
    _choice(CANCELLED, "Cancelled", "Zrušený", "grey"),
]
PRIORITIES = [
    _choice("low", "Low", "Nízká", "grey"),
    _choice("normal", "Normal", "Běžná", "blue"),
    _choice("high", "High", "Vysoká", "red"),
]

TASKS = OwnRegistry(
    {
        "key": KEY,
        "name": "Tasks",
        "name_one": "Task",
        "names": {"cs": "Úkoly"},
        "names_one": {"cs": "Úkol"},
        "icon": "checkbox",
        "title": "{title}",
        "columns": ["title", "assignee", "due", "state", "priority"],
        "sections": [
            {
                "key": "task",
                "name": "Task",
                "names": {"cs": "Úkol"},
                "fields": [
                    _field("title", "text", "What", "Co", required=True),
                    _field("assignee", "user", "Who", "Kdo"),
                    _field("role", "integer", "Role", "Role"),
                    _field("due", "date", "Due", "Do kdy"),
                    _field(
                        "due_time",
                        "text",
                        "At",
                        "V kolik",
                        options={"pattern": "([01][0-9]|2[0-3]):[0-5][0-9]"},
                    ),
                    _field("state", "choice", "State", "Stav", options={"choices": STATES}, default=OPEN),
                    _field(
                        "priority",
                        "choice",
                        "Priority",
                        "Priorita",
                        options={"choices": PRIORITIES},
                        default="normal",
                    ),
                    _field("description", "long_text", "Description", "Popis"),
                    _field("done_at", "datetime", "Done at", "Hotovo"),
                    _field("watchers", "user", "Watchers", "Sledují", options={"many": True}),
                    _field("checklist", "long_text", "Checklist", "Kontrolní seznam"),
                    _field("repeat", "text", "Repeats", "Opakuje se", options={"max_length": 250}),
                    _field(
                        "depends_on",
                        "relation",
                        "Waits for",
                        "Čeká na",
                        options={"target": KEY, "many": True},
                    ),
                    # Of a task out of a package: the key of the package.
                    _field("package", "text", "Package", "Balíček", options={"max_length": 40}),
                    # Of the next time of a task that repeats: the id of the one before.
                    _field("follows", "integer", "Follows", "Navazuje na"),
                ],
            }
        ],
    },
    own={"view": WATCHED, "edit": MINE},
)

COMMENTS = OwnRegistry(
    {
        "key": COMMENTS_KEY,
        "name": "Comments on tasks",
        "name_one": "Comment",
        "names": {"cs": "Komentáře k úkolům"},
        "names_one": {"cs": "Komentář"},
        "icon": "message",
        "title": "{text}",
        "columns": ["text", "task"],
        "sections": [
            {
                "key": "comment",
                "name": "Comment",
                "names": {"cs": "Komentář"},
                "fields": [
                    _field("text", "long_text", "Text", "Text", required=True),
                    _field("task", "relation", "Task", "Úkol", required=True, options={"target": KEY}),
                ],
            }
        ],
    },
    # Whoever sees a task sees what was said about it; only its author changes what he has said.
    own={"view": {"$through": "task"}, "edit": WRITTEN_BY_ME},
)
