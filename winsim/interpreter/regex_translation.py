"""From the regular expressions of .NET to those of the ``regex`` package.

Groups are numbered as .NET numbers them: first those without a name, from left to right, then the named ones. Each
becomes a named group ``n3_name``, so that references, replacements and ``$Matches`` go by .NET's numbers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from winsim.interpreter.command import NotBuilt
from winsim.interpreter.regex_classes import SETS, Reader, Refused, character_class, escaped_character, property_class

IGNORE_CASE, MULTILINE, EXPLICIT, SINGLE_LINE, FREE_SPACING = 1, 2, 4, 16, 32
LETTERS: Final = {"i": IGNORE_CASE, "m": MULTILINE, "n": EXPLICIT, "s": SINGLE_LINE, "x": FREE_SPACING}

QUANTIFIER: Final = re.compile(r"\{(\d+)(,(\d*))?\}")
NAME: Final = re.compile(r"(?:<(\w+)>|'(\w+)')")
BALANCING: Final = re.compile(r"(?:<\w*-\w+>|'\w*-\w+')")
OPTIONS: Final = re.compile(r"([imnsx]*)(?:-([imnsx]+))?([:)])")
REFERENCE: Final = re.compile(r"<(\w+)>|'(\w+)'|\{(\w+)\}")
DIGITS: Final = re.compile(r"\d+")
CONDITION: Final = re.compile(r"\((\w+)\)")
GROUP_HEADS: Final = re.compile(r"\(\?(?:P<\w+>|<?[:=!>]|[ims-]+:)")
LOOK: Final = re.compile(r"\?(?:<?[=!])")


@dataclass
class Groups:
    """The groups of a pattern: .NET numbers, and the numbers of the names."""

    numbers: set[int] = field(default_factory=lambda: {0})
    names: dict[str, int] = field(default_factory=dict)

    def python_name(self, number: int) -> str:
        name = next((name for name, held in self.names.items() if held == number), "")
        return f"n{number}_{name}"

    def number_of(self, name: str) -> int | None:
        if name.isdigit():
            return int(name) if int(name) in self.numbers else None
        return self.names.get(name)


@dataclass(frozen=True)
class Translation:
    """The pattern in the other syntax, and how often a search may have to go back.

    A search of n characters takes no more than ``choices * n ** (loops + 1)`` steps; ``loops`` is None where there is
    no such bound, because repetitions nest or because the pattern refers to its groups.
    """

    text: str
    loops: int | None
    choices: int

    def steps(self, length: int) -> int:
        """The bound for a text; MANY where there is none."""
        if self.loops is None or self.loops > 8:
            return MANY
        return min(self.choices * int((length + 1) ** (self.loops + 1)), MANY)


MANY: Final = 2**62


def translate(pattern: str, options: int = 0) -> Translation:
    """The pattern in the other syntax; Refused where .NET refuses it."""
    groups = Counter(pattern, options).count()
    translator = Translator(pattern, options, groups)
    text = translator.whole()
    return Translation(text, translator.loops if translator.bounded else None, translator.choices)


class Counter:
    """Reads over the pattern once to number its groups."""

    def __init__(self, pattern: str, options: int) -> None:
        self.reader = Reader(pattern)
        self.options = options
        self.outer: list[int] = []
        self.groups = Groups()
        self.named: list[str] = []
        self.unnamed = 0

    def count(self) -> Groups:
        reader = self.reader
        while reader.rest:
            character = reader.take()
            if character == "\\":
                check_escape(reader)
            elif character == "[":
                character_class(reader)
            elif character == "#" and self.options & FREE_SPACING:
                skip_line(reader)
            elif character == ")" and self.outer:
                self.options = self.outer.pop()
            elif character == "(":
                self.open()
        numbers = self.groups.numbers
        following = 1
        for name in self.named:
            while following in numbers:
                following += 1
            self.groups.names[name] = following
            numbers.add(following)
        return self.groups

    def open(self) -> None:
        reader = self.reader
        self.outer.append(self.options)
        if reader.peek() != "?":
            if not self.options & EXPLICIT:
                self.unnamed += 1
                self.groups.numbers.add(self.unnamed)
            return
        reader.at += 1
        if reader.peek() == "#":
            reader.at = max(reader.text.find(")", reader.at), reader.at)
            return
        named = reader.found(NAME)
        if named is not None:
            self.name(named.group(1) or named.group(2))
            return
        changed = OPTIONS.match(reader.text, reader.at)
        if changed is not None:
            if changed.group(3) == ")":
                self.outer[-1] = apply_options(self.options, changed)
            else:
                self.options = apply_options(self.options, changed)
                reader.at = changed.end()
        elif reader.peek() == "(":
            self.outer.append(self.options)
            reader.at += 1

    def name(self, name: str) -> None:
        if name.isdigit():
            self.groups.numbers.add(int(name))
        elif name not in self.named:
            self.named.append(name)


def apply_options(options: int, found: re.Match[str]) -> int:
    for letter in found.group(1):
        options |= LETTERS[letter]
    for letter in found.group(2) or "":
        options &= ~LETTERS[letter]
    return options


def check_escape(reader: Reader) -> None:
    """Over an escape, whose backslash is read; .NET complains of these before anything else."""
    following = reader.peek()
    if (following and following in "bBAGzZ") or following in SETS:
        reader.at += 1
    elif following and following in "pP":
        property_class(reader, reader.take())
    elif following == "k":
        reader.at += 1
        reader.found(REFERENCE)
    elif following.isdigit() and following != "0":
        reader.found(DIGITS)
    elif following:
        escaped_character(reader)


def skip_line(reader: Reader) -> None:
    end = reader.text.find("\n", reader.at)
    reader.at = len(reader.text) if end < 0 else end


class Translator:
    """Writes the pattern anew; groups nest as deeply as the pattern does."""

    def __init__(self, pattern: str, options: int, groups: Groups) -> None:
        self.reader = Reader(pattern)
        self.groups = groups
        self.options = options
        self.unnamed = 0
        self.loops = 0
        self.choices = 1
        self.bounded = True

    def whole(self) -> str:
        heads = "(?i)" if self.options & IGNORE_CASE else ""
        out = self.alternatives()
        if self.reader.rest:
            raise Refused("Too many )'s.")
        return heads + out

    def alternatives(self, limit: int = 0) -> str:
        """What stands to the end of the group; another case is a group of its own within each alternative."""
        reader = self.reader
        entry = self.options & IGNORE_CASE
        out: list[str] = []
        switched = False
        unit = ""
        bars = 0
        while reader.rest and reader.peek() != ")":
            before = self.options & IGNORE_CASE
            if reader.peek() == "|":
                bars += 1
                if limit and bars > limit:
                    raise Refused("Too many | in (?()|).")
                reader.at += 1
                self.choices += self.choices
                out.append(")|" if switched else "|")
                unit = ""
                restart = switched
            else:
                unit = self.element(unit, out)
                restart = before != self.options & IGNORE_CASE
                if restart and switched:
                    out.append(")")
            if restart:
                switched = self.options & IGNORE_CASE != entry
                if switched:
                    out.append("(?-i:" if entry else "(?i:")
        return "".join(out) + (")" if switched else "")

    def element(self, unit: str, out: list[str]) -> str:
        """One element, appended to ``out``; what a quantifier that follows would repeat is returned."""
        reader = self.reader
        character = reader.peek()
        if self.options & FREE_SPACING and (character.isspace() or character == "#"):
            reader.at += 1
            if character == "#":
                skip_line(reader)
            return unit
        if character in "*+?" or (character == "{" and QUANTIFIER.match(reader.text, reader.at)):
            self.quantifier(unit, out)
            return "quantified"
        comment = reader.text.startswith("(?#", reader.at)
        written = self.atom()
        if written is None:
            return unit if comment else ""
        out.append(written)
        return written

    def quantifier(self, unit: str, out: list[str]) -> None:
        reader = self.reader
        found = reader.found(QUANTIFIER) if reader.peek() == "{" else None
        written = found.group() if found else reader.take()
        if unit == "":
            raise Refused("Quantifier {x,y} following nothing.")
        if unit == "quantified":
            raise Refused(f"Nested quantifier {written[0]}.")
        if found and found.group(3) and int(found.group(3)) < int(found.group(1)):
            raise Refused("Illegal {x,y} with x > y.")
        self.repeats(unit, found)
        lazy = reader.peek() == "?"
        reader.at += lazy
        if unit in ANCHORS or unit.startswith(("(?=", "(?!", "(?<")):
            out[-1] = f"(?:{unit})"
        out.append(written + ("?" if lazy else ""))

    def repeats(self, unit: str, found: re.Match[str] | None) -> None:
        """Counts what a repetition adds to the ways in which a text may match."""
        if unit.startswith("(") and re.search(r"[*+?{|]", GROUP_HEADS.sub("(", unit)):
            self.bounded = False
        elif found is None and self.reader.peek(-1) == "?":
            self.choices *= 2
        elif found is None or found.group(2) == ",":
            self.loops += 1
        elif found.group(3):
            self.choices *= int(found.group(3)) - int(found.group(1)) + 1

    def atom(self) -> str | None:
        reader = self.reader
        character = reader.take()
        if character == "\\":
            return self.escape()
        if character == "[":
            return character_class(reader)
        if character == "(":
            return self.group()
        if character == ".":
            return "(?s:.)" if self.options & SINGLE_LINE else "[^\\n]"
        if character == "^":
            return "(?m:^)" if self.options & MULTILINE else "\\A"
        if character == "$":
            return "(?m:$)" if self.options & MULTILINE else "(?=\\n?\\Z)"
        return character if character.isalnum() or character == "_" else re.escape(character)

    def escape(self) -> str:
        reader = self.reader
        following = reader.peek()
        if following in SETS and following:
            return "\\" + reader.take()
        if following and following in "bBAG":
            return "\\" + reader.take()
        if following and following in "zZ":
            reader.at += 1
            return "\\Z" if following == "z" else "(?=\\n?\\Z)"
        if following and following in "pP":
            reader.at += 1
            return property_class(reader, following)
        if following == "k":
            reader.at += 1
            named = reader.found(REFERENCE)
            if named is None:
                raise Refused("Malformed \\k<...> named back reference.")
            return self.reference(next(part for part in named.groups() if part))
        if following.isdigit() and following != "0":
            digits = DIGITS.match(reader.text, reader.at)
            assert digits is not None
            number = int(digits.group())
            if number in self.groups.numbers:
                reader.at = digits.end()
                return self.reference(digits.group())
            if number <= 9:
                raise Refused(f"Reference to undefined group number {number}.")
        return re.escape(escaped_character(reader))

    def reference(self, name: str) -> str:
        number = self.groups.number_of(name)
        if number is None:
            kind = "number" if name.isdigit() else "name"
            raise Refused(f"Reference to undefined group {kind} {name}.")
        self.bounded = False
        return f"(?P={self.groups.python_name(number)})"

    # -- groups -------------------------------------------------------------------------------------------------------

    def group(self) -> str | None:
        """A group whose opening parenthesis is read; None where it only changes the options or comments."""
        reader = self.reader
        if reader.peek() != "?":
            if self.options & EXPLICIT:
                return self.enclosed("(?:")
            self.unnamed += 1
            return self.enclosed(f"(?P<{self.groups.python_name(self.unnamed)}>")
        reader.at += 1
        if not reader.rest:
            raise Refused("Unrecognized grouping construct.")
        if reader.peek() == "#":
            end = reader.text.find(")", reader.at)
            if end < 0:
                raise Refused("Unterminated (?#...) comment.")
            reader.at = end + 1
            return None
        for sign in ("=", "!", "<=", "<!", ">", ":"):
            if reader.text.startswith(sign, reader.at):
                reader.at += len(sign)
                return self.enclosed(f"(?{sign}")
        if BALANCING.match(reader.text, reader.at):
            raise NotBuilt("balancing groups of regular expressions")
        named = reader.found(NAME)
        if named is not None:
            return self.enclosed(f"(?P<{self.named(named.group(1) or named.group(2))}>")
        if reader.peek() == "(":
            return self.conditional()
        return self.inline_options()

    def named(self, name: str) -> str:
        if name[0].isdigit() and not name.isdigit():
            raise Refused("Invalid group name: Group names must begin with a word character.")
        if name == "0":
            raise Refused("Capture number cannot be zero.")
        number = self.groups.number_of(name)
        assert number is not None
        return self.groups.python_name(number)

    def inline_options(self) -> str | None:
        reader = self.reader
        changed = reader.found(OPTIONS)
        if changed is None:
            if reader.peek() in "<'":
                raise Refused("Invalid group name: Group names must begin with a word character.")
            raise Refused("Unrecognized grouping construct.")
        before = self.options
        after = apply_options(before, changed)
        if changed.group(3) == ")":
            self.options = after
            return None
        self.options = after
        switch = (after & IGNORE_CASE) - (before & IGNORE_CASE)
        made = self.enclosed({1: "(?i:", -1: "(?-i:", 0: "(?:"}[switch])
        self.options = before
        return made

    def conditional(self) -> str:
        """``(?(1)yes|no)``, ``(?(name)yes|no)``, ``(?(expression)yes|no)``"""
        reader = self.reader
        named = CONDITION.match(reader.text, reader.at)
        number = self.groups.number_of(named.group(1)) if named else None
        if named is not None and number is not None:
            reader.at = named.end()
            return self.enclosed(f"(?({self.groups.python_name(number)})", 1)
        if named is not None and named.group(1).isdigit():
            raise Refused(f"(?({named.group(1)}) ) reference to undefined group.")
        reader.at += 1
        around = reader.found(LOOK)
        test = self.enclosed(f"({around.group()}" if around else "(?=")
        return self.enclosed(f"(?{test}", 1)

    def enclosed(self, head: str, limit: int = 0) -> str:
        """The inside of a group up to its closing parenthesis; its options end with it."""
        options = self.options
        inside = self.alternatives(limit)
        if not self.reader.rest:
            raise Refused("Not enough )'s.")
        self.reader.at += 1
        self.options = options
        return f"{head}{inside})"


ANCHORS: Final = frozenset({"\\A", "\\Z", "\\b", "\\B", "\\G", "(?m:^)", "(?m:$)"})
