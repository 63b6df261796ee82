"""System.Guid and System.Version."""

from __future__ import annotations

import re
import uuid
from functools import total_ordering

from winsim.interpreter.nettypes import NetError, TypeDef
from winsim.interpreter.values import Array, Byte, NetObject

BAD_GUID = "Guid should contain 32 digits with 4 dashes (xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx)."
GUID_FORMS = re.compile(
    r"\s*(?:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|"
    r"\{[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\}|\([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\))\s*",
    re.IGNORECASE,
)


@total_ordering
class Guid(NetObject):
    type_names = ("System.Guid", "System.ValueType", "System.Object")

    def __init__(self, value: uuid.UUID) -> None:
        self.value = value

    @classmethod
    def parse(cls, text: str) -> Guid:
        if not GUID_FORMS.fullmatch(text):
            raise NetError("System.FormatException", BAD_GUID)
        return cls(uuid.UUID(re.sub(r"[\s{}()-]", "", text)))

    def __str__(self) -> str:
        return str(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Guid) and self.value == other.value

    def __lt__(self, other: Guid) -> bool:
        return self.value < other.value

    def __hash__(self) -> int:
        return hash(self.value)


GUID = TypeDef(
    "System.Guid",
    python=(Guid,),
    accelerators=("guid",),
    base="System.ValueType",
    value_type=True,
    interfaces=("System.IComparable", "System.IFormattable"),
    parse=Guid.parse,
    to_text=str,
)


def format_guid(this: Guid, spec: str) -> str:
    text = str(this.value)
    forms = {"": text, "d": text, "n": this.value.hex, "b": f"{{{text}}}", "p": f"({text})"}
    if spec.lower() not in forms:
        raise NetError(
            "System.FormatException",
            'Format String can be only "D", "d", "N", "n", "P", "p", "B", "b", "X" or "x".',
        )
    return forms[spec.lower()]


GUID.format = format_guid


@GUID.constructor("System.String")
def guid_of(text: str) -> Guid:
    return Guid.parse(text)


@GUID.constructor("System.Byte[]")
def guid_of_bytes(data: list[int]) -> Guid:
    if len(data) != 16:
        raise NetError("System.ArgumentException", "Byte array for GUID must be exactly 16 bytes long.")
    return Guid(uuid.UUID(bytes_le=bytes(data)))


@GUID.static_method("NewGuid")
def new_guid() -> Guid:
    return Guid(uuid.uuid4())


@GUID.static_method("Parse", "System.String")
def parse_guid(text: str) -> Guid:
    return Guid.parse(text)


@GUID.static_method("TryParse", "System.String", "ref System.Guid")
def try_parse_guid(text: str, result: object) -> bool:
    try:
        set_reference(result, Guid.parse(text or ""))
    except NetError:
        set_reference(result, Guid(uuid.UUID(int=0)))
        return False
    return True


def set_reference(reference: object, value: object) -> None:
    """Stores into a ``[ref]`` argument."""
    write = getattr(reference, "write", None)
    if write is not None:
        write(value)


@GUID.static_property("Empty")
def empty_guid() -> Guid:
    return Guid(uuid.UUID(int=0))


@GUID.property("Guid")
def guid_text(this: Guid) -> str:
    return str(this)


@GUID.method("ToByteArray")
def to_byte_array(this: Guid) -> Array:
    return Array([Byte(b) for b in this.value.bytes_le], "System.Byte")


@GUID.method("ToString")
def guid_to_string(this: Guid) -> str:
    return str(this)


@GUID.method("ToString", "System.String")
def guid_to_format(this: Guid, spec: str) -> str:
    return format_guid(this, spec or "")


@GUID.method("CompareTo", "System.Guid")
def compare_guid(this: Guid, other: Guid) -> int:
    return (this > other) - (this < other)


