"""What a runspace remembers of the pipelines that were to be kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from winsim.interpreter.nettypes import TypeDef
from winsim.interpreter.values import EnumValue, Int64, NetObject

if TYPE_CHECKING:
    from winsim.interpreter.hosting import PipelineRequest

_NAME = "Microsoft.PowerShell.Commands.HistoryInfo"


@dataclass(frozen=True)
class HistoryEntry:
    """One pipeline that ran to its end."""

    command_line: str

    @classmethod
    def of(cls, request: PipelineRequest) -> HistoryEntry:
        return cls(" | ".join(command.text for command in request.commands))


class HistoryInfo(NetObject):
    """A line of Get-History."""

    type_names = (_NAME, "System.Object")

    def __init__(self, number: int, entry: HistoryEntry) -> None:
        self.id = Int64(number)
        self.command_line = entry.command_line
        self.execution_status = EnumValue("System.Management.Automation.Runspaces.PipelineState", "Completed", 4)

    def __str__(self) -> str:
        return self.command_line


HISTORY = TypeDef(_NAME, python=(HistoryInfo,))
HISTORY.attribute("Id", "CommandLine", "ExecutionStatus")

HISTORY_TYPES = (HISTORY,)
