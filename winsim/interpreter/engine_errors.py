"""Exceptions and error records as .NET types."""

from __future__ import annotations

from winsim.interpreter.errors import (
    CATEGORIES,
    CategoryInfo,
    ErrorDetails,
    ErrorRecord,
    ExceptionObject,
)
from winsim.interpreter.exception_types import bases
from winsim.interpreter.nettypes import TypeDef, enumeration
from winsim.interpreter.values import Array, EnumValue, PSObject

SMA = "System.Management.Automation."
EXCEPTION = TypeDef("System.Exception")
RECORD = TypeDef(SMA + "ErrorRecord")
CATEGORY_INFO = TypeDef(SMA + "ErrorCategoryInfo")
DETAILS = TypeDef(SMA + "ErrorDetails")
LONGEST_PART = 40
CATEGORY = enumeration(SMA + "ErrorCategory", {name: number for number, name in enumerate(CATEGORIES)})


def exception_type(name: str, base: str) -> TypeDef:
    """An exception type with the usual constructors."""
    made = TypeDef(name, base=base)

    @made.constructor()
    def empty() -> ExceptionObject:
        return ExceptionObject(name, default_message(name))

    @made.constructor("System.String")
    def with_message(message: str) -> ExceptionObject:
        return ExceptionObject(name, argument_message(name, message, None), None, named_parameter(name, message))

    if name in ("System.ArgumentNullException", "System.ArgumentOutOfRangeException", "System.ArgumentException"):

        @made.constructor("System.String", "System.String")
        def with_parameter(first: str, second: str) -> ExceptionObject:
            message, parameter = (first, second) if name == "System.ArgumentException" else (second, first)
            return ExceptionObject(name, f"{message}\r\nParameter name: {parameter}", None, {"ParamName": parameter})

    if name == "System.ArgumentException":

        @made.constructor("System.String", "System.String", "System.Exception")
        def with_both(message: str, parameter: str, inner: ExceptionObject) -> ExceptionObject:
            return ExceptionObject(name, f"{message}\r\nParameter name: {parameter}", inner, {"ParamName": parameter})

    @made.constructor("System.String", "System.Exception")
    def with_inner(message: str, inner: ExceptionObject) -> ExceptionObject:
        return ExceptionObject(name, message, inner)

    if name == "System.IO.FileNotFoundException":

        @made.constructor("System.String", "System.String")
        def with_file(message: str, file: str) -> ExceptionObject:
            return ExceptionObject(name, message, None, {"FileName": file})

    if name == "System.ComponentModel.Win32Exception":

        @made.constructor("System.Int32")
        def with_code(code: int) -> ExceptionObject:
            return ExceptionObject(name, f"Unknown error (0x{code & 0xFFFFFFFF:x})", None, {"NativeErrorCode": code})

    return made


MESSAGES = {
    "System.ArgumentException": "Value does not fall within the expected range.",
    "System.ArgumentNullException": "Value cannot be null.",
    "System.ArgumentOutOfRangeException": "Specified argument was out of the range of valid values.",
    "System.DivideByZeroException": "Attempted to divide by zero.",
    "System.FormatException": "One of the identified items was in an invalid format.",
    "System.IndexOutOfRangeException": "Index was outside the bounds of the array.",
    "System.InvalidCastException": "Specified cast is not valid.",
    "System.InvalidOperationException": "Operation is not valid due to the current state of the object.",
    "System.IO.FileNotFoundException": "Unable to find the specified file.",
    "System.IO.IOException": "I/O error occurred.",
    "System.NotImplementedException": "The method or operation is not implemented.",
    "System.NotSupportedException": "Specified method is not supported.",
    "System.NullReferenceException": "Object reference not set to an instance of an object.",
    "System.OperationCanceledException": "The operation was canceled.",
    "System.OutOfMemoryException": "Insufficient memory to continue the execution of the program.",
    "System.OverflowException": "Arithmetic operation resulted in an overflow.",
    "System.SystemException": "System error.",
    "System.ApplicationException": "Error in the application.",
    "System.TimeoutException": "The operation has timed out.",
    "System.UnauthorizedAccessException": "Attempted to perform an unauthorized operation.",
    "System.Security.SecurityException": "Security error.",
}


def default_message(name: str) -> str | None:
    return MESSAGES.get(name)


def argument_message(name: str, message: str, parameter: str | None) -> str:
    if name in ("System.ArgumentNullException", "System.ArgumentOutOfRangeException"):
        return f"{MESSAGES[name]}\r\nParameter name: {message}"
    return message


