"""Routes of spreadsheets: imports as jobs, exports as files."""

from typing import Any

from flask import Response, request
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import UnsupportedMediaType

from kartoteka.platform.front import begin, office, signed_in
from kartoteka.platform.kernel.errors import Invalid
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.rest import reading, schemas
from kartoteka.platform.rest.answers import answer
from kartoteka.platform.rest.jobs import shown
from kartoteka.platform.rest.resource import PREFIX, Resource
from kartoteka.platform.services import imports

transfers = Resource("transfers", "Spreadsheets in and out.")

UPLOAD = {
    "type": "object",
    "required": ["file"],
    "properties": {
        "file": {"type": "string", "format": "binary", "description": "An .xlsx or .csv file."},
        "options": {
            "type": "string",
            "description": 'JSON: {"mapping": {"Column": "field"}, "key": "ico", "mode": "add|update|upsert", '
            '"dry_run": false, "on_error": "skip|stop"}.',
        },
    },
}


@transfers.verb(
    "POST", "/registries/<registry>/imports", signed_in, form=UPLOAD, gives=schemas.Job, status=202
)
def start_import(registry: str) -> Response:
    """This function will begin to import a spreadsheet into a registry; the job tells how far it is."""
    if request.mimetype != "multipart/form-data":
        raise UnsupportedMediaType
    with begin():
        pass  # nobody but a user may leave files here
    file, options = _file(), _options()
    received = imports.receive(office(), file, file.filename or "")
    try:
        with begin(write=True) as work:
            job = imports.start(work, registry, received, options)
    except BaseException:
        imports.discard(office(), received)
        raise
    return answer(shown(job), 202, Location=f"{PREFIX}/jobs/{job.id}")


def _file() -> FileStorage:
    file = request.files.get("file")
    if file is None:
        raise Invalid({"file": [_("A file is needed.")]})
    return file


def _options() -> dict[str, Any]:
    options = reading.document(reading.read_query(request.form), "options") or {}
    if not isinstance(options, dict):
        raise Invalid({"options": [_("This must be an object.")]})
    return options
