"""The REST face: thin routes over the verbs, described by OpenAPI."""

from flask import Flask

from kartoteka.platform.rest import description
from kartoteka.platform.rest.design import design
from kartoteka.platform.rest.jobs import jobs
from kartoteka.platform.rest.people import people
from kartoteka.platform.rest.records import records
from kartoteka.platform.rest.resource import make_interface
from kartoteka.platform.rest.roles import roles
from kartoteka.platform.rest.searching import searching
from kartoteka.platform.rest.transfers import transfers

RESOURCES = (records, searching, transfers, jobs, design, roles, people)


def register(app: Flask) -> None:
    """This function will give an application the API and its description."""
    interface = make_interface(app)
    for each in RESOURCES:
        interface.register_blueprint(each)
    description.register(app, interface)
