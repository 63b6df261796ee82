"""The language of cmd.exe command lines, as far as remote clients use it: words, operators, redirections."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

_VARIABLE = re.compile(r"%([^%:\r\n]+)%")
_REDIRECTION = re.compile(r"([012])?(>>|>|<)(?:&([12]))?")
Joint = Literal["", "&", "&&", "||", "|"]


class NotUnderstood(Exception):
    """Syntax that cmd.exe has and the lab has not built; ``what`` names it."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


@dataclass
class Simple:
    """One command: its text after the name is kept as written, because echo and others need it so."""

    text: str = ""
    joint: Joint = ""  # what stands between this command and the next
    redirections: list[tuple[int, str, str]] = field(default_factory=list)  # stream, operator, target (&1 or a file)

    @property
    def words(self) -> list[str]:
        return split_words(self.text)

    @property
    def name(self) -> str:
        """The command's name; switches and a path may follow it without a space: ``dir/b``, ``cd..``."""
        first = self.words[0] if self.words else ""
        match = re.match(r"(?i)(echo|cd|chdir|dir|type|md|mkdir|rd|rmdir|del)(?=[/.\\:(\[]|$)", first)
        return (match.group(1) if match else first).lower()

    @property
    def tail(self) -> str:
        """What follows the name, with the separator that follows it."""
        stripped = self.text.lstrip()
        if stripped.startswith('"'):
            return stripped[stripped.find('"', 1) + 1 :]
        return stripped[len(self.name) :]


def expand(text: str, lookup: Callable[[str], str | None]) -> str:
    """Replaces %NAME%; a name that is not set stays as it is, as on a command line."""

    def replace(match: re.Match[str]) -> str:
        value = lookup(match.group(1))
        return match.group(0) if value is None else value

    return _VARIABLE.sub(replace, text)


def parse(text: str) -> list[Simple]:
    """A line as commands with the operators between them."""
    commands = [Simple()]
    index, quoted = 0, False
    while index < len(text):
        character, current = text[index], commands[-1]
        if character == '"':
            quoted = not quoted
        if quoted or character == '"':
            current.text += character
        elif character == "^" and index + 1 < len(text):
            index += 1
            current.text += text[index]
        elif character in "()" and not current.text.strip():
            raise NotUnderstood("blocks in parentheses")
        elif text.startswith(("&&", "||"), index):
            current.joint = "&&" if character == "&" else "||"
            commands.append(Simple())
            index += 1
        elif character in "&|":
            current.joint = "&" if character == "&" else "|"
            commands.append(Simple())
        elif (match := _redirection_at(text, index)) is not None:
            index = _redirect(current, text, match)
            continue
        else:
            current.text += character
        index += 1
    return [command for command in commands if command.text.strip() or command.redirections]


def _redirection_at(text: str, index: int) -> re.Match[str] | None:
    match = _REDIRECTION.match(text, index)
    if match is None or (match[1] and index > 0 and not text[index - 1].isspace()):
        # In ``echo a2>f`` the digit belongs to the word unless a space stands before it.
        return _REDIRECTION.match(text, index) if text[index] in "<>" else None
    return match


def _redirect(command: Simple, text: str, match: re.Match[str]) -> int:
    stream = int(match[1]) if match[1] else (0 if match[2] == "<" else 1)
    index = match.end()
    if match[3]:
        command.redirections.append((stream, match[2], f"&{match[3]}"))
        return index
    while index < len(text) and text[index] == " ":
        index += 1
    end = index
    quoted = False
    while end < len(text) and (quoted or text[end] not in " \t&|<>"):
        quoted ^= text[end] == '"'
        end += 1
    if end == index:
        raise NotUnderstood("a redirection without a target")
    command.redirections.append((stream, match[2], text[index:end].replace('"', "")))
    return end


def split_words(text: str) -> list[str]:
    """Words as a program gets them: quotes group and vanish."""
    words: list[str] = []
    current, quoted, present = "", False, False
    for character in text:
        if character == '"':
            quoted, present = not quoted, True
        elif character.isspace() and not quoted:
            if present or current:
                words.append(current)
            current, present = "", False
        else:
            current += character
    if present or current:
        words.append(current)
    return words
