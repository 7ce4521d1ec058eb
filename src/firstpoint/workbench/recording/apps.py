"""Tells the app of work how recording decisions are handled."""

from django.apps import AppConfig


class RecordingConfig(AppConfig):
    """The app of the recording decision."""

    name = "firstpoint.workbench.recording"
    label = "recording"

    def ready(self) -> None:
        """Say how the work is handled."""
        from firstpoint.workbench.recording.errands import INFORMATION, TELLING
        from firstpoint.workbench.recording.handling import HANDLING
        from firstpoint.workbench.work.handling import handle

        handle("recording", HANDLING)
        handle("information", INFORMATION)
        handle("telling", TELLING)
