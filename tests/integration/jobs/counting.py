"""A kind of job for tests: writes a record for each number, chunk by chunk."""

import os
import signal
import time
from collections.abc import Iterator
from functools import partial

from kartoteka.platform.kernel.errors import Invalid
from kartoteka.platform.services import jobs, records
from kartoteka.platform.services.jobs import Chunk, Step, Task
from kartoteka.platform.services.office import Office
from kartoteka.platform.services.work import Work

SIZE = 5


@jobs.kind("counting")
def counting(office: Office, task: Task) -> Iterator[Chunk]:
    """Payload: `total`; `fail` at a number; `die` at a number, once; `slow` seconds before each chunk."""
    for start in range(task.checkpoint or 0, task.payload["total"], SIZE):
        time.sleep(task.payload.get("slow", 0))
        yield partial(_count, task, start)


def _count(task: Task, start: int, work: Work) -> Step:
    end = min(start + SIZE, task.payload["total"])
    for number in range(start, end):
        if number == task.payload.get("fail"):
            raise Invalid({"number": ["This number is not liked."]})
        if number == task.payload.get("break"):
            raise RuntimeError("a bug")
        records.create(work, "companies", {"name": f"Number {number}", "code": str(number)})
        if number == task.payload.get("die"):
            os.kill(os.getpid(), signal.SIGKILL)
    return Step(end, end, total=task.payload["total"], result={"last": end - 1})
