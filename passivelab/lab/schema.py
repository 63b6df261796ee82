"""JSON Schema from the declarations that also bind the files: editors and passivelab cannot disagree."""

from __future__ import annotations

import dataclasses
import inspect
import types
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from passivelab.lab.binding import hints, is_required, key_of
from passivelab.lab.kinds import Kind
from passivelab.lab.nodes import Node

DRAFT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]
SCALARS: Mapping[Any, str] = {str: "string", bool: "boolean", int: "integer", float: "number"}


def schema_of(declared: Any, title: str) -> Schema:
    """The schema of a file."""
    definitions: Schema = {}
    root = describe(declared, definitions)
    return {"$schema": DRAFT, "title": title, **root, "$defs": dict(sorted(definitions.items()))}


def describe(declared: Any, definitions: Schema) -> Schema:
    if declared is Node:
        return {}
    origin = get_origin(declared)
    if origin in (Union, types.UnionType):
        members = [describe(member, definitions) for member in get_args(declared) if member is not type(None)]
        return members[0] if len(members) == 1 else {"anyOf": members}
    if origin is Annotated:
        return annotated(declared, definitions)
    if origin is Literal:
        return {"enum": list(get_args(declared))}
    if origin is tuple:
        return {"type": "array", "items": describe(get_args(declared)[0], definitions)}
    if origin is not None and issubclass(origin, Mapping):
        key, value = get_args(declared)
        names = {name: part for name, part in describe(key, definitions).items() if name == "pattern"}
        return {
            "type": "object",
            **({"propertyNames": names} if names else {}),
            "additionalProperties": describe(value, definitions),
        }
    if dataclasses.is_dataclass(declared):
        return record(declared, definitions)
    return {"type": SCALARS[declared]}


def annotated(declared: Any, definitions: Schema) -> Schema:
    base, *extra = get_args(declared)
    kind = next((item for item in extra if isinstance(item, Kind)), None)
    found = describe(base, definitions)
    if kind is None:
        return found
    pattern = {"pattern": kind.pattern} if kind.pattern else {"minLength": 1} if kind.name == "text" else {}
    return {**found, **pattern}


def record(declared: Any, definitions: Schema) -> Schema:
    name = declared.__name__
    if name not in definitions:
        definitions[name] = {}  # keeps a declaration that contains itself from going round
        fields = dataclasses.fields(declared)
        definitions[name] = {
            "type": "object",
            "description": inspect.cleandoc(declared.__doc__ or ""),
            "additionalProperties": False,
            "required": [key_of(field) for field in fields if is_required(field)],
            "properties": {
                key_of(field): property_of(field, hints(declared)[field.name], definitions) for field in fields
            },
        }
        # A dataclass without a docstring describes itself by its signature, which helps no editor.
        if definitions[name]["description"].startswith(f"{name}("):
            del definitions[name]["description"]
    return {"$ref": f"#/$defs/{name}"}


def property_of(field: dataclasses.Field[Any], declared: Any, definitions: Schema) -> Schema:
    found = describe(declared, definitions)
    text, unit = field.metadata.get("help", ""), field.metadata.get("unit")
    described = {"description": f"{text} In {unit}." if unit else text}
    default = {"default": field.default} if isinstance(field.default, str | bool | int | float) else {}
    return {**found, **described, **default}
