"""Many records checked, or filled in, in the background: a hundred companies with each question, one batch to undo."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from kartoteka.platform.sdk import (
    Chunk,
    Conflict,
    Forbidden,
    Invalid,
    Job,
    Office,
    Query,
    Record,
    Step,
    Task,
    Work,
    _,
    begin_batch,
    browse,
    change,
    count,
    job_kind,
    start_job,
)
from kartoteka.plugins.ares import desk, known
from kartoteka.plugins.ares.comparing import Line, beside_record
from kartoteka.plugins.ares.desk import Reply
from kartoteka.plugins.ares.filling import VIA
from kartoteka.plugins.ares.mapping import number_field, registry_of
from kartoteka.plugins.ares.registers.answers import Found, NotFound, Refused, Standing, Unavailable

KIND = "ares.check"
AT_ONCE = 100
# What is told one by one; the counts are of all.
MOST_TOLD = 1000
# What is done with what differs: told only, put where nothing is yet, or put in the place of what is there.
TELL, EMPTY, ALL = "tell", "empty", "all"
DEEDS = (TELL, EMPTY, ALL)


@dataclass
class Report:
    """What became of the records, counted and told."""

    registry: str
    checked: int = 0
    same: int = 0
    changed: int = 0
    filled: int = 0
    ended: int = 0
    troubled: int = 0
    not_found: int = 0
    wrong_digit: int = 0
    unavailable: int = 0
    without: int = 0
    refused: int = 0
    batch: int | None = None
    lines: list[dict[str, Any]] = field(default_factory=list)
    # How many of each state are told already.
    told: dict[str, int] = field(default_factory=dict)
    more: int = 0

    def tell(self, record: Record, number: str, state: str, **more: Any) -> None:
        """This function will tell what became of a record; a flood of one kind leaves room for the others."""
        if self.told.get(state, 0) >= MOST_TOLD:
            self.more += 1
        else:
            self.told[state] = self.told.get(state, 0) + 1
            self.lines.append({"id": record.id, "number": number, "state": state, **more})

    def as_json(self) -> dict[str, Any]:
        """This function will give the report as the result of a job holds it."""
        return {**vars(self), "lines": [*self.lines], "told": {**self.told}}


def start(work: Work, registry: str, query: Query, ids: Sequence[int] | None, deed: str) -> Job:
    """This function will order the check of some records, or of all that a list shows.

    :raises Invalid: when there is nothing to check. :raises Forbidden: when nothing may be filled in.
    """
    registry_of(work, registry)
    if deed not in DEEDS:
        raise Invalid({"deed": [_("Say what is to be done.")]})
    if deed != TELL and not work.open(registry).may("edit"):
        raise Forbidden(_("You may read these records, not change them."))
    chosen = _chosen(query, ids)
    total = count(work, registry, chosen)
    if not total:
        raise Invalid({"ids": [_("There is nothing to check.")]})
    payload = {"registry": registry, "filter": chosen.filter, "q": chosen.q, "deed": deed}
    return start_job(work, KIND, payload, total=total, via=VIA)


def _chosen(query: Query, ids: Sequence[int] | None) -> Query:
    if ids is None:
        return query
    if not ids:
        raise Invalid({"ids": [_("There is nothing to check.")]})
    return Query(filter={"field": "id", "op": "in", "value": list(ids)})


@job_kind(KIND)
def check(office: Office, task: Task) -> Iterator[Chunk]:
    """This function will check records a hundred at a time; ARES is asked between the transactions."""
    run = _Run(office, task)
    while some := run.following():
        replies = run.ask(some)
        yield partial(run.settle, some, replies)


class _Run:
    """One run of a check, from its beginning or from a checkpoint."""

    def __init__(self, office: Office, task: Task) -> None:
        self.office, self.task = office, task
        self.registry, self.deed = str(task.payload["registry"]), str(task.payload["deed"])
        self.report = Report(**task.result) if task.result else Report(self.registry)
        # Rows may leave the filter while they are filled in, so the place is kept by the id, not by a number of rows.
        self.last = int(task.checkpoint or 0)
        self.key = ""

    def following(self) -> Sequence[tuple[int, str]]:
        """The next records and their numbers, as the owner sees them."""
        with self.office.begin(self.task.owner_id, via=self.task.via) as work:
            registry_of(work, self.registry)
            self.key = number_field(work, self.registry).key
            page = browse(work, self.registry, self._query())
            return [(each.id, str(each.values.get(self.key) or "")) for each in page.items]

    def _query(self) -> Query:
        nodes: list[Mapping[str, Any]] = [{"field": "id", "op": "gt", "value": self.last}]
        if self.task.payload.get("filter") is not None:
            nodes.append(self.task.payload["filter"])
        return Query(
            filter={"and": nodes}, q=str(self.task.payload.get("q") or ""), sort="id", fields=(self.key,),
            page_size=AT_ONCE,
        )  # fmt: skip

    def ask(self, some: Sequence[tuple[int, str]]) -> dict[str, Reply]:
        """What ARES says of them; what was asked of late is known, and a rest that it needs is waited for."""
        numbers = [number for _record, number in some if number]
        return desk.ask_many(self.office, known.ares_of(self.office), numbers)

    def settle(self, some: Sequence[tuple[int, str]], replies: Mapping[str, Reply], work: Work) -> Step:
        """One chunk, in one transaction of the owner."""
        report = self.report
        if self.deed != TELL:
            if report.batch is None:
                report.batch = begin_batch(work, KIND, self.registry)
            work.batch = report.batch
        same = {"field": "id", "op": "in", "value": [record for record, _number in some]}
        asked = Query(filter=same, page_size=AT_ONCE)
        found = {each.id: each for each in browse(work, self.registry, asked, flags=True).items}
        for record, number in some:
            report.checked += 1
            if record in found:
                self._one(work, found[record], number, replies)
        self.last = some[-1][0]
        return Step(report.checked, self.last, result=report.as_json())

    def _one(self, work: Work, record: Record, number: str, replies: Mapping[str, Reply]) -> None:
        report = self.report
        if not number or str(record.values.get(self.key) or "") != number:
            report.without += 1
            return
        reply = replies[number]
        match reply.answer:
            case Found(company=company):
                if company.standing == Standing.ENDED:
                    report.ended += 1
                    report.tell(
                        record, number, "ended", on=company.ended.isoformat() if company.ended else None
                    )
                if company.standing in (Standing.LIQUIDATION, Standing.INSOLVENCY):
                    report.troubled += 1
                    report.tell(record, number, str(company.standing))
                self._compare(work, record, number, beside_record(work, record, company))
            case NotFound():
                self._missing(record, number, reply)
            case Refused() | Unavailable():
                report.unavailable += 1
                report.tell(record, number, "unavailable")

    def _missing(self, record: Record, number: str, reply: Reply) -> None:
        if not known.ares_of(self.office).fits(number):
            self.report.wrong_digit += 1
            self.report.tell(record, number, "wrong_digit")
            return
        self.report.not_found += 1
        before = reply.found_before.date().isoformat() if reply.found_before is not None else None
        self.report.tell(record, number, "not_found", before=before)

    def _compare(self, work: Work, record: Record, number: str, lines: Sequence[Line]) -> None:
        differing = [each for each in lines if each.differs]
        if not differing:
            self.report.same += 1
            return
        self.report.changed += 1
        wanted = [each for each in differing if each.may_take and (self.deed == ALL or each.empty)]
        filled, refusal = self._fill(work, record, wanted) if self.deed != TELL else (False, "")
        taken = {each.field for each in wanted} if filled else set()
        told = [[each.field, each.ours, each.theirs, each.field in taken] for each in differing]
        state = "filled" if filled else "refused" if refusal else "changed"
        self.report.tell(record, number, state, differs=told, said=refusal)

    def _fill(self, work: Work, record: Record, wanted: Sequence[Line]) -> tuple[bool, str]:
        """One record that cannot be filled in leaves the others alone."""
        if not wanted:
            return False, ""
        try:
            with work.attempt():
                change(work, self.registry, record.id, {each.field: each.value for each in wanted})
        except (Invalid, Conflict, Forbidden) as error:
            self.report.refused += 1
            return False, error.message
        self.report.filled += 1
        return True, ""