def named_parameter(name: str, message: str) -> dict[str, object]:
    return (
        {"ParamName": message} if name in ("System.ArgumentNullException", "System.ArgumentOutOfRangeException") else {}
    )


# -- exceptions -------------------------------------------------------------------------------------------------------


@EXCEPTION.property("ErrorRecord")
def exception_record(this: ExceptionObject) -> object:
    if this.record is None and SMA + "RuntimeException" in this.type_names:
        this.record = ErrorRecord(this, "RuntimeException")
    return this.record


@EXCEPTION.property("StackTrace", "System.String")
def exception_trace(this: ExceptionObject) -> object:
    return None


@EXCEPTION.property("Message", "System.String")
def exception_message(this: ExceptionObject) -> str:
    return this.message


@EXCEPTION.property("Data")
def exception_data(this: ExceptionObject) -> object:
    return this.data


@EXCEPTION.property("InnerException")
def exception_inner(this: ExceptionObject) -> object:
    return this.inner


@EXCEPTION.property("TargetSite")
def exception_site(this: ExceptionObject) -> object:
    return None


@EXCEPTION.property("HelpLink", "System.String")
def exception_help(this: ExceptionObject) -> object:
    return this.help_link


@EXCEPTION.setter("HelpLink")
def set_help(this: ExceptionObject, value: str) -> None:
    this.help_link = value


@EXCEPTION.property("Source", "System.String")
def exception_source(this: ExceptionObject) -> object:
    return this.source


@EXCEPTION.setter("Source")
def set_source(this: ExceptionObject, value: str) -> None:
    this.source = value


@EXCEPTION.property("HResult", "System.Int32")
def exception_code(this: ExceptionObject) -> int:
    held = this.properties.get("HResult")
    return held if isinstance(held, int) else CODES.get(this.type_name, -2146233088)


CODES = {
    "System.ArgumentException": -2147024809,
    "System.ArgumentNullException": -2147467261,
    "System.ArgumentOutOfRangeException": -2146233086,
    "System.DivideByZeroException": -2147352558,
    "System.FormatException": -2146233033,
    "System.IO.FileNotFoundException": -2147024894,
    "System.IO.DirectoryNotFoundException": -2147024893,
    "System.IO.IOException": -2146232800,
    "System.UnauthorizedAccessException": -2147024891,
    "System.InvalidOperationException": -2146233079,
    "System.IndexOutOfRangeException": -2146233080,
    "System.SystemException": -2146233087,
    "System.TimeoutException": -2146233083,
}


@EXCEPTION.method("GetBaseException")
def base_exception(this: ExceptionObject) -> ExceptionObject:
    inner = this
    while inner.inner is not None:
        inner = inner.inner
    return inner


@EXCEPTION.method("ToString")
def exception_text(this: ExceptionObject) -> str:
    return str(this)


def extra_property(made: TypeDef, name: str) -> None:
    @made.property(name)
    def read(this: ExceptionObject) -> object:
        return this.properties.get(name)


EXTRA = {
    SMA + "CommandNotFoundException": ("CommandName",),
    SMA + "ParameterBindingException": (
        *("ParameterName", "ParameterType", "TypeSpecified", "ErrorId", "Line", "Offset", "CommandInvocation"),
    ),
    SMA + "SessionStateException": ("ItemName", "SessionStateCategory"),
    "System.ArgumentException": ("ParamName",),
    "System.ArgumentOutOfRangeException": ("ActualValue",),
    "System.IO.FileNotFoundException": ("FileName", "FusionLog"),
    "System.IO.FileLoadException": ("FileName", "FusionLog"),
    "Microsoft.PowerShell.Commands.ProcessCommandException": ("ProcessName",),
    "Microsoft.PowerShell.Commands.ServiceCommandException": ("ServiceName",),
    "System.ComponentModel.Win32Exception": ("NativeErrorCode",),
    "System.Net.WebException": ("Status", "Response"),
    "System.Runtime.InteropServices.ExternalException": ("ErrorCode",),
    SMA + "ParseException": ("Errors",),
}


# -- error records ----------------------------------------------------------------------------------------------------


@RECORD.constructor("System.Exception", "System.String", SMA + "ErrorCategory", "System.Object")
def new_record(exception: ExceptionObject, id: str, category: EnumValue, target: object) -> ErrorRecord:
    return ErrorRecord(exception, id, category.name, target)


@RECORD.property("Exception")
def record_exception(this: ErrorRecord) -> object:
    return this.exception


