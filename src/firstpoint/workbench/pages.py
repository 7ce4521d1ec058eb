"""What every page has: its template language, its words for times and numbers, and the frame around it."""

from __future__ import annotations

import hashlib
import unicodedata
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpRequest
from django.template.backends.utils import csrf_input
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from jinja2 import ChainableUndefined, ChoiceLoader, Environment, PackageLoader, PrefixLoader
from jinja2.runtime import Macro

from firstpoint.workbench.accounts import kept_forms
from firstpoint.workbench.accounts.models import User
from firstpoint.workbench.ledger import witnessing
from firstpoint.workbench.safeguarding import alerting
from firstpoint.workbench.times import day, london
from firstpoint.workbench.work.afterwards import offered
from firstpoint.workbench.work.writing import said

# Address of each section, the words of its link, and the action of the policy that opens it.
SECTIONS = (
    ("home", "My work today", "work.see"),
    ("work", "Queues", "work.queues"),
    ("incidents", "Incidents", "incidents.list"),
    ("search", "Search", "incidents.search"),
    ("removals", "Removals", "removals.list"),
    ("audits", "Audits", "audits.list"),
    ("board", "Board", "boards.read"),
    ("ledger", "Ledger", "ledger.see"),
    ("imports", "Imports", "imports.see"),
    ("jobs", "Jobs", "jobs.see"),
    ("accounts", "People", "accounts.see"),
)


class _Quick(Environment):
    """The same language, quicker at what GOV.UK's macros do thousands of times a page: look into a dict."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        """A dict's value before its methods, unless one is named so; of anything else as ever."""
        if type(obj) is dict and attribute not in _OF_DICTS:
            return obj[attribute] if attribute in obj else self.undefined(obj=obj, name=attribute)
        return super().getattr(obj, attribute)


_OF_DICTS = frozenset(dir(dict))


def environment(**options: Any) -> Environment:
    """The template language: escaping on, GOV.UK's macros beside our templates."""
    govuk = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    # The macros ask for parameters that a caller may leave out, several levels down.
    made = _Quick(
        **{**options, "loader": ChoiceLoader([options["loader"], govuk]), "undefined": ChainableUndefined}
    )
    made.trim_blocks = made.lstrip_blocks = True
    made.globals |= {
        "url": address,
        "once": once,
        "said": said,
        "asset": asset,
        "force_name": settings.FORCE_NAME,
        "notice": settings.NOTICE,
    }
    made.filters |= {
        "london": london,
        "day": day,
        "percent": percent,
        "number": number,
        "visible": visible,
        # How the macros' own lines are set in is nobody's business, and takes time.
        "indent": lambda text, *_, **__: text,
        "words": words,
    }
    return made


def around_every_page(request: HttpRequest) -> dict[str, Any]:
    """What the frame of each page shows: sections this person may open, who they are, what was just done."""
    user = getattr(request, "user", None)
    signed_in = user is not None and user.is_authenticated
    here = request.path
    sections = [
        {"text": title, "href": reverse(name), "active": _is_here(here, reverse(name))}
        for name, title, action in SECTIONS
        if signed_in and user is not None and user.may(action)
    ]
    done = list(get_messages(request)) if hasattr(request, "_messages") else []
    return {
        "sections": sections,
        "user": user if signed_in else None,
        "done": [str(each) for each in done],
        "afterwards": offered(done),
        "alerts": alerting.not_in_hand() if signed_in and user and user.may("alerts.act") else 0,
        "unwitnessed": witnessing.fault_for(user) if signed_in and user else "",
        # Every form says on whose page it stood, so that it can be kept for them when a session is over.
        "csrf_input": _HiddenFields(request, user if signed_in else None),
    }


class _HiddenFields:
    """The hidden fields of every form on a page. Only a page with a form in it needs a token, and the cookie
    that goes with it.
    """

    def __init__(self, request: HttpRequest, user: User | None) -> None:
        self.request, self.user = request, user

    @cached_property
    def made(self) -> SafeString:
        writer = kept_forms.written_by(self.user) if self.user else ""
        return format_html("{}{}", csrf_input(self.request), writer)

    def __html__(self) -> str:
        return self.made

    def __str__(self) -> str:
        return self.made


@lru_cache(maxsize=5_000)
def once(part: Macro, *given: Any) -> str:
    """What a macro makes of some values of our own tables, made once: GOV.UK's take a millisecond each.

    What it makes is kept in memory, so nothing that a person wrote is given to it.
    """
    return part(*given)


@lru_cache(maxsize=20_000)
def address(name: str, *parts: Any) -> str:
    """The address of a page by its name."""
    return reverse(name, args=parts)


@cache
def asset(name: str) -> str:
    """The address of a file that ships with the pages; it changes with the file, so no old one lingers."""
    content = (Path(__file__).parent / "static" / "workbench" / name).read_bytes()
    return f"{settings.STATIC_URL}workbench/{name}?{hashlib.sha256(content).hexdigest()[:12]}"


def percent(share: float | None, decimals: int = 0) -> str:
    """A share from 0 to 1 as a percentage."""
    return "not known" if share is None else f"{100 * share:.{decimals}f}%"


def number(value: float | None, decimals: int = 0) -> str:
    """A number with its thousands set apart."""
    return "not known" if value is None else f"{value:,.{decimals}f}"


def words(name: str | None) -> str:
    """A name from the data as words: ``third_party`` as third party."""
    return (name or "").replace("_", " ")


def visible(text: str | None) -> str:
    """A text in which signs that nobody sees but that change how it reads are made visible."""
    if not text or text.replace("\n", "").isprintable():
        return text or ""
    return "".join(
        f"[U+{ord(sign):04X}]"
        if sign not in "\n\r\t" and unicodedata.category(sign) in {"Cc", "Cf", "Cs"}
        else sign
        for sign in text
    )


def _is_here(here: str, section: str) -> bool:
    if here.startswith(reverse("search")):
        return section == reverse("search")
    return here == section if section == "/" else here.startswith(section)
