"""The ranges within which parameters of PowerShell's own cmdlets must be; the signature tables do not tell them.

Origin: the ValidateRange attributes of PowerShell's public source, without those that came after 4.0, and for
Test-Connection and Get-EventLog the limits that their errors name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from winsim.interpreter.parameters import Validator
from winsim.interpreter.validation import validate_range
from winsim.interpreter.values import Int64

MOST: Final = 2**31 - 1
FROM_ZERO: Final = (0, MOST)
FROM_ONE: Final = (1, MOST)
OR_FOREVER: Final = (-1, MOST)

RANGES: Final[Mapping[str, Mapping[str, tuple[object, object]]]] = {
    "Compare-Object": {"SyncWindow": FROM_ZERO},
    "ConvertTo-Json": {"Depth": (1, 100)},
    "ConvertTo-Xml": {"Depth": FROM_ONE},
    "Export-Clixml": {"Depth": FROM_ONE},
    "Format-Custom": {"Depth": FROM_ONE},
    "Format-Wide": {"Column": FROM_ONE},
    "Get-Content": {"Tail": FROM_ZERO},
    "Get-Date": {
        "Year": (1, 9999),
        "Month": (1, 12),
        "Day": (1, 31),
        "Hour": (0, 23),
        "Minute": (0, 59),
        "Second": (0, 59),
        "Millisecond": (0, 999),
    },
    "Get-EventLog": {"Newest": FROM_ZERO},
    "Get-History": {"Count": (0, 32767), "Id": (Int64(1), Int64(2**63 - 1))},
    "Get-Random": {"Count": FROM_ONE},
    "Get-WinEvent": {"MaxEvents": (Int64(1), Int64(2**63 - 1))},
    "Invoke-RestMethod": {"MaximumRedirection": FROM_ZERO, "TimeoutSec": FROM_ZERO},
    "Invoke-WebRequest": {"MaximumRedirection": FROM_ZERO, "TimeoutSec": FROM_ZERO},
    "Out-File": {"Width": (2, MOST)},
    "Out-String": {"Width": (2, MOST)},
    "Restart-Computer": {"Timeout": OR_FOREVER, "Delay": (1, 32767)},
    "Select-Object": {"First": FROM_ZERO, "Last": FROM_ZERO, "Skip": FROM_ZERO, "Index": FROM_ZERO},
    "Select-String": {"Context": FROM_ZERO},
    "Start-Sleep": {"Seconds": (0, MOST // 1000), "Milliseconds": FROM_ZERO},
    "Test-Connection": {"BufferSize": (0, 65500), "Count": (Int64(1), Int64(2**32 - 1)), "Delay": (1, 60)},
    "Update-TypeData": {"SerializationDepth": FROM_ZERO},
    "Wait-Event": {"Timeout": OR_FOREVER},
    "Wait-Job": {"Timeout": OR_FOREVER},
    "Wait-Process": {"Timeout": (0, 32767)},
    "Write-Progress": {"Id": FROM_ZERO, "ParentId": OR_FOREVER, "PercentComplete": (-1, 100)},
}


def range_of(cmdlet: str, parameter: str) -> tuple[Validator, ...]:
    """The check of a parameter's range, if there is one."""
    limits = RANGES.get(cmdlet, {}).get(parameter)
    return () if limits is None else (validate_range(list(limits), {}),)
