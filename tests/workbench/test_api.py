"""Programs may do what people may do at the pages, and nothing else; what they send gets a plain answer."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from workbench_builders import ROLES, SEEDED

from firstpoint import casework
from firstpoint.errors import InputError
from firstpoint.workbench.api.models import ApiToken
from firstpoint.workbench.api.operations import api
from firstpoint.workbench.api.tokens import end_token, make_token
from firstpoint.workbench.incidents.models import Incident, Restriction
from firstpoint.workbench.ledger.models import LedgerEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def program(person):
    """A program that acts for somebody, by a token with all their roles."""

    def of(username, roles=None):
        user = person(username)
        token = make_token(user, "tests", roles or user.roles, 5, timezone.now())
        return Client(raise_request_exception=False, headers={"Authorization": f"Bearer {token}"})

    return of


def send(client, address, value):
    return client.post(f"/api/v1{address}", value, content_type="application/json")


def operations():
    """Every operation with its method and address."""
    return [
        (method, path, operation)
        for router in api._routers
        for path, view in router[1].path_operations.items()
        for operation in view.operations
        for method in operation.methods
    ]


def test_every_operation_names_an_action_of_the_policy():
    known = {each.action for each in casework.actions()}
    assert len(operations()) > 10
    assert all(getattr(operation.view_func, "action", "") in known for _, _, operation in operations())


@pytest.mark.parametrize("role", ROLES)
def test_a_role_calls_an_operation_only_where_the_policy_says_so(program, role):
    client = program(role)
    for method, path, operation in operations():
        if method != "GET":
            continue
        address = "/api/v1" + path.replace("{kind}", "recording").replace("{key}", "1")
        answer = client.get(address)
        needed = {operation.view_func.action}
        needed |= {casework.kind_of_work("recording").see} if "{kind}" in path else set()
        if all(casework.may([role], action) for action in needed):
            assert answer.status_code == 200, (address, answer.content)
        else:
            assert answer.status_code == 403, address
            assert "can." in answer.json()["remedy"]


def test_without_a_token_or_a_session_nothing_is_said():
    for method, path, _ in operations():
        address = "/api/v1" + path.replace("{kind}", "recording").replace("{key}", "1")
        answer = Client().generic(method, address, "{}", content_type="application/json")
        assert answer.status_code == 401, address
    wrong = Client(headers={"Authorization": "Bearer fp_wrong"})
    assert wrong.get("/api/v1/me").status_code == 401


def test_a_session_needs_the_forms_token_to_change_anything(person):
    client = Client(enforce_csrf_checks=True)
    client.force_login(person("decision_maker"))
    assert client.get("/api/v1/me").json()["roles"] == ["decision_maker"]
    assert (
        send(client, "/queues/recording/1/steps", {"transition": "record", "version": 1}).status_code == 403
    )


def test_a_program_decides_as_a_person_does_and_the_ledger_says_for_whom(program, person, fresh_work):
    client = program("decision_maker")
    seen = client.get(f"/api/v1/queues/recording/{fresh_work.pk}").json()
    assert "record" in [each["transition"] for each in seen["available"]]
    assert seen["case"]["incident_id"] == fresh_work.incident_id
    given = {"crimes": [{"ho_class": "8N", "count": 1}], "rationale": "Injury seen."}
    step = {"transition": "record", "version": seen["version"], "given": given}
    address = f"/queues/recording/{fresh_work.pk}/steps"
    done = send(client, address, step)
    assert (done.status_code, done.json()["state"]) == (200, "recorded")
    entry = LedgerEntry.objects.order_by("-sequence").first()
    assert (entry.action, entry.actor) == ("recording.record", person("decision_maker").person.reference)
    again = send(client, address, step)
    assert again.status_code == 409
    assert "Somebody has moved this on" in again.json()["message"]


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"crimes": [{"ho_class": "8N", "count": 1, "and": "more"}], "rationale": "x"},
        {"crimes": "8N", "rationale": "x"},
        {"crimes": [{"ho_class": "8N", "count": 1}], "rationale": ["x"]},
        {"crimes": [{"ho_class": "8N", "count": 1}], "rationale": "x\x00"},
        {"crimes": [{"ho_class": "8N", "count": 1}], "rationale": "x", "late_reason": "a\u202eb"},
    ],
)
def test_what_a_step_is_given_is_checked_as_a_form_is(program, fresh_work, given):
    step = {"transition": "record", "version": fresh_work.version, "given": given}
    answer = send(program("decision_maker"), f"/queues/recording/{fresh_work.pk}/steps", step)
    fresh_work.refresh_from_db()
    assert answer.status_code == 422
    assert answer.json()["faults"]
    assert fresh_work.state == "awaiting_decision"


def test_an_auditors_program_sees_nothing_of_what_the_screen_says(program):
    seen = program("auditor").get(f"/api/v1/queues/risk_audit/{SEEDED['risk_audit']}").json()
    assert (seen["priority"], seen["because"], seen["case"]["required"]) == (None, None, None)


def test_a_restricted_incident_is_shut_to_programs_too(program):
    incident = Incident.objects.get(incident_id="MK-00000")
    Restriction.objects.create(incident=incident, reason="x", by="user:1", since=timezone.now())
    client = program("registrar")
    assert client.get(f"/api/v1/incidents/{incident.pk}").status_code == 403
    row = client.get("/api/v1/queues/recording?find=MK-00000").json()["rows"][0]
    assert (row["restricted"], row["opening_code"], row["priority"]) == (True, None, None)


def test_a_token_ends_and_holds_no_more_than_its_maker_has(program, person):
    user = person("both")
    client = program("both", ["team_leader"])
    assert client.get("/api/v1/me").json()["roles"] == ["team_leader"]
    user.roles = ["decision_maker"]
    user.save()
    assert client.get("/api/v1/me").status_code == 403
    token = ApiToken.objects.get(user=user)
    assert "fp_" not in token.digest
    assert end_token(user, token.pk, timezone.now())
    assert client.get("/api/v1/me").status_code == 401
    with pytest.raises(InputError, match="roles that you have"):
        make_token(user, "more", ["registrar"], 5, timezone.now())


def test_a_token_that_has_run_out_opens_nothing(program):
    client = program("registrar")
    ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.get("/api/v1/me").status_code == 401


def test_the_token_page_shows_a_new_token_once(signed_in):
    client = signed_in("registrar")
    page = client.post(
        "/api/tokens/", {"name": "Nightly", "roles": ["registrar"], "days": "30"}
    ).content.decode()
    assert "fp_" in page
    assert "fp_" not in client.get("/api/tokens/").content.decode()
    assert client.post("/api/tokens/", {"name": "", "roles": [], "days": "0"}).status_code == 400
    client.post("/api/tokens/", {"end": str(ApiToken.objects.get().pk)})
    assert "You have no token" in client.get("/api/tokens/").content.decode()


def test_every_step_of_the_tables_is_in_the_description(program):
    told = program("registrar").get("/api/v1/kinds").json()
    steps = {(kind["kind"], step["transition"]) for kind in told for step in kind["steps"]}
    assert steps == {
        (kind, each.transition)
        for kind in casework.kinds()
        if kind != "marking"
        for each in casework.transitions(kind)
    }
