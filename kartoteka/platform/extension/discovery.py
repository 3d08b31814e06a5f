"""Finding plugins: every entry point of the group `kartoteka.plugins` names one."""

import logging
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points

import kartoteka
from kartoteka.platform.catalog.keys import is_key
from kartoteka.platform.extension.plugin import Plugin
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.services.contributions import Unfit

GROUP = "kartoteka.plugins"
logger = logging.getLogger(__name__)
_REQUIREMENT = re.compile(r"\s*(>=|<=|==|!=|<|>)\s*(\d+(?:\.\d+)*)\s*")


@dataclass(frozen=True)
class Found:
    """The plugins that can be used, and those that cannot, with the reason."""

    plugins: tuple[Plugin, ...]
    unfit: tuple[Unfit, ...] = ()


def discover(points: Iterable[EntryPoint] | None = None) -> Found:
    """This function will load all plugins that are installed; one that fails stands in nobody's way."""
    chosen: dict[str, Plugin] = {}
    unfit: list[Unfit] = []
    every = entry_points(group=GROUP) if points is None else points
    for point in sorted(every, key=lambda each: (not each.value.startswith("kartoteka.plugins."), each.name)):
        try:
            plugin = _checked(point.load(), chosen)
        except _Refused as refused:
            unfit.append(Unfit(_apart(point, chosen), str(refused)))
        # A module may even ask the program to end; that is no reason to.
        except (Exception, SystemExit) as error:
            logger.exception("The plugin %s cannot be loaded.", point.name)
            reason = _("It cannot be loaded: {reason}", reason=f"{type(error).__name__}: {error}"[:300])
            unfit.append(Unfit(_apart(point, chosen), reason))
        else:
            chosen[plugin.name] = plugin
    return Found(tuple(chosen.values()), tuple(unfit))


def _apart(point: EntryPoint, chosen: Mapping[str, Plugin]) -> str:
    """The name of a plugin that will not do; with that of its package where another one has it rightfully."""
    package = point.dist.name if point.dist is not None else point.value
    return f"{point.name} ({package})" if point.name in chosen else point.name


class _Refused(ValueError):
    """A plugin that will not do; carries the sentence."""


def _checked(plugin: object, chosen: dict[str, Plugin]) -> Plugin:
    if not isinstance(plugin, Plugin):
        raise _Refused(_("The entry point names no plugin."))
    if not is_key(plugin.name):
        raise _Refused(_("“{name}” cannot be the name of a plugin.", name=plugin.name[:60]))
    if plugin.name in chosen:
        raise _Refused(_("Another plugin has the name “{name}” already.", name=plugin.name))
    if not fits(plugin.needs, kartoteka.__version__):
        raise _Refused(
            _(
                "It needs Kartoteka {needs}; this is {version}.",
                needs=plugin.needs,
                version=kartoteka.__version__,
            )
        )
    taken = {own.definition.get("key") for other in chosen.values() for own in other.registries}
    for own in plugin.registries:
        key = own.definition.get("key")
        if not isinstance(key, str) or not key.startswith("_") or not is_key(key[1:]) or key in taken:
            raise _Refused(_("“{key}” cannot be the key of a plugin's registry.", key=str(key)[:60]))
    kinds = {kind.name for other in chosen.values() for kind in other.field_types}
    clash = next((kind.name for kind in plugin.field_types if kind.name in kinds), None)
    if clash is not None:
        raise _Refused(_("Another plugin brings the field type “{name}” already.", name=clash))
    return plugin


def fits(needs: str, version: str) -> bool:
    """This function will tell whether a version is what a requirement such as `>=0.1,<2` asks for."""
    return all(_fits_one(part, _numbers(version)) for part in needs.split(",") if part.strip())


def _fits_one(part: str, version: tuple[int, ...]) -> bool:
    found = _REQUIREMENT.fullmatch(part)
    if found is None:
        return False
    wanted = _numbers(found[2])
    width = max(len(wanted), len(version))
    left, right = (each + (0,) * (width - len(each)) for each in (version, wanted))
    return {
        ">=": left >= right, "<=": left <= right, "==": left == right, "!=": left != right,
        "<": left < right, ">": left > right,
    }[found[1]]  # fmt: skip


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(each) for each in re.findall(r"\d+", version.split("+")[0])[:4])
