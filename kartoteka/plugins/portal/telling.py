"""Letters to customers: an answer, an approval asked for, a proposal decided, a state that has changed, a document."""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from sqlalchemy import select

from kartoteka.platform.sdk import (
    KartotekaError,
    Office,
    Query,
    Record,
    RecordsChanged,
    Work,
    _,
    browse,
    change,
    create,
    fetch,
    guests_among,
    guests_who_are,
    settings_of,
    write_mail,
)
from kartoteka.plugins.portal.approving import digest_of
from kartoteka.plugins.portal.design import (
    ACCEPTED,
    APPROVAL,
    COMMENT,
    OUTDATED,
    PROPOSAL,
    TALKS,
    WAITING,
)
from kartoteka.plugins.portal.matters import detail_name, matters, readable
from kartoteka.plugins.portal.settings import NAME
from kartoteka.plugins.portal.tables import Opening, Told
from kartoteka.plugins.portal.tables import Visit as VisitRow
from kartoteka.plugins.portal.talking import kind, words_of
from kartoteka.plugins.portal.visitors import Visit

logger = logging.getLogger(__name__)
KINDS = frozenset({RecordsChanged.kind})
AT_ONCE = 200
# What stands in a letter, as its reader may see it; None when there is nothing for him.
Tell = Callable[[Visit, Record], str | None]


def tell_customers(office: Office, deliveries: Sequence[Any]) -> None:
    """This function will write to those whom an event concerns; each reads for himself, at the moment of telling."""
    for delivery in deliveries:
        registry, action = delivery.body["registry"], delivery.body["action"]
        records = [int(each) for each in delivery.body["records"]]
        if registry == TALKS:
            for record in records:
                _of_talk(office, record, action, delivery.id)
        elif action == "change" and not registry.startswith("_"):
            for record in _of_concern(office, registry, records):
                _of_record(office, registry, record, delivery)
        elif action in ("create", "change") and registry.startswith("_"):
            for record in records:
                _of_thing(office, registry, record, delivery)


def _of_concern(office: Office, registry: str, records: Sequence[int]) -> Iterator[int]:
    """Those of many changed records that anybody outside has to do with: who opened, wrote, or is one himself."""
    for start in range(0, len(records), AT_ONCE):
        some = records[start : start + AT_ONCE]
        with office.begin_system(via="portal", write=False) as work:
            opened = select(Opening.of_record).where(
                Opening.of_registry == registry, Opening.of_record.in_(some)
            )
            found = set(work.session.scalars(opened.distinct())) | guests_who_are(work, registry, some)
            found |= _talked_about(work, registry, some)
        yield from (each for each in some if each in found)


def _talked_about(work: Work, registry: str, records: Sequence[int]) -> set[int]:
    there = {"field": "on", "op": "in", "value": [{"registry": registry, "id": list(records)}]}
    found, cursor = set[int](), None
    while True:
        page = browse(work, TALKS, Query(filter=there, fields=(), page_size=AT_ONCE, cursor=cursor))
        found |= {each.on.id for each in page.items if each.on is not None}
        cursor = page.next
        if cursor is None:
            return found


def _of_talk(office: Office, item: int, action: str, event: int) -> None:
    with office.begin_system(via="portal", write=False) as work:
        found = _item(work, item)
        if found is None or found.on is None:
            return
        place, values = found.on, found.values
        new = action == "create" and not values.get("outside")
        decided = (
            action == "change" and found.category == PROPOSAL and values.get("verdict") not in (WAITING, None)
        )
        if not (new and found.category in (COMMENT, APPROVAL)) and not decided:
            return
        people = _followers(work, place.registry, place.id)
        version = found.version
    template = (
        "portal_decided" if decided else "portal_approve" if found.category == APPROVAL else "portal_answer"
    )
    what = f"{template}:{item}" + (f":{version}" if decided else "")
    for person in people:
        _write(office, person, what, template, place.registry, place.id, partial(_told, template, item))


def _of_record(office: Office, registry: str, record: int, delivery: Any) -> None:
    """Whoever follows a record is told that its state has changed; and approvals of what has changed ask again."""
    fields = set(delivery.body.get("fields", ()))
    with office.begin_system(via="portal", write=False) as work:
        people = _followers(work, registry, record)
        found = _item(work, record, registry)
        # However many events told of it: about one state of a record there is one letter.
        what = f"portal_state:{registry}:{record}:{found.version if found is not None else 0}"
        pages = [
            page
            for window in settings_of(work, NAME).get("windows", {}).values()
            for page in window.get("pages", ())
            if page["registry"] == registry
        ]
        states = {page.get("state") for page in pages} - {None, ""} or {"state", "status"}
    if states & fields:
        for person in people:
            _write(office, person, what, "portal_state", registry, record, _state_told)
    _ask_again(office, registry, record)


