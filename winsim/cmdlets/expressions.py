"""What ``-Property`` takes: names with wildcards, script blocks, and hashtables with Name, Expression and more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from winsim.interpreter.collect import items_of, unwrap
from winsim.interpreter.command import CommandError, NotBuilt
from winsim.interpreter.containers import Dictionary
from winsim.interpreter.errors import TerminatingError
from winsim.interpreter.members import get_property_of, properties_of
from winsim.interpreter.scriptblocks import ScriptBlock
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import AUTOMATION_NULL
from winsim.interpreter.wildcards import has_wildcard, wildcard_match

if TYPE_CHECKING:
    from winsim.interpreter.cmdlets import CommandCall


@dataclass(frozen=True)
class Expression:
    """One element of ``-Property``; ``options`` are the other keys of a hashtable, lower case."""

    name: str  # a property name or wildcard pattern; "" for a script block
    block: ScriptBlock | None = None
    label: str = ""
    options: dict[str, object] = field(default_factory=dict)

    @property
    def shown(self) -> str:
        """What the result is called."""
        if self.label:
            return self.label
        return self.name if self.block is None else to_text(self.block)


def option(key: str, allowed: Iterable[str]) -> str | None:
    """The full key that an abbreviation stands for."""
    low = key.lower()
    if low in ("n", "l"):
        return "name" if "name" in allowed else None
    if low == "label":
        return "name"
    return next((name for name in allowed if name.startswith(low)), None)


def parse(value: object, allowed: Iterable[str] = ("name", "expression")) -> Expression:
    """One element of ``-Property``."""
    base = unwrap(value)
    if isinstance(base, ScriptBlock):
        return Expression("", base)
    if not isinstance(base, Dictionary):
        return Expression(to_text(base))
    options: dict[str, object] = {}
    for key, held in base.items():
        full = option(to_text(key), allowed)
        if full is None:
            raise CommandError(
                "DictionaryKeyUnknown",
                f"The {to_text(key)} key is not valid.",
                "InvalidArgument",
                exception="System.NotSupportedException",
            )
        options[full] = held
    expression = unwrap(options.get("expression"))
    label = to_text(options.get("name")) if options.get("name") is not None else ""
    if isinstance(expression, ScriptBlock):
        return Expression("", expression, label, options)
    return Expression(to_text(expression) if expression is not None else label, None, label, options)


def parse_all(value: object, allowed: Iterable[str] = ("name", "expression")) -> list[Expression]:
    items = items_of(value)
    return [parse(item, allowed) for item in (items if items is not None else [value]) if item is not None]


def names_of(value: object) -> list[str]:
    """The names that a wildcard can match."""
    base = unwrap(value)
    if isinstance(base, Dictionary):
        return [to_text(key) for key in base]
    return [info.name for info in properties_of(value) if not info.name.startswith("__")]


def real_name(value: object, name: str) -> str:
    """The name in the case in which the object has it."""
    return next((known for known in names_of(value) if known.lower() == name.lower()), name)


def resolve(expression: Expression, value: object) -> list[tuple[str, Expression]]:
    """(name of the result, what to read) for one object; a wildcard becomes several."""
    if expression.block is not None:
        return [(expression.shown, expression)]
    if has_wildcard(expression.name) and expression.name not in names_of(value):
        found = [name for name in names_of(value) if wildcard_match(expression.name, name)]
        return [(expression.label or name, Expression(name)) for name in found]
    return [(expression.label or real_name(value, expression.name), expression)]


def evaluate(call: CommandCall, expression: Expression, value: object, default: object = None) -> object:
    """The value for one object; an expression that fails gives ``default``."""
    if expression.block is None:
        return get_property_of(value, expression.name, default)
    try:
        made = block_value(call, expression.block, value)
    except TerminatingError:
        return default
    return None if made is AUTOMATION_NULL else made


def value_of(call: CommandCall, expression: Expression, value: object) -> object:
    """As ``evaluate``; the first value where a wildcard stands for several."""
    for _, single in resolve(expression, value):
        return evaluate(call, single, value)
    return None


def key_of(call: CommandCall, expression: Expression, value: object, default: object) -> object:
    """As ``value_of``, with ``default`` for a property that is not there; what a block throws goes on."""
    for _, single in resolve(expression, value):
        if single.block is None:
            return get_property_of(value, single.name, default)
        made = block_value(call, single.block, value)
        return None if made is AUTOMATION_NULL else made
    return default


def block_value(call: CommandCall, block: ScriptBlock, value: object) -> object:
    return call.session.value_for(block, call.caller, value)


KNOWN_CULTURES = frozenset({"", "en-us", "en", "1033", "9", "127", "invariantculture", "currentculture"})


def known_culture(call: CommandCall) -> None:
    """-Culture: the lab compares texts as en-US does, and knows no other way."""
    given = to_text(call.get("Culture")).lower()
    if call.has("Culture") and given not in KNOWN_CULTURES:
        raise NotBuilt(f"{call.name} -Culture {given}")
