"""Extracts come in whole or not at all; the same one twice does nothing."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import polars as pl
import pytest
from attrs import evolve
from workbench_builders import canonical, entry_frame, extract, extracts, incident_frame

from firstpoint import screening
from firstpoint.errors import InputError
from firstpoint.workbench.imports.loading import load
from firstpoint.workbench.imports.models import LoadedExtract
from firstpoint.workbench.imports.screening import screen_held
from firstpoint.workbench.incidents.models import Crime, Incident, LogEntry, Screened
from firstpoint.workbench.ledger.models import LedgerEntry
from firstpoint.workbench.work.models import WorkItem

HERE = Path(__file__).parent


@pytest.mark.django_db
def test_the_same_extract_twice_does_nothing_and_says_so():
    one = extract("incidents", incident_frame(30))
    before = LedgerEntry.objects.count()
    first, second = load([one])[0], load([one])[0]
    # The invented force is of this hour: rows of an earlier minute differ, those of the same do not.
    assert (first.added, first.replaced + first.unchanged, first.already) == (6, 24, False)
    assert second.already
    assert "nothing to do" in str(second)
    assert LedgerEntry.objects.count() == before + 1


@pytest.mark.django_db
def test_a_later_extract_replaces_the_rows_it_names():
    changed = incident_frame(3).with_columns(closing_code=pl.lit("no crime"))
    load([extract("incidents", changed)])
    assert Incident.objects.filter(closing_code="no crime").count() == 3


@pytest.mark.django_db
def test_log_entries_of_a_later_night_stand_beside_those_of_the_night_before():
    entries = entry_frame(incident_frame(1))
    load([extract("log_entries", entries.head(2))])
    before = LogEntry.objects.count()
    again = load([evolve(extract("log_entries", entries.head(2)), sha256="again")])[0]
    later = load([extract("log_entries", entries.head(1).with_columns(text=pl.lit("officer on scene")))])[0]
    assert (again.added, again.unchanged) == (0, 2)
    assert (later.added, later.unchanged) == (1, 0)
    assert LogEntry.objects.count() == before + 1


@pytest.mark.django_db
def test_a_crime_that_names_an_unknown_incident_or_victim_is_kept():
    stray = canonical(
        "crimes",
        [{"crime_id": "CR/1", "incident_id": "nowhere", "victim_id": "nobody", "status": "recorded"}],
    )
    load([extract("crimes", stray)])
    assert Crime.objects.get(crime_id="CR/1").incident_id == "nowhere"


@pytest.mark.django_db
def test_a_nul_in_a_log_moves_no_position():
    odd = incident_frame(1).with_columns(incident_id=pl.lit("MK-odd"), text=pl.lit("a\x00b"))
    load([extract("incidents", odd)])
    assert Incident.objects.get(incident_id="MK-odd").text == "a\ufffdb"


@pytest.mark.django_db
def test_a_fault_in_the_second_extract_undoes_the_first():
    good = extract("incidents", incident_frame(40))
    bad = evolve(extract("crimes", pl.DataFrame({"crime_id": [None]}, schema={"crime_id": pl.String()})))
    with pytest.raises(Exception, match=r"(?i)null"):
        load([good, bad])
    assert not Incident.objects.filter(incident_id="MK-00039").exists()
    assert not LoadedExtract.objects.filter(sha256=good.sha256).exists()


@pytest.mark.django_db
def test_a_table_that_is_not_kept_is_refused():
    with pytest.raises(InputError, match="no such table"):
        load([evolve(extracts(1)[0], table="dogs")])


@pytest.mark.django_db
def test_a_second_screen_keeps_work_as_it_stands():
    WorkItem.objects.filter(pk=1).update(state="recorded")
    again = screen_held(open_from=0.3)
    assert again.opened == 0
    assert again.incidents == Screened.objects.count() == 24
    assert WorkItem.objects.get(pk=1).state == "recorded"


@pytest.mark.django_db
def test_a_screen_of_other_incidents_is_refused():
    with pytest.raises(InputError, match="not what is held"):
        screen_held(screened=pl.DataFrame({"incident_id": ["elsewhere"]}))


@pytest.mark.django_db
def test_a_screen_made_a_moment_ago_is_taken_over_as_it_is():
    made = screening.screen(incident_frame(24))
    screen_held(screened=made, open_from=0.3)
    assert dict(made.select("incident_id", "rank").iter_rows()) == dict(
        Screened.objects.values_list("incident_id", "rank")
    )


@pytest.mark.django_db
def test_a_recorded_crime_keeps_its_incident_off_the_list():
    assert not WorkItem.objects.filter(incident_id="MK-00007").exists()
    assert Screened.objects.get(incident_id="MK-00007").crimes_recorded == 1


@pytest.mark.django_db
def test_every_opened_item_is_due_24_hours_after_its_report():
    for work in WorkItem.objects.filter(kind="recording").select_related("incident"):
        assert (work.due_at - work.incident.received_at).total_seconds() == 24 * 3600


LOADER = """
import sys, time
sys.path.insert(0, {here!r})
from firstpoint.workbench import launch
launch.prepare({directory!r})
import workbench_builders as builders
from firstpoint.workbench.imports.loading import load

