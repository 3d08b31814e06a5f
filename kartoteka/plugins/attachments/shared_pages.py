"""What somebody from outside sees at a link to a file: its name, who sent it, and the file; nothing else."""

from flask import Response, request, url_for

from kartoteka.platform.sdk import date_text, files_of, office, public, render_outside
from kartoteka.plugins.attachments.faces import pages
from kartoteka.plugins.attachments.saying import bytes_text
from kartoteka.plugins.attachments.serving import answer_with
from kartoteka.plugins.attachments.shares import note_opening, open_share

# No engine keeps it, and no other page learns its address.
QUIET = {
    "X-Robots-Tag": "noindex, nofollow",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, no-store",
}


@pages.page("/shared/<key>", right=public)
def shared(key: str) -> Response:
    """The page of a link: what it is before one takes it, so that no program that looks at links opens the file."""
    found = open_share(office(), key)
    page = render_outside(
        "attachments/shared.html",
        file=found,
        size=bytes_text,
        day=date_text,
        url=url_for("attachments.shared_content", key=key),
    )
    return Response(page, headers=QUIET)


@pages.page("/shared/<key>/content", right=public)
def shared_content(key: str) -> Response:
    """The file itself, always to be saved."""
    found = open_share(office(), key)
    answer = answer_with(files_of(office()), found.sha256, found.size, found.name, found.type, save=True)
    # Whoever reads on in the middle has been counted at the beginning.
    begins = answer.status_code == 200 or answer.headers.get("Content-Range", "").startswith("bytes 0-")
    if request.method == "GET" and begins:
        note_opening(office(), found, request.remote_addr or "")
    answer.headers.update(QUIET)
    return answer


__all__ = ["pages"]
