"""Two addresses for whoever watches over the program: does it serve, and can it work."""

from flask import Blueprint, Response, jsonify

from kartoteka.platform.front.calling import office
from kartoteka.platform.front.rights import public
from kartoteka.platform.services.readiness import lacking

health = Blueprint("health", __name__)


@health.get("/healthz")
@public
def healthz() -> Response:
    """This function will answer as soon as the process serves."""
    return jsonify(status="ok")


@health.get("/readyz")
@public
def readyz() -> tuple[Response, int]:
    """This function will answer 200 only when database, queue and files answer."""
    missing = lacking(office())
    return jsonify(status="unavailable" if missing else "ok", lacking=missing), 503 if missing else 200
