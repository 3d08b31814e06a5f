"""Who visits, and what he is shown: his windows put together, page by page, out of what his roles let him see."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from functools import cached_property
from typing import Any

from flask import url_for
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, OperationalError

from kartoteka.platform.sdk import (
    FieldView,
    NotFound,
    Office,
    Record,
    Work,
    _,
    begin,
    belongs,
    fetch,
    label,
    label_one,
    render_for_guest,
    shown_field,
)
from kartoteka.plugins.portal.settings import Form, Page, Window, said, window_of
from kartoteka.plugins.portal.tables import Opening
from kartoteka.plugins.portal.tables import Visit as VisitRow

USUAL_COLUMNS = 5
# The names under which registries usually keep how far a thing is.
USUAL_STATES = ("state", "status")
ANEW_AFTER = timedelta(minutes=30)
OPENED_AGAIN_AFTER = timedelta(hours=1)
NEVER_COLUMNS = ("file", "long_text")


@dataclass
class PortalField(FieldView):
    """A detail as a guest sees it: what it points at leads to pages of the portal, or nowhere."""

    within: frozenset[str] = frozenset()

    def _address(self, link: Any) -> str:
        target = self.kind.target
        return url_for("portal.record", registry=target, id=link.id) if target in self.within else ""


@dataclass(frozen=True)
class Shown:
    """A registry as a page of the portal: its name there, its columns, its field of states, its form."""

    page: Page
    label: str
    one: str
    icon: str

    @property
    def url(self) -> str:
        """Where its list is."""
        return url_for("portal.listing", registry=self.key)

    @property
    def key(self) -> str:
        """The registry, which is the address too."""
        return self.page.registry

    @property
    def form(self) -> Form | None:
        """The form of a new record, when there is one."""
        return self.page.form


@dataclass
class Visit:
    """One visit of a guest: his work, and the window through which he looks."""

    work: Work

    @property
    def language(self) -> str:
        """The language of the guest."""
        return self.work.actor.locale.language

    @cached_property
    def windows(self) -> Sequence[Window]:
        """The windows of his roles."""
        return [window_of(self.work, role.key) for role in self.work.actor.roles]

    @cached_property
    def pages(self) -> Mapping[str, Shown]:
        """The pages of his windows, in their order; a registry that he may not see is not among them."""
        visible = {each.key: each for each in self.work.registries()}
        designed = [page for window in self.windows for page in window.pages]
        pages = designed or [Page(key) for key in visible if key != self._his_own]
        found: dict[str, Shown] = {}
        for page in pages:
            if page.registry in visible and page.registry not in found:
                found[page.registry] = self._shown(page, visible[page.registry])
        return found

    @property
    def _his_own(self) -> str:
        identity = self.work.actor.identity
        return identity.registry if identity else ""

    def _shown(self, page: Page, registry: Any) -> Shown:
        usual = not any(window.pages for window in self.windows)
        known = {each.key: each for each in self.work.open(registry.key).fields}
        columns = tuple(key for key in page.columns or registry.columns if key in known)
        if not columns:
            columns = tuple(key for key, each in known.items() if each.type not in NEVER_COLUMNS)
        if not page.columns:
            columns = tuple(key for key in columns if known[key].type not in NEVER_COLUMNS)[:USUAL_COLUMNS]
        state = page.state or next((key for key in USUAL_STATES if usual and key in known), "")
        state = state if state in known and known[state].type == "choice" else ""
        form = page.form or (Form() if usual else None)
        if form is not None and not self.work.open(registry.key).may("create"):
            form = None
        page = replace(page, columns=columns, state=state, form=form)
        return Shown(
            page,
            said(page.names, self.language) or label(registry, self.language),
            label_one(registry, self.language),
            registry.icon or "file-text",
        )

    def page(self, registry: str) -> Shown:
        """This function will give a page.

        :raises NotFound: when there is none for this guest; the same as for an address that never was.
        """
        found = self.pages.get(registry)
        if found is None:
            raise nowhere()
        return found

    def record(self, registry: str, id: int) -> Record:
        """This function will fetch a record of a page.

        :raises NotFound: when it is not there for this guest.
        """
        self.page(registry)
        try:
            return fetch(self.work, registry, id)
        except NotFound as error:
            raise nowhere() from error

    def field(self, record: Record, each: Any) -> PortalField:
        """This function will show one detail of a record."""
        return self.outside(shown_field(self.work, record, each, may_edit=False))

    def outside(self, view: FieldView) -> PortalField:
        """This function will turn a detail into one that leads to no page of staff."""
        given = {each.name: getattr(view, each.name) for each in fields(FieldView)}
        return PortalField(**{**given, "away": {}}, within=frozenset(self.pages))

    def details(self, record: Record) -> list[tuple[str, str, list[PortalField]]]:
        """This function will give the sections of a record with what is filled in: key, name, details."""
        opened = self.work.open(record.registry)
        found = []
        for section in opened.registry.active_sections:
            if not belongs(section, record.category):
                continue
            mine = [
                self.field(record, each)
                for each in opened.fields
                if each.section == section.key
                and each.key in record.values
                and each.type != "file"
                and belongs(each, record.category)
            ]
            told = [view for view in mine if view.shown and (view.text or view.links)]
            if told:
                found.append((section.key, label(section, self.language), told))
        return found

    def show(self, template: str, *, at: str = "", **context: Any) -> str:
        """This function will render a page of the portal."""
        return render_for_guest(
            self.work, f"portal/{template}", at=at, pages=list(self.pages.values()), **context
        )


def nowhere() -> NotFound:
    """This function will make the one answer for whatever is not there for a guest."""
    return NotFound(_("There is nothing at this address."))


@contextmanager
def visiting(*, write: bool = False) -> Iterator[Visit]:
    """This function will begin a visit; for staff who do not look as a guest there is nothing here.

    :raises NotFound: for whoever is no guest.
    """
    with begin(write=write) as work:
        if not work.actor.is_guest:
            raise nowhere()
        yield Visit(work)


def note_visit(office: Office, work: Work) -> None:
    """This function will note that a guest is here; a visit is a new one half an hour after the last page."""
    if work.actor.seen_by is not None:
        return
    with suppress(OperationalError, IntegrityError), office.session(write=True) as session:
        row = session.get(VisitRow, work.actor.user_id)
        if row is None:
            session.add(VisitRow(user_id=work.actor.user_id, last_at=work.now, before_at=work.now))
        elif work.now - row.last_at > ANEW_AFTER:
            row.before_at, row.last_at = row.last_at, work.now


def note_opening(office: Office, work: Work, record: Record) -> None:
    """This function will note that a guest has opened a record, once an hour at most."""
    if work.actor.seen_by is not None:
        return
    mine = (Opening.user_id == work.actor.user_id, Opening.of_registry == record.registry)
    lately = select(Opening.id).where(
        *mine, Opening.of_record == record.id, Opening.at > work.now - OPENED_AGAIN_AFTER
    )
    if work.session.scalar(lately.limit(1)) is not None:
        return
    with suppress(OperationalError), office.session(write=True) as session:
        session.add(
            Opening(user_id=work.actor.user_id, of_registry=record.registry, of_record=record.id, at=work.now)
        )


__all__ = ["PortalField", "Shown", "Visit", "note_opening", "note_visit", "nowhere", "visiting"]
