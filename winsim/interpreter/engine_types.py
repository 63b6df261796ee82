"""Types of the engine itself: objects, types, errors, script blocks, commands, the session's own objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winsim.interpreter.delegates import DELEGATE_TYPES
from winsim.interpreter.dynamic import DYNAMIC_TYPES
from winsim.interpreter.engine_commands import COMMAND_INFO_TYPES
from winsim.interpreter.engine_errors import ERROR_TYPES
from winsim.interpreter.engine_host_values import HOST_VALUE_TYPES
from winsim.interpreter.engine_invocations import INVOCATION_TYPES
from winsim.interpreter.engine_members import MEMBER_TYPES
from winsim.interpreter.engine_modules import MODULE_TYPES
from winsim.interpreter.engine_objects import OBJECT_TYPES
from winsim.interpreter.engine_raw_ui import RAW_UI_TYPES
from winsim.interpreter.engine_runspaces import RUNSPACE_TYPES
from winsim.interpreter.engine_session import SESSION_TYPES, ExecutionContext, InternalHost
from winsim.interpreter.engine_views import PSObjectView, TypeNameList
from winsim.interpreter.events import EVENT_TYPES
from winsim.interpreter.history import HISTORY_TYPES
from winsim.interpreter.jobs import JOB_TYPES
from winsim.interpreter.location_stacks import LOCATION_TYPES

if TYPE_CHECKING:
    from winsim.interpreter.nettypes import TypeDef

TYPES: tuple[TypeDef, ...] = (
    *OBJECT_TYPES,
    *COMMAND_INFO_TYPES,
    *ERROR_TYPES,
    *INVOCATION_TYPES,
    *MEMBER_TYPES,
    *SESSION_TYPES,
    *MODULE_TYPES,
    *RUNSPACE_TYPES,
    *HOST_VALUE_TYPES,
    *RAW_UI_TYPES,
    *HISTORY_TYPES,
    *JOB_TYPES,
    *EVENT_TYPES,
    *LOCATION_TYPES,
    *DYNAMIC_TYPES,
    *DELEGATE_TYPES,
)

__all__ = ["TYPES", "ExecutionContext", "InternalHost", "PSObjectView", "TypeNameList"]
