"""The REST face: thin routes over the verbs, described by OpenAPI."""

from flask import Flask

from kartoteka.platform.rest import (
    absences,
    description,
    design,
    design_history,
    jobs,
    organisation,
    people,
    plugins,
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
    design_history.design_history,
    roles.roles,
    organisation.organisation,
    people.people,
    absences.absences,
    plugins.plugins,
)


def register(app: Flask) -> resource.Interface:
    """This function will give an application the API; `describe` it when all routes are there."""
    interface = resource.make_interface(app)
    for each in RESOURCES:
        interface.register_blueprint(each)
    return interface


def describe(app: Flask, interface: resource.Interface) -> None:
    """This function will describe all routes of the API."""
    description.register(app, interface)


__all__ = ["describe", "register"]
