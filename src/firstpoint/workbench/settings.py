"""Settings of the workbench."""

SECRET_KEY = "replaced-by-the-workbench"
INSTALLED_APPS: list[str] = []
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
USE_TZ = True
