"""The WSGI application for a server of one's own choice: `gunicorn wsgi:application`."""

from kartoteka.app import create_app
from kartoteka.platform.kernel.settings import Settings

application = create_app(Settings.from_environment())
