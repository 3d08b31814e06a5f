"""What is said about tasks: written on the page of a task or over the API, by everybody who sees the task."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import Response, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from marshmallow import fields as f

from kartoteka.platform.sdk import (
    N_,
    Attached,
    Dialogs,
    Invalid,
    ListQuery,
    NotFound,
    Query,
    Record,
    Shape,
    Wording,
    Work,
    _,
    answer,
    begin,
    below,
    browse,
    change,
    create,
    fetch,
    markdown,
    nothing,
    page_of,
    query_of,
    remove,
    signed_in,
)
from kartoteka.plugins.tasks.answering import answer_of
from kartoteka.plugins.tasks.design import COMMENTS_KEY, KEY
from kartoteka.plugins.tasks.faces import pages
from kartoteka.plugins.tasks.resources import tasks
from kartoteka.plugins.tasks.telling import address

AT_ONCE = 200

comment_dialogs = Dialogs(
    pages,
    COMMENTS_KEY,
    "/tasks/comments",
    Wording(N_("New comment"), N_("Comment"), removed=N_("The comment is in the recycle bin.")),
    left_out=frozenset({"task"}),
    mentions=frozenset({"text"}),
)


@dataclass(frozen=True)
class CommentView:
    """A comment as it is shown; its author finds the way to change it."""

    id: int
    who: str
    at: datetime
    html: Markup
    changed: bool
    url: str
    # What other plugins show with it, such as its files.
    below: Markup


def said_about(task: int) -> dict[str, Any]:
    """This function will give the filter of the comments on a task."""
    return {"field": "task", "op": "eq", "value": task}


def comments_on(work: Work, task: int) -> Sequence[CommentView]:
    """This function will give the latest comments on a task, in the order in which they were written."""
    query = Query(filter=said_about(task), sort="-created_at", page_size=AT_ONCE)
    found = browse(work, COMMENTS_KEY, query, flags=True).items
    beneath = below(work, found)
    return [_view(each, beneath.get(each.id, Markup())) for each in reversed(found)]


def _view(each: Record, beneath: Markup) -> CommentView:
    url = comment_dialogs.url(each.id) if "edit" in each.may else ""
    html = markdown(each.values.get("text") or "")
    return CommentView(each.id, each.created_by.title, each.created_at, html, each.version > 1, url, beneath)


def say(work: Work, task: int, text: Any) -> Record:
    """This function will write a comment on a task that the actor sees.

    :raises NotFound: when he does not.
    """
    fetch(work, KEY, task)
    return create(work, COMMENTS_KEY, {"text": text, "task": task})


@pages.page("/tasks/<int:id>/comments", "POST")
def add_comment(id: int) -> ResponseReturnValue:
    """Something said about a task."""
    text = request.form.get("text", "")
    if not text.strip():
        raise Invalid({"text": [_("Write what you want to say.")]})
    with begin(write=True) as work:
        say(work, id, text)
    return answer_of("", address(id))


class Comment(Attached):
    """What somebody has said about a task."""

    text = f.Str()
    task = f.Raw(dump_only=True, metadata={"description": "The task, as [{id, title}]."})


shape = Shape(COMMENTS_KEY)


@tasks.verb("GET", "/tasks/<id:thing>/comments", signed_in, query=ListQuery, gives=page_of(Comment))
def list_comments(query: dict[str, str], thing: int) -> Response:
    """This function will list what was said about a task."""
    with begin() as work:
        fetch(work, KEY, thing)
        asked = query_of(query)
        nodes = [said_about(thing), *([asked.filter] if asked.filter is not None else [])]
        found = browse(work, COMMENTS_KEY, replace(asked, filter={"and": nodes}))
        shown = [shape.shown(work, each) for each in found.items]
        counted = {} if found.count is None else {"count": found.count}
        return answer({"items": shown, "next": found.next, **counted})


@tasks.verb("POST", "/tasks/<id:thing>/comments", signed_in, body=Comment, gives=Comment, status=201)
def create_comment(body: dict[str, Any], thing: int) -> Response:
    """This function will say something about a task; people named as `@Name` are told."""
    with begin(write=True) as work:
        fetch(work, KEY, thing)
        values, _category = shape.read(work, body)
        made = create(work, COMMENTS_KEY, {**values, "task": thing})
        return answer(shape.shown(work, made), 201, ETag=f'"{made.version}"')


@tasks.verb("PATCH", "/tasks/<id:thing>/comments/<id:comment>", signed_in, body=Comment, gives=Comment)
def change_comment(body: dict[str, Any], thing: int, comment: int) -> Response:
    """This function will change what the caller has said himself."""
    with begin(write=True) as work:
        _said_there(work, thing, comment)
        values, _category = shape.read(work, body)
        changed = change(work, COMMENTS_KEY, comment, {**values, "task": thing})
        return answer(shape.shown(work, changed), ETag=f'"{changed.version}"')


@tasks.verb("DELETE", "/tasks/<id:thing>/comments/<id:comment>", signed_in, status=204)
def remove_comment(thing: int, comment: int) -> Response:
    """This function will put what the caller has said himself into the recycle bin."""
    with begin(write=True) as work:
        _said_there(work, thing, comment)
        remove(work, COMMENTS_KEY, comment)
    return nothing()


def _said_there(work: Work, task: int, comment: int) -> Record:
    found = fetch(work, COMMENTS_KEY, comment)
    if task not in {each.id for each in found.values.get("task") or []}:
        raise NotFound(_("There is no record {id}.", id=comment))
    return found


__all__ = ["comment_dialogs", "comments_on", "said_about", "say"]
