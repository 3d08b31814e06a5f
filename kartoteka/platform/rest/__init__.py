"""The REST face: thin routes over the verbs, described by OpenAPI."""

from flask import Flask

from kartoteka.platform.rest import description
from kartoteka.platform.rest.design import design
from kartoteka.platform.rest.records import records
from kartoteka.platform.rest.resource import make_interface
from kartoteka.platform.rest.roles import roles

RESOURCES = (design, roles, records)


def register(app: Flask) -> None:
    """This function will give an application the API and its description."""
    interface = make_interface(app)
    for each in RESOURCES:
        interface.register_blueprint(each)
    description.register(app, interface)
