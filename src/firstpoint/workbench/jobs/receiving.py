"""How much the server takes in: a form is short, an extract to be loaded may be long.

The server puts what comes by on the disk before any view sees it. So that a stranger cannot fill the disk,
only the address of extracts takes more than a form holds, and only from somebody with a session.
"""

from __future__ import annotations

import copy
from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.db import DatabaseError, connection
from django.urls import reverse
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser

from firstpoint.workbench.jobs.configured import largest_upload

# Room for the fields of the form around the file; the view counts the file itself.
_AROUND = 1 << 20


class LongerForUploads(HTTPRequestParser):
    """Reads a request; one that brings an extract from somebody who is signed in may be longer."""

    adj: Any

    def parse_header(self, header_plus: bytes) -> None:
        """Read the header, and set the limit of what follows by it."""
        super().parse_header(header_plus)
        if self.path == reverse("upload") and _is_of_a_session(self.headers.get("COOKIE", "")):
            longer = copy.copy(self.adj)
            longer.max_request_body_size = largest_upload() + _AROUND
            self.adj = longer


def let_uploads_be_longer() -> None:
    """Have the server read requests this way."""
    HTTPChannel.parser_class = LongerForUploads


def _is_of_a_session(cookies: str) -> bool:
    try:
        held = SimpleCookie(cookies).get(settings.SESSION_COOKIE_NAME)
        engine = import_module(settings.SESSION_ENGINE)
        return held is not None and SESSION_KEY in engine.SessionStore(held.value)
    except (CookieError, DatabaseError):
        connection.close()
        return False
