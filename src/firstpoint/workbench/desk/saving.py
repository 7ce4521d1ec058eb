"""Saving a choice in a queue under a name, renaming and deleting it, and opening the queue with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.db import transaction
from django.http import Http404

from firstpoint.casework import Incomplete, is_readable
from firstpoint.workbench.accounts.models import User
from firstpoint.workbench.desk.models import SavedView

MOST_VIEWS, LONGEST_NAME = 20, 40
SAVE, RENAME, DELETE, DEFAULT, NO_DEFAULT = "save", "rename", "delete", "default", "no_default"


def views_of(owner: User, kind: str) -> Sequence[SavedView]:
    """The choices that a person saved in the queue of a kind, by name."""
    return list(SavedView.objects.filter(owner=owner, kind=kind).order_by("name"))


def change(owner: User, kind: str, query: str, posted: Mapping[str, str]) -> str:
    """Do what a form asks with a person's views of a queue; a sentence that says what was done.

    ``query`` is the choice that the person sees. Raises Incomplete where the name cannot be used, and Http404
    for a view that is not theirs.
    """
    asked, name = posted.get("view_step", ""), " ".join(posted.get("view_name", "").split())
    with transaction.atomic():
        User.objects.select_for_update().get(pk=owner.pk)
        mine = {str(each.pk): each for each in views_of(owner, kind)}
        if asked == SAVE:
            return _save(owner, kind, query, _usable(name, mine.values()), len(mine))
        view = mine.get(posted.get("view", ""))
        if view is None:
            raise Http404
        return _do(view, asked, name, [each for each in mine.values() if each != view])


def _save(owner: User, kind: str, query: str, name: str, held: int) -> str:
    if held >= MOST_VIEWS:
        raise Incomplete({"view_name": f"You have {MOST_VIEWS} views here; delete one first"})
    SavedView.objects.create(owner=owner, kind=kind, name=name, query=query)
    return f"The view “{name}” was saved."


def _do(view: SavedView, asked: str, name: str, others: Sequence[SavedView]) -> str:
    if asked == DELETE:
        view.delete()
        return f"The view “{view.name}” was deleted."
    if asked == RENAME:
        view.name = _usable(name, others)
        view.save(update_fields=["name"])
        return f"The view is now called “{view.name}”."
    if asked == DEFAULT:
        SavedView.objects.filter(pk__in=[each.pk for each in others]).update(default=False)
    if asked not in (DEFAULT, NO_DEFAULT):
        raise Http404
    view.default = asked == DEFAULT
    view.save(update_fields=["default"])
    return f"The queue now opens with {f'“{view.name}”' if view.default else 'all that is open'}."


def _usable(name: str, others: Iterable[SavedView]) -> str:
    if not name or len(name) > LONGEST_NAME:
        raise Incomplete({"view_name": f"Enter a name of at most {LONGEST_NAME} characters"})
    if not is_readable(name):
        raise Incomplete({"view_name": "The name holds invisible control characters; type it again"})
    if name in [each.name for each in others]:
        raise Incomplete({"view_name": "You have a view of this name already; choose another name"})
    return name
