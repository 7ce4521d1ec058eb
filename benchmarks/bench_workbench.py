"""How long the pages of the workbench take with a force's years in the database and many people at work.

A database of made-up incidents is filled: logs of some 60 words, entries, crimes, victims, what the screen
saw, open and finished work. ``firstpoint serve`` runs as a process of its own, as it ships. Then people sign
in, each with one action every two seconds: queues with filters and pages, incidents, the decision form, its
check and its saving. Times are wall time on the loopback, from the first byte that is sent to the last that
comes: what the server takes, and a little more. Nothing else should run on the machine.

The data are kept with ``--keep DIR`` and used again. PostgreSQL is the one of the tests, with its own
settings for durability and a quarter of a gigabyte of buffers; ``--address`` takes another that is empty.

Run: ``python benchmarks/bench_workbench.py postgresql`` (1,000,000 incidents, 200,000 open, 50 people) and
``python benchmarks/bench_workbench.py sqlite`` (600,000, 120,000, 5 people).
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

import polars as pl
import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "workbench"))

DURABLE = {"shared_buffers": "256MB", "max_wal_size": "4GB", "maintenance_work_mem": "512MB"}
SIZES = {"postgresql": (1_000_000, 200_000, 50), "sqlite": (600_000, 120_000, 5)}
AT_ONCE = 50_000
SEED = 7
YEARS = 3
MOMENT = "%Y-%m-%d %H:%M:%S+00:00"
CODES = ("domestic", "assault", "criminal damage", "theft", "suspicious", "harassment", "burglary", "robbery",
         "noise", "sexual offence", "shoplifting", "road traffic", "welfare", "missing person")  # fmt: skip
UNITS = tuple(f"{where} {what}" for where in ("North", "South", "East", "West") for what in ("A", "B", "C"))
ROLES = ("decision_maker",) * 12 + ("team_leader",) * 3 + ("registrar",) * 2 + ("imu_supervisor",) * 2
ROLES += ("public_protection",)
QUEUES = {"public_protection": "safeguarding", "imu_supervisor": "missed-multiple"}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("database", choices=SIZES)
    arguments.add_argument("--incidents", type=int)
    arguments.add_argument("--open", type=int, help="open pieces of work")
    arguments.add_argument("--people", type=int)
    arguments.add_argument("--every", type=float, default=2.0, help="seconds between two actions of a person")
    arguments.add_argument("--processes", type=int, help="of the server; default: its own")
    arguments.add_argument("--seconds", type=float, default=120.0)
    arguments.add_argument("--keep", type=Path, help="where the data stay; default: nowhere")
    arguments.add_argument("--address", help="an empty PostgreSQL; default: one of our own")
    arguments.add_argument("--inside", choices=("fill", "sign-in"), help=argparse.SUPPRESS)
    chosen = arguments.parse_args()
    sizes = SIZES[chosen.database]
    chosen.incidents, chosen.open = chosen.incidents or sizes[0], chosen.open or sizes[1]
    chosen.people = chosen.people or sizes[2]
    if chosen.inside:
        {"fill": fill, "sign-in": sign_in}[chosen.inside](chosen)
        return
    with TemporaryDirectory() as made:
        folder = (chosen.keep or Path(made)).resolve()
        with database(chosen, folder) as told:
            measure(chosen, folder, {**os.environ, **told})


@contextmanager
def database(chosen: argparse.Namespace, folder: Path) -> Iterator[dict[str, str]]:
    """What the environment of the product has to say for it to work on the database that was chosen."""
    if chosen.database == "sqlite":
        yield {}
    elif chosen.address:
        yield {"FIRSTPOINT_DATABASE": chosen.address}
    else:
        import postgresql_server

        home = folder / "postgresql" if chosen.keep else None
        with postgresql_server.running(home, DURABLE) as server:
            yield {"FIRSTPOINT_DATABASE": server.without_password, "PGPASSWORD": server.password}


def measure(chosen: argparse.Namespace, folder: Path, told: dict[str, str]) -> None:
    """Fill what is not filled yet, serve, let people work, and say what it took."""
    site = folder / "site"
    site.mkdir(parents=True, exist_ok=True)
    # Nobody here has a telephone to show a code on.
    (site / "workbench.toml").write_text('second_factor = "offered"\n', encoding="utf-8")
    again = [sys.executable, __file__, *sys.argv[1:], "--keep", str(folder), "--inside"]
    if not (folder / "filled").exists():
        subprocess.run([*again, "fill"], env=told, check=True)
        (folder / "filled").touch()
    signed = json.loads(subprocess.run([*again, "sign-in"], env=told, check=True, capture_output=True).stdout)
    with served(site, told, chosen.processes) as (port, server):
        people = [Worker(port, one, chance_of(n)) for n, one in enumerate(signed["people"])]
        for one in people[:2]:
            one.warm(signed)
        before = Spent(server)
        work(people, signed, chosen)
        report(chosen, people, before, Spent(server))


def chance_of(number: int) -> random.Random:
    return random.Random(SEED + number)  # noqa: S311 - repeatable, not secret


# Filling


def fill(chosen: argparse.Namespace) -> None:
    from firstpoint.workbench import launch

    began = time.perf_counter()
    launch.prepare(chosen.keep / "site")
    templates = screened_templates()
    with quick_filling():
        for start in range(0, chosen.incidents, AT_ONCE):
            part = frames(start, min(AT_ONCE, chosen.incidents - start), templates)
            for table, frame in part.items():
                write(table, frame)
            print(f"{start + AT_ONCE:,} incidents, {time.perf_counter() - began:.0f} s", flush=True)
    rank()
    fill_work(chosen.open)
    settle()
    print(f"filled in {time.perf_counter() - began:.0f} s", flush=True)


SENTENCES = (
    "Caller states her ex-partner punched her in the face and her lip is bleeding, he has left on foot.",
    "Caller says two males punched him outside the shop, he has a black eye and does not know them.",
    "Neighbour has kicked the front door in and the door panel is broken, damage about 200 pounds.",
    "Caller reports his bicycle was stolen from outside the library this afternoon, the lock was cut.",
    "Male seen looking over garden walls, gone on arrival, area searched, no offences disclosed.",
    "Verbal argument only between partners, caller states no assault, words of advice given to both.",
    "Ex-partner keeps sending messages, thirty this week, says he will kill her, she is scared.",
    "Came home and found the back window smashed and jewellery taken from the bedroom upstairs.",
    "Youth had his phone snatched, was pushed to the ground and told he would be stabbed.",
    "Loud music from the flat above, has stopped now, caller wants no further action taken.",
    "Store detective detained female who took meat worth 60 pounds without paying, goods recovered.",
    "Friend of caller not seen since yesterday, phone switched off, no concerns for mental health.",
    "Two vehicles in collision at the junction, minor damage, details exchanged, no injuries.",
    "Caller worried about an elderly neighbour who does not answer the door, ambulance informed.",
)
FILLERS = (
    "Officers attending and will update the log on arrival.", "Caller asked to remain at the address.",
    "Area searched without result by the patrol.", "Informant is willing to give a statement.",
    "House to house carried out, nothing further known.", "CCTV to be requested from the council.",
    "Children in the address were seen safe and well.", "Appointment made for the following day.",
    "Message left for the caller, no answer to two calls.", "Supervisor aware and has reviewed the log.",
)  # fmt: skip


def screened_templates() -> pl.DataFrame:
    """Some logs, with what the screen sees in each: the figures, and its disclosures as JSON."""
    from firstpoint.screening import screen

    chance = chance_of(0)
    texts = []
    for number in range(300):
        first = SENTENCES[number % len(SENTENCES)]
        second = chance.choice(SENTENCES) if chance.random() < 0.15 else ""
        texts.append(" ".join([first, second, *chance.sample(FILLERS, 4)]).replace("  ", " "))
    when = datetime(2026, 6, 1, tzinfo=UTC)
    logs = pl.DataFrame({"incident_id": [str(n) for n in range(len(texts))], "text": texts}).with_columns(
        received_at=pl.lit(when), opening_code=pl.lit("theft")
    )
    seen = screen(logs, None)
    told = seen.select(
        "incident_id", "chance_crime", "harm", "expected_crimes", "reader",
        chance=pl.col("chance_unrecorded"),
        disclosures=pl.Series([json.dumps(row, default=str) for row in seen["disclosures"].to_list()]),
    )  # fmt: skip
    return logs.select("incident_id", "text").join(told, on="incident_id").drop("incident_id")


def frames(start: int, count: int, templates: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The rows of so many incidents in each table, named by the database's columns."""
    numbers = pl.int_range(start + 1, start + count + 1, eager=True)
    chance = chance_of(start)
    now = datetime.now(UTC).replace(microsecond=0)
    ages = pl.Series([chance.random() ** 2 * YEARS * 365 * 24 * 3600 for _ in range(count)])
    picked = pl.Series([chance.randrange(templates.height) for _ in range(count)])
    jitter = pl.Series([0.7 + 0.3 * chance.random() for _ in range(count)])
    made = templates[picked].with_columns(
        id=numbers,
        incident_id=pl.format("FP-{}", numbers.cast(pl.String).str.zfill(8)),
        received_at=pl.lit(now) - pl.duration(seconds=ages.cast(pl.Int64)),
        opening_code=pl.Series([CODES[chance.randrange(len(CODES))] for _ in range(count)]),
        unit=pl.Series([UNITS[chance.randrange(len(UNITS))] for _ in range(count)]),
        tail=pl.Series([words(chance) for _ in range(count)]),
        chance_unrecorded=pl.col("chance") * jitter,
    )
    received = pl.col("received_at").dt.strftime(MOMENT)
    incidents = made.select(
        "id", "incident_id", "opening_code", "unit", force=pl.lit("Made-up force"),
        received_at=received, channel=pl.lit("telephone"), text=pl.col("text") + " " + pl.col("tail"),
        text_joined=pl.lit(0), domestic=(pl.col("opening_code") == "domestic").cast(pl.Int8),
    )  # fmt: skip
    screened = made.select(
        "incident_id", "chance_unrecorded", "chance_crime", "harm", "expected_crimes", "reader",
        "disclosures", rank=pl.col("id"), crimes_recorded=pl.lit(0), not_read=pl.lit(""),
        screened_at=pl.lit(f"{now:{MOMENT}}"),
    )  # fmt: skip
    recorded = made.filter(pl.col("id") % 5 < 2)
    crimes = recorded.select(
        "incident_id", "unit", crime_id=pl.format("CR-{}", pl.col("id")),
        victim_id=pl.format("V-{}", pl.col("id")), reported_at=received, recorded_at=received,
        ho_class=pl.Series([("8N", "28E", "105A", "49", "45")[n % 5] for n in range(recorded.height)]),
        title=pl.lit("As recorded"), status=pl.lit("recorded"),
    )  # fmt: skip
    victims = crimes.select("victim_id", age=pl.lit(34.0), sex=pl.lit("female"))
    logged = made.filter(pl.col("id") % 10 < 3)
    entries = pl.concat(
        logged.select(
            "incident_id", place=pl.lit(place), author=pl.lit(f"op-{place}"),
            entry_at=(pl.col("received_at") + timedelta(minutes=5 * place)).dt.strftime(MOMENT),
            text=pl.col(said),
        )
        for place, said in enumerate(("text", "tail", "tail"))
    )  # fmt: skip
    return {
        "incidents_incident": incidents, "incidents_victim": victims, "incidents_crime": crimes,
        "incidents_logentry": entries, "incidents_screened": screened,
    }  # fmt: skip


