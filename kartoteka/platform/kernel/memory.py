"""How the interpreter looks after memory while very many things are made at once."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_cycles() -> Iterator[None]:
    """This function will let a piece of work go on without the search for cycles of garbage.

    Thousands of rows on their way into the database are many small objects without cycles; the collector would walk
    over all of them again and again. What is counted is freed at once as ever, so the piece must only be bounded.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


__all__ = ["without_cycles"]