def pause(table, done, rows):
    if table == "log_entries":
        print("half", flush=True)
        time.sleep(60)

load(builders.extracts(6000), progress=pause if {paused} else None)
"""

COUNTER = """
from firstpoint.workbench import launch
launch.prepare({directory!r})
from firstpoint.workbench.imports.models import LoadedExtract
from firstpoint.workbench.incidents.models import Incident, LogEntry
from firstpoint.workbench.ledger.keeping import verify_ledger
print(Incident.objects.count(), LogEntry.objects.count(), LoadedExtract.objects.count(),
verify_ledger().entries)
"""


def run(script: str, **values) -> subprocess.Popen:
    code = textwrap.dedent(script).format(here=str(HERE), **values)
    clean = {
        name: value
        for name, value in os.environ.items()
        if name not in ("FIRSTPOINT_DIR", "DJANGO_SETTINGS_MODULE")
    }
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=clean)


def test_a_kill_in_the_middle_of_a_load_leaves_nothing_and_the_next_load_everything(tmp_path):
    directory = str(tmp_path / "site")
    loader = run(LOADER, directory=directory, paused=True)
    assert loader.stdout.readline() == "half\n"
    loader.send_signal(signal.SIGKILL)
    loader.wait()
    assert run(COUNTER, directory=directory).communicate()[0].split() == ["0", "0", "0", "0"]
    assert run(LOADER, directory=directory, paused=False).wait() == 0
    assert run(COUNTER, directory=directory).communicate()[0].split() == ["6000", "7500", "4", "4"]


@pytest.mark.django_db
def test_a_reported_incident_that_is_not_recorded_becomes_work_though_no_crime_is_due():
    told = (
        "Friend reports that her friend was raped last night. "
        "Victim has not been spoken to and has not confirmed."
    )
    for number, incident in enumerate(Incident.objects.filter(incident_id__in=["MK-00004", "MK-00009"])):
        incident.text = told
        incident.save()
        WorkItem.objects.filter(incident_id=incident.incident_id).delete()
        if number:
            Crime.objects.create(crime_id="N1", incident=incident, ho_class="N100/01", status="recorded")
    screen_held(open_from=1.1)
    seen = Incident.objects.get(incident_id="MK-00004").screened.disclosures
    assert any(each["context"] == "reported_incident" for each in seen)
    assert all(each["crimes"] == 0 for each in seen)
    assert screening.sure_from() < 1
    assert WorkItem.objects.filter(incident_id="MK-00004").exists()
    assert not WorkItem.objects.filter(kind="recording", incident_id="MK-00009").exists()