def words(chance: random.Random) -> str:
    """A few words that few other logs hold: a street, a name, a plate."""
    syllables = ("bar", "den", "ham", "ton", "ley", "wick", "ford", "mere", "stow", "by", "thorpe", "cot")
    street = "".join(chance.choices(syllables, k=3)).capitalize()
    plate, lane = "".join(chance.choices(syllables, k=2)), "".join(chance.choices(syllables, k=2))
    number, figures = chance.randrange(1, 200), chance.randrange(10**4)
    return f"At {number} {street} Road, vehicle {figures:04d}{plate}, seen near {lane} lane."


def write(table: str, frame: pl.DataFrame) -> None:
    """Put a frame into a table, the quickest way of each database."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        columns = ", ".join(frame.columns)
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN (FORMAT csv)") as lines:
                lines.write(frame.write_csv(include_header=False))
        else:
            # SQLite's Django writes moments without their zone.
            frame = frame.with_columns(pl.col("^.*_at$").str.replace("+00:00", "", literal=True))
            places = ", ".join(["%s"] * frame.width)
            cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({places})", frame.rows())


@contextmanager
def quick_filling() -> Iterator[None]:
    """Make the index of words once, after everything is there."""
    from importlib import import_module

    from django.db import connection

    from firstpoint.workbench.incidents import words as of_logs

    if connection.vendor == "postgresql":
        made = import_module("firstpoint.workbench.incidents.migrations.0002_of_extract_and_words")
        with connection.cursor() as cursor:
            cursor.execute("DROP INDEX incident_words_held")
        yield
        with connection.cursor() as cursor:
            cursor.execute("SET maintenance_work_mem = '512MB'")
            cursor.execute(next(each for each in made._POSTGRESQL if "CREATE INDEX" in each))
            for table in ("incidents_incident", "incidents_screened"):
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"
                )
    else:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA cache_size = -500000")
            cursor.execute("PRAGMA synchronous = OFF")
        yield
        of_logs.learn("1 = 1", all_at_once=True)


def rank() -> None:
    from firstpoint.workbench.imports import screening

    screening._rank_all()


def fill_work(count: int) -> None:
    """So many open pieces of work, mostly reports to decide, and half as many finished."""
    from django.db.models import F
    from django.utils import timezone

    from firstpoint.workbench.incidents.models import Incident, Screened
    from firstpoint.workbench.work.models import WorkItem
    from firstpoint.workbench.work.opening import made

    now = timezone.now()
    kinds = ("recording",) * 16 + ("n100", "missed_multiple", "safeguarding", "telling")
    step = max(1, Incident.objects.count() * 2 // (3 * count))
    chosen = Incident.objects.alias(part=F("pk") % step).filter(part=0).defer("text").order_by("pk")
    figures = Screened.objects.values_list("incident_id", "chance_unrecorded", "harm")
    priority = {name: chance * harm for name, chance, harm in figures.iterator(AT_ONCE)}
    some = []
    for number, incident in enumerate(chosen[: count * 3 // 2].iterator(AT_ONCE)):
        done = number % 3 == 2
        kind = "recording" if done else kinds[number % len(kinds)]
        item = made(kind, now=now, because="screen", incident=incident, amount=24,
                    priority=priority[incident.incident_id])  # fmt: skip
        if done:
            item.state, item.open, item.waits_for = "recorded", False, ""
        elif kind == "recording" and number % 400 == 0:
            item.state, item.waits_for = "awaiting_endorsement", "team_leader"
        some.append(item)
        if len(some) == 5_000:
            WorkItem.objects.bulk_create(some)
            some = []
    WorkItem.objects.bulk_create(some)
    print(f"{WorkItem.objects.filter(open=True).count():,} open pieces of work", flush=True)


def settle() -> None:
    """Leave the database as the product would: counted, and written down."""
    from django.db import connection

    from firstpoint.workbench.database import know_sizes

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM ANALYZE")
        else:
            know_sizes()
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


# People at work


def sign_in(chosen: argparse.Namespace) -> None:
    """Print the sessions of people of fitting roles, and what they can work on."""
    from firstpoint.workbench import launch

    launch.prepare(chosen.keep / "site")
    from django.conf import settings
    from django.db.models import Max
    from django.test import Client
    from django.utils import timezone

    from firstpoint.workbench.accounts.models import User
    from firstpoint.workbench.incidents.models import Incident
    from firstpoint.workbench.work.models import WorkItem

    settings.ALLOWED_HOSTS.append("testserver")
    people = []
    for number in range(chosen.people):
        role = ROLES[number % len(ROLES)]
        told = {"shown_name": f"Person {number}", "roles": [role], "created_at": timezone.now()}
        user, _ = User.objects.get_or_create(username=f"p{number}", defaults=told)
        client = Client()
        client.force_login(user)
        cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
        people.append({"role": role, "cookie": cookie})
    waiting = WorkItem.objects.filter(kind="recording", state="awaiting_decision").order_by("-priority", "pk")
    keys = list(waiting.values_list("pk", flat=True)[:40_000])
    chance_of(time.time_ns()).shuffle(keys)
    print(
        json.dumps(
            {"people": people, "items": keys, "incidents": Incident.objects.aggregate(most=Max("pk"))["most"]}
        )
    )


class Worker:
    """One person at a browser: a connection that stays open, a cookie, and what each page took."""

    def __init__(self, port: int, signed: dict[str, str], chance: random.Random) -> None:
        self.server = HTTPConnection("127.0.0.1", port, timeout=60)
        self.role, self.cookie, self.chance = signed["role"], signed["cookie"], chance
        self.took: dict[str, list[float]] = defaultdict(list)
        self.faults: Counter[str] = Counter()

    def ask(
        self, kind: str, address: str, form: dict[str, str] | None = None, expect: Sequence[int] = (200,)
    ) -> str:
        """The page, with its time noted under its kind."""
        body = urlencode(form) if form is not None else None
        headers = {"Cookie": self.cookie}
        if body is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded"}
        began = time.perf_counter()
        try:
            self.server.request("POST" if body is not None else "GET", address, body, headers)
            answer = self.server.getresponse()
            page = answer.read().decode()
        except OSError as fault:
            self.faults[f"{kind}: {type(fault).__name__}"] += 1
            self.server.close()
            return ""
        self.took[kind].append(time.perf_counter() - began)
        for cookie in answer.headers.get_all("Set-Cookie", ()):
            if cookie.startswith("csrftoken="):
                self.cookie = self.cookie.split("; ")[0] + "; " + cookie.split(";")[0]
        if answer.status not in expect:
            self.faults[f"{kind}: {answer.status}"] += 1
        return page

    def warm(self, signed: dict[str, object]) -> None:
        """Look at a page of each kind once, uncounted."""
        for _ in range(3):
            for action in (self.queue, self.incident, self.form, self.home, self.ranked):
                action(signed)
        self.took.clear()
        self.faults.clear()

    def act(self, signed: dict[str, object]) -> None:
        """One action, as likely as it is in a day's work."""
        actions = {
            self.queue: 34,
            self.incident: 25,
            self.form: 17,
            self.decide: 12,
            self.home: 6,
            self.ranked: 6,
        }
        self.chance.choices(list(actions), list(actions.values()))[0](signed)

    def home(self, _: dict[str, object]) -> None:
        self.ask("home", "/")

    def queue(self, _: dict[str, object]) -> None:
        kind = QUEUES.get(self.role, "recording")
        asked: dict[str, object] = {}
        if self.chance.random() < 0.5:
            asked["show"] = self.chance.choice(("open", "overdue", "soon", "done"))
        if self.chance.random() < 0.3:
            asked["order"] = self.chance.choice(("clock", "-clock", "received", "-received", "-priority"))
        if self.chance.random() < 0.25:
            asked["opened_as"] = self.chance.choice(CODES)
        if self.chance.random() < 0.25:
            asked["unit"] = self.chance.choice(UNITS)
        if self.chance.random() < 0.05:
            asked["find"] = f"FP-{self.chance.randrange(10**4):04d}"
        if self.chance.random() < 0.4:
            asked["page"] = min(250, int(self.chance.expovariate(1 / 8)) + 1)
        self.ask("queue", f"/queues/{kind}/?{urlencode(asked)}")

    def ranked(self, _: dict[str, object]) -> None:
        asked = {
            "page": self.chance.randrange(1, 20),
            "order": self.chance.choice(("rank", "received", "-harm")),
        }
        if self.chance.random() < 0.3:
            asked["opened_as"] = self.chance.choice(CODES)
        self.ask("ranked list", f"/incidents/?{urlencode(asked)}")

    def incident(self, signed: dict[str, object]) -> None:
        self.ask("incident", f"/incidents/{self.chance.randrange(1, int(str(signed['incidents'])))}/")

    def form(self, signed: dict[str, object]) -> None:
        if self.role in QUEUES:
            return self.incident(signed)
        items = signed["items"]
        self.ask("decision form", f"/queues/recording/{self.chance.choice(items)}/")  # type: ignore[arg-type]
        return None

    def decide(self, signed: dict[str, object]) -> None:
        if self.role != "decision_maker":
            return self.form(signed)
        address = f"/queues/recording/{signed['items'].pop()}/"  # type: ignore[attr-defined]  # nobody else has it
        page = self.ask("decision form", address)
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        if found is None:
            self.faults["decision form: no form"] += 1
            return None
        form = {
            "csrfmiddlewaretoken": found[1], "version": "1", "decision": "record", "class-0": "8N",
            "count-0": "1", "rationale": "Injury seen by officers.", "late_reason": "Found by the review.",
        }  # fmt: skip
        time.sleep(self.chance.random())
        self.ask("decision checked", address, {**form, "step": "check"})
        time.sleep(self.chance.random() / 2)
        self.ask("decision saved", address, {**form, "step": "save"}, expect=(302,))
        return None


