"""Tells the app of work how cancellations and transfers are handled."""

from django.apps import AppConfig


class CancellationConfig(AppConfig):
    """The app of cancellations and transfers."""

    name = "firstpoint.workbench.cancellation"
    label = "cancellation"

    def ready(self) -> None:
        """Say how the work is handled."""
        from firstpoint.workbench.cancellation.handling import HANDLING, why_not_taken_back
        from firstpoint.workbench.work.handling import bars_undo, handle

        handle("cancellation", HANDLING)
        bars_undo("cancellation", why_not_taken_back)
