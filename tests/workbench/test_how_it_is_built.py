"""What the shape of the code itself must promise."""

import ast
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from this_database import ON_SQLITE

import firstpoint.workbench
from firstpoint.workbench.incidents.models import Incident, LogEntry, Screened
from firstpoint.workbench.work.models import WorkItem
from firstpoint.workbench.work.opening import made

ROOM = Path(firstpoint.workbench.__file__).parent
PERSONAL = {"Incident", "Crime", "Victim", "LogEntry"}

# Who may ask the tables of people, and why. A view never may.
MAY_ASK = {
    "incidents/models.py": "they are defined there",
    "incidents/words.py": "holds the index of words",
    "incidents/finding.py": "finds, and keeps each search",
    "incidents/restricting.py": "looks up references of restricted incidents",
    "incidents/listing.py": "asks which opening codes there are",
    "incidents/reading.py": "the reader, which writes each look to the ledger",
    "imports/rows.py": "fills them",
    "imports/linking.py": "compares crimes with incidents, and shows nothing of either to a person",
    "incidents/linked.py": "asks which incidents are held, and finds the crimes of links for the reader",
    "imports/screening.py": "gives the logs to the screen, and nothing of them to a person",
    "audits/models.py": "links a drawn report to what it is",
    "audits/sampling.py": "looks up keys by reference when an audit is opened",
    "cancellation/models.py": "links what was cancelled here to its crime",
    "cancellation/records.py": "says of a record what the rules ask: class, code, day and standing",
    "rape/opening.py": "opens reviews of N records, by code and reference",
    "recording/bringing_back.py": "puts a report on the list, by reference",
    "recording/putting_on.py": "puts a report on the list by hand, by reference",
    "secondary/opening.py": "opens reviews by what the extract says of them",
    "missed/finding.py": "asks the rules about what the screen read",
    "risk/drawing.py": "gives the logs of a day to the draw, and nothing of them to a person",
    "appeals/handling.py": "opens an appeal about an incident, by reference",
    "work/models.py": "links work to its incident or crime",
    "work/opening.py": "takes reference, time, code and unit over from what the work is about",
    "work/cases.py": "looks up keys by reference",
    "incidents/verdicts.py": "reckons on an incident that the reader gave",
}


def modules():
    return [path for path in ROOM.rglob("*.py") if "migrations" not in path.parts]


def imported_names(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").endswith("incidents.models")
        for alias in node.names
    }


def test_only_the_reader_and_a_few_named_others_ask_the_tables_of_people():
    asking = {str(path.relative_to(ROOM)) for path in modules() if imported_names(path) & PERSONAL}
    assert asking - {"incidents/models.py"} == set(MAY_ASK) - {"incidents/models.py"}


def test_no_view_asks_a_table_of_people_by_any_way():
    for path in modules():
        if path.name == "views.py":
            source = path.read_text(encoding="utf-8")
            assert not imported_names(path)
            assert "apps.get_model" not in source
            assert "raw(" not in source
            assert ".entries." not in source
            assert ".crimes." not in source


def test_reading_is_always_written_to_the_ledger_in_the_same_transaction():
    tree = ast.parse((ROOM / "incidents/reading.py").read_text(encoding="utf-8"))
    for function in [node for node in tree.body if isinstance(node, ast.FunctionDef)]:
        text = ast.unparse(function)
        if ".objects" in text:
            atomic = next(node for node in ast.walk(function) if isinstance(node, ast.With))
            assert "transaction.atomic" in ast.unparse(atomic.items[0])
            assert "keep(" in ast.unparse(atomic)
            assert ".objects" not in "".join(
                ast.unparse(step) for step in function.body if step is not atomic
            )


@pytest.mark.django_db
def test_the_models_and_their_migrations_agree():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_what_ships_is_ours_or_under_its_licence():
    shipped = {path.name for path in (ROOM / "static/workbench").iterdir()}
    assert shipped == {
        "workbench.css",
        "workbench.js",
        "govuk-frontend.min.js",
        "favicon.svg",
        "licence-govuk-frontend.txt",
    }
    style = (ROOM / "static/workbench/workbench.css").read_text(encoding="utf-8")
    assert not [word for word in ("crest", "GDS Transport", "@font-face", "url(http") if word in style]


def more_incidents(count):
    now = timezone.now()
    incidents = Incident.objects.bulk_create(
        Incident(
            incident_id=f"X-{n}", received_at=now - timedelta(hours=n), opening_code="theft", text="a\nb"
        )
        for n in range(count)
    )
    LogEntry.objects.bulk_create(
        LogEntry(incident=each, entry_at=now, text=part, place=n)
        for each in incidents
        for n, part in enumerate("ab")
    )
    Screened.objects.bulk_create(
        Screened(
            incident=each, rank=100 + n, chance_unrecorded=0.5, chance_crime=0.5, harm=5, expected_crimes=1,
            crimes_recorded=0, reader="r", screened_at=now,
        )
        for n, each in enumerate(incidents)
    )  # fmt: skip
    WorkItem.objects.bulk_create(
        made("recording", now=now, because="screen", incident=each, amount=24) for each in incidents
    )


def queries(client, address):
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


# PostgreSQL is asked to let one writer at a time into the ledger; SQLite lets in no other.
LOCK = 0 if ON_SQLITE else 1
# Queries a page may take; a page that needs more has a loop over the database in it.
BUDGETS = [
    ("decision_maker", "/", 14),
    ("decision_maker", "/incidents/", 6),
    ("decision_maker", "/queues/", 20),
    ("decision_maker", "/queues/recording/", 6),
    ("decision_maker", "/incidents/1/", 16 + LOCK),
    ("decision_maker", "/queues/recording/1/", 20 + LOCK),
    ("team_leader", "/removals/", 4),
    ("auditor", "/audits/1/", 6),
    ("registrar", "/ledger/", 8),
    ("board_reader", "/board/1/", 3),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("username", "address", "budget"), BUDGETS)
def test_a_page_takes_as_many_queries_on_ten_times_the_data(signed_in, username, address, budget):
    client = signed_in(username)
    few = queries(client, address)
    more_incidents(250)
    assert (queries(client, address), few <= budget) == (few, True)
