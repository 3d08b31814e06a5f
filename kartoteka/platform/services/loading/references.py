"""What the texts in a column of links mean: titles, unique values, numbers of records, names and addresses of users."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import marshmallow as ma
from sqlalchemy import func, or_, select

from kartoteka.platform.access.gate import OpenRegistry
from kartoteka.platform.access.models import User
from kartoteka.platform.catalog.definitions import Field
from kartoteka.platform.catalog.titles import make_title, placeholders
from kartoteka.platform.kernel.errors import KartotekaError, NotFound
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services import records
from kartoteka.platform.services.loading.columns import target_of
from kartoteka.platform.services.work import Work

MAX_LINKS = 1000
_NUMBER = re.compile(r"#?([0-9]{1,18})")
_PLACE = "{title}"
_TITLE = ("text", "long_text")


@dataclass(frozen=True, slots=True)
class Unknown:
    """A text that means nothing, or nothing definite; `missing` when it is simply not there (yet)."""

    sentence: str
    missing: bool


Meaning = tuple[int, ...] | Unknown


class References:
    """Looks up what the cells of one linking field mean, many at once, with the rights of the importer."""

    def __init__(
        self, work: Work, opened: OpenRegistry, field: Field, *, create_missing: bool = False
    ) -> None:
        self.work = work
        self.field = field
        self.create_missing = create_missing
        self.many = opened.kind(field).many
        self.target = target_of(opened, field) or ""
        # The import may itself bring what is meant, further down in the file.
        self.is_to_itself = self.target == opened.registry.key

    def meanings(self, texts: Iterable[str], *, final: bool = True) -> dict[str, Meaning]:
        """This function will find what each text means; what is missing is made only when this is `final`."""
        wanted = {text: self._readings(text) for text in texts}
        names = {name for readings in wanted.values() for names in readings for name in names}
        known = self._look_up(sorted(names))
        if final and self.create_missing:
            self._make([self._first_missing(readings, known) for readings in wanted.values()], known)
        return {text: self._meaning(readings, known) for text, readings in wanted.items()}

    def _readings(self, text: str) -> list[list[str]]:
        """One title, or several: lines, or parts between semicolons where the whole is no title itself."""
        lines = [titled(line) for line in text.split("\n") if line.strip()]
        if len(lines) > 1:
            return [lines]
        parts = [titled(part) for part in text.split(";") if part.strip()] if self.many else []
        return [lines, parts] if len(parts) > 1 else [lines]

    def _meaning(self, readings: Sequence[Sequence[str]], known: Mapping[str, list[int]]) -> Meaning:
        for names in readings:
            if all(len(known.get(name, ())) == 1 for name in names):
                return self._counted(tuple(dict.fromkeys(known[name][0] for name in names)))
        for names in readings[-1:]:
            for name in names:
                if len(known.get(name, ())) > 1:
                    return Unknown(_("“{title}” could be several records.", title=name[:80]), missing=False)
        return Unknown(self._nobody(readings, known), missing=True)

    def _counted(self, ids: tuple[int, ...]) -> Meaning:
        if len(ids) > 1 and not self.many:
            return Unknown(_("Only one belongs here."), missing=False)
        if len(ids) > MAX_LINKS:
            return Unknown(_("There may be at most {max} links.", max=MAX_LINKS), missing=False)
        return ids

    def _nobody(self, readings: Sequence[Sequence[str]], known: Mapping[str, list[int]]) -> str:
        name = next((name for name in readings[-1] if not known.get(name)), "")
        if self.target == "users":
            return _("There is no user “{name}”.", name=name[:80])
        return _("There is no record “{title}” to choose.", title=name[:80])

    def _look_up(self, names: Sequence[str]) -> dict[str, list[int]]:
        if not names:
            return {}
        if self.target == "users":
            return self._users(names)
        try:
            target = self.work.open(self.target)
        except NotFound:
            return {}
        found = target.find_by_title(names)
        for each in target.fields:
            if each.unique and not target.kind(each).linking:
                self._by_value(target, each, [name for name in names if name not in found], found)
        self._by_number([name for name in names if name not in found], found)
        return found

    @staticmethod
    def _by_value(
        target: OpenRegistry, each: Field, names: Sequence[str], found: dict[str, list[int]]
    ) -> None:
        values: dict[str, Any] = {}
        for name in names:
            try:
                values[name] = target.kind(each).schema.deserialize(name)
            except ma.ValidationError:
                continue
        known = target.find_by(each, list(set(values.values()))) if values else {}
        found.update((name, known[value]) for name, value in values.items() if value in known)

    def _by_number(self, names: Sequence[str], found: dict[str, list[int]]) -> None:
        numbers = {name: int(match[1]) for name in names if (match := _NUMBER.fullmatch(name))}
        known = self.work.gate.titles({self.target: numbers.values()}) if numbers else {}
        found.update((name, [n]) for name, n in numbers.items() if (self.target, n) in known)

    def _users(self, names: Sequence[str]) -> dict[str, list[int]]:
        addresses = {name.lower() for name in names}
        meant = or_(func.lower(User.email).in_(addresses), User.name.in_(list(names)))
        found: dict[str, list[int]] = {}
        for record, email, name in self.work.session.execute(
            select(User.id, User.email, User.name).where(meant, User.system.is_(False)).order_by(User.id)
        ):
            for text in names:
                if text == name or text.lower() == email.lower():
                    found.setdefault(text, []).append(record)
        self._by_number([name for name in names if name not in found], found)
        return found

    @staticmethod
    def _first_missing(readings: Sequence[Sequence[str]], known: Mapping[str, list[int]]) -> list[str]:
        if any(all(known.get(name) for name in names) for names in readings):
            return []
        return [name for name in readings[-1] if not known.get(name)]

    def _make(self, missing: Iterable[Sequence[str]], known: dict[str, list[int]]) -> None:
        """New records for titles that nobody has; where they cannot be made, they stay missing."""
        title = self._title_field()
        for name in dict.fromkeys(name for names in missing for name in names):
            if title is None or known.get(name) or _NUMBER.fullmatch(name):
                continue
            try:
                with self.work.attempt():
                    known[name] = [records.create(self.work, self.target, {title: name}).id]
            except KartotekaError:
                continue

    def _title_field(self) -> str | None:
        try:
            target = self.work.open(self.target)
        except NotFound:
            return None
        keys = placeholders(target.registry.title)
        field = target.seen.field(keys[0]) if len(keys) == 1 else None
        fits = field is not None and field.type in _TITLE and target.registry.title == f"{{{keys[0]}}}"
        return keys[0] if fits else None


def titled(text: str) -> str:
    """This function will give a text as it would stand as a title: that is how titles are kept."""
    return make_title(_PLACE, {"title": text})


__all__ = ["Meaning", "References", "Unknown", "titled"]
