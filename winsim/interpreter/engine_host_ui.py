"""Methods of ``$Host.UI``: all of them are the client's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal

from winsim.interpreter.containers import Dictionary, GenericDictionary
from winsim.interpreter.engine_host_values import ChoiceDescription, FieldDescription, ProgressRecord
from winsim.interpreter.hosting import HostUI, HostUnavailable
from winsim.interpreter.net.secrets import PSCredential, SecureString
from winsim.interpreter.nettypes import NetError, TypeDef
from winsim.interpreter.texts import to_text
from winsim.interpreter.typetable import type_name_of
from winsim.interpreter.values import AUTOMATION_NULL, Array, EnumValue, Int64, NetObject

SMA: Final = "System.Management.Automation."
HOST_EXCEPTION: Final = SMA + "Host.HostException"
_NO_INTERACTION: Final = (
    "A command that prompts the user failed because the host program or the command type does not support user "
    "interaction. "
)
_REQUESTED: Final = "The host was attempting to request confirmation with the following message: "
_TRY_ANOTHER: Final = (
    "Try a host program that supports user interaction, such as the Windows PowerShell Console or Windows PowerShell "
    "ISE, and remove prompt-related commands from command types that do not support user interaction, such as Windows "
    "PowerShell workflows."
)
Line = Literal["output", "error", "warning", "verbose", "debug"]
_FIELDS: Final = f"System.Collections.ObjectModel.Collection`1[{SMA}Host.FieldDescription]"
_CHOICES: Final = f"System.Collections.ObjectModel.Collection`1[{SMA}Host.ChoiceDescription]"


def refusal(message: str | None) -> str:
    """What a server without a client's host says; ``message`` is what it would have asked."""
    return _NO_INTERACTION + (_TRY_ANOTHER if message is None else _REQUESTED + message)


def ui_of(this: object) -> HostUI | None:
    found: HostUI | None = getattr(getattr(this, "session", None), "ui", None)
    return found


def call_host(this: object, method: str, arguments: Sequence[object] = (), message: str | None = None) -> Any:
    """A host method with an answer; what no client can answer is a HostException."""
    ui = ui_of(this)
    try:
        if ui is None:
            raise HostUnavailable(method)
        return ui.call(method, arguments)
    except HostUnavailable:
        raise NetError(HOST_EXCEPTION, refusal(message)) from None


def cast(value: object, kind: type, name: str) -> object:
    """An answer of another type than the method's is an InvalidCastException, as where .NET casts it."""
    if value is None or isinstance(value, kind):
        return value
    text = f"Unable to cast object of type '{type_name_of(value)}' to type '{name}'."
    raise NetError("System.InvalidCastException", text)


def choice_fields(choices: Sequence[object]) -> list[Mapping[str, object]]:
    found = [choice for choice in choices if isinstance(choice, ChoiceDescription)]
    return [{"label": choice.label, "helpMessage": choice.help_message} for choice in found]


def prompt_field(field: FieldDescription) -> dict[str, object]:
    """One field of a prompt as the protocol has it (MS-PSRP 2.2.3.17)."""
    from winsim.interpreter.clixml_records import assembly_of

    kind = field.type.full_name
    found: dict[str, object] = {
        "name": field.name,
        "label": field.label,
        "parameterTypeName": kind.rpartition(".")[2],
        "parameterTypeFullName": kind,
        "parameterAssemblyFullName": f"{kind}, {assembly_of(kind)}",
        "helpMessage": field.help_message,
        "isMandatory": field.is_mandatory,
    }
    if field.default_value is not None:
        found["defaultValue"] = field.default_value
    return {**found, "metadata": [], "modifiedByRemotingProtocol": False, "isFromRemoteHost": False}


def prompt(this: NetObject, caption: str, message: str, fields: Sequence[object]) -> object:
    asked = [prompt_field(field) for field in fields if isinstance(field, FieldDescription)]
    answer = cast(call_host(this, "Prompt", (caption, message, asked), message), Dictionary, "Hashtable")
    found = GenericDictionary("System.String", SMA + "PSObject", ignore_case=True)
    for key, value in answer.items() if isinstance(answer, Dictionary) else ():
        found[key] = value
    return found


