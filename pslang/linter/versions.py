"""What parses in 4.0 but needs a later PowerShell when it runs."""

from __future__ import annotations

import re

from pslang.linter.findings import Report
from pslang.syntax import Expression, Invoke, Script, String, TypeLiteral
from pslang.walk import walk

_VERSION = re.compile(r"-v(?:e(?:r(?:s(?:i(?:o(?:n)?)?)?)?)?)?\s+(?P<major>\d+)", re.IGNORECASE)


def check_versions(script: Script, report: Report) -> None:
    for requirement in script.requires:
        version = _VERSION.search(requirement)
        if version is not None and int(version["major"]) > 4:
            at = max(script.source.text.find(requirement), 0)
            report.add(at, "ScriptRequiresUnmatchedPSVersion", "Windows Server 2012 R2 has PowerShell 4.0.")
    for node in walk(script):
        if isinstance(node, Invoke) and node.static and isinstance(node.target, TypeLiteral) and _is_new(node.name):
            report.add(node, "StaticNew", "[type]::new() needs PowerShell 5.0; write New-Object -TypeName.")


def _is_new(name: Expression) -> bool:
    return isinstance(name, String) and name.value.lower() == "new"
