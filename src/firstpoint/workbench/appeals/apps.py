"""Tells the app of work how appeals are handled."""

from django.apps import AppConfig


class AppealsConfig(AppConfig):
    """The app of appeals."""

    name = "firstpoint.workbench.appeals"
    label = "appeals"

    def ready(self) -> None:
        """Say how the work is handled."""
        from firstpoint.workbench.appeals.handling import HANDLING
        from firstpoint.workbench.work.handling import handle

        handle("appeal", HANDLING)
