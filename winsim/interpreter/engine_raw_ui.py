"""``$Host.UI.RawUI``: properties are read from what the client said of its screen, setters and methods call it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from winsim.interpreter.engine_host_ui import HOST_EXCEPTION, call_host, ui_of
from winsim.interpreter.engine_host_values import (
    COLOUR,
    HOST,
    BufferCell,
    Coordinates,
    KeyInfo,
    Rectangle,
    Size,
    colour,
)
from winsim.interpreter.hosting import HostUnavailable
from winsim.interpreter.net.matrices import Matrix
from winsim.interpreter.nettypes import NetError, TypeDef
from winsim.interpreter.typetable import get_type
from winsim.interpreter.values import AUTOMATION_NULL, Array, EnumValue, NetObject, PSObject

_REFUSED: Final = "System.Management.Automation.Remoting.PSRemotingDataStructureException"


class RawUI(NetObject):
    type_names = (
        "System.Management.Automation.Internal.Host.InternalHostRawUserInterface",
        HOST + "PSHostRawUserInterface",
        "System.Object",
    )

    def __init__(self, session: object) -> None:
        self.session = session


class CellArray(NetObject):
    """``BufferCell[,]`` by rows."""

    type_names = (HOST + "BufferCell[,]", "System.Array", "System.Object")

    def __init__(self, rows: int, columns: int, items: Sequence[object]) -> None:
        self.rows = rows
        self.columns = columns
        self.items = list(items)


RAW = TypeDef(RawUI.type_names[0], python=(RawUI,))
CELLS = TypeDef(CellArray.type_names[0], python=(CellArray,), base="System.Array")


def _pair(held: object, first: str, second: str) -> tuple[int, int] | None:
    if not isinstance(held, PSObject):
        return None
    left, right = held.get(first), held.get(second)
    return (int(left), int(right)) if isinstance(left, int) and isinstance(right, int) else None


def _as_colour(held: object) -> object:
    return colour(held) if isinstance(held, int) else None


def _as_coordinates(held: object) -> object:
    found = _pair(held, "x", "y")
    return held if isinstance(held, Coordinates) else None if found is None else Coordinates(*found)


def _as_size(held: object) -> object:
    found = _pair(held, "width", "height")
    return held if isinstance(held, Size) else None if found is None else Size(*found)


def _same(held: object) -> object:
    return held


_PROPERTIES: Final[tuple[tuple[str, str, Callable[[object], object]], ...]] = (
    ("ForegroundColor", COLOUR, _as_colour),
    ("BackgroundColor", COLOUR, _as_colour),
    ("CursorPosition", HOST + "Coordinates", _as_coordinates),
    ("WindowPosition", HOST + "Coordinates", _as_coordinates),
    ("CursorSize", "System.Int32", _same),
    ("BufferSize", HOST + "Size", _as_size),
    ("WindowSize", HOST + "Size", _as_size),
    ("MaxWindowSize", HOST + "Size", _as_size),
    ("MaxPhysicalWindowSize", HOST + "Size", _as_size),
    ("WindowTitle", "System.String", _same),
)


def _property(name: str, kind: str, read: Callable[[object], object]) -> None:
    @RAW.property(name, kind)
    def get(this: RawUI) -> object:
        ui = ui_of(this)
        try:
            held = ui.call(f"Get{name}", ()) if ui is not None else None
        except HostUnavailable:
            return None
        return read(held.base if isinstance(held, PSObject) and held.base is not None else held)

    if name.startswith("Max"):
        return

    @RAW.setter(name)
    def put(this: RawUI, value: object) -> None:
        call_host(this, f"Set{name}", (wire(value),))


for _name, _kind, _read in _PROPERTIES:
    _property(_name, _kind, _read)


def wire(value: object) -> object:
    """A value as host calls carry it (MS-PSRP 2.2.3.17): notes whose names begin with a small letter."""
    if isinstance(value, EnumValue):
        return int(value)
    if isinstance(value, Coordinates):
        return PSObject({"x": value.x, "y": value.y})
    if isinstance(value, Size):
        return PSObject({"width": value.width, "height": value.height})
    if isinstance(value, Rectangle):
        return PSObject({"left": value.left, "top": value.top, "right": value.right, "bottom": value.bottom})
    if isinstance(value, BufferCell):
        return PSObject(
            {
                "character": value.character,
                "foregroundColor": int(value.foreground_color),
                "backgroundColor": int(value.background_color),
                "bufferCellType": int(value.buffer_cell_type),
            }
        )
    if isinstance(value, CellArray):
        lengths = Array([value.rows, value.columns], "System.Int32")
        return PSObject({"mae": [wire(cell) for cell in value.items], "mal": lengths})
    return value


def _send(this: RawUI, method: str, *arguments: object) -> object:
    call_host(this, method, tuple(wire(argument) for argument in arguments))
    return AUTOMATION_NULL


@RAW.property("KeyAvailable", "System.Boolean")
def key_available(this: RawUI) -> object:
    return None  # refused by the server, and the refusal is swallowed


@RAW.method("SetBufferContents", HOST + "Rectangle", HOST + "BufferCell")
def fill(this: RawUI, area: Rectangle, cell: BufferCell) -> object:
    return _send(this, "SetBufferContents1", area, cell)


@RAW.method("SetBufferContents", HOST + "Coordinates", "System.Object")
def put_cells(this: RawUI, place: Coordinates, cells: object) -> object:
    if isinstance(cells, Matrix) and len(cells.sizes) == 2:
        cells = CellArray(*cells.sizes, cells.items)
    if not isinstance(cells, CellArray) or not all(isinstance(cell, BufferCell) for cell in cells.items):
        raise NetError("System.ArgumentException", "The contents are no array of cells.")
    return _send(this, "SetBufferContents2", place, cells)


@RAW.method("ScrollBufferContents", HOST + "Rectangle", HOST + "Coordinates", HOST + "Rectangle", HOST + "BufferCell")
def scroll(this: RawUI, source: Rectangle, place: Coordinates, clip: Rectangle, cell: BufferCell) -> object:
    return _send(this, "ScrollBufferContents", source, place, clip, cell)


@RAW.method("GetBufferContents", HOST + "Rectangle")
def buffer_contents(this: RawUI, area: Rectangle) -> object:
    raise NetError(_REFUSED, "Remote host method GetBufferContents is not implemented.")


@RAW.method("NewBufferCellArray", "System.Int32", "System.Int32", HOST + "BufferCell")
def new_cells(this: RawUI, width: int, height: int, cell: BufferCell) -> CellArray:
    return CellArray(height, width, [cell] * (height * width))


@RAW.method("NewBufferCellArray", HOST + "Size", HOST + "BufferCell")
def new_cells_of_size(this: RawUI, size: Size, cell: BufferCell) -> CellArray:
    return CellArray(size.height, size.width, [cell] * (size.height * size.width))


@RAW.method("FlushInputBuffer")
def flush(this: RawUI) -> object:
    return _send(this, "FlushInputBuffer")


@RAW.method("LengthInBufferCells", "System.String")
def length_of_text(this: RawUI, text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


@RAW.method("LengthInBufferCells", "System.Char")
def length_of_character(this: RawUI, character: str) -> int:
    return 1


@RAW.method("ReadKey")
def read_key(this: RawUI) -> object:
    return _key(this, 4)


@RAW.method("ReadKey", HOST + "ReadKeyOptions")
def read_key_with(this: RawUI, options: EnumValue) -> object:
    return _key(this, int(options))


def _key(this: RawUI, options: int) -> object:
    from winsim.interpreter.convert import convert

    answer = call_host(this, "ReadKey", (options,))
    if not isinstance(answer, PSObject):
        raise NetError(HOST_EXCEPTION, "The host answered without a key.")
    code, character, down = answer.get("virtualKeyCode"), answer.get("character"), answer.get("keyDown")
    state = convert(answer.get("controlKeyState") or 0, get_type(HOST + "ControlKeyStates"))
    assert isinstance(state, EnumValue)
    return KeyInfo(int(code) if isinstance(code, int) else 0, str(character or "\0"), state, down is True)


RAW_UI_TYPES: tuple[TypeDef, ...] = (RAW, CELLS)
