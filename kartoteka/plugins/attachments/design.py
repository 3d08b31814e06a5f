"""The registry in which attachments stand, and what of them nobody writes by hand."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from kartoteka.platform.sdk import Invalid, OwnRegistry, Work, Writing, _, part
from kartoteka.plugins.attachments.names import LONGEST, shown_name
from kartoteka.plugins.attachments.rooms import move_with_folder

KEY = "_attachments"
TAB = "attachments"
# What follows from the content; it changes with a new version and in no other way.
KEPT = frozenset({"type", "size", "number", "sha256", "field", "text", "marks"})
# What lists and answers show of an attachment; the words inside it are only searched.
SHOWN = ("name", "folder", "description", "tags", "type", "size", "number", "sha256", "field", "marks")
# What may be said of a version: that it went out, that it is all right, that it holds.
SENT, APPROVED, SIGNED = "sent", "approved", "signed"
MARKS = (
    part(SENT, "Sent", "Odesláno", colour="blue"),
    part(APPROVED, "Approved", "Schváleno", colour="green"),
    part(SIGNED, "Signed", "Podepsáno", colour="violet"),
)
_by_ourselves: ContextVar[bool] = ContextVar("attachments_by_ourselves", default=False)


@contextmanager
def by_ourselves() -> Iterator[None]:
    """This function will let the plugin's own verbs write what nobody writes by hand."""
    before = _by_ourselves.set(True)
    try:
        yield
    finally:
        _by_ourselves.reset(before)


def _before(work: Work, writing: Writing) -> Mapping[str, Any]:
    """A file is added by sending it; what its content says cannot be written, nor brought back without the content."""
    if _by_ourselves.get():
        return writing.values
    if writing.new:
        raise Invalid({"file": [_("Send the file itself, to the attachments of a record.")]})
    meant = {key: value for key, value in writing.values.items() if key not in KEPT}
    if meant.get("name"):
        meant["name"] = shown_name(meant["name"])
    return meant


def _after(work: Work, writings: Sequence[Writing]) -> None:
    for writing in writings:
        if "folder" in writing.values and not writing.new and writing.record is not None:
            move_with_folder(work, KEY, writing.record)


ATTACHMENTS = OwnRegistry(
    part(
        KEY,
        "Attachments",
        "Přílohy",
        name_one="Attachment",
        names_one={"cs": "Příloha"},
        icon="paperclip",
        title="{name}",
        columns=["name", "folder", "type", "size", "number"],
        sections=[
            part(
                "file",
                "File",
                "Soubor",
                fields=[
                    part(
                        "name", "Name", "Název", type="text", required=True, options={"max_length": LONGEST}
                    ),
                    part("folder", "Folder", "Složka", type="text", options={"max_length": 120}),
                    part("description", "Description", "Popis", type="long_text"),
                    part("tags", "Tags", "Štítky", type="text", options={"max_length": 400}),
                    part("type", "Kind", "Druh", type="text", options={"max_length": 120}),
                    part("size", "Size", "Velikost", type="integer"),
                    part("number", "Version", "Verze", type="integer"),
                    part("sha256", "Fingerprint", "Otisk", type="text", options={"max_length": 64}),
                    part("field", "Detail", "Údaj", type="text", options={"max_length": 40}),
                    part("marks", "Marks", "Stav", type="multi_choice", options={"choices": list(MARKS)}),
                ],
            ),
            part(
                "inside",
                "Inside",
                "Uvnitř",
                collapsed=True,
                fields=[
                    part(
                        "text",
                        "Text inside the file",
                        "Text uvnitř souboru",
                        type="long_text",
                        options={"max_length": 400_000},
                    )
                ],
            ),
        ],
    ),
    sectioned=True,
    before=_before,
    after=_after,
    renewed="number",
)

__all__ = ["ATTACHMENTS", "KEPT", "KEY", "MARKS", "SHOWN", "TAB", "by_ourselves"]
