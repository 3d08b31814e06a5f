"""The queue that tells workers of jobs: huey on SQLite in the data folder, on Redis for several machines.

It carries nothing but ids. What is to be done and how far it is stands in the table of jobs, so a queue that is
lost loses no job: the sweep of any worker puts it back.
"""

import logging
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from huey import Huey, RedisHuey, SqliteHuey
from huey.consumer import Consumer

from kartoteka.platform.kernel.settings import Settings
from kartoteka.platform.services.office import Office

NAME = "kartoteka"
logger = logging.getLogger(__name__)


class _ThreadedConsumer(Consumer):  # type: ignore[misc]
    """A consumer inside of a program that minds its signals itself."""

    def _set_signal_handlers(self) -> None:
        pass


class Queue:
    """One process's end of the queue."""

    def __init__(self, settings: Settings) -> None:
        self.huey = _huey(settings)
        self.run: Callable[[int], Any] | None = None
        self._task = self.huey.task(name="run_job")(self._run)

    def _run(self, job: int) -> None:
        if self.run is not None:
            self.run(job)

    def put(self, job: int) -> None:
        """This function will tell the workers of a job."""
        self._task(job)

    def consumer(self, run: Callable[[int], Any], threads: int) -> Consumer:
        """This function will make the threads that call `run` for each job told."""
        self.run = run
        return _ThreadedConsumer(self.huey, workers=threads, periodic=False, initial_delay=0.1, max_delay=1.0,
                                 backoff=1.3, worker_type="thread", check_worker_health=False)  # fmt: skip

    def length(self) -> int:
        """This function will count what waits; it raises what the storage raises when it does not answer."""
        return int(self.huey.pending_count())

    def close(self) -> None:
        """This function will close what the queue has open in this thread."""
        self.huey.storage.close()


def _huey(settings: Settings) -> Huey:
    if settings.redis_url:
        return RedisHuey(NAME, url=settings.redis_url, results=False)
    return SqliteHuey(NAME, filename=str(settings.data / "queue.db"), results=False, timeout=30)


_queues: "WeakKeyDictionary[Office, Queue]" = WeakKeyDictionary()


def queue_of(office: Office) -> Queue:
    """This function will give the queue of an office, opened at first use."""
    found = _queues.get(office)
    if found is None:
        found = _queues[office] = Queue(office.settings)
    return found


def tell(office: Office, job: int) -> None:
    """This function will tell the workers of a job; if the queue does not answer, the sweep finds it later."""
    try:
        queue_of(office).put(job)
    except Exception:
        logger.warning("The queue does not answer; job %s waits for the sweep.", job, exc_info=True)


def is_empty(office: Office) -> bool:
    """This function will tell whether nothing waits in the queue; one that does not answer is not empty."""
    try:
        return queue_of(office).length() == 0
    except Exception:
        logger.warning("The queue does not answer.", exc_info=True)
        return False


__all__ = ["Queue", "is_empty", "queue_of", "tell"]
