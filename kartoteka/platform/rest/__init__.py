"""The REST face: thin routes over the verbs, described by OpenAPI."""

from flask import Flask

from kartoteka.platform.rest import (
    description,
    design,
    jobs,
    people,
    records,
    resource,
    roles,
    searching,
    transfers,
)

RESOURCES = (
    records.records,
    searching.searching,
    transfers.transfers,
    jobs.jobs,
    design.design,
    roles.roles,
    people.people,
)


def register(app: Flask) -> None:
    """This function will give an application the API and its description."""
    interface = resource.make_interface(app)
    for each in RESOURCES:
        interface.register_blueprint(each)
    description.register(app, interface)


__all__ = ["register"]
