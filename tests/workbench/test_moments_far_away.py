"""A moment that was saved and that no clock in London can show breaks no page."""

from datetime import UTC, date, datetime

import pytest
from django.db.models import DateTimeField
from django.utils import timezone
from test_every_page import check_page
from workbench_builders import SEEDED

from firstpoint import casework
from firstpoint.screening.facts import report_clock
from firstpoint.workbench.incidents.listing import newest_day
from firstpoint.workbench.incidents.models import Crime, Incident, LogEntry, Screened, Victim
from firstpoint.workbench.jobs.exports import _as_text
from firstpoint.workbench.times import CANNOT_BE_SHOWN, day, london, london_as_kept
from firstpoint.workbench.work.models import Step, WorkItem
from firstpoint.workbench.work.writing import said

FIRST, LAST = datetime(1, 1, 1, tzinfo=UTC), datetime.fromisoformat("9999-12-31T23:59-14:00")
#: As kept, and as a page shows it: a time where London has one, otherwise what stands there.
KEPT = {
    "2026-05-04T13:05+00:00": "4 May 2026, 14:05",
    "2026-05-04T14:05": "4 May 2026, 14:05",
    "9999-12-31T23:59+00:00": "31 Dec 9999, 23:59",
    "9999-12-31T23:59-14:00": "9999-12-31T23:59-14:00",
    "0001-01-01T00:00+00:00": "0001-01-01T00:00+00:00",
    "0001-01-01T00:00": "1 Jan 1, 00:00",
    "last night": "last night",
    "": "",
}
MOMENTS = [
    (kind, move.transition, asked)
    for kind in casework.kinds()
    for move in casework.transitions(kind)
    for asked in move.asks
    if asked.form == "moment"
]


@pytest.mark.parametrize("moment", [FIRST, LAST])
def test_a_moment_that_no_clock_in_london_shows_is_said_to_be_one(moment):
    assert (london(moment), day(moment), _as_text(moment)[:4]) == (
        CANNOT_BE_SHOWN, CANNOT_BE_SHOWN, f"{moment.year:04}",
    )  # fmt: skip
    assert day(moment.date()) == f"{moment.day} {moment:%B %Y}"


@pytest.mark.parametrize(("kept", "shown"), KEPT.items())
def test_a_moment_kept_as_text_is_shown_by_the_clock_in_london_or_as_it_stands(kept, shown):
    assert london_as_kept(kept) == shown


def test_steps_ask_for_moments():
    assert {kind for kind, *_ in MOMENTS} == {"telling", "cancellation"}


@pytest.mark.django_db
@pytest.mark.parametrize("kept", [*KEPT, 7, None, ["2026"]], ids=repr)
@pytest.mark.parametrize(("kind", "transition", "asked"), MOMENTS, ids=lambda part: str(part)[:12])
def test_whatever_was_saved_as_a_moment_is_shown_on_the_page_of_its_work(
    signed_in, person, kind, transition, asked, kept
):
    item = WorkItem.objects.get(pk=SEEDED[kind])
    Step.objects.create(
        item=item, transition=transition, from_state=item.state, to_state=item.state,
        by=person("registrar"), at=timezone.now(), given={asked.name: kept},
    )  # fmt: skip
    answer = signed_in("registrar").get(f"/queues/{kind}/{item.pk}/")
    assert answer.status_code == 200
    check_page(answer.content.decode())
    shown = said(asked, kept)
    assert shown == [KEPT.get(kept, kept) if isinstance(kept, str) else str(kept)]
    assert shown[0] in answer.content.decode().replace("&#39;", "'")


TOLD_FROM = (Incident, LogEntry, Crime, Victim, Screened, WorkItem, Step)


@pytest.mark.django_db
@pytest.mark.parametrize("moment", [FIRST, datetime(9999, 12, 31, 23, 59, tzinfo=UTC)])
def test_no_page_breaks_whatever_time_the_tables_hold(signed_in, moment):
    for model in TOLD_FROM:
        times = [each.name for each in model._meta.get_fields() if isinstance(each, DateTimeField)]
        model.objects.update(**dict.fromkeys(times, moment))
    client = signed_in("registrar")
    addresses = [
        *("/", "/incidents/", "/incidents/1/", "/incidents/4/", "/removals/", "/reported/check/"),
        *(f"/queues/{kind.replace('_', '-')}/" for kind in SEEDED if kind != "marking"),
        *(f"/queues/{kind}/{SEEDED[kind]}/" for kind in ("n100", "cancellation", "telling")),
        *("/api/v1/incidents", "/api/v1/incidents/1", "/api/v1/queues/recording"),
    ]
    broken = {address: client.get(address).status_code for address in addresses}
    assert {address: status for address, status in broken.items() if status != 200} == {}
    assert newest_day() == (None if moment == FIRST else date(9999, 12, 31))


def test_a_report_from_before_every_rule_book_is_counted_as_if_on_the_first_day():
    assert report_clock(FIRST)[1]
    assert not report_clock(LAST)[1]


@pytest.mark.django_db
@pytest.mark.parametrize("written", ["0001-01-01", "9999-12-31T23:59-14:00", "9999-12-31T23:59"])
def test_a_log_is_tried_or_refused_at_whatever_time_was_written(signed_in, written):
    form = {"text": "He hit me.", "received_at": written}
    assert signed_in("registrar").post("/incidents/try/", form).status_code < 500
