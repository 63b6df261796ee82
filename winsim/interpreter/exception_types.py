"""The inheritance of the .NET exceptions that scripts catch by type."""

from __future__ import annotations

from functools import cache
from typing import Final

SMA: Final = "System.Management.Automation."

_TREE: Final = """
System.Exception: System.SystemException System.ApplicationException System.AggregateException
System.SystemException: System.ArgumentException System.ArithmeticException System.ArrayTypeMismatchException
System.SystemException: System.FormatException System.IndexOutOfRangeException System.InvalidCastException
System.SystemException: System.InvalidOperationException System.NotImplementedException System.NotSupportedException
System.SystemException: System.NullReferenceException System.OutOfMemoryException System.RankException
System.SystemException: System.TimeoutException System.TypeLoadException System.UnauthorizedAccessException
System.SystemException: System.MemberAccessException System.OperationCanceledException System.StackOverflowException
System.SystemException: System.IO.IOException System.Collections.Generic.KeyNotFoundException
System.SystemException: System.ExecutionEngineException
System.SystemException: System.Security.SecurityException System.Security.Cryptography.CryptographicException
System.SystemException: System.Security.Authentication.AuthenticationException
System.SystemException: System.Security.Principal.IdentityNotMappedException
System.SystemException: System.Xml.XmlException System.Xml.XPath.XPathException System.Xml.Xsl.XsltException
System.SystemException: System.Runtime.InteropServices.ExternalException
System.SystemException: System.Runtime.Serialization.SerializationException
System.SystemException: System.Data.DataException System.Threading.ThreadAbortException
System.SystemException: System.Threading.AbandonedMutexException
System.SystemException: System.ComponentModel.InvalidEnumArgumentException System.Xml.Schema.XmlSchemaException
System.Exception: System.Net.Mail.SmtpException System.Management.Automation.Host.HostException
System.Exception: Microsoft.Management.Infrastructure.CimException
System.Exception: System.Security.Policy.PolicyException System.IO.FileFormatException
System.Exception: System.Management.Automation.FlowControlException
System.ArgumentException: System.ArgumentNullException System.ArgumentOutOfRangeException
System.ArgumentException: System.DuplicateWaitObjectException
System.ArgumentException: System.Globalization.CultureNotFoundException System.Text.DecoderFallbackException
System.ArgumentException: System.Text.EncoderFallbackException System.Management.Automation.PSArgumentException
System.ArgumentNullException: System.Management.Automation.PSArgumentNullException
System.ArgumentOutOfRangeException: System.Management.Automation.PSArgumentOutOfRangeException
System.ArithmeticException: System.DivideByZeroException System.OverflowException System.NotFiniteNumberException
System.FormatException: System.UriFormatException System.Reflection.CustomAttributeFormatException
System.FormatException: System.Net.CookieException
System.InvalidOperationException: System.ObjectDisposedException System.Net.WebException
System.InvalidOperationException: System.Net.ProtocolViolationException
System.InvalidOperationException: System.Management.Automation.PSInvalidOperationException
System.InvalidOperationException: System.Net.NetworkInformation.PingException
System.ObjectDisposedException: System.Management.Automation.PSObjectDisposedException
System.NotImplementedException: System.Management.Automation.PSNotImplementedException
System.NotSupportedException: System.Management.Automation.PSNotSupportedException
System.NotSupportedException: System.PlatformNotSupportedException
System.InvalidCastException: System.Management.Automation.PSInvalidCastException
System.MemberAccessException: System.MissingMemberException System.MethodAccessException System.FieldAccessException
System.MissingMemberException: System.MissingMethodException System.MissingFieldException
System.IO.IOException: System.IO.FileNotFoundException System.IO.DirectoryNotFoundException
System.IO.IOException: System.IO.PathTooLongException
System.IO.IOException: System.IO.EndOfStreamException System.IO.DriveNotFoundException System.IO.FileLoadException
System.Runtime.InteropServices.ExternalException: System.Runtime.InteropServices.COMException
System.Runtime.InteropServices.ExternalException: System.ComponentModel.Win32Exception
System.ComponentModel.Win32Exception: System.Net.Sockets.SocketException
System.ComponentModel.Win32Exception: System.Net.NetworkInformation.NetworkInformationException
System.OperationCanceledException: System.Threading.Tasks.TaskCanceledException
System.Security.Authentication.AuthenticationException: System.Security.Authentication.InvalidCredentialException
System.Data.DataException: System.Data.DuplicateNameException System.Data.ConstraintException
System.Runtime.InteropServices.ExternalException: System.Data.Common.DbException
System.Data.Common.DbException: System.Data.SqlClient.SqlException
System.TypeLoadException: System.DllNotFoundException System.EntryPointNotFoundException
System.ApplicationException: System.Reflection.TargetInvocationException
System.ApplicationException: System.Reflection.TargetParameterCountException
System.SystemException: System.Management.Automation.RuntimeException
System.SystemException: Microsoft.PowerShell.Commands.WriteErrorException
System.Management.Automation.RuntimeException: @ActionPreferenceStopException @ApplicationFailedException
System.Management.Automation.RuntimeException: @CmdletInvocationException
System.Management.Automation.RuntimeException: @CommandNotFoundException @ExtendedTypeSystemException
System.Management.Automation.RuntimeException: @MetadataException
System.Management.Automation.RuntimeException: @ParameterBindingException @ParseException @PipelineClosedException
System.Management.Automation.RuntimeException: @PipelineStoppedException @ProviderInvocationException
System.Management.Automation.RuntimeException: @PSSecurityException
System.Management.Automation.RuntimeException: @RemoteException @ScriptCallDepthException
System.Management.Automation.RuntimeException: @SessionStateException @WildcardPatternException
System.Management.Automation.RuntimeException: @PSConsoleLoadException @Host.HostException @Host.PromptingException
System.Management.Automation.RuntimeException: @Remoting.PSRemotingDataStructureException
System.Management.Automation.RuntimeException: @PSSnapInException @RemotingException
System.SystemException: @ParentContainsErrorRecordException
System.Management.Automation.RuntimeException: @ScriptRequiresException
System.SystemException: Microsoft.PowerShell.Commands.HelpNotFoundException
@CmdletInvocationException: @CmdletProviderInvocationException
@ParseException: @IncompleteParseException
@ExtendedTypeSystemException: @MethodException @SetValueException @GetValueException
@MethodException: @MethodInvocationException
@SetValueException: @SetValueInvocationException
@GetValueException: @GetValueInvocationException @PropertyNotFoundException
@MetadataException: @ArgumentTransformationMetadataException @ValidationMetadataException @ParsingMetadataException
@ParameterBindingException: @ParameterBindingArgumentTransformationException @ParameterBindingValidationException
@SessionStateException: @DriveNotFoundException @ItemNotFoundException
@SessionStateException: @ProviderNotFoundException @SessionStateOverflowException
@SessionStateException: @SessionStateUnauthorizedAccessException
@ProviderNotFoundException: @ProviderNameAmbiguousException
@RuntimeException: System.Management.Automation.Remoting.PSRemotingTransportException
@Remoting.PSRemotingTransportException: @Remoting.PSRemotingTransportRedirectException
@FlowControlException: @LoopFlowException @TerminateException
@LoopFlowException: @BreakException @ContinueException
System.Xml.Schema.XmlSchemaException: System.Xml.Schema.XmlSchemaValidationException
System.SystemException: Microsoft.PowerShell.Commands.ServiceCommandException
System.SystemException: Microsoft.PowerShell.Commands.ProcessCommandException
System.Exception: Microsoft.ActiveDirectory.Management.ADException
Microsoft.ActiveDirectory.Management.ADException: Microsoft.ActiveDirectory.Management.ADIdentityNotFoundException
Microsoft.ActiveDirectory.Management.ADException: Microsoft.ActiveDirectory.Management.ADIdentityAlreadyExistsException
Microsoft.ActiveDirectory.Management.ADException: Microsoft.ActiveDirectory.Management.ADPasswordException
Microsoft.ActiveDirectory.Management.ADException: Microsoft.ActiveDirectory.Management.ADServerDownException
"""


@cache
def bases() -> dict[str, str]:
    """Exception type -> its base type."""
    table: dict[str, str] = {}
    for line in _TREE.strip().splitlines():
        base, _, children = line.replace("@", SMA).partition(":")
        for child in children.split():
            table[child] = base.strip()
    return table


@cache
def hierarchy(type_name: str) -> tuple[str, ...]:
    """The type itself and everything it derives from; an unknown exception derives from System.Exception."""
    chain = [type_name]
    table = bases()
    while chain[-1] in table:
        chain.append(table[chain[-1]])
    if chain[-1] != "System.Exception":
        chain.append("System.Exception")
    return (*chain, "System.Object")