@total_ordering
class Version(NetObject):
    """Parts that were not given are -1."""

    type_names = ("System.Version", "System.Object")

    def __init__(self, major: int = 0, minor: int = 0, build: int = -1, revision: int = -1) -> None:
        self.parts = (major, minor, build, revision)

    @classmethod
    def parse(cls, text: str) -> Version:
        pieces = text.split(".")
        if not 2 <= len(pieces) <= 4:
            raise NetError("System.ArgumentException", "Version string portion was too short or too long.")
        numbers: list[int] = []
        for piece in pieces:
            if not re.fullmatch(r"\s*\+?\d+\s*", piece):
                if re.fullmatch(r"\s*-\d+\s*", piece):
                    raise NetError(
                        "System.ArgumentOutOfRangeException",
                        "Version's parameters must be greater than or equal to zero.\r\nParameter name: "
                        + ("major", "minor", "build", "revision")[len(numbers)],
                    )
                raise NetError("System.FormatException", "Input string was not in a correct format.")
            if int(piece) > 2**31 - 1:
                raise NetError("System.OverflowException", "Value was either too large or too small for an Int32.")
            numbers.append(int(piece))
        return cls(*numbers)

    @property
    def key(self) -> tuple[int, int, int, int]:
        return self.parts

    def __str__(self) -> str:
        return ".".join(str(part) for part in self.parts if part >= 0)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Version) and self.parts == other.parts

    def __lt__(self, other: Version) -> bool:
        return self.parts < other.parts

    def __hash__(self) -> int:
        return hash(self.parts)


def convert_version(value: object) -> object:
    if isinstance(value, Version) or value is None:
        return value
    if isinstance(value, float | int) and not isinstance(value, bool):
        from winsim.interpreter.texts import to_text

        return Version.parse(to_text(value))
    if isinstance(value, str):
        return Version.parse(value)
    raise TypeError("Cannot convert the value to System.Version.")


VERSION = TypeDef(
    "System.Version",
    python=(Version,),
    accelerators=("version",),
    convert=convert_version,
    to_text=str,
    interfaces=("System.ICloneable", "System.IComparable"),
)


def _part(index: int, name: str) -> None:
    @VERSION.property(name)
    def read(this: Version) -> int:
        return this.parts[index]


for _index, _name in enumerate(("Major", "Minor", "Build", "Revision")):
    _part(_index, _name)


@VERSION.property("MajorRevision")
def major_revision(this: Version) -> int:
    return this.parts[3] >> 16


@VERSION.property("MinorRevision")
def minor_revision(this: Version) -> int:
    return this.parts[3] & 0xFFFF if this.parts[3] >= 0 else -1


@VERSION.constructor()
def no_version() -> Version:
    return Version()


@VERSION.constructor("System.String")
def version_of(text: str) -> Version:
    return Version.parse(text)


@VERSION.constructor("System.Int32", "System.Int32")
def version_of_two(major: int, minor: int) -> Version:
    return Version(major, minor)


@VERSION.constructor("System.Int32", "System.Int32", "System.Int32")
def version_of_three(major: int, minor: int, build: int) -> Version:
    return Version(major, minor, build)


@VERSION.constructor("System.Int32", "System.Int32", "System.Int32", "System.Int32")
def version_of_four(major: int, minor: int, build: int, revision: int) -> Version:
    return Version(major, minor, build, revision)


@VERSION.static_method("Parse", "System.String")
def parse_version(text: str) -> Version:
    return Version.parse(text)


@VERSION.static_method("TryParse", "System.String", "ref System.Version")
def try_parse_version(text: str, result: object) -> bool:
    try:
        set_reference(result, Version.parse(text or ""))
    except NetError:
        set_reference(result, None)
        return False
    return True


@VERSION.method("ToString")
def version_text(this: Version) -> str:
    return str(this)


@VERSION.method("ToString", "System.Int32")
def version_fields(this: Version, count: int) -> str:
    parts = [part for part in this.parts if part >= 0]
    if not 0 <= count <= len(parts):
        raise NetError("System.ArgumentException", "Argument must be between 0 and the number of fields.")
    return ".".join(str(part) for part in parts[:count])


@VERSION.method("CompareTo", "System.Version")
def compare_version(this: Version, other: Version | None) -> int:
    return 1 if other is None else (this > other) - (this < other)


@VERSION.method("Clone")
def clone_version(this: Version) -> Version:
    return Version(*this.parts)


TYPES = (GUID, VERSION)
