"""The registry in which tasks are kept."""

from kartoteka.platform.sdk import OwnRegistry, part

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


STATES = [
    part(OPEN, "Open", "Nový", colour="blue"),
    part(STARTED, "In progress", "Rozpracovaný", colour="violet"),
    part(WAITING, "Waiting", "Čeká", colour="amber"),
    part(DONE, "Done", "Hotový", colour="green"),
    part(CANCELLED, "Cancelled", "Zrušený", colour="grey"),
]
PRIORITIES = [
    part("low", "Low", "Nízká", colour="grey"),
    part("normal", "Normal", "Běžná", colour="blue"),
    part("high", "High", "Vysoká", colour="red"),
]

TASKS = OwnRegistry(
    part(
        KEY,
        "Tasks",
        "Úkoly",
        name_one="Task",
        names_one={"cs": "Úkol"},
        icon="checkbox",
        title="{title}",
        columns=["title", "assignee", "due", "state", "priority"],
        sections=[
            part(
                "task",
                "Task",
                "Úkol",
                fields=[
                    part("title", "What", "Co", type="text", required=True),
                    part("assignee", "Who", "Kdo", type="user"),
                    part("role", "Role", "Role", type="integer"),
                    part("due", "Due", "Do kdy", type="date"),
                    part(
                        "due_time",
                        "At",
                        "V kolik",
                        type="text",
                        options={"pattern": "([01][0-9]|2[0-3]):[0-5][0-9]"},
                    ),
                    part("state", "State", "Stav", type="choice", options={"choices": STATES}, default=OPEN),
                    part(
                        "priority",
                        "Priority",
                        "Priorita",
                        type="choice",
                        options={"choices": PRIORITIES},
                        default="normal",
                    ),
                    part("description", "Description", "Popis", type="long_text"),
                    part("done_at", "Done at", "Hotovo", type="datetime"),
                    part("watchers", "Watchers", "Sledují", type="user", options={"many": True}),
                    part("checklist", "Checklist", "Kontrolní seznam", type="long_text"),
                    part("repeat", "Repeats", "Opakuje se", type="text", options={"max_length": 250}),
                    part(
                        "depends_on",
                        "Waits for",
                        "Čeká na",
                        type="relation",
                        options={"target": KEY, "many": True},
                    ),
                    part("public", "Customers see this", "Vidí zákazníci", type="boolean", default=False),
                    # Of a task out of a package: the key of the package.
                    part("package", "Package", "Balíček", type="text", options={"max_length": 40}),
                    # Of the next time of a task that repeats: the id of the one before.
                    part("follows", "Follows", "Navazuje na", type="integer"),
                ],
            )
        ],
    ),
    own={"view": WATCHED, "edit": MINE},
)

COMMENTS = OwnRegistry(
    part(
        COMMENTS_KEY,
        "Comments on tasks",
        "Komentáře k úkolům",
        name_one="Comment",
        names_one={"cs": "Komentář"},
        icon="message",
        title="{text}",
        columns=["text", "task"],
        sections=[
            part(
                "comment",
                "Comment",
                "Komentář",
                fields=[
                    part("text", "Text", "Text", type="long_text", required=True),
                    part("task", "Task", "Úkol", type="relation", required=True, options={"target": KEY}),
                ],
            )
        ],
    ),
    # Whoever sees a task sees what was said about it; only its author changes what he has said.
    own={"view": {"$through": "task"}, "edit": WRITTEN_BY_ME},
)
