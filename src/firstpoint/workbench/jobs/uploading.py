"""A file sent with a form, written into the directory as it comes and never held in memory.

Only the one view that asks for it takes files this way (:func:`into_the_directory`), once the gate has let
the person through; every other view drops what is sent. What is written is the owner's alone, and goes with
the request unless the view keeps it.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from firstpoint.errors import InputError, NoRoom
from firstpoint.workbench.jobs import places
from firstpoint.workbench.jobs.configured import largest_upload

LONGEST_NAME = 100
FIELDS = frozenset({"extract", "mapping"})


class Sent(UploadedFile):
    """A file that came, at its place in the directory; closing it deletes it unless it was kept."""

    def __init__(self, path: Path, size: int) -> None:
        super().__init__(file=None, name=path.name, size=size)
        self.path = path
        self.kept = False

    def keep(self) -> str:
        """Let it stay; gives the name by which a job is told of it."""
        self.kept = True
        return places.kept_as(self.path)

    def close(self) -> None:
        """End the request's hold on it."""
        if not self.kept:
            places.drop(self.path)


class IntoTheDirectory(FileUploadHandler):
    """Writes each file that comes into a folder of its own."""

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.most = largest_upload()
        self.came = 0
        self.path: Path | None = None
        self.descriptor = -1

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin with a file."""
        super().new_file(*args, **kwargs)
        if self.field_name not in FIELDS:
            raise InputError(
                "This form takes no such file.",
                where=str(self.field_name)[:40],
                remedy="Go back and try again.",
            )
        self.path = places.new_upload(safe_name(self.file_name or ""))
        self.descriptor = places.opened_for_owner(self.path)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:  # noqa: ARG002 - Django's signature
        """Write a part of it; raises InputError where too much came, NoRoom where the disk is full."""
        self.came += len(raw_data)
        if self.came > self.most:
            self._drop()
            raise InputError(
                f"This file is larger than {self.most >> 20:,} MB, the most that can be sent here.",
                where=safe_name(self.file_name or ""),
                remedy="Split it by date, save it as Parquet, or load it on the server by firstpoint import.",
            )
        try:
            os.write(self.descriptor, raw_data)
        except OSError as fault:
            self._drop()
            raise NoRoom(
                f"The file could not be written: {fault.strerror}.", remedy="Tell your administrator."
            ) from fault

    def file_complete(self, file_size: int) -> Sent:
        """The file, at its place."""
        assert self.path is not None
        os.close(self.descriptor)
        self.descriptor = -1
        return Sent(self.path, file_size)

    def upload_interrupted(self) -> None:
        """Leave nothing of a file whose sender went away."""
        self._drop()

    def _drop(self) -> None:
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1
        if self.path is not None:
            places.drop(self.path)


def into_the_directory(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let a view take files into the directory; the form's token is checked as everywhere, once they came."""
    checked = csrf_protect(view)

    # The middleware would read the form, and the files with it, before the gate has looked who sends them.
    @csrf_exempt
    def taking_files(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        request.upload_handlers = [IntoTheDirectory(request)]
        return checked(request, *args, **kwargs)

    taking_files.takes_files = True  # type: ignore[attr-defined]  # read by the gate
    return taking_files


def safe_name(name: str) -> str:
    """A file's name without folders, invisible signs or undue length, its ending kept."""
    last = re.split(r"[/\\]", name)[-1]
    seen = "".join(
        sign if unicodedata.category(sign)[0] in "LNPSZ" and sign not in ':*?"<>|' else "_" for sign in last
    )
    path = Path(seen.strip(" .") or "file")
    return f"{path.stem[:LONGEST_NAME].encode()[:180].decode(errors='ignore')}{path.suffix[:10]}"
