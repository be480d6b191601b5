"""The application object for WSGI servers and for `flask --app wsgi`."""

from portal.app import create_app

app = create_app()
