"""Whether every file is still what it was: the store held against the rows, and every content against its hash."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import exists, func, select, update

from kartoteka.platform.sdk import KartotekaError, Office, Query, browse, files_of, settings_of
from kartoteka.plugins.attachments.contents import LEASE, MADE, sweep
from kartoteka.plugins.attachments.design import KEY
from kartoteka.plugins.attachments.sums import off
from kartoteka.plugins.attachments.tables import ContentRow, VersionRow
from kartoteka.plugins.attachments.verbs import purge

Tell = Callable[[int, int], None]
# A duty reads as much at a time, so that nobody notices.
A_LITTLE = 256 << 20
AGAIN = timedelta(days=30)
AT_ONCE = 100


@dataclass
class Report:
    """What was found: contents without bytes, bytes without a row, bytes that have changed."""

    contents: int = 0
    missing: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    strays: list[str] = field(default_factory=list)
    swept: int = 0
    # Sums of what takes the space that are not what the versions come to.
    sums: int = 0

    @property
    def well(self) -> bool:
        """Whether everything is there and as it was."""
        return not (self.missing or self.changed or self.strays or self.sums)


def check(
    office: Office, *, thorough: bool = False, mend: bool = False, tell: Tell = lambda done, total: None
) -> Report:
    """This function will hold the store against the rows; thoroughly, by reading everything.

    To mend is to take away what nobody can reach; what is missing can only be brought back, by anybody who has the
    very same file and sends it again, anywhere.
    """
    report = Report()
    rows = dict(_rows(office))
    report.contents = len(rows)
    there = dict(files_of(office).contents())
    for done, (sha256, size) in enumerate(rows.items(), 1):
        if there.get(sha256) != size:
            report.missing.append(sha256)
        elif thorough and files_of(office).digest_of(sha256) != sha256:
            report.changed.append(sha256)
        tell(done, len(rows))
    # What has come since the rows were read has a row by now; one that waits to be swept is no stray.
    with office.session() as session:
        known = set(session.scalars(select(ContentRow.sha256)))
    report.strays = [sha256 for sha256 in there if sha256 not in known]
    _mark(office, rows, {*report.missing, *report.changed}, thorough)
    report.sums = len(off(office, mend=mend))
    if mend:
        report.sums = 0
        for sha256 in report.strays:
            files_of(office).drop(sha256, *MADE)
        report.strays = []
        report.swept = sweep(office)
    return report


def _rows(office: Office) -> Iterator[tuple[str, int]]:
    """Contents that some version refers to, and those that are just arriving."""
    used = exists().where(VersionRow.sha256 == ContentRow.sha256)
    with office.session() as session:
        found = session.execute(select(ContentRow.sha256, ContentRow.size, ContentRow.at, used)).all()
    now = office.clock()
    yield from ((sha256, size) for sha256, size, at, in_use in found if in_use or at > now - LEASE)


def _mark(office: Office, every: dict[str, int], broken: set[str], thorough: bool) -> None:
    """Only who has read a content can say that it is whole again."""
    names = sorted(every) if thorough else sorted(broken)
    for start in range(0, len(names), 500):
        some = names[start : start + 500]
        with office.session(write=True) as session:
            for bad in (True, False):
                chosen = ContentRow.sha256.in_([each for each in some if (each in broken) is bad])
                told = {"broken": bad, **({"checked_at": office.clock()} if thorough else {})}
                session.execute(update(ContentRow).where(chosen).values(**told))


def check_some(office: Office) -> int:
    """This function will read the contents that were not read for the longest time, a little at a time."""
    now, read, done = office.clock(), 0, 0
    while read < A_LITTLE:
        with office.session() as session:
            due = (ContentRow.checked_at.is_(None)) | (ContentRow.checked_at < now - AGAIN)
            row = session.scalar(
                select(ContentRow)
                .where(due, ContentRow.at < now - LEASE)
                .order_by(ContentRow.checked_at)
                .limit(1)
            )
        if row is None:
            return done
        try:
            broken = files_of(office).digest_of(row.sha256) != row.sha256
        except FileNotFoundError:
            broken = True
        with office.session(write=True) as session:
            told = {"checked_at": now, "broken": broken}
            session.execute(update(ContentRow).where(ContentRow.sha256 == row.sha256).values(**told))
        read, done = read + row.size, done + 1
    return done


def checkup(office: Office) -> Iterator[tuple[str, bool, str]]:
    """This function will tell `kartoteka doctor` how the files are, as far as that is quickly seen."""
    report = check(office)
    with office.session() as session:
        broken = session.scalar(select(func.count()).where(ContentRow.broken)) or 0
    found = [
        (len(report.missing), "missing; send the same files again or restore a backup"),
        (max(0, broken - len(report.missing)), "changed; restore them from a backup"),
        (len(report.strays), "that nothing refers to; say: kartoteka attachments check --mend"),
        (report.sums, "sums of the space they take are wrong; say: kartoteka attachments check --mend"),
    ]
    wrong = [f"{number} {what}" for number, what in found if number]
    yield "attachments", not wrong, ", ".join(wrong) or f"{report.contents} contents are there"


def forget_old(office: Office) -> int:
    """This function will take files away for good that lie in the recycle bin for longer than the firm wants."""
    with office.begin_system(write=False) as work:
        days = settings_of(work, "attachments").get("keep_days")
        if days is None:
            return 0
        before = (work.now - timedelta(days=days)).isoformat()
        asked = Query(
            filter={"and": [{"field": "updated_at", "op": "lt", "value": before},
                            {"field": "size", "op": "not_empty"}]},
            removed=True, fields=("size",), page_size=AT_ONCE,
        )  # fmt: skip
        old = [each.id for each in browse(work, KEY, asked).items]
    done = 0
    for attachment in old:
        try:
            with office.begin_system(write=True) as work:
                done += purge(work, [attachment])
        except KartotekaError:
            continue
    return done


__all__ = ["Report", "check", "check_some", "checkup", "forget_old"]
