"""Settings of the workbench. Everything that differs between installations comes from the environment:

FIRSTPOINT_DIR         the directory with the database and the keys; without it all is in memory and lost
FIRSTPOINT_DATABASE    the address of a PostgreSQL; without it the database is a file in that directory
FIRSTPOINT_HOSTS       host names under which it is reached, with commas (default: this machine)
FIRSTPOINT_HTTPS       "1" where it is reached over HTTPS: cookies are then sent over nothing else
FIRSTPOINT_PROXY       the address of the proxy in front, which is then believed in whose name it asks
FIRSTPOINT_CHECKPOINTS the file in which the ledger is witnessed, on a disk that the database cannot reach
FIRSTPOINT_OIDC_SECRET the secret by which the organisation's identity provider knows the workbench

What else differs stands in ``workbench.toml`` in that directory, where there is one
(:mod:`firstpoint.workbench.configuration`).
"""

import os
from pathlib import Path

from firstpoint.workbench.configuration import read_configuration
from firstpoint.workbench.database import address_of, database_of
from firstpoint.workbench.keys import kept_key

_named = os.environ.get("FIRSTPOINT_DIR", "")
DIRECTORY = Path(_named) if _named else None
_configured = read_configuration(DIRECTORY, os.environ)
FORCE_NAME, NOTICE = _configured.force, _configured.notice
SECOND_FACTOR = _configured.second_factor
CHECKPOINTS = _configured.checkpoints
ORGANISATION = _configured.organisation
SHOWN = _configured.whole
OVER_HTTPS = os.environ.get("FIRSTPOINT_HTTPS", "") == "1"
PROXY = os.environ.get("FIRSTPOINT_PROXY", "")

SECRET_KEY = kept_key(DIRECTORY, "secret-key")
# Kept apart from the key of the sessions: that one may be renewed, this one proves old digests.
LEDGER_KEY = kept_key(DIRECTORY, "ledger-key").encode()
# Seals what accounts keep: whoever has the database alone can make no one-time code from it.
ACCOUNTS_KEY = kept_key(DIRECTORY, "accounts-key").encode()

DEBUG = False
ALLOWED_HOSTS = [
    host for host in os.environ.get("FIRSTPOINT_HOSTS", "localhost,127.0.0.1,[::1]").split(",") if host
]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "firstpoint.workbench.accounts",
    "firstpoint.workbench.ledger",
    "firstpoint.workbench.imports",
    "firstpoint.workbench.incidents",
    "firstpoint.workbench.work",
    "firstpoint.workbench.desk",
    "firstpoint.workbench.recording",
    "firstpoint.workbench.cancellation",
    "firstpoint.workbench.rape",
    "firstpoint.workbench.missed",
    "firstpoint.workbench.risk",
    "firstpoint.workbench.secondary",
    "firstpoint.workbench.appeals",
    "firstpoint.workbench.safeguarding",
    "firstpoint.workbench.referrals",
    "firstpoint.workbench.audits",
    "firstpoint.workbench.boards",
    "firstpoint.workbench.api",
    "firstpoint.workbench.jobs",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "firstpoint.workbench.refusals.KeepPrivate",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "firstpoint.workbench.refusals.RefusalsAsPages",
    "django.middleware.csrf.CsrfViewMiddleware",
    "firstpoint.workbench.gate.Gate",
]
ROOT_URLCONF = "firstpoint.workbench.urls"
WSGI_APPLICATION = "firstpoint.workbench.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [Path(__file__).parent / "templates"],
        "OPTIONS": {
            "environment": "firstpoint.workbench.pages.environment",
            "context_processors": [
                "firstpoint.workbench.pages.around_every_page",
                "firstpoint.workbench.jobs.noticing.on_every_page",
            ],
        },
    }
]

DATABASES = {"default": database_of(DIRECTORY, address_of(DIRECTORY, os.environ))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
WRONG_PASSWORDS_ALLOWED = 5
# By one address, on whatever names, within a quarter of an hour: a station may share one.
WRONG_BY_ADDRESS_ALLOWED = 30
# The first pause; each one after it is twice as long, up to the longest.
LOCKED_FOR_MINUTES = 15
LONGEST_LOCK_MINUTES = 240
CODE_WITHIN_MINUTES = 5
LINK_FOR_DAYS = 3
FORM_KEPT_FOR_MINUTES = 60

SESSION_COOKIE_AGE = 10 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = OVER_HTTPS
CSRF_COOKIE_SECURE = OVER_HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "firstpoint.workbench.refusals.form_not_ours"
SECURE_SSL_REDIRECT = False
SECURE_HSTS_SECONDS = 31_536_000 if OVER_HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "style-src": ["'self'"],
        # The one inline line of the page template, which says that scripts run; by its hash, nothing else.
        "script-src": ["'self'", "'sha256-GUQ5ad8JK5KmEWmROf3LZd9ge94daqNvd8xy9YS1iDw='"],
        "img-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
# The facts of a report with ten allegations and as many victims fill some hundreds of controls.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1500
# No form sends a file: what one sends all the same stays in memory and is dropped, never on the disk.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]

# A message may name an incident, which belongs in no cookie.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

LANGUAGE_CODE = "en-gb"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "Europe/London"

STATIC_URL = "/static/"
STATICFILES_DIRS = [Path(__file__).parent / "static"]
# Files are served from the package as they are: nothing has to be collected before the first start.
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    # Each refusal is a page that says what to do, and an entry in the ledger; the log keeps faults of ours.
    "loggers": {
        "django.request": {"level": "ERROR"},
        "django.security": {"level": "ERROR"},
        # It says of each page that waits for a thread how many do.
        "waitress.queue": {"level": "ERROR"},
        # Anybody can send a wrong host name, as often as they like.
        "django.security.DisallowedHost": {"level": "CRITICAL"},
    },
}