def _of_thing(office: Office, registry: str, thing: int, delivery: Any) -> None:
    """Whoever follows a record is told of what plugins have laid on it, such as a document, as far as he sees it."""
    action, fields = delivery.body["action"], frozenset(delivery.body.get("fields", ()))
    with office.begin_system(via="portal", write=False) as work:
        news = news_of(work, registry)
        found = _item(work, thing, registry) if news is not None else None
        if news is None or found is None or found.on is None:
            return
        place, sender = found.on, (found.created_by if action == "create" else found.updated_by).id
        people = [each for each in _followers(work, place.registry, place.id) if each != sender]
        # However many events told of it: about one state of a thing there is one letter.
        what = f"portal_news:{registry}:{thing}:{found.version}"

    def told(visit: Visit, _place: Record) -> str | None:
        there = fetch(visit.work, registry, thing)
        try:
            with visit.work.attempt():
                return news(visit.work, there, action, fields) or None
        except KartotekaError:
            raise
        except Exception:
            # What one plugin cannot say keeps nobody else from hearing.
            logger.exception("What is told outside of %s cannot be said.", registry)
            return None

    for person in people:
        _write(office, person, what, "portal_news", place.registry, place.id, told)


def news_of(work: Work, registry: str) -> Callable[[Work, Record, str, frozenset[str]], str] | None:
    """This function will give what a plugin has to say to people from outside about the things in its registry."""
    known = work.catalog.registries.get(registry)
    state = work.catalog.plugins.get(known.plugin) if known is not None else None
    contribution = work.office.plugins.get(state.key) if state is not None and state.active else None
    return contribution.news_outside if contribution is not None else None


def _item(work: Work, item: int, registry: str = TALKS) -> Record | None:
    try:
        return fetch(work, registry, item)
    except KartotekaError:
        return None


def _followers(work: Work, registry: str, record: int) -> list[int]:
    """The guests who have opened a record, have written there, or are it themselves, as far as they want mail."""
    opened = select(Opening.user_id).where(Opening.of_registry == registry, Opening.of_record == record)
    found = set(work.session.scalars(opened.distinct()))
    there = {"field": "on", "op": "eq", "value": {"registry": registry, "id": record}}
    outside = {"field": "outside", "op": "eq", "value": True}
    said = browse(work, TALKS, Query(filter={"and": [there, outside]}, page_size=100)).items
    found |= {each.created_by.id for each in said}
    refuse = set(work.session.scalars(select(VisitRow.user_id).where(VisitRow.mail.is_(False))))
    return sorted(guests_among(work, found, registry, record) - refuse)


def _write(
    office: Office, person: int, what: str, template: str, registry: str, record: int, tell: Tell
) -> None:
    """One letter, kept together with the note that it was written: nobody is told twice, however often it is tried."""
    try:
        with office.begin(person, via="portal", write=True) as work:
            if not work.actor.is_guest or work.session.get(Told, (person, what)) is not None:
                return
            visit = Visit(work)
            own = work.actor.identity is not None and work.actor.identity.registry == registry
            found = fetch(work, registry, record) if own else visit.record(registry, record)
            told = tell(visit, found)
            if told is None:
                return
            work.session.add(Told(user_id=person, what=what, at=work.now))
            address = "my-data" if registry not in visit.pages else f"{registry}/{record}"
            link = f"{office.settings.base_url}/portal/{address}"
            write_mail(work, template, title=found.title, text=told, link=link)
    except KartotekaError:
        # Gone, or not his to see any more: then there is nothing to tell.
        return


def _state_told(visit: Visit, record: Record) -> str | None:
    key = visit.page(record.registry).page.state
    each = visit.work.open(record.registry).seen.field(key) if key else None
    if each is None or key not in record.values:
        return None
    view = visit.field(record, each)
    return f"{view.label}: {view.text}"


def _told(template: str, item: int, visit: Visit, _record: Record) -> str | None:
    found = fetch(visit.work, TALKS, item)
    if template != "portal_decided":
        return words_of(found)
    accepted = found.values.get("verdict") == ACCEPTED
    said = _("Changed as you proposed.") if accepted else _("We have not changed it.")
    kept = matters(visit.work, [found])
    read = readable(visit.work, [found], kept).get(item, frozenset())
    about = detail_name(visit.work, found, kept.get(item), read) or words_of(found)
    reason = found.values.get("reason")
    return ": ".join(filter(None, [about, said])) + (f" {reason}" if reason else "")


def _ask_again(office: Office, registry: str, record: int) -> None:
    """What was approved and has changed since is put before the customer once more."""
    with office.begin_system(via="portal", write=False) as work:
        accepted = {"field": "verdict", "op": "eq", "value": ACCEPTED}
        there = {"field": "on", "op": "eq", "value": {"registry": registry, "id": record}}
        found = browse(work, TALKS, Query(filter={"and": [there, kind(APPROVAL), accepted]})).items
        digests = {each: kept.digest for each, kept in matters(work, found).items()}
    for item in found:
        who: Iterable[Any] = item.values.get("by") or ()
        if any(_differs(office, each.id, registry, record, digests.get(item.id)) for each in who):
            _renew(office, item)


def _differs(office: Office, person: int, registry: str, record: int, digest: str | None) -> bool:
    try:
        with office.begin(person, via="portal") as work:
            visit = Visit(work)
            return digest_of(visit, visit.record(registry, record)) != digest
    except KartotekaError:
        return False


def _renew(office: Office, item: Record) -> None:
    with office.begin_system(via="portal", write=True) as work:
        now = _item(work, item.id)
        if now is None or now.values.get("verdict") != ACCEPTED or now.on is None:
            return
        change(work, TALKS, item.id, {"verdict": OUTDATED}, version=now.version)
        values = {"text": item.values.get("text"), "verdict": WAITING}
        create(work, TALKS, values, category=APPROVAL, on=now.on)


__all__ = ["KINDS", "tell_customers"]
