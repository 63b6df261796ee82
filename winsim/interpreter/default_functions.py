"""Functions that every runspace has from the start."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from winsim.interpreter.scriptblocks import CompiledScript

MKDIR: Final = """[CmdletBinding(DefaultParameterSetName='pathSet', SupportsShouldProcess=$true)]
param(
    [Parameter(ParameterSetName='nameSet', Position=0, ValueFromPipelineByPropertyName=$true)]
    [Parameter(ParameterSetName='pathSet', Mandatory=$true, Position=0, ValueFromPipelineByPropertyName=$true)]
    [string[]]${Path},
    [Parameter(ParameterSetName='nameSet', Mandatory=$true, ValueFromPipelineByPropertyName=$true)]
    [AllowNull()][AllowEmptyString()]
    [string]${Name},
    [Parameter(ValueFromPipeline=$true, ValueFromPipelineByPropertyName=$true)]
    [object]${Value},
    [switch]${Force}
)
process { New-Item @PSBoundParameters -ItemType Directory }
"""

PROMPT: Final = "\"PS $($executionContext.SessionState.Path.CurrentLocation)$('>' * ($nestedPromptLevel + 1)) \""

TEXTS: Final = {
    "mkdir": MKDIR,
    "prompt": PROMPT,
    "Clear-Host": "",
    "cd..": "Set-Location ..",
    "cd\\": "Set-Location \\",
    "Pause": "$null = Read-Host 'Press Enter to continue...'",
}


@cache
def compiled() -> dict[str, CompiledScript]:
    from winsim.interpreter.scriptblocks import CompiledScript, parse_text

    return {name: CompiledScript(parse_text(text), text=text) for name, text in TEXTS.items()}
