"""Routes of spreadsheets: imports as jobs, exports as files."""

from dataclasses import replace
from io import BytesIO
from typing import Any

from flask import Response, request, send_file
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import UnsupportedMediaType

from kartoteka.platform.front import begin, office, signed_in
from kartoteka.platform.kernel.errors import Invalid
from kartoteka.platform.kernel.texts import _
from kartoteka.platform.rest import reading, schemas
from kartoteka.platform.rest.answers import answer
from kartoteka.platform.rest.jobs import shown
from kartoteka.platform.rest.records import query_of
from kartoteka.platform.rest.resource import FILE, PREFIX, Resource
from kartoteka.platform.services import exports, imports
from kartoteka.platform.services import records as verbs
from kartoteka.platform.services.exports import Exported

transfers = Resource("transfers", "Spreadsheets in and out.")
# More than this is written by a worker: nobody's connection stays open for so long.
AT_ONCE = 50_000

UPLOAD = {
    "type": "object",
    "required": ["file"],
    "properties": {
        "file": {"type": "string", "format": "binary", "description": "An .xlsx or .csv file."},
        "options": {
            "type": "string",
            "description": 'JSON: {"mapping": {"Column": "field"}, "key": "ico", "mode": "add|update|upsert", '
            '"dry_run": false, "on_error": "skip|stop", "then": ["ares"]}.',
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
    options = reading.document(reading.read_query(request.form), "options")
    if options is None:
        return {}
    if not isinstance(options, dict):
        raise Invalid({"options": [_("This must be an object.")]})
    return options


@transfers.verb("GET", "/registries/<registry>/export", signed_in, query=schemas.ExportQuery, gives=FILE)
def export(query: dict[str, str], registry: str) -> Response:
    """This function will export records as a spreadsheet; very many as a job, whose file is collected later."""
    wanted, format_ = query_of(query), query.get("format") or "xlsx"
    with begin() as work:
        if verbs.count(work, registry, replace(wanted, right="export")) <= AT_ONCE:
            return _sent(exports.answer(work, registry, format_, wanted))
    with begin(write=True) as work:
        job = exports.start(work, registry, format_, wanted)
    return answer(shown(job), 202, Location=f"{PREFIX}/jobs/{job.id}")


@transfers.verb("GET", "/jobs/<id:job>/file", signed_in, gives=FILE)
def collect_file(job: int) -> Response:
    """This function will give the file of a finished export."""
    with begin() as work:
        return _sent(exports.collect(work, job))


def _sent(exported: Exported) -> Response:
    source = exported.path or BytesIO(exported.content)
    return send_file(source, exported.mimetype, as_attachment=True, download_name=exported.name, etag=False)
