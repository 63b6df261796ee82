"""A running script block."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from winsim.interpreter.scopes import Scope

if TYPE_CHECKING:
    from winsim.interpreter.session import Session

Emit = Callable[[object], None]


class Frame:
    """Where a running block reads and writes variables and where its output goes."""

    __slots__ = ("cmdlet", "emit", "scope", "session")

    def __init__(self, session: Session, scope: Scope, emit: Emit, cmdlet: object = None) -> None:
        self.session = session
        self.scope = scope
        self.emit = emit
        self.cmdlet = cmdlet

    def set_automatic(self, name: str, value: object) -> None:
        self.scope.vars[name] = value
