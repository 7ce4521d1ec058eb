"""Every route of the workbench with an address that leads somewhere in the small invented force."""

from __future__ import annotations

from attrs import frozen
from django.urls import get_resolver
from workbench_builders import SEEDED

from firstpoint.workbench.gate import OPEN_TO_ALL, action_of


@frozen
class Route:
    """One route: its name, an address that fits, the action of the policy, whether it is only posted to, and
    whether it is about no single thing."""

    name: str
    address: str
    action: str
    posted: bool
    is_list: bool


POSTED = {
    "sign-out",
    "ledger-verify",
    "address-let-in",
    "job-screen",
    "job-link",
    "job-cancel",
    "link-decide",
    "job-retry",
    "referral-change",
}


def routes() -> list[Route]:
    """Every route, in the order of the addresses."""
    return [
        Route(
            pattern.name,
            _address(prefix + str(pattern.pattern)),
            action_of(pattern.callback),
            _posted(pattern),
            "<" not in prefix + str(pattern.pattern),
        )
        for prefix, pattern in _walk(get_resolver().url_patterns)
    ]


def shut_routes() -> list[Route]:
    """Every route that is not open to all."""
    return [route for route in routes() if route.action != OPEN_TO_ALL]


def _walk(patterns, prefix=""):
    for each in patterns:
        if getattr(each, "namespace", "") == "api":
            continue  # its operations ask the policy themselves; test_api.py sees to them
        if hasattr(each, "url_patterns"):
            yield from _walk(each.url_patterns, prefix + str(each.pattern))
        else:
            yield prefix, each


def _address(pattern: str) -> str:
    kind = pattern.split("/")[1].replace("-", "_") if pattern.startswith("queues/") else ""
    if "<int:key>" in pattern and kind in SEEDED and kind != "recording":
        pattern = pattern.replace("<int:key>", str(SEEDED[kind]))
    number = "6" if "chart" in pattern else "1"
    return "/" + pattern.replace("<int:key>", "1").replace("<int:number>", number).replace(
        "<str:secret>", "no-such-link"
    )


def _posted(pattern) -> bool:
    return pattern.name in POSTED