def prompt_for_choice(this: NetObject, caption: str, message: str, choices: Sequence[object], default: int) -> object:
    return call_host(this, "PromptForChoice", (caption, message, choice_fields(choices), default), message)


def prompt_for_choices(
    this: NetObject, caption: str, message: str, choices: Sequence[object], defaults: Array
) -> object:
    chosen = {"mae": list(defaults), "mal": Array([len(defaults)], "System.Int32")}
    arguments = (caption, message, choice_fields(choices), chosen)
    return call_host(this, "PromptForChoiceMultipleSelection", arguments, message)


def prompt_for_credential(
    this: NetObject,
    caption: str,
    message: str,
    user: str,
    target: str,
    types: EnumValue | None = None,
    options: EnumValue | None = None,
) -> object:
    numbers = (3 if types is None else int(types), 1 if options is None else int(options))
    answer = call_host(this, "PromptForCredential2", (caption, message, user, target, *numbers), message)
    return cast(answer, PSCredential, PSCredential.type_names[0])


def write_progress(this: NetObject, source: Int64, record: ProgressRecord) -> object:
    sink = getattr(getattr(this, "session", None), "sink", None)
    if sink is not None:
        record.source_id = source
        sink.progress(record)
    return AUTOMATION_NULL


def _line(stream: Line) -> Callable[[object, str], object]:
    def write(this: object, text: str) -> object:
        ui = ui_of(this)
        if ui is not None:
            ui.write_line(stream, text)
        return AUTOMATION_NULL

    return write


def _asked(method: str, kind: type, name: str) -> Callable[..., object]:
    def ask(this: object) -> object:
        return cast(call_host(this, method), kind, name)

    return ask


def add_methods(ui: TypeDef) -> None:
    """Gives the type of ``$Host.UI`` its methods."""
    lines: tuple[tuple[str, Line], ...] = (
        ("WriteErrorLine", "error"), ("WriteWarningLine", "warning"), ("WriteVerboseLine", "verbose"),
        ("WriteDebugLine", "debug"),
    )  # fmt: skip
    for name, stream in lines:
        ui.method(name, "System.String")(_line(stream))
    ui.method("ReadLine")(_asked("ReadLine", str, "System.String"))
    ui.method("ReadLineAsSecureString")(_asked("ReadLineAsSecureString", SecureString, "System.Security.SecureString"))
    ui.method("Write", "System.String")(_plain)
    ui.method("WriteLine")(_line_end)
    ui.method("WriteLine", "System.ConsoleColor", "System.ConsoleColor", "System.String")(_coloured_line)
    ui.method("Write", "System.ConsoleColor", "System.ConsoleColor", "System.String")(_coloured)
    ui.method("WriteProgress", "System.Int64", SMA + "ProgressRecord")(write_progress)
    texts = ("System.String", "System.String")
    ui.method("Prompt", *texts, _FIELDS)(prompt)
    ui.method("PromptForChoice", *texts, _CHOICES, "System.Int32")(prompt_for_choice)
    ui.method("PromptForChoice", *texts, _CHOICES, "System.Int32[]")(prompt_for_choices)
    ui.method("PromptForCredential", *texts, *texts)(prompt_for_credential)
    ui.method("PromptForCredential", *texts, *texts, SMA + "PSCredentialTypes", SMA + "PSCredentialUIOptions")(
        prompt_for_credential
    )


def _plain(this: NetObject, text: str) -> object:
    ui = ui_of(this)
    if ui is not None:
        try:
            ui.call("Write1", (to_text(text),))
        except HostUnavailable:  # a console, or nobody: never an error
            ui.write(text, None, None, False)
    return AUTOMATION_NULL


def _line_end(this: NetObject) -> object:
    ui = ui_of(this)
    if ui is not None and ui.interactive:
        ui.call("WriteLine1", ())
    return AUTOMATION_NULL


def _coloured_line(this: NetObject, foreground: int, background: int, text: str) -> object:
    ui = ui_of(this)
    if ui is not None:
        ui.write(text, int(foreground), int(background), True)
    return AUTOMATION_NULL


def _coloured(this: NetObject, foreground: int, background: int, text: str) -> object:
    ui = ui_of(this)
    if ui is not None:
        ui.write(text, int(foreground), int(background), False)
    return AUTOMATION_NULL
