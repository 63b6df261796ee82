"""Sessions with hosts over PSRP and over WinRS: one interface, typed errors."""

from passivelab.transport.session import (
    Connection,
    Credential,
    ErrorRecord,
    Output,
    Parameter,
    SecureText,
    Session,
    Statistics,
)

__all__ = ["Connection", "Credential", "ErrorRecord", "Output", "Parameter", "SecureText", "Session", "Statistics"]
