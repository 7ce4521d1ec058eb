"""The daily digest by e-mail: what waits for each person and what is overdue, in counts and references.

It is made of the parts of the page of the day (``accounts.today``), and of these it takes the figures and the
references of incidents alone: never a name, a title that somebody wrote, or a word of a log.
"""

from __future__ import annotations

from datetime import date, datetime
from smtplib import SMTPException
from zoneinfo import ZoneInfo

from django.core.mail import EmailMessage, get_connection
from django.db import transaction
from django.utils import timezone

from firstpoint.errors import InputError
from firstpoint.workbench.accounts import today
from firstpoint.workbench.accounts.models import User
from firstpoint.workbench.incidents.restricting import is_shut
from firstpoint.workbench.jobs.asking import queue
from firstpoint.workbench.jobs.configured import Mail, mail
from firstpoint.workbench.jobs.models import QUEUED, RUNNING, DigestWish, Job
from firstpoint.workbench.jobs.working import Again, Task
from firstpoint.workbench.ledger.keeping import keep

_LONDON = ZoneInfo("Europe/London")
SECONDS_FOR_THE_SERVER = 20


def queue_todays(by: str) -> Job | None:
    """The job that sends today's digest; None where none is to be sent, or one waits already."""
    chosen = mail()
    if chosen is None or not chosen.digest:
        return None
    day = _today().isoformat()
    if Job.objects.filter(kind="digest", state__in=(QUEUED, RUNNING), arguments={"day": day}).exists():
        return None
    return queue("digest", {"day": day}, by)


def send(task: Task) -> None:
    """Send the digest of a day (argument ``day``, ISO) to everybody who wants it and has not had it."""
    chosen = mail()
    if chosen is None or not chosen.digest:
        raise InputError(
            "No digest is sent here.", where="workbench.toml [mail]", remedy="Name host, from and digest."
        )
    day = date.fromisoformat(task.arguments["day"])
    wishes = list(_wanting(day))
    sent = 0
    failed = ""
    for number, wish in enumerate(wishes):
        task.step("Sending", number, len(wishes))
        try:
            sent += _send_one(wish, day, chosen)
        except (OSError, SMTPException) as fault:
            failed = type(fault).__name__
    if failed:
        raise Again(
            f"The mail server did not take every digest ({failed}); {sent:,} of {len(wishes):,} went."
        )
    with transaction.atomic():
        task.settle(says=[f"{sent:,} digests were sent; {len(wishes) - sent:,} people had nothing waiting."])


def text_for(user: User, now: datetime) -> str:
    """What a person's digest says; nothing where nothing waits for them."""
    lines = []
    for part in today.parts_for(user, now):
        figures = [each for each in part.figures if each.number and each.waits]
        if figures:
            lines.append(part.title)
            lines += [f"  {each.number:,} {each.label}{' (late)' if each.late else ''}" for each in figures]
            lines += _references(user, part)
    return "\n".join(lines)


def _references(user: User, part: today.Part) -> list[str]:
    about = [each.incident_id for each in part.first if each.incident_id]
    shut = is_shut(user.person, about)
    return [f"  {each.reference}" for each in part.first if each.incident_id and each.incident_id not in shut]


def wish_of(user: User) -> DigestWish:
    """What a person wishes; nothing was saved where they never said."""
    return DigestWish.objects.filter(user=user).first() or DigestWish(user=user)


def save_wish(user: User, address: str, *, wanted: bool) -> DigestWish:
    """A person's wish, saved and kept in the ledger; raises InputError for an address that gets no digest."""
    chosen = mail()
    domains = chosen.domains if chosen else ()
    if wanted and address.rpartition("@")[2].lower() not in domains:
        raise InputError(
            "Digests are not sent to this address.",
            where="address",
            remedy=f"Give one that ends in {' or '.join(f'@{each}' for each in domains)}.",
        )
    with transaction.atomic():
        wish, _ = DigestWish.objects.update_or_create(
            user=user, defaults={"address": address, "wanted": wanted}
        )
        keep(user.person.reference, "digest.chosen", user.person.reference, {"wanted": wanted})
    return wish


def _wanting(day: date):
    wishes = DigestWish.objects.filter(wanted=True, user__is_active=True).exclude(address="")
    return wishes.exclude(last_sent_for=day).select_related("user").order_by("pk")


def _send_one(wish: DigestWish, day: date, chosen: Mail) -> bool:
    text = text_for(wish.user, timezone.now())
    if text:
        EmailMessage(
            subject=f"Firstpoint: what waits for you, {day.day} {day:%B %Y}",
            body=f"{text}\n\nCounts and references only; sign in to see more, or to switch this off.\n",
            from_email=chosen.sender,
            to=[wish.address],
            connection=_connection(chosen),
        ).send()
    # After the server took it: a kill between the two sends it twice, never not at all.
    with transaction.atomic():
        DigestWish.objects.filter(pk=wish.pk).update(last_sent_for=day)
        if text:
            keep("worker", "digest.sent", wish.user.person.reference, {"lines": text.count("\n") + 1})
    return bool(text)


def _connection(chosen: Mail):
    return get_connection(
        "django.core.mail.backends.smtp.EmailBackend",
        host=chosen.host,
        port=chosen.port,
        username=chosen.user,
        password=chosen.password,
        use_tls=chosen.starttls,
        timeout=SECONDS_FOR_THE_SERVER,
    )


def _today() -> date:
    return timezone.now().astimezone(_LONDON).date()
