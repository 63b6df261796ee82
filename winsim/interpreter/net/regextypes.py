"""System.Text.RegularExpressions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from winsim.interpreter import patterns
from winsim.interpreter.net.strings import out_of_range
from winsim.interpreter.nettypes import Indexer, NetError, TypeDef
from winsim.interpreter.regexes import compile_pattern, expand, find_all, group_order, substitute
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import Array, EnumValue, NetObject

if TYPE_CHECKING:
    from winsim.interpreter.session import Session

OPTIONS = "System.Text.RegularExpressions.RegexOptions"
SPACE = "System.Text.RegularExpressions."


class Regex(NetObject):
    type_names = (f"{SPACE}Regex", "System.Object")

    def __init__(self, pattern: str, options: int = 0) -> None:
        if pattern is None:
            raise NetError("System.ArgumentNullException", "Value cannot be null.\r\nParameter name: pattern")
        self.pattern = pattern
        self.options = options
        self.compiled = compile_pattern(pattern, options)

    def __str__(self) -> str:
        return self.pattern


class Capture(NetObject):
    type_names: tuple[str, ...] = (f"{SPACE}Capture", "System.Object")

    def __init__(self, value: str, index: int) -> None:
        self.value = value
        self.index = index

    def __str__(self) -> str:
        return self.value


class Group(Capture):
    type_names: tuple[str, ...] = (f"{SPACE}Group", f"{SPACE}Capture", "System.Object")

    def __init__(self, name: str, value: str | None, index: int, earlier: Sequence[Capture] = ()) -> None:
        super().__init__(value or "", max(index, 0))
        self.name = name
        self.success = value is not None
        self.earlier = earlier  # captures of the group before its last one

    def captures(self) -> CaptureList:
        own = [*self.earlier, Capture(self.value, self.index)] if self.success else []
        return CaptureList(own, f"{SPACE}CaptureCollection")


def group_of(found: patterns.Match[str], name: str, number: int) -> Group:
    earlier = [Capture(found.string[start:end], start) for start, end in found.spans(number)[:-1]]
    return Group(name, found.group(number), found.start(number), earlier)


class CaptureList(NetObject):
    def __init__(self, items: Sequence[object], type_name: str) -> None:
        self.items = list(items)
        self.type_names = (type_name, "System.Object")


class Match(Group):
    type_names = (f"{SPACE}Match", f"{SPACE}Group", f"{SPACE}Capture", "System.Object")

    def __init__(self, found: patterns.Match[str] | None, regex: Regex) -> None:
        super().__init__("0", found.group() if found else None, found.start() if found else 0)
        self.found = found
        self.regex = regex

    def groups(self) -> GroupList:
        if self.found is None:
            return GroupList([Group("0", None, 0)])
        found = self.found
        order = group_order(self.regex.compiled)
        return GroupList([self, *(group_of(found, name, number) for name, number in order[1:])])


class GroupList(CaptureList):
    def __init__(self, items: Sequence[object]) -> None:
        super().__init__(items, f"{SPACE}GroupCollection")

    def find(self, key: object) -> Group:
        if isinstance(key, int):
            held = self.items[key] if 0 <= key < len(self.items) else None
        else:
            wanted = to_text(key)
            held = next((g for g in self.items if isinstance(g, Group) and g.name == wanted), None)
        return held if isinstance(held, Group) else Group(to_text(key), None, 0)


REGEX = TypeDef(
    f"{SPACE}Regex",
    python=(Regex,),
    accelerators=("regex",),
    to_text=str,
    convert=lambda value: value if isinstance(value, Regex) else Regex(to_text(value)),
)
CAPTURE = TypeDef(f"{SPACE}Capture", python=(Capture,), to_text=str)
GROUP = TypeDef(f"{SPACE}Group", python=(Group,), base=CAPTURE.name, to_text=str)
MATCH = TypeDef(f"{SPACE}Match", python=(Match,), base=GROUP.name, to_text=str)
MATCHES = TypeDef(f"{SPACE}MatchCollection", enumerate=lambda this: this.items)
GROUPS = TypeDef(f"{SPACE}GroupCollection", python=(GroupList,), enumerate=lambda this: this.items)
CAPTURES = TypeDef(f"{SPACE}CaptureCollection", enumerate=lambda this: this.items)


@MATCH.property("Groups")
def groups(this: Match) -> GroupList:
    return this.groups()


@GROUP.property("Success")
def success(this: Group) -> bool:
    return this.success


@GROUP.property("Captures")
def captures(this: Group) -> CaptureList:
    return this.captures()


CAPTURE.attribute("Index")


@CAPTURE.property("Length")
def length(this: Capture) -> int:
    return len(this.value)


@CAPTURE.property("Value")
def value(this: Capture) -> str:
    return this.value


for _target in (MATCHES, GROUPS, CAPTURES):

    @_target.property("Count")
    def count(this: CaptureList) -> int:
        return len(this.items)

    @_target.method("GetEnumerator")
    def get_enumerator(this: CaptureList) -> object:
        from winsim.interpreter.collect import Enumerator

        return Enumerator(this.items)


def item_at(this: CaptureList, index: int) -> object:
    if not 0 <= index < len(this.items):
        raise out_of_range("i", "Specified argument was out of the range of valid values.")
    return this.items[index]


MATCHES.indexer = Indexer(item_at, None, ("System.Int32",))
CAPTURES.indexer = Indexer(item_at, None, ("System.Int32",))
GROUPS.indexer = Indexer(lambda this, key: this.find(key), None, ("System.Object",))
MATCHES.method("Item", "System.Int32")(item_at)
GROUPS.method("Item", "System.Object")(lambda this, key: this.find(key))


@MATCH.method("NextMatch")
def next_match(this: Match) -> Match:
    if this.found is None:
        return this
    end = this.found.end() + (this.found.end() == this.found.start())
    found = this.regex.compiled.search(this.found.string, end) if end <= len(this.found.string) else None
    return Match(found, this.regex)


@MATCH.method("Result", "System.String")
def result(this: Match, replacement: str) -> str:
    if this.found is None:
        raise NetError("System.NotSupportedException", "Result cannot be called on a failed Match.")
    return expand(replacement, this.found)


for _target in (CAPTURE, GROUP, MATCH):

    @_target.method("ToString")
    def capture_text(this: Capture) -> str:
        return this.value


# -- Regex --------------------------------------------------------------------------------------------------------


@REGEX.constructor("System.String")
def make(pattern: str) -> Regex:
    return Regex(pattern)


@REGEX.constructor("System.String", OPTIONS)
def make_with(pattern: str, options: EnumValue) -> Regex:
    return Regex(pattern, int(options))


def need_input(text: str) -> str:
    if text is None:
        raise NetError("System.ArgumentNullException", "Value cannot be null.\r\nParameter name: input")
    return str.__str__(text)


def first(regex: Regex, text: str, start: int = 0) -> Match:
    return Match(regex.compiled.search(need_input(text), start), regex)


def every(regex: Regex, text: str, start: int = 0) -> CaptureList:
    found = [Match(match, regex) for match in find_all(regex.compiled, need_input(text), start)]
    return CaptureList(found, MATCHES.name)


def split(regex: Regex, text: str, limit: int = 0) -> Array:
    text = need_input(text)
    pieces: list[object] = []
    last = 0
    for found in regex.compiled.finditer(text):
        if limit and len(pieces) >= limit - 1:
            break
        pieces.append(text[last : found.start()])
        pieces.extend(g for _, n in group_order(regex.compiled)[1:] if (g := found.group(n)) is not None)
        last = found.end()
    return Array([*pieces, text[last:]], "System.String")


def replace_text(regex: Regex, text: str, replacement: str, limit: int = 0) -> str:
    if replacement is None:
        raise NetError("System.ArgumentNullException", "Value cannot be null.\r\nParameter name: replacement")
    return substitute(regex.compiled, replacement, need_input(text), max(limit, 0))


def replace_by(session: Session, regex: Regex, text: str, evaluator: object, limit: int = 0) -> str:
    def call(found: patterns.Match[str]) -> str:
        return to_text(session.call_block(evaluator, Match(found, regex), outside=True))  # type: ignore[arg-type]

    return regex.compiled.sub(call, need_input(text), max(limit, 0))


def _instance_methods() -> None:
    @REGEX.method("IsMatch", "System.String", "System.Int32", optional=1)
    def is_match(this: Regex, text: str, start: int = 0) -> bool:
        return first(this, text, start).success

    @REGEX.method("Match", "System.String", "System.Int32", optional=1)
    def match(this: Regex, text: str, start: int = 0) -> Match:
        return first(this, text, start)

    @REGEX.method("Matches", "System.String", "System.Int32", optional=1)
    def matches(this: Regex, text: str, start: int = 0) -> CaptureList:
        return every(this, text, start)

    @REGEX.method("Split", "System.String", "System.Int32", optional=1)
    def split_this(this: Regex, text: str, limit: int = 0) -> Array:
        return split(this, text, limit)

    @REGEX.method("Replace", "System.String", "System.String", "System.Int32", optional=1)
    def replace(this: Regex, text: str, replacement: str, limit: int = 0) -> str:
        return replace_text(this, text, replacement, limit)

    @REGEX.method(
        "Replace",
        "System.String",
        "System.Management.Automation.ScriptBlock",
        "System.Int32",
        optional=1,
        needs_session=True,
    )
    def replace_evaluated(this: Regex, session: Session, text: str, evaluator: object, limit: int = 0) -> str:
        return replace_by(session, this, text, evaluator, limit)


_instance_methods()


@REGEX.method("ToString")
def to_string(this: Regex) -> str:
    return this.pattern


@REGEX.method("GetGroupNames")
def get_group_names(this: Regex) -> Array:
    return Array([name for name, _ in group_order(this.compiled)], "System.String")


@REGEX.method("GetGroupNumbers")
def get_group_numbers(this: Regex) -> Array:
    return Array(list(range(len(group_order(this.compiled)))), "System.Int32")


@REGEX.property("Options")
def options_of(this: Regex) -> EnumValue:
    from winsim.interpreter.net.enums import of_number

    return of_number(OPTIONS, this.options)


@REGEX.property("RightToLeft")
def right_to_left(this: Regex) -> bool:
    return bool(this.options & 64)


def _static_methods() -> None:
    for parameters in ((), (OPTIONS,)):

        @REGEX.static_method("IsMatch", "System.String", "System.String", *parameters)
        def is_match(text: str, pattern: str, options: int = 0) -> bool:
            return first(Regex(pattern, int(options)), text).success

        @REGEX.static_method("Match", "System.String", "System.String", *parameters)
        def match(text: str, pattern: str, options: int = 0) -> Match:
            return first(Regex(pattern, int(options)), text)

        @REGEX.static_method("Matches", "System.String", "System.String", *parameters)
        def matches(text: str, pattern: str, options: int = 0) -> CaptureList:
            return every(Regex(pattern, int(options)), text)

        @REGEX.static_method("Split", "System.String", "System.String", *parameters)
        def split_static(text: str, pattern: str, options: int = 0) -> Array:
            return split(Regex(pattern, int(options)), text)

        @REGEX.static_method("Replace", "System.String", "System.String", "System.String", *parameters)
        def replace(text: str, pattern: str, replacement: str, options: int = 0) -> str:
            return replace_text(Regex(pattern, int(options)), text, replacement)

        @REGEX.static_method(
            "Replace",
            "System.String",
            "System.String",
            "System.Management.Automation.ScriptBlock",
            *parameters,
            needs_session=True,
        )
        def replace_evaluated(session: Session, text: str, pattern: str, evaluator: object, options: int = 0) -> str:
            return replace_by(session, Regex(pattern, int(options)), text, evaluator)


_static_methods()


@REGEX.static_method("Escape", "System.String")
def escape(text: str) -> str:
    names = {"\t": "\\t", "\n": "\\n", "\r": "\\r", "\f": "\\f"}
    return "".join(names.get(c, f"\\{c}" if c in "\\*+?|{[()^$.# " else c) for c in need_input(text))


@REGEX.static_method("Unescape", "System.String")
def unescape(text: str) -> str:
    names = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}
    return re.sub(r"\\(.)", lambda found: names.get(found[1], found[1]), text)


TYPES = (REGEX, CAPTURE, GROUP, MATCH, MATCHES, GROUPS, CAPTURES)
