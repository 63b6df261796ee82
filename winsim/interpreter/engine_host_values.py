"""Values that scripts exchange with a host: coordinates, cells, keys, choices, fields of a prompt, progress records."""

from __future__ import annotations

from typing import Final

from winsim.interpreter.nettypes import NetType, TypeDef, enumeration
from winsim.interpreter.typetable import get_type
from winsim.interpreter.values import Char, EnumValue, NetObject

SMA: Final = "System.Management.Automation."
HOST: Final = SMA + "Host."
_STRUCT: Final = "System.ValueType"
COLOUR: Final = "System.ConsoleColor"

CELL_TYPES: Final = {"Complete": 0, "Leading": 1, "Trailing": 2}
KEY_STATES: Final = {
    "RightAltPressed": 1, "LeftAltPressed": 2, "RightCtrlPressed": 4, "LeftCtrlPressed": 8, "ShiftPressed": 16,
    "NumLockOn": 32, "ScrollLockOn": 64, "CapsLockOn": 128, "EnhancedKey": 256,
}  # fmt: skip


class Coordinates(NetObject):
    type_names = (HOST + "Coordinates", _STRUCT, "System.Object")

    def __init__(self, x: int, y: int) -> None:
        self.x = x
        self.y = y

    def __str__(self) -> str:
        return f"{self.x},{self.y}"


class Size(NetObject):
    type_names = (HOST + "Size", _STRUCT, "System.Object")

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height

    def __str__(self) -> str:
        return f"{self.width},{self.height}"


class Rectangle(NetObject):
    type_names = (HOST + "Rectangle", _STRUCT, "System.Object")

    def __init__(self, left: int, top: int, right: int, bottom: int) -> None:
        self.left = left
        self.top = top
        self.right = right
        self.bottom = bottom

    def __str__(self) -> str:
        return f"{self.left},{self.top} ; {self.right},{self.bottom}"


class BufferCell(NetObject):
    type_names = (HOST + "BufferCell", _STRUCT, "System.Object")

    def __init__(self, character: str, foreground: int, background: int, kind: EnumValue) -> None:
        self.character = Char(character)
        self.foreground_color = colour(foreground)
        self.background_color = colour(background)
        self.buffer_cell_type = kind

    def __str__(self) -> str:
        return f"'{self.character}' {self.foreground_color} {self.background_color} {self.buffer_cell_type}"


class KeyInfo(NetObject):
    type_names = (HOST + "KeyInfo", _STRUCT, "System.Object")

    def __init__(self, code: int, character: str, state: EnumValue, down: bool) -> None:
        self.virtual_key_code = code
        self.character = Char(character)
        self.control_key_state = state
        self.key_down = down

    def __str__(self) -> str:
        return f"{self.virtual_key_code},{self.character},{self.control_key_state},{self.key_down}"


class ChoiceDescription(NetObject):
    type_names = (HOST + "ChoiceDescription", "System.Object")

    def __init__(self, label: str, help_message: str = "") -> None:
        self.label = label
        self.help_message = help_message


class FieldDescription(NetObject):
    type_names = (HOST + "FieldDescription", "System.Object")

    def __init__(self, name: str) -> None:
        self.name = name
        self.label = ""
        self.help_message = ""
        self.is_mandatory = True
        self.default_value: object = None
        self.kind: NetType | None = None

    @property
    def type(self) -> NetType:
        return self.kind if self.kind is not None else get_type("System.String")


class ProgressRecord(NetObject):
    type_names = (SMA + "ProgressRecord", "System.Object")

    def __init__(self, activity_id: int, activity: str, status: str) -> None:
        self.activity_id = activity_id
        self.activity = activity
        self.status_description = status
        self.current_operation: str | None = None
        self.parent_activity_id = -1
        self.percent_complete = -1
        self.seconds_remaining = -1
        self.source_id = 0  # of WriteProgress, which hands the record on
        self.record_type = EnumValue(SMA + "ProgressRecordType", "Processing", 0)


def colour(number: int) -> EnumValue:
    """A console colour by its number."""
    from winsim.interpreter.convert import convert

    found = convert(int(number), get_type(COLOUR))
    assert isinstance(found, EnumValue)
    return found


