"""No page comes to a person's data but through the readers, by its code and when it is opened."""

import ast
import re
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from test_api import operations
from test_how_it_is_built import MAY_ASK, PERSONAL, ROOM, modules
from workbench_builders import ROLES, SEEDED
from workbench_routes import shut_routes

from firstpoint import casework
from firstpoint.workbench.accounts import today
from firstpoint.workbench.incidents.models import Crime, Incident, LogEntry, Victim
from firstpoint.workbench.ledger.models import LedgerEntry

# Statements of their own are written by these alone, and why.
MAY_WRITE_SQL = {
    "database.py": "asks for locks and for what kind of database it is",
    "paging.py": "asks for the few values of a column, such as codes",
    "imports/loading.py": "makes the planner's statistics after a load",
    "imports/rows.py": "fills the tables by sets of rows",
    "imports/screening.py": "writes what the screen saw by sets of rows",
    "incidents/restricting.py": "asks for restricted incidents, by their references alone",
    "incidents/words.py": "finds by words, and keeps the look",
    "ledger/keeping.py": "lets one writer at a time to the ledger",
}
OF_A_QUERY = {
    *("filter", "exclude", "get", "values", "values_list", "only", "annotate", "aggregate", "order_by"),
    *("first", "last", "all", "iterator", "select_related", "prefetch_related", "exists", "count"),
}
REACHED = re.compile(r"(^|__)(entries|crimes|victim)(__|$)|__text(__|$)")
SQL_OF_OURS = {"raw", "extra", "RawSQL", "cursor", "get_model"}


def ways_round(source, name):
    """What in a module's code comes to a table by a way that is not open to it."""
    tree = ast.parse(source)
    if name not in MAY_ASK:
        yield from _imported(tree)
        yield from (found for node in ast.walk(tree) for found in _reached(node))
    if name not in MAY_WRITE_SQL:
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _called(node) in SQL_OF_OURS:
                yield f"a statement of its own: {ast.unparse(node)[:60]}"


def _imported(tree):
    for node in ast.walk(tree):
        if not isinstance(node, ast.Import | ast.ImportFrom):
            continue
        names = {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and (node.module or "").endswith("incidents.models"):
            yield from sorted(names & (PERSONAL | {"*"}))
        elif isinstance(node, ast.ImportFrom) and (node.module or "").endswith("workbench.incidents"):
            yield from sorted(names & {"models"})
        else:
            yield from sorted(each for each in names if each.endswith("incidents.models"))


def _reached(node):
    asks = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _called(node) in OF_A_QUERY
    if not asks:
        return
    inside = node.func.value
    if isinstance(inside, ast.Attribute) and inside.attr in {"entries", "crimes"}:
        yield f"rows beside its own: {ast.unparse(node)[:60]}"
    # A word that is got by its place alone is a key of a mapping: no query takes one so.
    places = node.args if _called(node) != "get" else ()
    given = [each.value for each in places if isinstance(each, ast.Constant)]
    for word in map(str, (*given, *(each.arg or "" for each in node.keywords))):
        if REACHED.search(word):
            yield f"columns beside its own: {word}"


def _called(node):
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def test_no_module_comes_to_the_tables_of_people_but_those_that_are_named():
    found = {}
    for path in modules():
        name = str(path.relative_to(ROOM))
        faults = sorted(set(ways_round(path.read_text(encoding="utf-8"), name)))
        if faults:
            found[name] = faults
    assert found == {}


@pytest.mark.parametrize(
    "bypass",
    [
        "from firstpoint.workbench.incidents.models import Incident",
        "from firstpoint.workbench.incidents import models",
        "import firstpoint.workbench.incidents.models as m",
        "apps.get_model('incidents', 'Victim')",
        "with connection.cursor() as c: c.execute('SELECT text FROM incidents_incident')",
        "WorkItem.objects.raw('SELECT 1')",
        "work.incident.entries.all()",
        "WorkItem.objects.values_list('incident__text')",
        "WorkItem.objects.filter(crime__victim__age__lt=18)",
        "WorkItem.objects.select_related('crime__victim')",
    ],
)
def test_each_way_round_would_be_found(bypass):
    assert list(ways_round(bypass, "work/views.py"))


def test_each_of_those_named_is_still_there():
    there = {str(path.relative_to(ROOM)) for path in modules()}
    assert set(MAY_WRITE_SQL) | set(MAY_ASK) <= there


# When pages are opened -------------------------------------------------------------------------------------

SAID = "zanzibarine"
LOOKS = {"incident.read", "crime.read", "incidents.searched", "log.tried"}
COLUMNS = (
    "incidents_incident.text",
    "incidents_logentry.text",
    "incidents_crime.text",
    "incidents_victim.age",
)


@pytest.fixture
def said(db):
    """Every log, crime and victim says one word that stands nowhere else."""
    Incident.objects.update(text=SAID)
    LogEntry.objects.update(text=SAID)
    Crime.objects.update(text=SAID)
    Victim.objects.update(sex=SAID)


def looked_unseen(client, actor, method, address, form):
    """What an opened page showed or read of people without an entry in the ledger of that request."""
    before = LedgerEntry.objects.count()
    with CaptureQueriesContext(connection) as asked:
        answer = getattr(client, method)(address, form)
    looks = LedgerEntry.objects.filter(sequence__gt=before, actor=actor, action__in=LOOKS)
    if looks.exists():
        return []
    read = {column for query in asked for column in COLUMNS if column in _columns_read(query["sql"])}
    return [*([SAID] if SAID.encode() in b"".join(answer) else []), *sorted(read)]


def _columns_read(sql):
    """The columns that a statement gives, each as table.column."""
    said = sql.replace('"', "")
    given = re.split(r"\bFROM\b", said, maxsplit=1)[0] if said.startswith("SELECT") else ""
    return set(re.findall(r"\w+\.\w+", given))


@pytest.mark.parametrize("role", ROLES)
def test_no_page_that_a_role_can_open_shows_or_reads_anything_of_people_unseen(signed_in, person, said, role):
    client, actor, unseen = signed_in(role), person(role).person.reference, {}
    # What is posted asks for the word itself, and takes the first step on a piece of work.
    form = {"words": SAID, "text": "A theft.", "step": "check", "decision": "", "version": "1"}
    for route in shut_routes():
        if route.name == "sign-out" or not casework.may([role], route.action):
            continue
        for method, given in (("get", {}), ("post", form)):
            found = looked_unseen(client, actor, method, route.address, given)
            if found:
                unseen[f"{method} {route.address}"] = found
    for address in called_by_programs():
        found = looked_unseen(client, actor, "get", address, {})
        if found:
            unseen[address] = found
    assert unseen == {}


def called_by_programs():
    """Every address of the API that can be asked for, with each kind of work that is there."""
    for method, path, _ in operations():
        for kind, key in SEEDED.items() if "{kind}" in path else [("", 1)]:
            if method == "GET":
                yield "/api/v1" + path.replace("{kind}", kind).replace("{key}", str(key))


def test_a_page_that_passed_by_the_ledger_would_be_found(signed_in, person, said, monkeypatch):
    leak = lambda *_: (today.Part(title=Incident.objects.first().text),)  # noqa: E731
    monkeypatch.setattr(today, "parts_for", leak)
    found = looked_unseen(signed_in("auditor"), person("auditor").person.reference, "get", "/", {})
    assert found == [SAID, "incidents_incident.text"]


def test_the_code_that_is_looked_through_is_the_code_that_ships():
    assert len(modules()) > 50
    assert ROOM / "gate.py" in modules()
    assert Path(ROOM / "work/views.py") in modules()
