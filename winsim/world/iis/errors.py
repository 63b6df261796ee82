"""What the configuration system refuses."""

from __future__ import annotations

ALREADY_EXISTS = 0x800700B7
LOCKED = 0x80070021
NOT_FOUND = 0x80070490
INVALID_DATA = 0x8007000D


class ConfigurationError(Exception):
    """``code`` is the HRESULT; the message is the one of the configuration system."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
