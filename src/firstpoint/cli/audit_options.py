"""Options that would do nothing beside others: they are named and turned away, never passed over."""

from __future__ import annotations

from collections.abc import Iterable

import click
from click.core import ParameterSource

from firstpoint.errors import InputError


def refuse_ignored(names: Iterable[str], why: str, remedy: str) -> None:
    """Raise InputError where the caller gave any of these parameters of the running command.

    ``names`` are names of parameters, ``why`` says what makes them do nothing ("an assisted plan").
    """
    context = click.get_current_context()
    wanted = set(names)
    given = [
        parameter.opts[0]
        for parameter in context.command.params
        if parameter.name in wanted
        and context.get_parameter_source(parameter.name) is ParameterSource.COMMANDLINE
    ]
    if given:
        raise InputError(
            f"{', '.join(given)} would do nothing for {why}.",
            where=context.info_name or "",
            remedy=remedy,
        )
