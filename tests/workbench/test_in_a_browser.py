"""The served workbench in a real browser: accessible, silent, whole without scripts and on a phone."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from page_shapes import shapes
from workbench_builders import PASSWORD, ROLES
from workbench_routes import Route, shut_routes

from firstpoint import casework

pytestmark = [pytest.mark.browser, pytest.mark.early]

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
# What the browser says of itself about a form that came back with its faults.
OF_ITSELF = re.compile("Failed to load resource: the server responded with a status of 400")
SERVER = """
import sys
sys.path.insert(0, {here!r})
from firstpoint.workbench import launch
from pathlib import Path
Path({directory!r}, launch.SETTINGS).write_text('second_factor = "offered"')
launch.prepare({directory!r})
import workbench_builders
workbench_builders.seed(48)
launch.serve({directory!r}, port=0, ready=lambda address: print(address, flush=True))
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """The address of a workbench of its own, with a small invented force."""
    directory = tmp_path_factory.mktemp("served")
    code = SERVER.format(here=str(Path(__file__).parent), directory=str(directory))
    clean = {n: v for n, v in os.environ.items() if n not in ("FIRSTPOINT_DIR", "DJANGO_SETTINGS_MODULE")}
    server = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=clean)
    address = server.stdout.readline().strip()
    assert address.startswith("http://"), "the workbench did not start"
    yield address.rstrip("/")
    server.send_signal(signal.SIGTERM)
    server.wait(timeout=20)


@pytest.fixture(scope="module")
def chromium():
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine; `make test` tries to install Debian's")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def enter(chromium, served):
    """Sign somebody in with a fresh browser; gives the page and the list of what its console said."""
    opened = []

    def sign_in(username: str, **options):
        context = chromium.new_context(base_url=served, viewport={"width": 1280, "height": 900}, **options)
        opened.append(context)
        page = context.new_page()
        said: list[str] = []
        page.on("console", lambda message: OF_ITSELF.match(message.text) or said.append(message.text))
        page.on("pageerror", lambda fault: said.append(str(fault)))
        page.goto("/sign-in/")
        page.fill("#username", username)
        page.fill("#password", PASSWORD)
        page.click("main button")
        page.wait_for_url(served + "/")
        return page, said

    yield sign_in
    for context in opened:
        context.close()


def looked_at(role: str) -> list[Route]:
    """The pages that this role can open in the small invented force before anybody has decided."""
    later = {"sign-out", "ledger-verify", "chart", "paper-pdf", "reopen", "removal", "audit-next"}
    # Pictures and files; jobs, of which there is none before somebody asks for one; and what is asked for a
    # crime for which something is asked already.
    later |= {"second-factor-picture", "missed-csv", "job", "job-file"}
    later |= {"cancellation-ask", "cancellation-facts"}
    return [
        r for r in shut_routes() if casework.may([role], r.action) and not r.posted and r.name not in later
    ]


