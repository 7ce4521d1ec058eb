"""What only the force can say of its use of the screen: a small file, read and checked.

The file is TOML with two tables. ``[owner]`` fills the owner's part of the model card, ``[atrs]`` the fields
of the transparency record by their number::

    [owner]
    force = "Exampleshire Police"
    name = "Force Crime Registrar"

    [atrs]
    "2.1.3" = "Assistant Chief Constable (Crime)"
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import field, frozen

from firstpoint.errors import InputError, UnreadableFile

TO_FILL = "To be filled in by the force"


@frozen
class Answers:
    """The force's answers: ``owner`` by name of the card's field, ``atrs`` by number of the record's."""

    owner: Mapping[str, str] = field(factory=dict)
    atrs: Mapping[str, str] = field(factory=dict)


def read_answers(path: Path) -> Answers:
    """The answers in a TOML file; raises UnreadableFile, or InputError for a table or value of another kind.

    Whether a field exists is checked where it is used (:func:`check_names`).
    """
    try:
        told = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeError, tomllib.TOMLDecodeError) as error:
        raise UnreadableFile(
            f"The answers cannot be read ({error}).", where=str(path), remedy="Give a TOML file in UTF-8."
        ) from error
    if other := sorted(set(told) - {"owner", "atrs"}):
        raise InputError(
            f"There is no part called {other[0]!r}.", where=str(path), remedy="Use [owner] and [atrs]."
        )
    return Answers(
        owner=_texts(told.get("owner", {}), "owner", path), atrs=_texts(told.get("atrs", {}), "atrs", path)
    )


def check_names(given: Mapping[str, str], known: Sequence[str], part: str) -> None:
    """Raise InputError for an answer to a field that is not there."""
    if unknown := sorted(set(given) - set(known)):
        raise InputError(
            f"There is no field {unknown[0]!r} to answer.",
            where=f"[{part}]",
            remedy=f"Use one of {', '.join(known)}.",
        )


def _texts(part: Any, name: str, path: Path) -> dict[str, str]:
    if not isinstance(part, dict):
        raise InputError(f"{name} is not a table.", where=str(path), remedy=f"Begin it with [{name}].")
    for key, value in part.items():
        if not isinstance(value, str):
            raise InputError(
                f"The answer {value!r} is not a text.",
                where=f"{path}: [{name}] {key}",
                remedy="Put it in quotation marks; a number such as 2.1.3 too.",
            )
    return {key: value.strip() for key, value in part.items() if value.strip()}
