"""Which reports were read for an alert: none is read again every minute, and the others get their turn."""

from django.db import models

from firstpoint.workbench.work.models import WorkItem


class LookedAt(models.Model):
    """A piece of work that was read for an alert, and when; after a screen all are read again."""

    item = models.OneToOneField(WorkItem, on_delete=models.CASCADE, primary_key=True, related_name="looked")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.item_id} at {self.at:%Y-%m-%d %H:%M}"
