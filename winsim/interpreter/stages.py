"""From what stands in command position to a stage of a pipeline."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from winsim.interpreter.binder import Argument
from winsim.interpreter.cmdlets import CmdletStage
from winsim.interpreter.collect import unwrap
from winsim.interpreter.engine_modules import ModuleInfo
from winsim.interpreter.errors import InvocationInfo, Position, TerminatingError
from winsim.interpreter.frames import Frame
from winsim.interpreter.functions import ScriptStage
from winsim.interpreter.natives import NativeStage
from winsim.interpreter.pipeline import Stage
from winsim.interpreter.scriptblocks import (
    AliasInfo,
    ApplicationInfo,
    CmdletInfo,
    CommandInfo,
    FunctionInfo,
    ScriptBlock,
    ScriptInfo,
)
from winsim.interpreter.texts import to_text

if TYPE_CHECKING:
    from winsim.interpreter.session import Session


def stage_for(
    session: Session,
    frame: Frame,
    target: object,
    arguments: Sequence[Argument],
    position: Position | None,
    *,
    dotted: bool,
    called: bool,
) -> Stage:
    target = unwrap(target)
    if isinstance(target, ScriptBlock):
        return block_stage(session, frame, target, arguments, position, dotted)
    if isinstance(target, ModuleInfo) and arguments:
        return module_stage(session, frame, target, arguments, position)
    if isinstance(target, CommandInfo):
        return info_stage(session, frame, target, arguments, position, dotted, target.name)
    name = to_text(target)
    try:
        info = session.resolve(name, frame.scope)
    except TerminatingError as problem:
        if problem.record.invocation is None and position is not None:
            problem.record.invocation = InvocationInfo(None, name, position)
        raise
    return info_stage(session, frame, info, arguments, position, dotted, name)


def module_stage(
    session: Session, frame: Frame, module: ModuleInfo, arguments: Sequence[Argument], position: Position | None
) -> Stage:
    """``& $module { block } args``: runs in the scope of the module."""
    inner = Frame(session, module.scope, frame.emit, frame.cmdlet) if module.scope is not None else frame
    target = arguments[0].value
    if isinstance(target, ScriptBlock):
        target = ScriptBlock(target.code, session, module if module.scope is not None else None)
    return stage_for(session, inner, target, arguments[1:], position, dotted=False, called=True)


def block_stage(
    session: Session,
    frame: Frame,
    block: ScriptBlock,
    arguments: Sequence[Argument],
    position: Position | None,
    dotted: bool,
) -> ScriptStage:
    return ScriptStage(
        session,
        session.streams,
        block.code,
        frame,
        arguments,
        shared=dotted and block.captured is None,
        captured=block.captured,
        module=block.module,
        position=position,
        called_as="." if dotted else "&",
    )


def info_stage(
    session: Session,
    frame: Frame,
    info: CommandInfo,
    arguments: Sequence[Argument],
    position: Position | None,
    dotted: bool,
    name: str,
) -> Stage:
    while isinstance(info, AliasInfo) and info.resolved is not None:
        info = info.resolved
    if isinstance(info, FunctionInfo):
        return ScriptStage(
            session,
            session.streams,
            info.code,
            frame,
            arguments,
            info,
            shared=dotted,
            captured=info.captured,
            module=info.module,
            position=position,
            called_as=name,
        )
    if isinstance(info, CmdletInfo):
        return CmdletStage(session, session.streams, info, frame, arguments, position, name)
    if isinstance(info, ApplicationInfo):
        return NativeStage(session, session.streams, info, arguments, position)
    assert isinstance(info, ScriptInfo)
    return ScriptStage(
        session,
        session.streams,
        info.code,
        frame,
        arguments,
        info,
        shared=dotted,
        position=position,
        called_as=name,
        is_file=True,
    )
