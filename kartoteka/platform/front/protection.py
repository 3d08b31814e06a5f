"""What protects every answer and every request: headers, cookies, the check against forged forms, sizes."""

from datetime import timedelta

from flask import Flask, Response, request
from flask_wtf.csrf import CSRFProtect  # type: ignore[import-untyped]

from kartoteka.platform.front.calling import in_api
from kartoteka.platform.front.rights import right_of_request

MEGABYTE = 1024 * 1024
MAX_UPLOAD = 64 * MEGABYTE
MAX_BODY = 8 * MEGABYTE
MAX_PARTS = 4000
YEAR = 365 * 24 * 3600

CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def install(app: Flask, *, secret: str, https: bool) -> None:
    """This function will protect an application; `https` tells whether browsers reach it that way."""
    app.config.update(
        SECRET_KEY=secret,
        SESSION_COOKIE_NAME="kartoteka_session",
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(days=30),
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,  # a form may lie open for as long as the session lasts
        MAX_CONTENT_LENGTH=MAX_UPLOAD,
        MAX_FORM_MEMORY_SIZE=MAX_BODY,
        MAX_FORM_PARTS=MAX_PARTS,
    )
    _refuse_forged_forms(app)
    app.before_request(_bound_body)
    app.after_request(_add_headers)
    if https:
        app.after_request(_insist_on_https)


def _refuse_forged_forms(app: Flask) -> None:
    """Whatever a cookie can open is checked. There is no list of exemptions that could grow at run time."""
    forms = CSRFProtect(app)

    @app.before_request
    def check() -> None:
        if not in_api():
            forms.protect()


def _bound_body() -> None:
    if request.mimetype != "multipart/form-data":
        request.max_content_length = MAX_BODY


def _add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint == "static":
        built = request.path.startswith(f"{request.script_root}/static/dist/")
        response.headers["Cache-Control"] = (
            f"public, max-age={YEAR}, immutable" if built else "public, max-age=3600"
        )
        return response
    right = right_of_request()
    if response.headers.get("Cache-Control", "no-cache") == "no-cache":
        response.headers["Cache-Control"] = "no-store"
    depends = ["Accept-Language"]
    if right is None or not right.open:
        depends.append("Authorization" if in_api() else "Cookie")
    # Written as text: the view of werkzeug on this header parses it anew at every touch.
    said = response.headers.get("Vary", "")
    response.headers["Vary"] = ", ".join(
        filter(None, [said, *(name for name in depends if name not in said)])
    )
    return response


def _insist_on_https(response: Response) -> Response:
    response.headers.setdefault("Strict-Transport-Security", f"max-age={YEAR}; includeSubDomains")
    return response
