"""System.String: what changes and splits texts."""

from __future__ import annotations

from collections.abc import Sequence

from winsim.interpreter.net.strings import STRING, WHITE, null_argument, out_of_range, plain
from winsim.interpreter.nettypes import NetError
from winsim.interpreter.sizes import check_size
from winsim.interpreter.values import Array, Char, EnumValue


@STRING.method("Replace", "System.Char", "System.Char")
def replace_char(this: str, old: Char, new: Char) -> str:
    return plain(this).replace(old, new)


@STRING.method("Replace", "System.String", "System.String")
def replace(this: str, old: str, new: str | None) -> str:
    if old is None:
        raise null_argument("oldValue")
    if not old:
        raise NetError("System.ArgumentException", "String cannot be of zero length.\r\nParameter name: oldValue")
    text, wanted = plain(this), new or ""
    check_size(len(text) + text.count(old) * max(len(wanted) - len(old), 0))
    return text.replace(old, wanted)


def _cases() -> None:
    for name, change in (("ToUpper", str.upper), ("ToLower", str.lower)):
        for suffix in ("", "Invariant"):

            @STRING.method(name + suffix)
            def simple(this: str, change: object = change) -> str:
                return map_each(this, change)

        @STRING.method(name, "System.Globalization.CultureInfo")
        def by_culture(this: str, culture: object, change: object = change) -> str:
            return map_each(this, change)


def map_each(text: str, change: object) -> str:
    """Letter by letter: .NET never changes the length (``ß`` stays)."""
    assert callable(change)
    changed = str(change(plain(text)))
    if len(changed) == len(text):
        return changed
    return "".join(new if len(new := str(change(c))) == 1 else c for c in text)


_cases()


def _trims() -> None:
    for name, trim in (("Trim", str.strip), ("TrimStart", str.lstrip), ("TrimEnd", str.rstrip)):

        @STRING.method(name)
        def simple(this: str, trim: object = trim) -> str:
            assert callable(trim)
            return str(trim(plain(this), WHITE))

        @STRING.method(name, "System.Char[]")
        @STRING.method(name, "params System.Char[]")
        def by_chars(this: str, chars: Sequence[str] | None, trim: object = trim) -> str:
            assert callable(trim)
            return str(trim(plain(this), "".join(chars) if chars else WHITE))


_trims()


def _pads() -> None:
    for name, pad in (("PadLeft", str.rjust), ("PadRight", str.ljust)):

        @STRING.method(name, "System.Int32")
        def simple(this: str, width: int, pad: object = pad) -> str:
            return padded(this, width, " ", pad)

        @STRING.method(name, "System.Int32", "System.Char")
        def with_char(this: str, width: int, char: Char, pad: object = pad) -> str:
            return padded(this, width, plain(char), pad)


def padded(this: str, width: int, char: str, pad: object) -> str:
    assert callable(pad)
    if width < 0:
        raise out_of_range("totalWidth", "Non-negative number required.")
    check_size(width)
    return str(pad(plain(this), width, char))


_pads()


def split_text(this: str, separators: Sequence[str] | None, count: int | None, options: EnumValue | None) -> Array:
    marks = [mark for mark in separators or [] if mark] or list(WHITE)
    drop_empty = options is not None and int(options) == 1
    if count is not None and count < 0:
        raise out_of_range("count", "Count cannot be less than zero.")
    if count == 0:
        return Array([], "System.String")
    pieces: list[object] = []
    start = index = 0
    text = plain(this)
    while index < len(text):
        mark = next((m for m in marks if text.startswith(m, index)), None)
        if mark is None or (count is not None and len(pieces) >= count - 1):
            index += 1
            continue
        if not (drop_empty and index == start):
            pieces.append(text[start:index])
        index = start = index + len(mark)
    rest = text[start:]
    if drop_empty and count is not None and len(pieces) == count - 1:
        rest = strip_leading(rest, marks)
    if rest or not drop_empty:
        pieces.append(rest)
    return Array(pieces, "System.String")


def strip_leading(text: str, marks: Sequence[str]) -> str:
    while mark := next((m for m in marks if m and text.startswith(m)), None):
        text = text[len(mark) :]
    return text


OPTIONS = "System.StringSplitOptions"


@STRING.method("Split", "System.Char[]")
@STRING.method("Split", "params System.Char[]")
def split(this: str, separators: Sequence[str] | None) -> Array:
    return split_text(this, separators, None, None)


@STRING.method("Split", "System.Char[]", "System.Int32")
def split_count(this: str, separators: Sequence[str] | None, count: int) -> Array:
    return split_text(this, separators, count, None)


for _kind in ("System.Char[]", "System.String[]"):

    @STRING.method("Split", _kind, OPTIONS)
    def split_options(this: str, separators: Sequence[str] | None, options: EnumValue) -> Array:
        return split_text(this, separators, None, options)

    @STRING.method("Split", _kind, "System.Int32", OPTIONS)
    def split_both(this: str, separators: Sequence[str] | None, count: int, options: EnumValue) -> Array:
        return split_text(this, separators, count, options)


TYPES = ()
