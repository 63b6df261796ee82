"""What Format-* writes, as objects: the packets of Microsoft.PowerShell.Commands.Internal.Format.

The outputters of the lab render from ``value`` and ``view``; the properties are made when somebody reads them, which is
when a packet travels to another session.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Final

from winsim.cmdlets.formatting.cells import cell_text, is_scalar
from winsim.cmdlets.formatting.layout import align_of, enumeration_limit, expanded, read, shown, table_cell
from winsim.cmdlets.formatting.view import Column, View
from winsim.interpreter.containers import GenericList
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import NetObject

if TYPE_CHECKING:
    from winsim.interpreter.cmdlets import CommandCall

FORMAT: Final = "Microsoft.PowerShell.Commands.Internal.Format."
CLASS_ID: Final = "ClassId2e4f51ef21dd47e99d3c952918aff9cd"
_CLASS_IDS: Final = {
    "FormatStartData": "033ecb2bc07a4d43b5ef94ed5a35d280",
    "FormatEndData": "cf522b78d86c486691226b40aa69e95c",
    "GroupStartData": "9e210fe47d09416682b841769c78b8a3",
    "GroupEndData": "4ec4f0187cb04f4cb6973460dfe252df",
    "FormatEntryData": "27c87ef9bbda4f709f6b4002fa4af63c",
    "AutosizeInfo": "a27f094f0eec4d64845801a4c06a32ae",
    "TableHeaderInfo": "e3b7a39c089845d388b2e84c5d38f5dd",
    "TableColumnInfo": "7572aa4155ec4558817a615acf7dd92e",
    "TableRowEntry": "0e59526e2dd441aa91e7fc952caf4a36",
    "ListViewHeaderInfo": "830bdcb24c1642258724e441512233a4",
    "ListViewEntry": "cf58f450baa848ef8eb3504008be6978",
    "ListViewField": "b761477330ce4fb2a665999879324d73",
    "WideViewHeaderInfo": "b2e2775d33d544c794d0081f27021b5c",
    "WideViewEntry": "59bf79de63354a7b9e4d1697940ff188",
    "ComplexViewHeaderInfo": "5197dd85ca6f4cce9ae9e6fd6ded9d76",
    "ComplexViewEntry": "22e7ef3c896449d4a6f2dedea05dd737",
    "GroupingEntry": "919820b7eadb48be8e202c5afa5c2716",
    "FormatEntry": "fba029a113a5458d932a2ed4871fadf2",
    "FormatTextField": "b8d9e369024a43a580b9e0c9279e3354",
    "FormatPropertyField": "78b102e894f742aca8c1d6737b6ff86a",
    "FormatNewLine": "de7e8b96fbd84db5a43aa82eb34580ec",
    "FrameInfo": "091C9E762E33499eBE318901B6EFB733",
    "RawTextFormatEntry": "29ED81BA914544d4BC430F027EE053E9",
}
_BASES: Final = {
    "FormatStartData": ("StartData", "ControlInfoData", "PacketInfoData"),
    "GroupStartData": ("StartData", "ControlInfoData", "PacketInfoData"),
    "GroupEndData": ("ControlInfoData", "PacketInfoData"),
    "FormatEndData": ("ControlInfoData", "PacketInfoData"),
    "FormatEntryData": ("PacketInfoData",),
    "TableHeaderInfo": ("ShapeInfo",),
    "ListViewHeaderInfo": ("ShapeInfo",),
    "WideViewHeaderInfo": ("ShapeInfo",),
    "ComplexViewHeaderInfo": ("ShapeInfo",),
    "TableRowEntry": ("FormatEntryInfo",),
    "ListViewEntry": ("FormatEntryInfo",),
    "WideViewEntry": ("FormatEntryInfo",),
    "RawTextFormatEntry": ("FormatEntryInfo",),
    "ComplexViewEntry": ("FreeFormatEntry", "FormatEntryInfo"),
    "GroupingEntry": ("FreeFormatEntry", "FormatEntryInfo"),
    "FormatEntry": ("FormatValue",),
    "FormatTextField": ("FormatValue",),
    "FormatPropertyField": ("FormatValue",),
    "FormatNewLine": ("FormatValue",),
}
_ALIGNMENTS: Final = {"": 0, "Left": 1, "Center": 2, "Right": 3}
Fields = Mapping[str, object]


class FormatObject(NetObject):
    """One object of a packet: a bag of public fields, the class id first."""

    def __init__(self, kind: str, fields: Callable[[], Fields]) -> None:
        self.kind = kind
        self.type_names = (
            *(f"{FORMAT}{name}" for name in (kind, *_BASES.get(kind, ()), "FormatInfoData")),
            "System.Object",
        )
        self._make = fields

    @cached_property
    def fields(self) -> Fields:
        return {CLASS_ID: _CLASS_IDS[self.kind], **self._make()}

    def adapted_names(self) -> list[str]:
        return list(self.fields)

    def adapted_property(self, name: str) -> object:
        found = next((key for key in self.fields if key.lower() == name.lower()), None)
        return NotImplemented if found is None else self.fields[found]


class FormatRecord(FormatObject):
    """A packet: the start of a document or group, an entry, or an end."""

    def __init__(self, kind: str, fields: Callable[[], Fields], view: View | None = None, value: object = None) -> None:
        super().__init__(kind, fields)
        self.view = view
        self.value = value


def document_start(call: CommandCall, view: View, first: object) -> FormatRecord:
    def fields() -> Fields:
        autosize = _object("AutosizeInfo", objectCount=0) if view.tight else None
        return {
            "pageHeaderEntry": None,
            "pageFooterEntry": None,
            "autosizeInfo": autosize,
            "shapeInfo": _shape(call, view, first),
            "groupingEntry": None,
        }

    return FormatRecord("FormatStartData", fields, view)


def group_start(call: CommandCall, view: View, first: object) -> FormatRecord:
    group = view.group

    def fields() -> Fields:
        return {"shapeInfo": None, "groupingEntry": None if group is None else _grouping(call, view, group, first)}

    return FormatRecord("GroupStartData", fields)


def ending(kind: str) -> FormatRecord:
    """GroupEndData or FormatEndData."""
    return FormatRecord(kind, lambda: {"groupingEntry": None})


def entry(call: CommandCall, view: View | None, value: object) -> FormatRecord:
    """One object; plain values are shown by their text wherever they stand (out of band)."""
    plain = view is None or is_scalar(value)

    def fields() -> Fields:
        made = _object("RawTextFormatEntry", text=to_text(value)) if view is None or plain else _row(call, view, value)
        return {"formatEntryInfo": made, "outOfBand": plain, "writeStream": "None"}

    return FormatRecord("FormatEntryData", fields, None, value)


def group_text(call: CommandCall, view: View, value: object) -> str:
    """What distinguishes the groups of a view; empty without groups."""
    return "" if view.group is None else to_text(read(call, view.group, value))


def _object(kind: str, **fields: object) -> FormatObject:
    return FormatObject(kind, lambda: fields)


def _list(kind: str, items: list[object]) -> GenericList:
    return GenericList(items, f"{FORMAT}{kind}")


def _field(text: str, alignment: int = 0) -> FormatObject:
    return _object("FormatPropertyField", propertyValue=text, alignment=alignment)


def _shape(call: CommandCall, view: View, first: object) -> FormatObject:
    if view.kind == "list":
        return _object("ListViewHeaderInfo")
    if view.kind == "wide":
        return _object("WideViewHeaderInfo", columns=view.chosen_count)
    if view.kind == "text":
        return _object("ComplexViewHeaderInfo")
    columns: list[object] = [_column(call, view, column, first) for column in view.columns]
    return _object(
        "TableHeaderInfo", hideHeader=view.hide_headers, tableColumnInfoList=_list("TableColumnInfo", columns)
    )


def _column(call: CommandCall, view: View, column: Column, first: object) -> FormatObject:
    alignment = _ALIGNMENTS.get(column.align, 0)
    if not view.defined and not alignment:
        alignment = 3 if align_of(column, [read(call, column, first)]) else 1
    elif view.defined and alignment == 1:
        alignment = 0  # a defined view leaves it to the outputter
    return _object(
        "TableColumnInfo",
        width=column.width,
        alignment=alignment,
        label=column.label if view.defined else None,
        propertyName=None if view.defined else column.label,
    )


def _row(call: CommandCall, view: View, value: object) -> FormatObject:
    if view.kind == "table":
        cells: list[object] = [_field(table_cell(call, column, value)) for column in view.columns]
        listed = _list("FormatPropertyField", cells)
        return _object("TableRowEntry", formatPropertyFieldList=listed, multiLine=view.wrap)
    if view.kind == "wide":
        return _object("WideViewEntry", formatPropertyField=_field(shown(call, view.columns[0], value)))
    if view.kind == "text":
        assert view.text is not None
        return _object("ComplexViewEntry", formatValueList=_list("FormatValue", [_text_entry(view.text(value))]))
    fields: list[object] = []
    for column in expanded(view, value):
        names = (column.label, None) if view.defined else (None, column.label)
        field = _field(shown(call, column, value))
        fields.append(_object("ListViewField", label=names[0], propertyName=names[1], formatPropertyField=field))
    return _object("ListViewEntry", listViewFieldList=_list("ListViewField", fields))


def _text_entry(text: str) -> FormatObject:
    parts: list[object] = [_object("FormatTextField", text=text)]
    return _object("FormatEntry", formatValueList=_list("FormatValue", parts), frameInfo=None)


def _grouping(call: CommandCall, view: View, group: Column, first: object) -> FormatObject:
    """The head of a group; a defined view has it in a frame, with the line that ends it."""
    text = cell_text(read(call, group, first), enumeration_limit(call))
    if not view.defined:
        parts: list[object] = [_object("FormatTextField", text=f"{view.indent}{group.label}: "), _field(text)]
        frame = None
    else:
        parts = [_object("FormatTextField", text=f"{group.label}: "), _field(text), _object("FormatNewLine")]
        frame = _object("FrameInfo", leftIndentation=len(view.indent), rightIndentation=0, firstLine=0)
    line = _object("FormatEntry", formatValueList=_list("FormatValue", parts), frameInfo=frame)
    return _object("GroupingEntry", formatValueList=_list("FormatValue", [line]))
