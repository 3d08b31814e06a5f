"""Tasks over REST: on a record, and one's own wherever they lie."""

from typing import Any

from flask import Response
from marshmallow import fields as f

from kartoteka.platform.sdk import (
    Attached,
    AttachedResource,
    ListQuery,
    Record,
    Shape,
    Work,
    bearer_of,
    begin,
    page_of,
    query_of,
    signed_in,
)
from kartoteka.plugins.tasks.design import KEY, ME
from kartoteka.plugins.tasks.verbs import accept, hand_back


class Task(Attached):
    """What is to be done, by whom and by when."""

    title = f.Str()
    assignee = f.Raw(allow_none=True, metadata={"description": "A person's id; comes back as {id, title}."})
    due = f.Str(allow_none=True, metadata={"format": "date"})
    due_time = f.Str(allow_none=True, metadata={"description": "Such as 09:30."})
    state = f.Str(metadata={"enum": ["open", "in_progress", "waiting", "done", "cancelled"]})
    priority = f.Str(metadata={"enum": ["low", "normal", "high"]})
    description = f.Str(allow_none=True)
    role = f.Int(
        allow_none=True, metadata={"description": "The id of a role, any holder of which may accept it."}
    )
    watchers = f.Raw(
        allow_none=True, metadata={"description": "People who follow it: ids in, {id, title} out."}
    )
    checklist = f.Str(allow_none=True, metadata={"description": "Lines such as “- [ ] Call them”."})
    repeat = f.Str(
        allow_none=True,
        metadata={
            "description": "A rule of RFC 5545, such as FREQ=WEEKLY;BYDAY=MO; the next time is made when done."
        },
    )
    depends_on = f.Raw(
        allow_none=True, metadata={"description": "Tasks that come before it: ids in, {id, title} out."}
    )
    public = f.Bool(
        allow_none=True,
        metadata={"description": "Whether customers who see the record may see this step of it."},
    )
    done_at = f.Str(
        allow_none=True,
        metadata={"format": "date-time", "description": "Noted when it is done; may be put right then."},
    )
    follows = f.Int(dump_only=True, metadata={"description": "The task that this one is the next time of."})


class TaskQuery(ListQuery):
    """Which tasks."""

    mine = f.Int(metadata={"enum": [0, 1], "description": "1 for those that are mine to do."})


def _finish(work: Work, record: Record, document: dict[str, Any]) -> dict[str, Any]:
    people = document.get("assignee") or []
    return {**document, "assignee": people[0] if people else None}


tasks = AttachedResource("tasks", "What is to be done.", Shape(KEY, finish=_finish), document=Task)


@tasks.verb("GET", "/tasks", signed_in, query=TaskQuery, gives=page_of(Task))
def list_tasks(query: dict[str, str]) -> Response:
    """This function will list tasks, on request those that the caller is to do."""
    mine = {"field": "assignee", "op": "eq", "value": ME} if query.pop("mine", "") in ("1", "true") else None
    with begin() as work:
        return tasks.page(work, query_of(query), also=mine)


@tasks.verb("POST", "/tasks", signed_in, body=Task, gives=Task, status=201)
def create_task(body: dict[str, Any]) -> Response:
    """This function will make a task, on a record if `on` names one."""
    with begin(write=True) as work:
        return tasks.made(work, body, bearer_of(body))


@tasks.verb("POST", "/tasks/<id:thing>/accept", signed_in, gives=Task)
def accept_task(thing: int) -> Response:
    """This function will make a task of a role the caller's own."""
    with begin(write=True) as work:
        return tasks.one(work, accept(work, thing))


@tasks.verb("POST", "/tasks/<id:thing>/hand-back", signed_in, gives=Task)
def hand_task_back(thing: int) -> Response:
    """This function will hand a task back to the role or the person that it came from."""
    with begin(write=True) as work:
        return tasks.one(work, hand_back(work, thing))


__all__ = ["tasks"]