def work(people: Sequence[Worker], signed: dict[str, object], chosen: argparse.Namespace) -> None:
    """Let everybody work for the time that was chosen."""
    until = time.perf_counter() + chosen.seconds

    def day_of(one: Worker) -> None:
        following = time.perf_counter() + one.chance.random() * chosen.every
        while following < until:
            time.sleep(max(0.0, following - time.perf_counter()))
            one.act(signed)
            following = max(following + chosen.every, time.perf_counter())

    threads = [threading.Thread(target=day_of, args=(one,)) for one in people]
    for each in threads:
        each.start()
    for each in threads:
        each.join()


@contextmanager
def served(site: Path, told: dict[str, str], processes: int | None) -> Iterator[tuple[int, psutil.Process]]:
    """The port of a server of this site, and its process."""
    serve = "from firstpoint.cli import main; main()"
    command = [sys.executable, "-c", serve, "serve", "--dir", str(site), "--port", "0"]
    command += ["--processes", str(processes)] if processes else []
    process = subprocess.Popen(command, env=told, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        said = process.stdout.readline()
        port = re.search(r":(\d+)/", said)
        assert port, said
        server = psutil.Process(process.pid)
        wait_for_all(server)
        yield int(port[1]), server
    finally:
        process.terminate()
        process.wait(30)


def wait_for_all(server: psutil.Process) -> None:
    """Wait until the processes beside the server have read their tables: a connection stays with one."""
    time.sleep(5)
    before = -1.0
    while (spent := sum(_time_of(each) for each in server.children(recursive=True))) > before + 0.1:
        before = spent
        time.sleep(3)


class Spent:
    """The time of the processor up to now: of the server, of the database, and of the whole machine."""

    def __init__(self, server: psutil.Process) -> None:
        self.at = time.perf_counter()
        self.server = sum(_time_of(each) for each in (server, *server.children(recursive=True)))
        self.database = sum(_time_of(each) for each in psutil.process_iter() if "postgres" in _name_of(each))
        self.machine = sum(psutil.cpu_times()[:3])
        self.memory = server.memory_info().rss


def _time_of(process: psutil.Process) -> float:
    try:
        spent = process.cpu_times()
    except psutil.Error:
        return 0.0
    return float(spent.user + spent.system)


def _name_of(process: psutil.Process) -> str:
    try:
        return process.name()
    except psutil.Error:
        return ""


def report(chosen: argparse.Namespace, people: Sequence[Worker], before: Spent, after: Spent) -> None:
    seconds = after.at - before.at
    took: dict[str, list[float]] = defaultdict(list)
    for one in people:
        for kind, times in one.took.items():
            took[kind] += times
    print(
        f"{chosen.database}: {chosen.incidents:,} incidents, {chosen.open:,} open, {len(people)} people, one "
        f"action every {chosen.every:g} s for {seconds:.0f} s; load of the machine {os.getloadavg()}"
    )
    print(f"{'page':<18}{'asked':>7}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}{'most ms':>9}")
    for kind, times in sorted(took.items()):
        cut = pl.Series(times) * 1000
        figures = [cut.quantile(q, "nearest") or 0.0 for q in (0.5, 0.95, 0.99, 1.0)]
        print(f"{kind:<18}{len(times):>7}" + "".join(f"{each:>9.0f}" for each in figures))
    faults = sum((one.faults for one in people), Counter())
    print(f"faults: {dict(faults) or 'none'}")
    cores = {
        "server": after.server - before.server, "database": after.database - before.database,
        "machine": after.machine - before.machine,
    }  # fmt: skip
    print("cores in use: " + ", ".join(f"{name} {spent / seconds:.2f}" for name, spent in cores.items()))
    print(f"memory of the server {after.memory / 2**20:.0f} MB")


if __name__ == "__main__":
    main()
