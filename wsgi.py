"""The application object for WSGI servers and for `flask --app wsgi`."""

from portal.app import create_app
from portal.setting_values import SettingsError

try:
    app = create_app()
except SettingsError as error:
    raise SystemExit(f"Error: {error}") from None
