"""Files under the things of other plugins: on an activity, a task, a note or a comment, each with a way to add more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import render_template, url_for

from kartoteka.platform.sdk import Bearer, Query, Record, Work, begin, browse
from kartoteka.plugins.attachments.design import KEY, TAB
from kartoteka.plugins.attachments.faces import pages
from kartoteka.plugins.attachments.rooms import bearer_with_tab
from kartoteka.plugins.attachments.saying import bytes_text
from kartoteka.plugins.attachments.showing import FileView, file_view
from kartoteka.plugins.attachments.verbs import limit_of

# So many of a thing are shown with it; all of them stand on its own page.
SHOWN, AT_ONCE = 12, 200
FIELDS = ("name", "type", "size", "number", "sha256")


@dataclass(frozen=True)
class Strip:
    """The files of one thing as they stand under it."""

    files: Sequence[FileView]
    more: int
    all_url: str
    here: str
    happening: str
    begin_url: str


def below(work: Work, things: Sequence[Record]) -> Mapping[int, str]:
    """This function will give the files of some things of one registry as HTML, found by one question."""
    bearing = [each for each in things if TAB in each.tabs]
    if not bearing:
        return {}
    place = {"registry": bearing[0].registry, "id": [each.id for each in bearing]}
    on = {"field": "on", "op": "in", "value": [place]}
    asked = Query(filter=on, sort="id", page_size=AT_ONCE, fields=_seen(work))
    lying: dict[int, list[Record]] = {}
    for each in browse(work, KEY, asked).items:
        if each.on is not None:
            lying.setdefault(each.on.id, []).append(each)
    shown = {each.id: _strip(work, each, lying.get(each.id, [])) for each in bearing}
    limit = limit_of(work)
    said = {"limit": limit, "limit_text": bytes_text(limit, work.actor.locale.language)}
    return {
        id: render_template("attachments/strip.html", strip=strip, **said)
        for id, strip in shown.items()
        if strip.files or strip.begin_url
    }


def _seen(work: Work) -> tuple[str, ...]:
    sees = {each.key for each in work.open(KEY).fields}
    return tuple(key for key in FIELDS if key in sees)


def _strip(work: Work, thing: Record, files: Sequence[Record]) -> Strip:
    on, id = thing.registry, thing.id
    may = thing.tabs.get(TAB) == "edit"
    return Strip(
        [file_view(work, each) for each in files[:SHOWN]],
        max(0, len(files) - SHOWN),
        url_for("web.plugin_tab", registry=on, id=id, plugin=TAB),
        url_for("attachments.strip", registry=on, id=id),
        happening(Bearer(on, id)),
        url_for("attachments.begin_upload", registry=on, id=id) if may else "",
    )


def happening(on: Bearer | None) -> str:
    """This function will name what a page hears when the files of a record or a thing have changed."""
    return f"files-of-{on.registry}-{on.id}" if on is not None else "attachments-changed"


@pages.page("/attachments/on/<registry>/<int:id>")
def strip(registry: str, id: int) -> str:
    """The files of one thing, as they stand under it."""
    with begin() as work:
        bearer = bearer_with_tab(work, registry, id, changes=False)
        return below(work, [bearer]).get(bearer.id, "")


__all__ = ["below", "happening", "strip"]
