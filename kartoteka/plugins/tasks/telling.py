"""Who is told of what happens to a task: whoever is to do it, asked for it, watches it, or is mentioned there."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from kartoteka.platform.sdk import (
    Link,
    Record,
    Work,
    Writing,
    _,
    fetch,
    mentioned,
    tell_people,
    tells,
    writer,
)
from kartoteka.plugins.tasks.design import COMMENTS_KEY, DONE, KEY

Sentence = Callable[[str, str], str]


def address(task: int) -> str:
    """This function will give the address of a task below that of the installation."""
    return f"/tasks/{task}"


def tell_of_task(work: Work, writing: Writing) -> None:
    """This function will tell people of a task: that it is theirs now, that it is done, that it names them."""
    values, old = writing.values, writing.old
    if writing.restoring or writing.record is None or not tells(work):
        # What the program does by itself, such as the next time of a task, is told by the reminder of its day.
        return
    if values.get("assignee"):
        _tell(work, values["assignee"], writing.record, "assigned", _asked)
    if values.get("state") == DONE and not writing.new:
        _tell(work, _concerned(work, writing.record), writing.record, "done", _done)
    if values.get("description"):
        named = mentioned(work, values["description"], old.get("description"))
        _tell(work, named, writing.record, "mentioned", _mentioned)


def tell_of_comments(work: Work, writings: Sequence[Writing]) -> None:
    """This function will tell whom comments on tasks concern; who is mentioned is told so, and told once."""
    for each in writings if tells(work) else ():
        if each.restoring or each.record is None or not each.values.get("text"):
            continue
        comment = fetch(work, COMMENTS_KEY, each.record)
        for link in comment.values.get("task") or []:
            named = mentioned(work, each.values["text"], each.old.get("text"))
            tell_people(
                work, named, COMMENTS_KEY, comment.id, "mentioned", partial(_said, writer(work), _mentioned)
            )
            if each.new:
                others = _concerned(work, link.id, doing=True) - named
                tell_people(
                    work,
                    others,
                    COMMENTS_KEY,
                    comment.id,
                    "commented",
                    partial(_said, writer(work), _written),
                )


def _concerned(work: Work, task: int, *, doing: bool = False) -> set[int]:
    """Whoever has asked for a task and watches it; and whoever is to do it, where he does not know yet."""
    whole = fetch(work.office.beside(work), KEY, task)
    doers = whole.values.get("assignee") or [] if doing else []
    return _ids(whole.values.get("watchers") or []) | _ids(doers) | {whole.created_by.id}


def _ids(links: Iterable[Link]) -> set[int]:
    return {each.id for each in links}


def _tell(work: Work, people: Iterable[int], task: int, why: str, sentence: Sentence) -> None:
    tell_people(work, people, KEY, task, why, partial(_said, writer(work), sentence))


def _said(by: str, sentence: Sentence, theirs: Work, found: Record) -> tuple[str, str, str]:
    if found.registry == KEY:
        return sentence(by, found.title), str(found.values.get("description") or ""), address(found.id)
    task = next(iter(found.values.get("task") or []), Link(0, ""))
    return sentence(by, task.title), str(found.values.get("text") or ""), address(task.id)


def _asked(who: str, title: str) -> str:
    return _("{who} asks you to do “{title}”", who=who, title=title)


def _done(who: str, title: str) -> str:
    return _("{who} has done “{title}”", who=who, title=title)


def _mentioned(who: str, title: str) -> str:
    return _("{who} has mentioned you at “{title}”", who=who, title=title)


def _written(who: str, title: str) -> str:
    return _("{who} has written about “{title}”", who=who, title=title)


__all__ = ["address", "tell_of_comments", "tell_of_task"]
