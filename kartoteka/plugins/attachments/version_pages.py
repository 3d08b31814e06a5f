"""What the dialog of a file does beside its form: marks of versions, who is working on it, links for people outside."""

from flask import make_response, request, url_for
from flask.typing import ResponseReturnValue

from kartoteka.platform.sdk import Invalid, begin, fetch, office
from kartoteka.plugins.attachments.checkouts import release_file, take_out
from kartoteka.plugins.attachments.design import KEY
from kartoteka.plugins.attachments.faces import pages
from kartoteka.plugins.attachments.marks import mark, unmark
from kartoteka.plugins.attachments.pages import changed, dialog
from kartoteka.plugins.attachments.shares import revoke, share


@pages.page("/attachments/<int:id>/versions/<int:number>/mark", "POST")
def mark_version(id: int, number: int) -> ResponseReturnValue:
    """A version marked as sent, approved or signed."""
    with begin(write=True) as work:
        mark(work, id, number, request.form.get("mark", ""))
    return _again(id)


@pages.page("/attachments/<int:id>/versions/<int:number>/unmark", "POST")
def unmark_version(id: int, number: int) -> ResponseReturnValue:
    """A mark of a version taken back."""
    with begin(write=True) as work:
        unmark(work, id, number, request.form.get("mark", ""))
    return _again(id)


@pages.page("/attachments/<int:id>/checkout", "POST")
def check_out(id: int) -> ResponseReturnValue:
    """The others are told that one is working on a file."""
    with begin(write=True) as work:
        take_out(work, id)
    return _again(id)


@pages.page("/attachments/<int:id>/release", "POST")
def release(id: int) -> ResponseReturnValue:
    """Nobody is working on a file any more."""
    with begin(write=True) as work:
        release_file(work, id)
    return _again(id)


@pages.page("/attachments/<int:id>/shares", "POST")
def make_share(id: int) -> ResponseReturnValue:
    """A link for somebody outside, shown this once."""
    days = request.form.get("days", "")
    try:
        with begin(write=True) as work:
            wanted = int(days) if days.isdecimal() and len(days) < 6 else 0
            _made, key = share(work, id, wanted, request.form.get("label", ""))
    except Invalid as error:
        with begin() as work:
            return dialog(work, id, error.errors), 422
    link = office().settings.base_url.rstrip("/") + url_for("attachments.shared", key=key)
    return _again(id, link)


@pages.page("/attachments/<int:id>/shares/<int:share>/revoke", "POST")
def revoke_share(id: int, share: int) -> ResponseReturnValue:
    """A link that opens nothing any more."""
    with begin(write=True) as work:
        revoke(work, id, share)
    return _again(id)


def _again(id: int, link: str = "") -> ResponseReturnValue:
    """The dialog as it is now; the list behind it follows."""
    with begin() as work:
        answer = make_response(dialog(work, id, link=link))
        answer.headers["HX-Trigger"] = ", ".join(changed(fetch(work, KEY, id)))
    return answer


__all__ = ["pages"]
