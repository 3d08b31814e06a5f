"""Routes of long work: jobs, how far they are, and taking back what a batch did."""

from typing import Any

from flask import Response

from kartoteka.platform.front import begin, signed_in
from kartoteka.platform.rest import schemas
from kartoteka.platform.rest.answers import answer, listing, whole
from kartoteka.platform.rest.resource import Resource
from kartoteka.platform.services import history
from kartoteka.platform.services import jobs as verbs
from kartoteka.platform.services.jobs import Job

jobs = Resource("jobs", "Long work and its progress; batches and their undoing.")


def shown(job: Job) -> dict[str, Any]:
    """This function will give a job."""
    return whole(job, ("owner_id",))


@jobs.verb("GET", "/jobs", signed_in, gives=schemas.page_of(schemas.Job))
def list_jobs() -> Response:
    """This function will list the newest jobs of the caller."""
    with begin() as work:
        return listing(shown(each) for each in verbs.browse(work))


@jobs.verb("GET", "/jobs/<id:job>", signed_in, gives=schemas.Job)
def get_job(job: int) -> Response:
    """This function will tell how far a job is."""
    with begin() as work:
        return answer(shown(verbs.fetch(work, job)))


@jobs.verb("POST", "/jobs/<id:job>/cancel", signed_in, gives=schemas.Job)
def cancel_job(job: int) -> Response:
    """This function will stop a job; what it has done so far stays."""
    with begin(write=True) as work:
        return answer(shown(verbs.cancel(work, job)))


@jobs.verb("POST", "/batches/<id:batch>/undo", signed_in, gives=schemas.Undone)
def undo_batch(batch: int) -> Response:
    """This function will take back what a batch did; records changed since are left and listed."""
    with begin(write=True) as work:
        done = history.undo_batch(work, batch)
        return answer({**whole(done), "changed_since": [whole(each) for each in done.changed_since]})
