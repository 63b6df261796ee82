"""Path parameters of the item cmdlets: ``-Path`` with wildcards, ``-LiteralPath``, filters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from winsim.interpreter.command import CommandError
from winsim.interpreter.providers import Place, glob, locations
from winsim.interpreter.wildcards import has_wildcard, wildcard_match

if TYPE_CHECKING:
    from winsim.interpreter.cmdlets import CommandCall


def given_paths(call: CommandCall, default: str | None = None) -> list[tuple[str, bool]]:
    """(path, literal) of ``-Path`` and ``-LiteralPath``."""
    if call.has("LiteralPath"):
        return [(text, True) for text in call.texts("LiteralPath")]
    if call.has("Path"):
        return [(text, False) for text in call.texts("Path")]
    return [(default, False)] if default is not None else []


def filtered(call: CommandCall, place: Place) -> bool:
    """Whether ``-Filter``, ``-Include`` and ``-Exclude`` let an item through."""
    name = place.name
    if call.has("Filter") and call.text("Filter") and not wildcard_match(call.text("Filter"), name):
        return False
    if call.has("Include") and not any(wildcard_match(pattern, name) for pattern in call.texts("Include")):
        return False
    return not any(wildcard_match(pattern, name) for pattern in call.texts("Exclude"))


def places(call: CommandCall, default: str | None = None) -> Iterator[Place]:
    """The existing places that the call names; what is missing is a non-terminating error."""
    for text, literal in given_paths(call, default):
        try:
            found = glob(call.session, text, literal)
        except CommandError as problem:
            call.write_error(problem)
            continue
        for place in found:
            if filtered(call, place):
                yield place


def target_place(call: CommandCall, text: str) -> Place:
    """A place that need not exist; a wildcard must stand for exactly one."""
    if has_wildcard(text):
        found = glob(call.session, text)
        if len(found) == 1:
            return found[0]
    return locations(call.session).place(text)