def _value_type(kind: type[NetObject]) -> TypeDef:
    return TypeDef(kind.type_names[0], python=(kind,), base=_STRUCT, value_type=True)


COORDINATES = _value_type(Coordinates)
SIZE = _value_type(Size)
RECTANGLE = _value_type(Rectangle)
CELL = _value_type(BufferCell)
KEY = _value_type(KeyInfo)
CHOICE = TypeDef(HOST + "ChoiceDescription", python=(ChoiceDescription,))
FIELD = TypeDef(HOST + "FieldDescription", python=(FieldDescription,))
PROGRESS = TypeDef(SMA + "ProgressRecord", python=(ProgressRecord,))

COORDINATES.constructor("System.Int32", "System.Int32")(Coordinates)
SIZE.constructor("System.Int32", "System.Int32")(Size)
RECTANGLE.constructor("System.Int32", "System.Int32", "System.Int32", "System.Int32")(Rectangle)
CELL.constructor("System.Char", COLOUR, COLOUR, HOST + "BufferCellType")(BufferCell)
KEY.constructor("System.Int32", "System.Char", HOST + "ControlKeyStates", "System.Boolean")(KeyInfo)
CHOICE.constructor("System.String", "System.String", optional=1)(ChoiceDescription)
FIELD.constructor("System.String")(FieldDescription)
PROGRESS.constructor("System.Int32", "System.String", "System.String")(ProgressRecord)

COORDINATES.attribute("X", "Y", readonly=False)
SIZE.attribute("Width", "Height", readonly=False)
RECTANGLE.attribute("Left", "Top", "Right", "Bottom", readonly=False)
CELL.attribute("Character", "ForegroundColor", "BackgroundColor", "BufferCellType", readonly=False)
KEY.attribute("VirtualKeyCode", "Character", "ControlKeyState", "KeyDown", readonly=False)
CHOICE.attribute("Label")
CHOICE.attribute("HelpMessage", readonly=False)
FIELD.attribute("Name")
FIELD.attribute("Label", "HelpMessage", "IsMandatory", "DefaultValue", readonly=False)
PROGRESS.attribute("ActivityId")
PROGRESS.attribute(
    "Activity", "StatusDescription", "CurrentOperation", "ParentActivityId", "PercentComplete", "SecondsRemaining",
    "RecordType", readonly=False,
)  # fmt: skip


@FIELD.method("SetParameterType", "System.Type")
def set_parameter_type(this: FieldDescription, kind: NetType) -> object:
    from winsim.interpreter.values import AUTOMATION_NULL

    this.kind = kind
    return AUTOMATION_NULL


@FIELD.property("ParameterTypeName", "System.String")
def parameter_type_name(this: FieldDescription) -> str:
    return this.type.full_name.rpartition(".")[2]


@FIELD.property("ParameterTypeFullName", "System.String")
def parameter_type_full_name(this: FieldDescription) -> str:
    return this.type.full_name


@FIELD.property("ParameterAssemblyFullName", "System.String")
def parameter_assembly(this: FieldDescription) -> str:
    from winsim.interpreter.clixml_records import assembly_of

    return f"{this.type.full_name}, {assembly_of(this.type.full_name)}"


HOST_VALUE_TYPES: tuple[TypeDef, ...] = (
    COORDINATES, SIZE, RECTANGLE, CELL, KEY, CHOICE, FIELD, PROGRESS,
    enumeration(HOST + "BufferCellType", CELL_TYPES),
    enumeration(HOST + "ControlKeyStates", KEY_STATES, flags=True),
    enumeration(
        HOST + "ReadKeyOptions", {"AllowCtrlC": 1, "NoEcho": 2, "IncludeKeyDown": 4, "IncludeKeyUp": 8}, flags=True
    ),
    enumeration(SMA + "PSCredentialTypes", {"Generic": 1, "Domain": 2, "Default": 3}, flags=True),
    enumeration(
        SMA + "PSCredentialUIOptions",
        {"None": 0, "Default": 1, "ValidateUserNameSyntax": 1, "AlwaysPrompt": 2, "ReadOnlyUserName": 3},
        flags=True,
    ),
)  # fmt: skip
