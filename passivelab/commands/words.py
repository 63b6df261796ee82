"""A task of invoke whose positional parameter takes every word behind the task's name."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from invoke.parser.argument import Argument
from invoke.tasks import Task


class Words(Argument):
    """invoke gives a positional argument one word and asks for the next one; this one is content after ``count``."""

    def __init__(self, name: str, count: int, help: str) -> None:
        super().__init__(name, help=help, positional=True)
        self._count = count
        self._words: list[str] = []

    @property
    def value(self) -> list[str] | None:
        return self._words if len(self._words) >= self._count else None

    @value.setter
    def value(self, arg: str) -> None:
        self.set_value(arg)

    def set_value(self, value: Any, cast: bool = True) -> None:
        self.raw_value = value
        self._words = [*self._words, value]


class WordsTask(Task[Any]):
    """``@task(klass=WordsTask, positional=[...])``: how many words there are is counted on the command line."""

    def get_arguments(self, ignore_unknown_help: bool | None = None) -> list[Argument]:
        found = super().get_arguments(ignore_unknown_help)
        valued = {f"--{name}" for argument in found if argument.takes_value for name in argument.names}
        line = sys.argv[1:]
        count = 0 if "--help" in line else max(count_words(line, self.name, valued), 1)
        first = next(argument for argument in found if argument.positional)
        return [Words(first.names[0], count, first.help or "") if one is first else one for one in found]


def count_words(line: Sequence[str], task: str, valued: set[str]) -> int:
    """The words behind the name of the task that are no flags and no values of flags."""
    names = {task, task.replace("_", "-")}
    start = next((index for index, word in enumerate(line) if word in names), None)
    if start is None:
        return 0
    rest = line[start + 1 :]
    return sum(not word.startswith("-") and rest[max(index - 1, 0)] not in valued for index, word in enumerate(rest))
