"""The tab of attachments on a record, the dialog of one file, and what the browser sends."""

from collections.abc import Sequence
from typing import Any

from flask import Response, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kartoteka.platform.sdk import (
    KartotekaError,
    NotFound,
    Query,
    Record,
    Work,
    _,
    begin,
    browse,
    change,
    count,
    fetch,
    files_of,
    guests,
    office,
    remove,
    restore,
)
from kartoteka.plugins.attachments import uploads
from kartoteka.plugins.attachments.checkouts import checkout_of, checkouts_of
from kartoteka.plugins.attachments.contents import THUMBNAIL
from kartoteka.plugins.attachments.design import KEY, SHOWN, TAB
from kartoteka.plugins.attachments.faces import pages
from kartoteka.plugins.attachments.marks import marks_of
from kartoteka.plugins.attachments.packing import packed_files, send_packed
from kartoteka.plugins.attachments.previews import Preview, preview_of
from kartoteka.plugins.attachments.resources import take_piece
from kartoteka.plugins.attachments.rooms import bearer_with_tab, seen_folders
from kartoteka.plugins.attachments.saying import bytes_text, happened
from kartoteka.plugins.attachments.serving import check_served, made_picture, send
from kartoteka.plugins.attachments.shares import longest, may_share, shares_of
from kartoteka.plugins.attachments.showing import (
    FileView,
    days_offered,
    file_view,
    grouped,
    share_views,
    version_view,
)
from kartoteka.plugins.attachments.strips import happening
from kartoteka.plugins.attachments.verbs import (
    Version,
    content_of,
    limit_of,
    restore_file,
    version,
    versions_of,
)

AT_ONCE = 60
ORDERS = {"name": "name", "newest": "-updated_at", "size": "-size"}


def show(work: Work, record: Record) -> str:
    """This function will give the attachments of a record as HTML."""
    q = request.args.get("q", "").strip()[:200]
    order = request.args.get("order", "") if request.args.get("order") in ORDERS else "newest"
    here = url_for("web.plugin_tab", registry=record.registry, id=record.id, plugin=TAB)
    found = browse(
        work, KEY,
        Query(filter=_on(record), q=q, sort=f"folder,{ORDERS[order]}", page_size=AT_ONCE, fields=_fields(work),
              cursor=request.args.get("cursor") or None),
        flags=True,
    )  # fmt: skip
    folders, may = seen_folders(work, record), record.tabs.get(TAB) == "edit"
    follow = f"{here}?q={q}&order={order}&cursor={found.next}" if found.next else ""
    return render_template(
        "attachments/tab.html",
        folders=grouped(work, record, folders, _views(work, found.items), empty=may and not q),
        more_url=follow,
        here=here,
        q=q,
        order=order,
        any=bool(found.items),
        zip_url=url_for("attachments.packed", registry=record.registry, id=record.id),
        may=may,
        begin_url=url_for("attachments.begin_upload", registry=record.registry, id=record.id) if may else "",
        limit=limit_of(work),
        limit_text=bytes_text(limit_of(work), work.actor.locale.language),
    )


def _on(record: Record) -> Any:
    return {"field": "on", "op": "eq", "value": {"registry": record.registry, "id": record.id}}


def _fields(work: Work) -> tuple[str, ...]:
    sees = {each.key for each in work.open(KEY).fields}
    return tuple(key for key in SHOWN if key in sees)


def _views(work: Work, items: Sequence[Record]) -> list[FileView]:
    busy = checkouts_of(work, [each.id for each in items])
    return [file_view(work, each, busy.get(each.id)) for each in items]


def number(work: Work, record: Record) -> str:
    """This function will count the attachments of a record that the reader sees."""
    return str(count(work, KEY, Query(filter=_on(record))) or "")


@pages.page("/attachments/<int:id>")
def file(id: int) -> str:
    """The dialog of one file: what it looks like, its versions, what may be changed."""
    with begin() as work:
        return dialog(work, id)


def dialog(work: Work, id: int, errors: dict[str, list[str]] | None = None, link: str = "") -> str:
    """This function will give the dialog of one file as HTML; `link` is one that was just made."""
    found = fetch(work, KEY, id)
    versions, marks, sharing = versions_of(work, id), marks_of(work, id), may_share(work)
    return render_template(
        "attachments/file.html",
        file=file_view(work, found, checkout_of(work, id)),
        record=found,
        versions=[version_view(work, found, each, versions, marks.get(each.number, ())) for each in versions],
        preview=_preview(work, found, versions),
        folders=_folder_names(work, found),
        errors=errors or {},
        mine=work.actor.user_id,
        sharing=sharing and bool(versions),
        shares=share_views(shares_of(work, id)) if sharing else [],
        happens=happening(found.on),
        link=link,
        days=days_offered(longest(work)),
        begin_url=url_for("attachments.begin_version", id=id),
        limit=limit_of(work),
    )


def changed(file: Record) -> tuple[str, ...]:
    """This function will name what a page is to hear of a file that has changed: its tab, its strip."""
    return "attachments-changed", happening(file.on)


def _preview(work: Work, found: Record, versions: Sequence[Version]) -> Preview | None:
    if not versions or versions[0].missing or versions[0].verdict in ("waiting", "infected"):
        return None
    return preview_of(work, found, versions[0])


