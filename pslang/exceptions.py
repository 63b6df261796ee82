"""Which exception type derives from which, as far as catch clauses of scripts name them."""

from __future__ import annotations

_DERIVED = """
System.Exception: System.SystemException System.ApplicationException System.AggregateException
 System.Security.Cryptography.CryptographicException
System.SystemException: System.ArgumentException System.ArithmeticException System.FormatException
 System.IndexOutOfRangeException System.InvalidCastException System.InvalidOperationException System.IO.IOException
 System.NotImplementedException System.NotSupportedException System.NullReferenceException System.OutOfMemoryException
 System.RankException System.TimeoutException System.UnauthorizedAccessException System.Security.SecurityException
 System.Management.Automation.RuntimeException System.Runtime.InteropServices.ExternalException
 System.Xml.XmlException System.Collections.Generic.KeyNotFoundException System.OperationCanceledException
System.ArgumentException: System.ArgumentNullException System.ArgumentOutOfRangeException
System.ArithmeticException: System.DivideByZeroException System.OverflowException
System.FormatException: System.UriFormatException
System.InvalidOperationException: System.ObjectDisposedException System.Net.WebException
 System.Net.NetworkInformation.PingException
System.IO.IOException: System.IO.FileNotFoundException System.IO.DirectoryNotFoundException
 System.IO.EndOfStreamException System.IO.PathTooLongException System.IO.DriveNotFoundException
System.Runtime.InteropServices.ExternalException: System.Runtime.InteropServices.COMException
 System.ComponentModel.Win32Exception
System.ComponentModel.Win32Exception: System.Net.Sockets.SocketException
System.Management.Automation.RuntimeException: System.Management.Automation.ParseException
 System.Management.Automation.CmdletInvocationException System.Management.Automation.CommandNotFoundException
 System.Management.Automation.ParameterBindingException System.Management.Automation.ActionPreferenceStopException
 System.Management.Automation.PSInvalidCastException System.Management.Automation.RemoteException
 System.Management.Automation.SessionStateException System.Management.Automation.MethodException
 System.Management.Automation.PropertyNotFoundException System.Management.Automation.PipelineStoppedException
System.Management.Automation.SessionStateException: System.Management.Automation.ItemNotFoundException
 System.Management.Automation.ProviderNotFoundException System.Management.Automation.DriveNotFoundException
System.Management.Automation.MethodException: System.Management.Automation.MethodInvocationException
"""


def _table() -> dict[str, str]:
    parents: dict[str, str] = {}
    for entry in _DERIVED.replace("\n ", " ").strip().lower().splitlines():
        base, derived = entry.split(":")
        parents.update(dict.fromkeys(derived.split(), base))
    return parents


_PARENTS = _table()


def _full(name: str) -> str:
    lower = name.lower()
    return lower if lower in _PARENTS or lower == "system.exception" else "system." + lower


def is_caught_by(name: str, base: str) -> bool:
    """Whether a catch of ``base`` before one of ``name`` leaves nothing to catch; unknown types never do."""
    if name.lower() == base.lower():
        return True
    wanted = _full(base)
    current: str | None = _full(name)
    while current:
        if current == wanted:
            return True
        current = _PARENTS.get(current)
    return False
