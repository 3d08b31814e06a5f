"""Which column belongs to which field, by their names alone."""

from collections.abc import Callable, Iterator, Sequence

from kartoteka.field_types.folding import fold
from kartoteka.platform.catalog.definitions import Field, Registry

_Names = Callable[[Field], Iterator[str]]


def match_columns(columns: Sequence[str], registry: Registry) -> dict[str, str]:
    """This function will give the field key for every column that can be matched; a field is given once.

    A name that could mean two fields means neither.
    """
    matched: dict[str, str] = {}
    given: set[str] = set()
    for names_of, shape in _LEVELS:
        index = _index(registry, names_of, shape)
        for column in columns:
            candidates = index.get(shape(column), set()) - given
            if column not in matched and len(candidates) == 1:
                key = candidates.pop()
                matched[column] = key
                given.add(key)
    return {column: matched[column] for column in columns if column in matched}


def _index(registry: Registry, names_of: _Names, shape: Callable[[str], str]) -> dict[str, set[str]]:
    index: dict[str, set[str]] = {}
    for each in registry.active_fields:
        for name in names_of(each):
            if shaped := shape(name):
                index.setdefault(shaped, set()).add(each.key)
    return index


def _key(each: Field) -> Iterator[str]:
    yield each.key


def _label(each: Field) -> Iterator[str]:
    yield each.name


def _translated(each: Field) -> Iterator[str]:
    yield from each.names.values()


def _every(each: Field) -> Iterator[str]:
    yield each.key
    yield each.name
    yield from each.names.values()


def _exact(name: str) -> str:
    return name.strip()


def _letters(name: str) -> str:
    return "".join(letter for letter in fold(name) if letter.isalnum())


# From the strictest to the most forgiving: what fits strictly is never lost to what fits loosely.
_LEVELS: tuple[tuple[_Names, Callable[[str], str]], ...] = (
    (_key, _exact),
    (_label, _exact),
    (_translated, _exact),
    (_every, _letters),
)
