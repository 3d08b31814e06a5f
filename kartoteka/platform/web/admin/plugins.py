"""Plugins in the administration: what each is, whether and where it is active, and its settings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from kartoteka.platform.catalog.definitions import HIDDEN, PluginState, Registry, label, tab_key
from kartoteka.platform.front import begin
from kartoteka.platform.kernel.errors import Conflict, Invalid
from kartoteka.platform.kernel.texts import _, plural
from kartoteka.platform.services import plugins as verbs
from kartoteka.platform.services import records
from kartoteka.platform.services.plugins import PluginView
from kartoteka.platform.services.work import Work
from kartoteka.platform.web.admin import stale
from kartoteka.platform.web.admin.answers import Refusal, refused, renewed
from kartoteka.platform.web.admin.frame import DESIGN, show
from kartoteka.platform.web.admin.plugin_settings import SettingInput, inputs, typed
from kartoteka.platform.web.answers import go
from kartoteka.platform.web.looks import count_text
from kartoteka.platform.web.pages import page
from kartoteka.platform.web.shell import tell

MOST_NAMED = 6


@dataclass(frozen=True)
class PluginLine:
    """A plugin in the list of all."""

    view: PluginView
    where: str


@dataclass(frozen=True)
class PluginPage:
    """The page of one plugin: where it is active, and its settings as a form."""

    view: PluginView
    seen: str
    active: bool
    everywhere: bool
    # Registries of the firm: key, name, chosen.
    registries: Sequence[tuple[str, str, bool]]
    # What the plugin keeps its things in: key and name.
    own: Sequence[tuple[str, str]]
    settings: Sequence[SettingInput]
    refusal: Refusal = field(default_factory=Refusal)
    more_url: str = ""


@page("/admin/plugins", right=DESIGN)
def admin_plugins() -> str:
    """All plugins, those among them that cannot be used."""
    with begin() as work:
        return show(work, "plugins.html", "plugins", lines=_lines(work))


@page("/admin/plugins/<plugin>", right=DESIGN)
def admin_plugin(plugin: str) -> str:
    """The page of one plugin."""
    with begin() as work:
        return show(work, "plugin.html", "plugins", plugin=_page(work, plugin))


@page("/admin/plugins/<plugin>", "POST", right=DESIGN)
def admin_save_plugin(plugin: str) -> ResponseReturnValue:
    """Where a plugin is active, and its settings, saved."""
    given = request.form
    try:
        with begin(design=True) as work:
            view = verbs.fetch(work, plugin)
            state = work.catalog.plugins.get(plugin)
            stale.insist(work, _document(state), given.get("seen", ""), view.label)
            verbs.change(work, plugin, {**_chosen(given), **_typed_settings(work, plugin)})
            tell(_("Saved; it holds from the next click of everybody."))
        return go(url_for("web.admin_plugin", plugin=plugin))
    except (Invalid, Conflict) as error:
        with begin() as work:
            shown = _page(work, plugin, given, error)
            return refused(show(work, "plugin.html", "plugins", plugin=shown), error)


@page("/admin/plugins/<plugin>/impact", "POST", right=DESIGN)
def admin_plugin_impact(plugin: str) -> str:
    """What the choice that is not saved yet would do."""
    with begin() as work:
        chosen = _chosen(request.form)
        return render_template("admin/plugin_effects.html", effects=_effects(work, plugin, chosen))


@page("/admin/plugins/<plugin>/switch", right=DESIGN)
def admin_ask_switch_plugin(plugin: str) -> str:
    """The question before a plugin is switched off or on: what it will do."""
    with begin() as work:
        return _question(work, plugin)


@page("/admin/plugins/<plugin>/switch", "POST", right=DESIGN)
def admin_switch_plugin(plugin: str) -> ResponseReturnValue:
    """A plugin switched on or off for everybody."""
    on = request.form.get("on") == "1"
    try:
        with begin(design=True) as work:
            view = verbs.change(work, plugin, {"active": on})
            said = (
                _("“{name}” is in use again.", name=view.label)
                if on
                else _("“{name}” is switched off; nothing of it is lost.", name=view.label)
            )
            answer: Response = renewed("admin/plugins_list.html", said, lines=_lines(work))
            return answer
    except (Invalid, Conflict) as error:
        with begin() as work:
            return refused(_question(work, plugin, Refusal(error)), error)


def _lines(work: Work) -> list[PluginLine]:
    found = [PluginLine(each, _where(work, each)) for each in verbs.browse(work)]
    return sorted(found, key=lambda each: (bool(each.view.missing), each.view.label.casefold()))


def _where(work: Work, view: PluginView) -> str:
    if view.missing:
        return _("cannot be used")
    if not view.active:
        return _("off")
    if view.registries is None:
        return _("on everywhere")
    number = len([each for each in _firms(work) if each.key in view.registries])
    return plural("on in {n} registry", "on in {n} registries", number)


def _firms(work: Work) -> list[Registry]:
    return [each for each in work.catalog.active_registries if not each.plugin]


def _chosen(given: MultiDict[str, str]) -> dict[str, Any]:
    everywhere = given.get("everywhere", "1") == "1"
    return {
        "active": given.get("active") == "1",
        "registries": None if everywhere else given.getlist("registries"),
    }


def _typed_settings(work: Work, plugin: str) -> dict[str, Any]:
    known = work.office.plugins.get(plugin)
    if known is None or known.settings is None:
        return {}
    return {"settings": typed(known.settings, request.form)}


def _document(state: PluginState | None) -> Any:
    """What the form was opened on."""
    if state is None:
        return None
    chosen = None if state.registries is None else list(state.registries)
    return {"active": state.active, "registries": chosen, "settings": dict(state.settings)}


def _page(
    work: Work,
    key: str,
    given: MultiDict[str, str] | None = None,
    error: Invalid | Conflict | None = None,
) -> PluginPage:
    view, known, language = verbs.fetch(work, key), work.office.plugins.get(key), work.actor.locale.language
    chosen: dict[str, Any] = (
        _chosen(given) if given is not None else {"active": view.active, "registries": view.registries}
    )
    at = chosen["registries"]
    schema = known.settings if known is not None else None
    errors = {
        name.removeprefix("settings."): sentences
        for name, sentences in (error.errors if error else {}).items()
    }
    values = dict(view.settings)
    if given is not None and schema is not None:
        secret = {each.name for each in inputs(schema, {}, {}) if each.kind == "secret"}
        values |= {name: value for name, value in typed(schema, given).items() if name not in secret}
    settings = inputs(schema, values, errors) if schema is not None else []
    placed = frozenset(f"settings.{each.name}" for each in settings)
    return PluginPage(
        view,
        stale.mark(_document(work.catalog.plugins.get(key))),
        chosen["active"],
        at is None,
        [(each.key, label(each, language), at is None or each.key in at) for each in _firms(work)],
        [
            (each.key, label(each, language))
            for each in work.catalog.active_registries
            if each.plugin == key and known is not None
        ],
        settings,
        Refusal(error, placed),
        url_for(known.settings_page) if known is not None and known.settings_page and view.active else "",
    )


def _question(work: Work, plugin: str, refusal: Refusal | None = None) -> str:
    view = verbs.fetch(work, plugin)
    wanted = {"active": not view.active, "registries": view.registries}
    return render_template(
        "admin/plugin_switch.html",
        plugin=view,
        effects=_effects(work, plugin, wanted),
        refusal=refusal or Refusal(),
    )


def _effects(work: Work, key: str, wanted: Mapping[str, Any]) -> list[str]:
    """What switching a plugin will do, in sentences: where its tab goes or comes, and who sees it."""
    view, state = verbs.fetch(work, key), work.catalog.plugins.get(key)
    if state is None:
        return []
    was, will = _places(work, view.active, state.registries), _places(work, **wanted)
    gone, new = [each for each in was if each not in will], [each for each in will if each not in was]
    found: list[str] = []
    if view.active and not wanted["active"]:
        found += _kept_there(work, key)
    if state.tab and gone:
        found.append(_("The tab goes from: {registries}.", registries=_named(work, gone)))
        found += _seen_by(work, key, gone, _("Who sees it now: {roles}. Their rights are kept."))
    if state.tab and new:
        found.append(_("The tab comes to: {registries}.", registries=_named(work, new)))
        found += _seen_by(work, key, new, _("Who sees it besides administrators: {roles}.")) or [
            _("Only administrators see it at first; “Who sees what” of each registry opens it to others.")
        ]
    if view.active != wanted["active"] and not found:
        found.append(_("It will be there for everybody.") if wanted["active"] else _("Nobody will see it."))
    return found


def _places(work: Work, active: bool, registries: Sequence[str] | None) -> list[Registry]:
    firms = _firms(work) if active else []
    return [each for each in firms if registries is None or each.key in registries]


def _kept_there(work: Work, key: str) -> list[str]:
    """What is kept and goes out of sight, as far as whoever switches it off sees of it."""
    found = []
    for registry in work.catalog.active_registries:
        number = records.count(work, registry.key, records.Query()) if registry.plugin == key else 0
        if number:
            found.append(
                plural(
                    "{name}: {count} that you see goes out of sight; it comes back when this is switched on again.",
                    "{name}: {count} that you see go out of sight; they come back when this is switched on again.",
                    number,
                    name=label(registry, work.actor.locale.language),
                    count=count_text(number, work.actor.locale.language),
                )
            )
    return found


def _named(work: Work, registries: Sequence[Registry]) -> str:
    names = [label(each, work.actor.locale.language) for each in registries]
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (
        " " + plural("and {n} more", "and {n} more", more) if more > 0 else ""
    )


def _seen_by(work: Work, key: str, registries: Sequence[Registry], sentence: str) -> list[str]:
    roles = [
        label(role, work.actor.locale.language)
        for role in work.catalog.roles.values()
        if not role.is_admin
        and any(_opens(role.grants.get(each.key), tab_key(each, key)) for each in registries)
    ]
    return [sentence.format(roles=", ".join(roles))] if roles else []


def _opens(grant: Any, tab: str) -> bool:
    return grant is not None and "view" in grant.rights and grant.level(tab) != HIDDEN
