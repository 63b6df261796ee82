"""What #requires comments say, and what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from pslang.constant import NotConstant, evaluate
from pslang.messages import message
from pslang.syntax import Command, CommandParameter, ExpandableString, Expression, Node, ParseError, Script, String
from pslang.walk import walk

REQUIRES: Final = re.compile(r"^[ \t]*\#(requires[^\r\n]*)", re.IGNORECASE | re.MULTILINE)
VERSION: Final = re.compile(r"\d+(\.\d+){0,3}")
ELEVATION: Final = "runasadministrator"
# In the order in which PowerShell compares an abbreviation with them.
NAMES: Final = ("shellid", "pssnapin", "version", "assembly", "modules")
ONCE: Final = frozenset({"shellid", "pssnapin", "version"})

Read = Callable[[str], Node | None]  # a command out of its text


class Requirements:
    """The comments of one script that are not text inside a string."""

    def __init__(self, text: str, script: Script, read: Read) -> None:
        strings = [node for node in walk(script) if isinstance(node, (String, ExpandableString))]
        self.read = read
        self.errors: list[ParseError] = []
        self.texts: list[str] = []
        self.seen: dict[str, object] = {}
        for match in REQUIRES.finditer(text):
            in_comment = text.rfind("<#", 0, match.start(1)) > text.rfind("#>", 0, match.start(1))
            if not in_comment and not any(node.start <= match.start(1) < node.end for node in strings):
                self.texts.append(match[1][len("requires") :].strip())
                self.check(match[1], match.start(1))

    def check(self, text: str, at: int) -> None:
        command = self.read(text)
        if not isinstance(command, Command):
            return
        name, *elements = command.elements
        if text[name.start : name.end].lower() != "requires":
            self.error("ScriptRequiresInvalidFormat", command.start + at, command.end + at)
        while elements:
            element = elements.pop(0)
            if not isinstance(element, CommandParameter):
                self.error("ScriptRequiresInvalidFormat", element.start + at, element.end + at)
                continue
            argument = element.argument
            if argument is None and elements and not isinstance(elements[0], CommandParameter):
                argument = elements.pop(0)  # type: ignore[assignment]
            self.parameter(element, argument, text, at)

    def parameter(self, given: CommandParameter, argument: Expression | None, text: str, at: int) -> None:
        name, place = given.name.lower(), (given.start + at, given.end + at)
        if ELEVATION.startswith(name):
            if argument is not None:
                self.error("ParameterCannotHaveArgument", *place, given.name)
            return
        if argument is None:
            self.error("ParameterRequiresArgument", *place, given.name)
            return
        there = argument.start + at, argument.end + at
        try:
            value = evaluate(argument)
        except NotConstant:
            self.error("RequiresArgumentMustBeConstant", *there)
            return
        full = next((known for known in NAMES if known.startswith(name)), None)
        if full is None:
            self.error("ScriptRequiresInvalidFormat", *place)
        elif full in ONCE and self.seen.get(full, value) != value:
            self.error("ParameterAlreadyBound", *place, full)
        elif full in ("shellid", "pssnapin") and not isinstance(value, str):
            self.error("RequiresInvalidStringArgument", *there, full)
        elif full == "version" and not VERSION.fullmatch(
            value if isinstance(value, str) else text[argument.start : argument.end]
        ):
            self.error("RequiresVersionInvalid", *there)
        else:
            self.seen[full] = value

    def error(self, id: str, start: int, end: int, *arguments: object) -> None:
        self.errors.append(ParseError(id, message(id, arguments), start, end))
