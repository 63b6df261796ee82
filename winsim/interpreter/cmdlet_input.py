"""Which parameters of PowerShell's own cmdlets take pipeline objects, where the signature tables leave a choice.

They only say that a parameter takes pipeline input, not whether that is the object itself or a property of the same
name. Origin: the Parameter attributes of PowerShell's public source, for what 4.0 has.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

VALUE: Final = (True, False)
NAME: Final = (False, True)
BOTH: Final = (True, True)

INPUT: Final[Mapping[str, Mapping[str, tuple[bool, bool]]]] = {
    "Compare-Object": {"DifferenceObject": VALUE},
    "ConvertFrom-Csv": {"InputObject": BOTH},
    "ConvertTo-Csv": {"InputObject": BOTH},
    "Get-Command": {
        "All": NAME,
        "CommandType": NAME,
        "ListImported": NAME,
        "Syntax": NAME,
        "TotalCount": NAME,
    },
    "Get-PSBreakpoint": {"Id": VALUE, "Script": VALUE, "Type": VALUE},
    "Get-PSDrive": {"PSProvider": NAME, "Scope": NAME},
    "Get-Process": {"Name": NAME},
    "Get-WinEvent": {"Path": NAME, "ProviderName": NAME},
    "Import-Module": {"Assembly": VALUE},
    "New-Item": {"Path": NAME, "Name": NAME, "ItemType": NAME, "Value": BOTH, "Credential": NAME},
    "New-PSDrive": {"Name": NAME},
    "Receive-Job": {"Job": BOTH},
    "Remove-Job": {"Job": BOTH},
    "Remove-PSDrive": {"Name": NAME, "LiteralName": NAME},
    "Remove-TypeData": {"TypeData": VALUE},
    "Set-ItemProperty": {"Path": NAME, "InputObject": BOTH},
    "Stop-Job": {"Job": BOTH},
    "Stop-Process": {"Id": NAME},
    "Update-TypeData": {"TypeName": VALUE},
    "Wait-Job": {"Job": BOTH},
    "Write-Error": {"Message": VALUE},
}


def input_of(cmdlet: str, parameter: str) -> tuple[bool, bool] | None:
    """By value and by property name; None where the tables leave no choice."""
    return INPUT.get(cmdlet, {}).get(parameter)
