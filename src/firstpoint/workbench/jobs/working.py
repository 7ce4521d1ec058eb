"""A worker: claims one job after the other and does it, with a sign of life every second.

work("firstpoint-data")  # until it is told to stop
"""

from __future__ import annotations

import logging
import os
import re
import secrets
import socket
import threading
import time
import traceback
from contextlib import suppress
from datetime import timedelta
from typing import Any

from attrs import define, evolve, field
from django.db import OperationalError, close_old_connections, connection
from django.utils import timezone

from firstpoint.errors import FirstpointError
from firstpoint.workbench.jobs import expiry, places, pulse
from firstpoint.workbench.jobs.claiming import claim, end, is_last_try, put_back, take_up_abandoned
from firstpoint.workbench.jobs.kinds import kind_of
from firstpoint.workbench.jobs.models import CANCELLED, DONE, FAILED, RUNNING, Job
from firstpoint.workbench.ledger.keeping import keep
from firstpoint.workbench.work.handling import tick

_log = logging.getLogger("firstpoint.workbench.jobs")

POLL_SECONDS = 1.0
SWEEP_SECONDS = 3600.0
TICK_SECONDS = 60.0
THE_WORKER = "worker"
"""Who acts where the worker acts by itself."""
WAIT_BEFORE_AGAIN = timedelta(seconds=30)


class Cancelled(Exception):
    """Somebody wants this job stopped."""


class Stopping(Exception):
    """The worker itself is told to stop."""


class Lost(Exception):
    """The job was taken up by another worker, who thought this one gone."""


class Again(Exception):
    """What the job needs does not answer; it is worth another try later. ``args[0]`` says what, in words."""


@define
class Task:
    """One job under way, as the function that does it sees it."""

    job: Job
    worker: Worker

    @property
    def arguments(self) -> dict[str, Any]:
        """What was asked for."""
        given: dict[str, Any] = self.job.arguments
        return given

    def step(self, what: str, done: int = 0, of: int = 0, *, keeps_database: bool = False) -> None:
        """Say how far it is; raises Cancelled or Stopping where it is to go no further."""
        self.worker.tell(done=done, of=of, what=what, keeps_database=keeps_database)
        if pulse.is_asked_to_stop(self.job.pk):
            raise Cancelled
        if self.worker.stop.is_set():
            raise Stopping

    def settle(self, **result: Any) -> None:
        """Mark the job done in the caller's transaction, with what came of it.

        Raises Lost, so that the transaction is undone, where the job is no longer this worker's.
        """
        self.step("Finishing", keeps_database=self.worker.sign.keeps_database)
        held = Job.objects.filter(pk=self.job.pk, state=RUNNING, tries=self.job.tries)
        if not held.update(state=DONE, result=result, message="", ended_at=timezone.now()):
            raise Lost
        keep(self.job.asked_by, "job.done", self.job.reference, {"kind": self.job.kind})


@define
class Worker:
    """A worker with its name, its last sign of life, and the event that tells it to stop."""

    stop: threading.Event = field(factory=threading.Event)
    name: str = field(factory=lambda: _name())
    sign: pulse.Beat = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.sign = pulse.Beat(self.name, time.time())

    def work(self) -> None:
        """Do jobs until told to stop."""
        pulse.beat(self.sign)
        beating = threading.Thread(target=self._beat_every_second, daemon=True)
        beating.start()
        swept = ticked = 0.0
        while not self.stop.is_set():
            try:
                if time.monotonic() - swept > SWEEP_SECONDS or not swept:
                    swept = time.monotonic()
                    expiry.delete_old_files()
                if time.monotonic() - ticked > TICK_SECONDS or not ticked:
                    ticked = time.monotonic()
                    tick(timezone.now(), THE_WORKER)
                did = self.do_next()
            except OperationalError:
                # Held by another writer, or away for a while: the next look is soon enough.
                _log.warning("The database does not answer; the worker waits.")
                did = False
                connection.close()
            if not did:
                self.stop.wait(POLL_SECONDS)
        pulse.silence(self.name)

    def do_next(self) -> bool:
        """Do one job if one waits, and say whether there was one."""
        close_old_connections()
        take_up_abandoned(timezone.now())
        job = claim(self.name, timezone.now())
        if job is None:
            return False
        self._do(job)
        return True

    def tell(self, **told: Any) -> None:
        """Change what the next sign of life says."""
        self.sign = evolve(self.sign, **told)

    def _do(self, job: Job) -> None:
        self.sign = pulse.Beat(self.name, time.time(), job.pk, job.tries, what="Starting")
        pulse.beat(self.sign)
        try:
            kind_of(job.kind).function()(Task(job, self))
        except Cancelled:
            end(job, CANCELLED)
        except Stopping:
            put_back(job, timezone.now())
        except Lost:
            _log.warning("%s was taken up by another worker.", job.reference)
        except Again as reason:
            self._try_later(job, str(reason))
        except OperationalError:
            connection.close()
            self._try_later(job, "The database did not answer, or was kept by another program.")
        except FirstpointError as reason:
            end(job, FAILED, places.as_sent(str(reason)))
        except Exception as fault:  # noqa: BLE001 - whatever it is, the worker goes on with the next job
            _log.error("%s failed: %s", job.reference, _where(fault))
            end(job, FAILED, _ours(fault))
        finally:
            self.sign = pulse.Beat(self.name, time.time())
            with suppress(OSError):
                pulse.beat(self.sign)

    def _try_later(self, job: Job, reason: str) -> None:
        if is_last_try(job):
            end(job, FAILED, f"{reason} It was tried {job.tries} times. Try it again later.")
        else:
            put_back(job, timezone.now() + WAIT_BEFORE_AGAIN * job.tries, f"{reason} It will be tried again.")

    def _beat_every_second(self) -> None:
        while not self.stop.wait(1.0):
            with suppress(OSError):  # a full disk must not end the work; others will think this worker gone
                pulse.beat(evolve(self.sign, at=time.time()))


def _name() -> str:
    host = re.sub(r"[^A-Za-z0-9]", "", socket.gethostname())[:20]
    return f"{host}-{os.getpid()}-{secrets.token_hex(4)}"


def _where(fault: Exception) -> str:
    last = traceback.extract_tb(fault.__traceback__)[-1]
    return f"{type(fault).__name__} in {last.name}, line {last.lineno} of {os.path.basename(last.filename)}"  # noqa: PTH119


def _ours(fault: Exception) -> str:
    return (
        f"A fault of ours ({type(fault).__name__}) stopped it, and nothing of it was kept. Try it once "
        "more; if it fails again, tell your administrator the number of this job."
    )
