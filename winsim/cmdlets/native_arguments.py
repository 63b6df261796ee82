"""The words of a program's command line, told apart: switches, their values, and the rest.

A word that a program does not know is an error of the lab that names it; nothing is passed over in silence. A program
whose own answer to such a word is known gives that answer instead (``Unknown``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from winsim.interpreter.command import NotBuilt


class Unknown(Exception):
    """A switch that the program does not have, or one without its value."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word


@dataclass(frozen=True)
class Arguments:
    """``switches`` by lower-case name without its sign, with their values; ``words`` is everything else, in order."""

    switches: dict[str, str] = field(default_factory=dict)
    words: tuple[str, ...] = ()

    def __contains__(self, name: str) -> bool:
        return name in self.switches

    def get(self, name: str, default: str = "") -> str:
        return self.switches.get(name, default)


def told_apart(
    args: Sequence[str],
    flags: Collection[str] = (),
    following: Collection[str] = (),
    colon: Collection[str] = (),
    *,
    unbuilt: Collection[str] = (),
    signs: str = "/-",
    program: str = "",
) -> Arguments:
    """``following`` take the next word as their value, ``colon`` are written ``/name:value``; ``unbuilt`` exist on
    Windows, not here. Raises Unknown for any other switch."""
    switches: dict[str, str] = {}
    words: list[str] = []
    rest = iter(args)
    for word in rest:
        if word[:1] not in signs or len(word) < 2:
            words.append(word)
            continue
        name, separator, value = word[1:].partition(":")
        name = name.lower()
        if name in unbuilt:
            raise NotBuilt(f"{program} {word}")
        if separator and name in colon:
            switches[name] = value.strip('"')
        elif not separator and name in flags:
            switches[name] = ""
        elif not separator and name in following:
            switches[name] = _next(rest, word)
        else:
            raise Unknown(word)
    return Arguments(switches, tuple(words))


def _next(words: Iterator[str], word: str) -> str:
    value = next(words, None)
    if value is None:
        raise Unknown(word)
    return value.strip('"')


def tags(words: Sequence[str], names: Sequence[str]) -> dict[str, str]:
    """netsh's ``name=value``, or values alone in the order of the usage; raises Unknown for any other name."""
    found: dict[str, str] = {}
    for position, word in enumerate(words):
        name, equals, value = word.partition("=")
        if not equals:
            name, value = (names[position], word) if position < len(names) else (word, "")
        name = next((known for known in names if known == name.lower()), "")
        if not name or name in found:
            raise Unknown(word)
        found[name] = value.strip('"')
    return found


def only(program: str, words: Sequence[str], count: int) -> None:
    """Not more than so many words."""
    if len(words) > count:
        raise NotBuilt(f"{program} with the further argument {words[count]}")


def moment(when: datetime) -> str:
    """A time as programs write it in en-US."""
    return f"{when.month}/{when.day}/{when.year} {when.hour % 12 or 12}:{when:%M:%S} {'AM' if when.hour < 12 else 'PM'}"


def table(rows: Sequence[Sequence[str]], heads: Sequence[str], form: str, heading: bool) -> Iterator[str]:
    """Rows as whoami, tasklist and others write them: ``table``, ``list`` or ``csv``."""
    if form == "csv":
        for row in ([heads] if heading else []) + list(rows):
            yield ",".join(f'"{cell}"' for cell in row)
    elif form == "list":
        width = max(len(head) for head in heads) + 1
        for row in rows:
            for head, cell in zip(heads, row, strict=True):
                yield f"{head + ':':<{width}} {cell}"
            yield ""
    else:
        widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
        if heading:
            yield " ".join(f"{head:<{width}}" for head, width in zip(heads, widths, strict=True))
            yield " ".join("=" * width for width in widths)
        for row in rows:
            yield " ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
