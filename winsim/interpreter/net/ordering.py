"""Properties in the order in which .NET declares them: what Format-List and CLIXML show."""

from __future__ import annotations

from importlib import import_module

from winsim.interpreter.net.catalogue import facts
from winsim.interpreter.nettypes import TypeDef


def put_in_order(definition: TypeDef) -> None:
    """Sorts the properties as the catalogue lists them; members that PowerShell adds come last."""
    known = facts(definition.name)
    if known is None:
        return
    place = {key: index for index, key in enumerate(known.instance)}
    ordered = sorted(definition.properties.items(), key=lambda item: place.get(item[0], len(place)))
    definition.properties.clear()
    definition.properties.update(ordered)


def all_in_order(modules: tuple[str, ...]) -> None:
    for name in modules:
        for definition in import_module(f"winsim.interpreter.net.{name}").TYPES:
            put_in_order(definition)
