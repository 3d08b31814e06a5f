"""What a page says once something was done with a task."""

import json

from flask import Response, url_for
from flask.typing import ResponseReturnValue

from kartoteka.platform.sdk import Record, by_script, go


def back_of(task: Record) -> str:
    """This function will give the page where a task stands among others."""
    if task.on is None:
        return url_for("tasks.overview")
    return url_for("web.plugin_tab", registry=task.on.registry, id=task.on.id, plugin="tasks")


def answer_of(said: str, back: str, *, undo: str = "") -> ResponseReturnValue:
    """What shows tasks draws itself anew when it hears of the change; without script the page comes again."""
    if not by_script():
        return go(back)
    happenings = {
        **({"say": {"text": said, "undo": undo}} if said else {}),
        "tasks-changed": {},
        "shut-dialog": {},
    }
    return Response("", headers={"HX-Reswap": "none", "HX-Trigger": json.dumps(happenings)})


__all__ = ["answer_of", "back_of"]