@RECORD.property("TargetObject")
def record_target(this: ErrorRecord) -> object:
    return this.target


@RECORD.property("CategoryInfo")
def record_category(this: ErrorRecord) -> object:
    return this.category_info


@RECORD.property("FullyQualifiedErrorId", "System.String")
def record_id(this: ErrorRecord) -> str:
    return this.full_id


@RECORD.property("ErrorDetails")
def record_details(this: ErrorRecord) -> object:
    return this.details


@RECORD.setter("ErrorDetails")
def set_details(this: ErrorRecord, value: object) -> None:
    this.details = value if isinstance(value, ErrorDetails) else ErrorDetails(str(value))


@RECORD.property("InvocationInfo")
def record_invocation(this: ErrorRecord) -> object:
    return this.invocation


@RECORD.property("ScriptStackTrace", "System.String")
def record_stack(this: ErrorRecord) -> object:
    position = this.invocation.position if this.invocation is not None else None
    if this.stack is None and position is not None:
        line = position.line_column[0]
        return f"at <ScriptBlock>, {position.source.name or '<No file>'}: line {line}"
    return this.stack


@RECORD.property("PipelineIterationInfo")
def record_iteration(this: ErrorRecord) -> object:
    return Array([], "System.Int32")


@CATEGORY_INFO.property("Category")
def info_category(this: CategoryInfo) -> EnumValue:
    return this.record.category


@CATEGORY_INFO.property("Activity", "System.String")
def info_activity(this: CategoryInfo) -> str:
    return this.activity


@CATEGORY_INFO.setter("Activity")
def set_activity(this: CategoryInfo, value: str) -> None:
    this.activity_override = value


@CATEGORY_INFO.property("Reason", "System.String")
def info_reason(this: CategoryInfo) -> str:
    return this.reason


@CATEGORY_INFO.setter("Reason")
def set_reason(this: CategoryInfo, value: str) -> None:
    this.reason_override = value


@CATEGORY_INFO.property("TargetName", "System.String")
def info_target_name(this: CategoryInfo) -> str:
    from winsim.interpreter.texts import to_text

    if this.target_name_override is not None:
        return this.target_name_override
    return to_text(this.record.target)


@CATEGORY_INFO.setter("TargetName")
def set_target_name(this: CategoryInfo, value: str) -> None:
    this.target_name_override = value


@CATEGORY_INFO.property("TargetType", "System.String")
def info_target_type(this: CategoryInfo) -> str:
    from winsim.interpreter.typetable import type_name_of

    if this.target_type_override is not None:
        return this.target_type_override
    if isinstance(this.record.target, PSObject) and this.record.target.base is None:
        return "PSObject"
    return (type_name_of(this.record.target) or "").rpartition(".")[2]


@CATEGORY_INFO.setter("TargetType")
def set_target_type(this: CategoryInfo, value: str) -> None:
    this.target_type_override = value


@CATEGORY_INFO.method("GetMessage")
def category_message(this: CategoryInfo) -> str:
    target = f"({shortened(info_target_name(this))}:{shortened(info_target_type(this))})"
    return f"{this.record.category.name}: {target} [{shortened(this.activity)}], {this.reason}"


def shortened(text: str) -> str:
    """Long parts lose their middle."""
    return text if len(text) <= LONGEST_PART else f"{text[:19]}...{text[-19:]}"


@CATEGORY_INFO.method("ToString")
def category_text(this: CategoryInfo) -> str:
    return category_message(this)


@DETAILS.constructor("System.String")
def new_details(message: str) -> ErrorDetails:
    return ErrorDetails(message)


@DETAILS.property("Message", "System.String")
def details_message(this: ErrorDetails) -> str:
    return this.message


@DETAILS.property("RecommendedAction", "System.String")
def details_action(this: ErrorDetails) -> str:
    return this.recommended


@DETAILS.setter("RecommendedAction")
def set_action(this: ErrorDetails, value: str) -> None:
    this.recommended = value


def all_exceptions() -> tuple[TypeDef, ...]:
    made = [exception_type(name, base) for name, base in bases().items()]
    for definition in made:
        for name in EXTRA.get(definition.name, ()):
            extra_property(definition, name)
    plain = exception_type("System.Exception", "System.Object")
    EXCEPTION.constructors.extend(plain.constructors)
    return (EXCEPTION, *made)


ERROR_TYPES: tuple[TypeDef, ...] = (
    *all_exceptions(),
    RECORD,
    CATEGORY_INFO,
    DETAILS,
    CATEGORY,
)
