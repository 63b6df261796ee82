"""The linter: what is wrong with a script before it runs."""

from __future__ import annotations

from typing import Literal

from pslang.linter.calls import Functions, calls, check_calls, functions
from pslang.linter.findings import Finding, Report
from pslang.linter.house import check_house_rules
from pslang.linter.versions import check_versions
from pslang.parser import parse
from pslang.syntax import Script, Source

__all__ = ["Finding", "Functions", "RuleSet", "commands_used", "functions", "lint"]

RuleSet = Literal["script", "template"]


def lint(text: str, name: str = "", rules: RuleSet = "script", library: Functions | None = None) -> list[Finding]:
    """Findings in the order of the text.

    ``script``: what does not parse, what 2012 R2 does not have, and calls whose parameters would not bind.
    ``template``: also what this project's own PowerShell must not do (see ``house``).

    The functions of ``library`` (see ``functions``) are there when the script runs.
    """
    result = parse(text, name)
    report = Report(result.script.source if result.script is not None else Source(text, name))
    for error in result.errors:
        report.add(error.start, error.id, error.message)
    if result.script is not None and not result.errors:
        check_versions(result.script, report)
        check_calls(result.script, report, strict=rules == "template", library=library)
        if rules == "template":
            check_house_rules(result.script, report)
    return report.sorted()


def commands_used(script: Script) -> tuple[str, ...]:
    """The names of the commands that a script calls and does not define itself, as they are written, sorted."""
    own = functions(script)
    named = {call.name.lower(): call.name for call in calls(script) if call.name.lower() not in own}
    return tuple(named[key] for key in sorted(named))