def faults(page) -> list[str]:
    """What axe finds against WCAG 2.2 A and AA, each with where."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{each['id']}: {node['html'][:120]}" for each in found for node in each["nodes"]]


def scrolls_sideways(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


def assert_accessible_at_two_widths(page, address: str) -> None:
    answer = page.goto(address)
    assert answer.status == 200, address
    assert faults(page) == [], address
    page.set_viewport_size({"width": 400, "height": 800})
    assert not scrolls_sideways(page), f"{address} at 400 pixels"
    page.set_viewport_size({"width": 1280, "height": 900})
    assert not scrolls_sideways(page), f"{address} at 1280 pixels"


def test_every_page_is_accessible_and_its_console_silent_at_two_widths(enter):
    # Whoever has the most pages first; after that whatever shows something that no page showed before.
    seen: set[tuple[str, ...]] = set()
    for role in sorted(ROLES, key=lambda role: -len(looked_at(role))):
        page, said = enter(role)
        for route in looked_at(role):
            answer = page.request.get(route.address)
            assert answer.status == 200, f"{role}: {route.address}"
            if not (shown := shapes(answer.text())) <= seen:
                assert_accessible_at_two_widths(page, route.address)
                seen |= shown
        assert said == [], role


@pytest.mark.trial
@pytest.mark.parametrize("role", ROLES)
def test_every_page_of_every_role_is_accessible_and_its_console_silent_at_two_widths(enter, role):
    page, said = enter(role)
    for route in looked_at(role):
        assert_accessible_at_two_widths(page, route.address)
    assert said == []


def test_the_door_and_a_refusal_are_accessible(chromium, served, enter):
    page = chromium.new_page(base_url=served)
    page.goto("/sign-in/")
    assert faults(page) == []
    page.click("main button")
    assert faults(page) == []
    page.close()
    reader, _ = enter("board_reader")
    reader.goto("/incidents/")
    assert faults(reader) == []
    reader.goto("/nowhere/")
    assert faults(reader) == []


def test_a_removal_goes_through_two_hands_without_scripts(enter):
    page, said = enter("decision_maker", java_script_enabled=False)
    page.goto("/queues/recording/")
    page.click("main tbody a >> nth=0")
    reference = re.search(r"MK-\d+", page.inner_text("h1")).group()
    page.click("text=Check before saving")
    assert "There is a problem" in page.inner_text("main")
    page.check("input[value=not_a_crime]")
    page.check("input[value=no_notifiable_crime]")
    page.check("input[value=told]")
    page.fill("#rationale", "Read again with the caller; nothing was done to anybody.")
    if page.locator("#late_reason").count():
        page.fill("#late_reason", "Found by the daily review.")
    page.click("text=Check before saving")
    assert "Check before saving" in page.inner_text("h1")
    page.click("button[value=save]")
    assert f"{reference}: The removal now waits for a team leader." in page.inner_text("main")

    leader, more_said = enter("team_leader", java_script_enabled=False)
    leader.goto("/removals/")
    leader.click(f"tr:has-text('{reference}') td a")
    leader.check("input[value=endorse]")
    leader.fill("#note", "The caller was called back.")
    leader.click("text=Check before saving")
    leader.click("button[value=save]")
    assert f"{reference}: The removal was endorsed." in leader.inner_text("main")
    assert said + more_said == []


def test_a_decision_with_scripts_shows_only_what_the_choice_asks(enter):
    page, said = enter("decision_maker")
    page.goto("/queues/recording/?order=-priority")
    page.click("main tbody a >> nth=0")
    assert not page.is_visible("#crimes")
    page.check("input[value=record]")
    assert page.is_visible("#crimes")
    assert faults(page) == []
    page.fill("#crimes", "8N")
    page.fill("[name=count-0]", "1")
    page.fill("#rationale", "Injury seen by officers.")
    if page.locator("#late_reason").count():
        page.fill("#late_reason", "Found by the daily review.")
    page.click("text=Check before saving")
    assert faults(page) == []
    page.click("text=Change something")
    assert page.input_value("#rationale") == "Injury seen by officers."
    assert page.is_visible("#crimes")
    page.click("text=Check before saving")
    page.click("button[value=save]")
    assert "The decision to record was saved." in page.inner_text("main")
    assert said == []


def test_an_auditor_marks_from_report_to_report_without_scripts(enter):
    page, _ = enter("auditor", java_script_enabled=False)
    page.goto("/audits/")
    page.click("text=Go on marking")
    page.fill("#should_record", "1")
    page.fill("#recorded", "2")
    page.click("text=Save and continue")
    assert "There is a problem" in page.inner_text("main")
    page.fill("#recorded", "0")
    page.check("input[value=not_recorded]")
    page.click("text=Save and continue")
    assert page.inner_text("h1") == "Report 2"


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_log_is_tried_and_its_answer_accessible_at_two_widths(enter, scripts):
    page, said = enter("registrar", java_script_enabled=scripts)
    page.goto("/incidents/try/")
    page.fill("#text", "Her ex-partner punched her in the face.\nTwo of her children saw it.\nVerbal only.")
    page.fill("#closing_code", "no offences")
    page.fill("#recorded", "999Z")
    page.click("main button")
    assert "There is a problem" in page.inner_text("main")
    assert faults_or_none(page, scripts) == []
    page.fill("#recorded", "58D")
    page.fill("#received_at", "2026-05-04T14:05")
    page.click("main button")
    assert "punched her in the face" in page.inner_text("main mark >> nth=0")
    assert "Why it may be wrong" in page.inner_text("main")
    for width in (1280, 400):
        page.set_viewport_size({"width": width, "height": 900})
        assert faults_or_none(page, scripts) == []
        assert not scrolls_sideways(page)
    assert said == []


def faults_or_none(page, scripts: bool) -> list[str]:
    """What axe finds; nothing where scripts are off, for axe is one."""
    return faults(page) if scripts else []


def test_the_registrar_verifies_the_ledger(enter):
    page, said = enter("registrar")
    page.goto("/ledger/")
    page.click("text=Verify the whole ledger")
    assert "hold together" in page.inner_text("main")
    assert faults(page) == []
    assert said == []


def test_a_list_is_walked_by_keyboard_alone(enter):
    page, _ = enter("decision_maker")
    page.goto("/incidents/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent.trim()") == "Skip to main content"
    page.keyboard.press("Enter")
    seen = set()
    for _ in range(30):
        page.keyboard.press("Tab")
        seen.add(page.evaluate("document.activeElement.textContent.trim()"))
        if any(re.fullmatch(r"MK-\d+", each) for each in seen):
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/incidents/*/")
    assert page.inner_text("h1").startswith("Incident MK-")


def test_the_forms_of_a_removal_and_of_a_reopening_are_accessible(enter):
    page, said = enter("decision_maker")
    page.goto("/queues/recording/")
    page.click("main tbody a >> nth=2")
    reference = re.search(r"MK-\d+", page.inner_text("h1")).group()
    incident = page.url
    page.check("input[value=not_a_crime]")
    assert faults(page) == []
    page.check("input[value=no_notifiable_crime]")
    page.check("input[value=told]")
    page.fill("#rationale", "Read again with the caller; nothing was done to anybody.")
    if page.locator("#late_reason").count():
        page.fill("#late_reason", "Found by the daily review.")
    page.click("text=Check before saving")
    page.click("button[value=save]")

    leader, more_said = enter("team_leader")
    leader.goto("/removals/")
    assert faults(leader) == []
    leader.check(f"tr:has-text('{reference}') input")
    leader.click("text=Look at the ticked ones together")
    assert reference in leader.inner_text("main")
    for width in (400, 1280):
        leader.set_viewport_size({"width": width, "height": 900})
        assert not scrolls_sideways(leader)
    assert faults(leader) == []
    leader.click("text=Go back to the list")
    leader.click(f"tr:has-text('{reference}') td a")
    assert faults(leader) == []
    leader.check("input[value=endorse]")
    leader.fill("#note", "The caller was called back.")
    leader.click("text=Check before saving")
    assert faults(leader) == []
    leader.click("button[value=save]")

    registrar, said_last = enter("registrar")
    registrar.goto(incident)
    registrar.click("text=Reopen")
    assert faults(registrar) == []
    registrar.set_viewport_size({"width": 400, "height": 800})
    assert not scrolls_sideways(registrar)
    assert said + more_said + said_last == []


def test_the_clock_is_seen_on_a_narrow_screen_without_scrolling(enter):
    page, _ = enter("decision_maker")
    page.set_viewport_size({"width": 400, "height": 800})
    page.goto("/incidents/")
    box = page.locator("td.fp-clock").first.bounding_box()
    assert box["x"] + box["width"] <= 400
    assert not scrolls_sideways(page)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_the_verdict_follows_the_facts_beside_it(enter, scripts):
    page, said = enter("decision_maker", java_script_enabled=scripts)
    page.goto("/queues/recording/?opened_as=assault")
    page.click("main tbody a >> nth=0")
    assert "Record: 1 crime" in page.inner_text("#verdict")
    page.select_option("#fact-add", "robbery")
    if scripts:
        page.wait_for_selector("#verdict:has-text('Robbery')")
    page.click("text=Reckon again")
    assert "Robbery" in page.inner_text("#verdict")
    assert "On the facts as written here." in page.inner_text("#verdict")
    page.click("#part-victim-0 summary")
    page.fill("#fact-victims-0-age", "forty")
    page.click("text=Reckon again")
    assert "enter a whole number" in page.inner_text(".govuk-error-summary")
    for width in (1280, 400):
        page.set_viewport_size({"width": width, "height": 900})
        assert faults_or_none(page, scripts) == []
        assert not scrolls_sideways(page)
    assert said == []


def test_a_queue_is_worked_by_keys_that_are_silent_while_somebody_types(enter):
    page, said = enter("decision_maker")
    page.goto("/queues/recording/")
    first, second = (page.inner_text(f"tbody a >> nth={place}") for place in (0, 1))
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.textContent") == first
    page.keyboard.press("Enter")
    page.wait_for_url("**/queues/recording/*/")
    page.keyboard.press("d")
    assert page.evaluate("document.activeElement.name") == "decision"
    page.fill("#rationale", "")
    page.type("#rationale", "jkd")
    assert first in page.inner_text("h1")
    assert page.input_value("#rationale") == "jkd"
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("j")
    page.wait_for_selector(f"h1:has-text('{second}')")
    assert said == []


def test_on_paper_a_report_stands_without_forms_and_links(enter):
    page, _ = enter("decision_maker")
    page.goto("/queues/recording/1/")
    page.emulate_media(media="print")
    assert page.is_visible(".fp-timeline")
    assert page.is_visible("#verdict")
    for part in ("#facts", "#decide", ".govuk-service-navigation", "main nav", "main .govuk-button"):
        assert not page.locator(part).first.is_visible(), part
