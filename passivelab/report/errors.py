"""An error on a screen: once, with a left rule that shows where it ends."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from passivelab.errors import NotConverged, PassivelabError, Problem
from passivelab.report.masking import Mask
from passivelab.report.words import Signs, signs


def show_error(console: Console, error: PassivelabError, mask: Mask, record: str | None = None) -> None:
    sign = signs(console)
    for problem in error.problems():
        console.print(Text(sign.rule_top, "red"))
        for line in _lines(problem, error, sign, record):
            text = Text(f"{sign.rule} ", "red")
            text.append_text(line)
            text.plain = mask.text(text.plain)
            console.print(text, soft_wrap=True)
        console.print(Text(sign.rule_end, "red"))


def _lines(problem: Problem, error: PassivelabError, sign: Signs, record: str | None) -> list[Text]:
    head = Text("error", "bold red")
    head.append(f"[{problem.code}]: ", "red")
    head.append(_headline(problem, error), "bold")
    lines = [head]
    if isinstance(error, NotConverged):
        lines += [Text(f"      {difference}", "yellow") for difference in error.differences]
    lines += _place_lines(problem, sign)
    label = {"expected": "expected", "found": "found", "hint": "try"}
    for name, text in problem.notes:
        start = f"  = {label[name]}: "
        for line in text.splitlines():  # of several things, each has its line
            note = Text(start, "cyan")
            note.append(line, "default")
            lines.append(note)
            start = " " * len(start)
    where = str(error.record) if error.record else record
    if where:
        lines.append(Text(f"  = record: {where}", "dim"))
    return lines


def _headline(problem: Problem, error: PassivelabError) -> str:
    if isinstance(error, NotConverged):
        return f"{error.host} {error.step}: still different after the change"
    return problem.message


def _place_lines(problem: Problem, sign: Signs) -> list[Text]:
    if problem.place is None:
        return []
    number = str(problem.place.line)
    margin = " " * len(number)
    place = problem.place
    whole_file = (place.line, place.column, problem.length) == (1, 1, 1)
    lines = [Text(f"{margin}--> {place.file if whole_file else place}", "blue")]
    excerpt = place.excerpt()
    if excerpt is not None and not whole_file:
        indent = "".join("\t" if char == "\t" else " " for char in excerpt[: place.column - 1])
        width = max(1, min(problem.length, len(excerpt) - len(indent)))
        lines.append(Text(f"{number} {sign.rule} {excerpt}"))
        lines.append(Text(f"{margin} {sign.rule} {indent}{'^' * width}", "red"))
    return lines
