"""One running Kartoteka: its database, design, field types and subscribers, and the way work begins in it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, inspect, or_, select, text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from kartoteka.field_types import builtin
from kartoteka.field_types.absent import Types
from kartoteka.field_types.field_type import FieldType
from kartoteka.field_types.locale import Locale
from kartoteka.platform.access.actor import Actor, Identity, roles_by_id
from kartoteka.platform.access.guests import standing
from kartoteka.platform.access.guises import Guise, disguised, insist_on_looking_only
from kartoteka.platform.access.keys import USER_OF_TOKEN, token_hash
from kartoteka.platform.access.models import ApiToken, Policy, SecondFactor, User, UserRole, UserSession
from kartoteka.platform.access.policies import SECOND_FACTOR, asks_second_factor
from kartoteka.platform.access.seen import Sight
from kartoteka.platform.catalog.definitions import Catalog
from kartoteka.platform.catalog.models import CatalogState
from kartoteka.platform.catalog.snapshot import Snapshots
from kartoteka.platform.kernel.clock import utc_now
from kartoteka.platform.kernel.errors import Misconfigured, Unauthenticated
from kartoteka.platform.kernel.events import DesignChanged, RecordsChanged
from kartoteka.platform.kernel.outbox import Subscriber
from kartoteka.platform.kernel.settings import Settings
from kartoteka.platform.kernel.texts import _, speaking
from kartoteka.platform.services.contributions import Contribution, Unfit
from kartoteka.platform.services.organisation import mark_of
from kartoteka.platform.services.sheltered import sheltered
from kartoteka.platform.services.work import Work
from kartoteka.platform.storage.engine import WRITES, make_engine
from kartoteka.platform.storage.layout import Layout, layout_of

SYSTEM_EMAIL = "system@kartoteka.invalid"
# Writers share this lock; a design change takes it alone, so that no row is written under yesterday's design.
DESIGN_LOCK = 471100
# Who keeps the embedded search index; what he does stands in `finding.feeding`.
SEARCH = Subscriber("search", frozenset({RecordsChanged.kind, DesignChanged.kind}), size=50)
USE_NOTED_EVERY = timedelta(hours=1)


_PERSON = (User.id, User.name, User.email, User.active, User.identity_registry, User.identity_id, User.language,
           User.timezone, User.theme)  # fmt: skip
# What decides whether a session has all that the firm asks for; tokens are not asked.
_STANDING = (
    select(SecondFactor.confirmed_at)
    .where(SecondFactor.user_id == User.id)
    .scalar_subquery()
    .label("factor_since"),
    select(Policy.body).where(Policy.key == SECOND_FACTOR).scalar_subquery().label("factor_rule"),
)


def _with_roles(who: Select[User], *more: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
    """Made once for each way to name a user: every request begins with one of them, so it gives columns, no object."""
    state = select(CatalogState.version).scalar_subquery().label("design_version")
    firm = mark_of().scalar_subquery().label("firm_mark")
    asked = who.with_only_columns(*_PERSON, state, firm, UserRole.role_id, *more, maintain_column_froms=True)
    return asked.outerjoin(UserRole, UserRole.user_id == User.id)


_BY_ID = _with_roles(select(User).where(User.id == bindparam("user")))
_BY_EMAIL = _with_roles(select(User).where(User.email == bindparam("address")))
_BY_SESSION = _with_roles(
    select(User).where(
        User.id == bindparam("user"), User.epoch == bindparam("session_epoch"), User.system.is_(False)
    ),
    *_STANDING,
)
_BY_KEPT_SESSION = _with_roles(
    select(User)
    .join(UserSession, and_(UserSession.user_id == User.id, UserSession.epoch == User.epoch))
    .where(
        User.id == bindparam("user"),
        User.epoch == bindparam("session_epoch"),
        UserSession.hash == bindparam("session_hash"),
        User.system.is_(False),
    ),
    *_STANDING,
)
_BY_TOKEN = _with_roles(USER_OF_TOKEN)


class Office:
    """Everything that the work of one process shares. Make one per process."""

    def __init__(self, settings: Settings, *, field_types: Mapping[str, FieldType] | None = None,
                 clock: Callable[[], datetime] = utc_now, plugins: Sequence[Contribution] = (),
                 unfit: Sequence[Unfit] = ()) -> None:  # fmt: skip
        self.settings = settings
        self.plugins: Mapping[str, Contribution] = {each.name: each for each in plugins}
        self.unfit: tuple[Unfit, ...] = tuple(unfit)
        theirs = {kind.name: sheltered(kind) for each in plugins for kind in each.field_types}
        self.engine = make_engine(settings.database_url)
        self.field_types = Types({**builtin(), **theirs, **(field_types or {})})
        self.clock = clock
        self.snapshots = Snapshots()
        self.subscribers: list[Subscriber] = [SEARCH] if settings.search == "whoosh" else []
        signals = {signal.kind for each in plugins for signal in each.signals}
        self.subscribers += [
            Subscriber(
                f"{each.name}.{reaction.name}",
                reaction.kinds | signals if reaction.signals else reaction.kinds,
                reaction.size,
                each.name,
            )
            for each in plugins
            for reaction in each.reactions
        ]
        self._used: dict[str, datetime] = {}
        self._layouts = lru_cache(maxsize=4)(self._lay_out)
        self._latest: Layout | None = None

    def _lay_out(self, catalog: "_ById") -> Layout:
        self._latest = layout_of(catalog.catalog, self.field_types, self._columns, self._latest)
        return self._latest

    def _columns(self, table: str) -> frozenset[str]:
        reader = inspect(self.engine)
        known = reader.get_columns(table) if reader.has_table(table) else []
        return frozenset(each["name"] for each in known)

    def layout(self, catalog: Catalog) -> Layout:
        """This function will give the tables of a catalog, made once for each."""
        return self._layouts(_ById(catalog))

    def forget_layouts(self) -> None:
        """This function will lay every design out anew, as a process does that has just begun."""
        self._layouts.cache_clear()
        self._latest = None

    @contextmanager
    def begin(
        self, user_id: int, *, via: str = "web", write: bool = False, design: bool = False
    ) -> Iterator[Work]:
        """This function will begin work as a user; it ends with the block, all or nothing.

        `write` is needed for any change, `design` for a change of the design: it waits for all writers.

        :raises Unauthenticated: when there is no such active user.
        """
        with self._begin(_BY_ID, {"user": user_id}, via, write, design) as work:
            yield work

    @contextmanager
    def begin_as(
        self, email: str, *, via: str = "cli", write: bool = True, design: bool = False
    ) -> Iterator[Work]:
        """This function will begin work as the user with an e-mail address."""
        with self._begin(_BY_EMAIL, {"address": email.strip().lower()}, via, write, design) as work:
            yield work

    @contextmanager
    def begin_system(self, *, via: str = "cli", write: bool = True, design: bool = False) -> Iterator[Work]:
        """This function will begin work as the built-in system account, which is an admin and cannot sign in."""
        with self.begin_as(SYSTEM_EMAIL, via=via, write=write, design=design) as work:
            yield work

    def beside(self, work: Work, user_id: int | None = None, *, signed_by: int | None = None) -> Work:
        """This function will give work of somebody else within a transaction: of the system account, or of a user.

        What is done in it ends together with the work that it belongs to; in the history stands whoever has signed it.

        :raises Unauthenticated: when there is no such active user.
        """
        who, named = (_BY_ID, {"user": user_id}) if user_id else (_BY_EMAIL, {"address": SYSTEM_EMAIL})
        user, _version, role_ids = self._look_up(work.session, who, named, None)
        actor = _actor(user, work.catalog, role_ids)
        return replace(work, actor=actor, signed_by=signed_by, _gates={})

    def in_guise(self, work: Work, guise: Guise) -> Work:
        """This function will give work that sees what somebody else would see, within a transaction, and only sees.

        The actor stays who he is when there is nobody to see as.
        """
        actor = disguised(work.session, work.catalog, work.actor, guise)
        actor = self._standing(work.session, actor, work.catalog, work.layout, None)
        return replace(work, actor=actor, writes=False, designs=False, _gates={})

    @contextmanager
    def begin_session(self, user_id: int, epoch: str, key: str | None = None, *, via: str = "web",
                      write: bool = False, design: bool = False, guise: Guise | None = None,
                      ) -> Iterator[Work]:  # fmt: skip
        """This function will begin work as somebody who has signed in, under the epoch of his session.

        With the key of a browser's session, that session must not have been ended by itself either. In a guise an
        admin sees what somebody else would see.

        :raises Unauthenticated: when the epoch has passed, the session has ended, or the account is switched off.
        :raises Forbidden: when something should be changed in a guise.
        """
        named: dict[str, Any] = {"user": user_id, "session_epoch": epoch}
        if key is not None:
            named["session_hash"] = token_hash(key)
        who = _BY_SESSION if key is None else _BY_KEPT_SESSION
        with self._begin(who, named, via, write, design, _("Please sign in again."), guise) as work:
            yield work
        if key is not None:
            self._mark_seen(named["session_hash"])

    def _mark_seen(self, hashed: str) -> None:
        now = self.clock()
        if now - self._used.get(hashed, datetime.min.replace(tzinfo=UTC)) < USE_NOTED_EVERY:
            return
        self._used[hashed] = now
        stale = and_(UserSession.hash == hashed, UserSession.seen_at <= now - USE_NOTED_EVERY)
        with suppress(OperationalError), self.session() as session:
            if session.scalar(select(UserSession.id).where(stale)) is None:
                return
        with suppress(OperationalError), self.session(write=True) as session:
            session.execute(update(UserSession).where(stale).values(seen_at=now))

    @contextmanager
    def begin_token(self, token: str, *, via: str = "api", write: bool = False,
                    design: bool = False) -> Iterator[Work]:  # fmt: skip
        """This function will begin work as the user whom an API token belongs to.

        :raises Unauthenticated: when there is no such token, or it has been revoked, or its time has passed.
        """
        named = {"token_hash": token_hash(token)}
        with self._begin(_BY_TOKEN, named, via, write, design, _("This token is not valid.")) as work:
            yield work
        self._mark_used(token_hash(token))

    def _mark_used(self, hashed: str) -> None:
        """At most once an hour, and after the work: a read must not wait for the place of a writer."""
        now = self.clock()
        if now - self._used.get(hashed, datetime.min.replace(tzinfo=UTC)) < USE_NOTED_EVERY:
            return
        self._used[hashed] = now
        stale = or_(ApiToken.used_at.is_(None), ApiToken.used_at <= now - USE_NOTED_EVERY)
        # The work itself has ended well; that its time could not be noted must not make it a failure.
        with suppress(OperationalError), self.session(write=True) as session:
            session.execute(update(ApiToken).where(ApiToken.hash == hashed, stale).values(used_at=now))

    @contextmanager
    def session(self, *, write: bool = False) -> Iterator[Session]:
        """This function will open a bare transaction for what happens before anybody is known: sign-in, delivery."""
        with self.engine.connect() as connection:
            connection = connection.execution_options(**{WRITES: write})
            if not write and self.engine.dialect.name == "postgresql":
                # A reader holds no lock on the design: all his statements must see the same moment.
                connection = connection.execution_options(isolation_level="REPEATABLE READ")
            with Session(connection, expire_on_commit=False) as session, session.begin():
                yield session

    @contextmanager
    def _begin(self, who: Select[Any], named: Mapping[str, Any], via: str, write: bool, design: bool,
               refusal: str | None = None, guise: Guise | None = None) -> Iterator[Work]:  # fmt: skip
        with self.session(write=write or design) as session:
            if (write or design) and self.engine.dialect.name == "postgresql":
                lock = "pg_advisory_xact_lock" if design else "pg_advisory_xact_lock_shared"
                session.execute(text(f"SELECT {lock}(:lock)"), {"lock": DESIGN_LOCK})
            user, version, role_ids = self._look_up(session, who, named, refusal)
            catalog = self.snapshots.at(session.connection(), version)
            actor = _actor(user, catalog, role_ids)
            if guise is not None:
                actor = disguised(session, catalog, actor, guise)
            with speaking(actor.locale.language):
                if write or design:
                    insist_on_looking_only(actor)
                layout = self.layout(catalog)
                actor = self._standing(session, actor, catalog, layout, refusal)
                work = Work(self, actor, catalog, layout, session, self.clock(), via, write or design, design,
                            firm_mark=user.firm_mark or "")  # fmt: skip
                yield work
                if work.failure.statement_failed:
                    raise Misconfigured(
                        "A statement failed and the work went on; use work.attempt() around it."
                    )

    def _standing(self, session: Session, actor: Actor, catalog: Catalog, layout: Layout,
                  refusal: str | None) -> Actor:  # fmt: skip
        """Guests are let in as long as the record that each of them is stands; it is asked every time."""
        if not actor.is_guest:
            return actor
        sight = Sight(actor, catalog, layout, self.engine.dialect.name, self.clock())
        found = standing(sight, session.connection())
        if found is None and actor.seen_by is None:
            raise Unauthenticated(refusal or _("This account is not known or has been switched off."))
        # Who looks as a guest whose record is gone sees what that guest sees: nothing.
        return found or replace(actor, roles=tuple(replace(each, grants={}) for each in actor.roles))

    def _look_up(self, session: Session, who: Select[Any], named: Mapping[str, Any],
                 refusal: str | None) -> tuple[Row[Any], int, list[int]]:  # fmt: skip
        """User, roles and the version of the design by one statement, since every request begins with it."""
        found = session.connection().execute(who, named).all()
        if not found or not found[0].active:
            raise Unauthenticated(refusal or _("This account is not known or has been switched off."))
        if found[0].design_version is None:
            raise Misconfigured("The database is empty; run “kartoteka init” first.")
        return found[0], found[0].design_version, [row.role_id for row in found if row.role_id is not None]


class _ById:
    """A catalog as a key of a cache: the very object, since two may have one version in tests."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog

    def __hash__(self) -> int:
        return id(self.catalog)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ById) and self.catalog is other.catalog


def _actor(user: Row[Any], catalog: Catalog, role_ids: list[int]) -> Actor:
    identity = (
        Identity(user.identity_registry, user.identity_id)
        if user.identity_registry and user.identity_id
        else None
    )
    locale = Locale(user.language, user.timezone)
    unfinished = getattr(user, "factor_since", None) is None and asks_second_factor(
        getattr(user, "factor_rule", None), role_ids
    )
    return Actor(user.id, user.name, user.email, roles_by_id(catalog, role_ids), identity, locale, user.theme,
                 unfinished)  # fmt: skip