def _folder_names(work: Work, found: Record) -> list[str]:
    if found.on is None:
        return []
    return [each.name for each in seen_folders(work, fetch(work, found.on.registry, found.on.id), "edit")]


@pages.page("/attachments/<int:id>/change", "POST")
def change_file(id: int) -> ResponseReturnValue:
    """Name, folder, description and tags of a file."""
    form = request.form
    named = {
        key: form[key].strip() or None for key in ("name", "folder", "description", "tags") if key in form
    }
    try:
        with begin(write=True) as work:
            expected = form.get("version", "")
            done = change(work, KEY, id, named, version=int(expected) if expected.isdecimal() else None)
    except KartotekaError as error:
        if isinstance(error, NotFound):
            raise
        with begin() as work:
            return dialog(work, id, error.errors or {"": [error.message]}), 422
    return happened(_("Saved."), *changed(done), "shut-dialog")


@pages.page("/attachments/<int:id>/remove", "POST")
def remove_file(id: int) -> ResponseReturnValue:
    """A file put into the recycle bin."""
    with begin(write=True) as work:
        gone = fetch(work, KEY, id)
        remove(work, KEY, id)
    undo = url_for("attachments.restore_removed", id=id)
    return happened(_("The file is in the recycle bin."), *changed(gone), "shut-dialog", undo=undo)


@pages.page("/attachments/<int:id>/restore", "POST")
def restore_removed(id: int) -> ResponseReturnValue:
    """A file taken out of the recycle bin."""
    with begin(write=True) as work:
        back = restore(work, KEY, id)
    return happened(_("The file is back."), *changed(back))


@pages.page("/attachments/<int:id>/versions/<int:number>/restore", "POST")
def restore_version(id: int, number: int) -> ResponseReturnValue:
    """An earlier version made the one in force again."""
    with begin(write=True) as work:
        renewed = restore_file(work, id, number)
    return happened(_("Version {n} is in force again.", n=number), *changed(renewed), "shut-dialog")


@pages.page("/attachments/<int:id>/content", right=guests)
def content(id: int) -> Response:
    """The bytes of a file."""
    return send(id, save="save" in request.args)


@pages.page("/attachments/<int:id>/versions/<int:number>/content")
def version_content(id: int, number: int) -> Response:
    """The bytes of one version of a file."""
    return send(id, number, save="save" in request.args)


@pages.page("/r/<registry>/<int:id>/attachments.zip")
def packed(registry: str, id: int) -> Response:
    """All files on a record that the caller may have, as one."""
    with begin() as work:
        bearer = bearer_with_tab(work, registry, id, changes=False)
        found = packed_files(work, bearer)
    return send_packed(files_of(office()), found, bearer.title)


@pages.page("/attachments/<int:id>/thumbnail")
def thumbnail(id: int) -> Response:
    """A small picture of a file, drawn by the worker."""
    with begin() as work:
        _found, row = version(work, id)
        check_served(work, row)
        known = content_of(work, row.sha256)
        there = known is not None and known.thumbnail
    return made_picture(files_of(office()), files_of(office()).get(row.sha256, THUMBNAIL) if there else None)


@pages.page("/attachments/<int:id>/versions/<int:number>/pages/<int:page>")
def page_picture(id: int, number: int, page: int) -> Response:
    """A page of a document, drawn by the worker."""
    with begin() as work:
        _found, row = version(work, id, number)
        check_served(work, row)
        known = content_of(work, row.sha256)
        there = known is not None and 0 < page <= known.pages
    return made_picture(
        files_of(office()), files_of(office()).get(row.sha256, f"page{page}") if there else None
    )


@pages.page("/r/<registry>/<int:id>/attachments/uploads", "POST")
def begin_upload(registry: str, id: int) -> ResponseReturnValue:
    """The beginning of an upload to a record."""
    with begin(write=True) as work:
        bearer_with_tab(work, registry, id, changes=True)
        return _told(uploads.begin_upload(work, (registry, id), None, request.form), 201)


@pages.page("/attachments/<int:id>/uploads", "POST")
def begin_version(id: int) -> ResponseReturnValue:
    """The beginning of an upload of a new version."""
    with begin(write=True) as work:
        return _told(uploads.begin_upload(work, None, id, request.form), 201)


@pages.page("/attachments/uploads/<key>")
def upload(key: str) -> ResponseReturnValue:
    """How far an upload is."""
    with begin() as work:
        return _told(uploads.progress(work, key))


@pages.page("/attachments/uploads/<key>/<int:offset>", "POST")
def put_piece(key: str, offset: int) -> ResponseReturnValue:
    """A piece of an upload."""
    known, made = take_piece(key, offset)
    return _told(known, made=made)


def _told(known: uploads.Progress, status: int = 200, made: int | None = None) -> ResponseReturnValue:
    place = url_for("attachments.put_piece", key=known.key, offset=known.offset)
    told = {"at": place, "ask": url_for("attachments.upload", key=known.key), "offset": known.offset,
            "size": known.size, "piece": uploads.PIECE, "attachment": made}  # fmt: skip
    return jsonify(told), status


__all__ = ["changed", "dialog", "number", "show"]
