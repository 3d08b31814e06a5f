"""The worker: delivers events and mail, runs jobs, seals history, until it is told to stop.

Any number may run at once, on any number of machines: whatever one of them takes is not to be had by another.
"""

import logging
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event
from typing import Any

from kartoteka.platform.services import delivery, history, jobs, mailing, search, statistics
from kartoteka.platform.services import exports as _exports  # noqa: F401  a kind of job
from kartoteka.platform.services import imports as _imports  # noqa: F401  a kind of job
from kartoteka.platform.services.duties import do_duties
from kartoteka.platform.services.finding.engines import embedded_engine
from kartoteka.platform.services.office import Office
from kartoteka.platform.services.queue import queue_of

logger = logging.getLogger(__name__)
STOPPING_SECONDS = 15


@dataclass
class _Duty:
    """Something done again and again; it tells how much there was to do, and more is looked for at once."""

    do: Callable[[], Any]
    every: float
    due: float = 0.0

    def turn(self) -> bool:
        """This function will do it if it is due, and tell whether there may be more."""
        if time.monotonic() < self.due:
            return False
        self.due = time.monotonic() + self.every
        try:
            busy = bool(self.do())
        except Exception:
            # The database may be away for a while; a worker outlives that.
            logger.exception("The worker goes on after an error.")
            return False
        if busy:
            self.due = 0.0
        return busy


class Worker:
    """One worker process."""

    def __init__(self, office: Office, *, threads: int = 2, pause: float = 0.3) -> None:
        self.office = office
        self.threads = threads
        self.pause = pause

    def run(self, stop: Event) -> None:
        """This function will work until `stop` is set or, in the main thread, SIGTERM or SIGINT arrives."""
        with _signals(stop), self._job_threads(stop):
            duties = self._duties()
            while not stop.is_set():
                turns = [each.turn() for each in duties]
                if not any(turns):
                    stop.wait(self.pause)

    def run_once(self) -> None:
        """This function will do all that waits now, jobs too, and end."""
        for duty in (self._fill_search, self._deliver, self._send_mail):
            while duty():
                pass
        while found := jobs.waiting(self.office):
            for job in found:
                jobs.run_job(self.office, job)
        do_duties(self.office)
        while self._deliver():
            pass

    def _duties(self) -> list[_Duty]:
        self._fill_search()
        return [
            _Duty(self._deliver, self.pause),
            _Duty(self._send_mail, 1.0),
            _Duty(self._sweep, 2.0),
            _Duty(lambda: do_duties(self.office), 1.0),
            _Duty(self._seal, 300.0),
            _Duty(self._look_over, 300.0),
        ]

    def _fill_search(self) -> bool:
        """An index that was lost or never made is made out of the data, not out of events long gone."""
        if self.office.settings.search == "whoosh" and embedded_engine(self.office).empty:
            search.make_anew(self.office)
        return False

    def _deliver(self) -> int:
        return delivery.deliver(self.office)

    def _send_mail(self) -> int:
        return mailing.deliver_mail(self.office)

    def _sweep(self) -> bool:
        jobs.sweep(self.office)
        return False

    def _seal(self) -> bool:
        history.seal(self.office)
        return False

    def _look_over(self) -> bool:
        statistics.look_over_all(self.office)
        return False

    @contextmanager
    def _job_threads(self, stop: Event) -> Iterator[None]:
        queue = queue_of(self.office)
        consumer = queue.consumer(lambda job: jobs.run_job(self.office, job, stop=stop), self.threads)
        consumer.shutdown_timeout = STOPPING_SECONDS
        consumer.start()
        try:
            yield
        finally:
            # Jobs see `stop` after their present chunk.
            stop.set()
            consumer.stop(graceful=True)
            queue.close()


@contextmanager
def _signals(stop: Event) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    wanted = (signal.SIGTERM, signal.SIGINT)
    before = {each: signal.signal(each, lambda _number, _frame: stop.set()) for each in wanted}
    try:
        yield
    finally:
        for number, action in before.items():
            signal.signal(number, action)


__all__ = ["Worker"]
