"""Two roles side by side: what each sees and may do, registry by registry, and where they differ."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import request

from kartoteka.platform.catalog.definitions import POWERS, RIGHTS, Grant, Registry, Role, label
from kartoteka.platform.front import begin
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.admin.frame import DESIGN, show
from kartoteka.platform.web.admin.rights import EXCEPTION_WORDS, LEVELS, POWER_WORDS, RIGHT_WORDS, places
from kartoteka.platform.web.admin.rules import rule_sentence
from kartoteka.platform.web.pages import page


@dataclass(frozen=True)
class Line:
    """One thing that both roles have an answer to."""

    label: str
    first: str
    second: str

    @property
    def same(self) -> bool:
        """Whether it makes no difference."""
        return self.first == self.second


@dataclass(frozen=True)
class Part:
    """A registry, or what lies beyond records, with its lines."""

    label: str
    lines: Sequence[Line]


@page("/admin/roles/compare", right=DESIGN)
def admin_compare_roles() -> str:
    """Two roles side by side."""
    with begin() as work:
        language = work.actor.locale.language
        roles = {key: role for key, role in work.catalog.roles.items() if not role.is_admin}
        chosen = _chosen(list(roles))
        every = request.args.get("every") == "1"
        parts = _parts(work, *(roles[key] for key in chosen)) if chosen else []
        shown = [Part(part.label, [each for each in part.lines if every or not each.same]) for part in parts]
        return show(
            work,
            "compare.html",
            "roles",
            roles=[(key, label(role, language)) for key, role in roles.items()],
            chosen=chosen,
            names=[label(roles[key], language) for key in chosen],
            parts=[part for part in shown if part.lines],
            every=every,
        )


def _chosen(keys: list[str]) -> list[str]:
    """The two that were asked for, or the first two that there are."""
    asked = [request.args.get(name, "") for name in ("a", "b")]
    if len(keys) < 2:
        return []
    first = asked[0] if asked[0] in keys else keys[0]
    return [first, asked[1] if asked[1] in keys else next(key for key in keys if key != first)]


def _parts(work: Work, first: Role, second: Role) -> list[Part]:
    beyond = Part(
        _("Powers beyond records"),
        [
            Line(_(POWER_WORDS[each][0]), *(_yes(each in role.powers) for role in (first, second)))
            for each in POWERS
        ],
    )
    return [
        beyond,
        *(_part(work, each, first, second) for each in work.catalog.active_registries if not each.plugin),
    ]


def _part(work: Work, registry: Registry, first: Role, second: Role) -> Part:
    language, levels = work.actor.locale.language, {key: _(word) for key, word in LEVELS}
    one, other = (role.grants.get(registry.key, Grant()) for role in (first, second))
    lines = [Line(_("Which records"), *(_rows(work, registry, grant) for grant in (one, other)))]
    lines += [
        Line(
            _("May {right}", right=_(RIGHT_WORDS[right])),
            _yes(right in one.rights),
            _yes(right in other.rights),
        )
        for right in RIGHTS
    ]
    lines += [
        Line(place.label, levels[one.level(place.key)], levels[other.level(place.key)])
        for place in places(work, registry)
    ]
    lines += [
        Line(
            _("Detail “{field}”", field=label(each, language)),
            _exception(one, each.key),
            _exception(other, each.key),
        )
        for each in registry.active_fields
        if each.key in one.fields or each.key in other.fields
    ]
    return Part(label(registry, language), lines)


def _rows(work: Work, registry: Registry, grant: Grant) -> str:
    return rule_sentence(work, registry, grant.rows) if "view" in grant.rights else _("no records")


def _yes(held: bool) -> str:
    return _("yes") if held else _("no")


def _exception(grant: Grant, field: str) -> str:
    return _(EXCEPTION_WORDS[grant.fields[field]]) if field in grant.fields else _("as its section")
