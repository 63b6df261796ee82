"""``$PSCmdlet`` of an advanced function."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winsim.interpreter.values import NetObject

if TYPE_CHECKING:
    from winsim.interpreter.functions import ScriptStage


class PSCmdletObject(NetObject):
    type_names = (
        "System.Management.Automation.PSScriptCmdlet",
        "System.Management.Automation.PSCmdlet",
        "System.Management.Automation.Cmdlet",
        "System.Object",
    )

    def __init__(self, stage: ScriptStage) -> None:
        self.stage = stage
        self.session = stage.session

    @property
    def parameter_set(self) -> str:
        from winsim.interpreter.binder import current_set

        binding = self.stage.binding
        chosen = binding.given.get("set")
        return chosen if isinstance(chosen, str) else current_set(binding)
