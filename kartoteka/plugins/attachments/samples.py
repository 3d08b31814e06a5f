"""What the demo firm has on its records: files in the same transaction as the firm itself."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import select

from kartoteka.platform.sdk import KartotekaError, Work, change, files_of
from kartoteka.plugins.attachments.checkouts import take_out
from kartoteka.plugins.attachments.design import KEY
from kartoteka.plugins.attachments.kinds import kind_of
from kartoteka.plugins.attachments.marks import mark
from kartoteka.plugins.attachments.tables import ContentRow
from kartoteka.plugins.attachments.verbs import Sent, add_version, attach


def give(work: Work, things: Sequence[Mapping[str, Any]]) -> None:
    """This function will put files on records as their owner; what he may not he does not, and the firm is there."""
    for each in things:
        with suppress(KartotekaError), work.attempt():
            _give(work, each)


def _give(work: Work, each: Mapping[str, Any]) -> None:
    first, *later = each["versions"]
    name = str(each["name"])
    sent = _kept(work, first["content"], name, str(first.get("comment", "")))
    made = attach(work, each["registry"], each["record"], sent, each.get("folder"), each.get("field"))
    more = {key: each[key] for key in ("description", "tags") if key in each}
    if more:
        change(work, KEY, made.id, more)
    _mark(work, made.id, 1, first)
    for number, version in enumerate(later, 2):
        add_version(work, made.id, _kept(work, version["content"], name, str(version.get("comment", ""))))
        _mark(work, made.id, number, version)
    if each.get("busy"):
        take_out(work, made.id)


def _mark(work: Work, attachment: int, number: int, version: Mapping[str, Any]) -> None:
    for kind in version.get("marks", ()):
        mark(work, attachment, number, kind)


def _kept(work: Work, content: bytes, name: str, comment: str) -> Sent:
    """The firm is made in one transaction, so the row that expects the content belongs to it as well."""
    vault = files_of(work.office)
    arrived = vault.receive([content])
    known = select(ContentRow.sha256).where(ContentRow.sha256 == arrived.sha256)
    if work.session.scalar(known) is None:
        work.session.add(
            ContentRow(sha256=arrived.sha256, size=arrived.size, type=kind_of(arrived.head, name), at=work.now,
                       verdict="", looked="", thumbnail=False, pages=0, broken=False)
        )  # fmt: skip
        work.session.flush()
    vault.settle(arrived)
    return Sent(arrived, name, comment)


__all__ = ["give"]
