"""Attribute values: text in the file, typed towards programs."""

from __future__ import annotations

import re
from datetime import timedelta

from winsim.world.iis.errors import INVALID_DATA, ConfigurationError
from winsim.world.iis.schema import AttributeSchema

TIME_SPAN = re.compile(r"(?:(\d+)\.)?(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?(?:\.\d+)?")
Value = str | bool | int | timedelta


def parse_time_span(text: str) -> timedelta | None:
    found = TIME_SPAN.fullmatch(text.strip())
    if found is None:
        return timedelta(days=int(text)) if text.strip().isdigit() else None
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    if hours > 23 or minutes > 59 or seconds > 59:
        return None
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def format_time_span(span: timedelta) -> str:
    minutes, seconds = divmod(span.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days = f"{span.days}." if span.days else ""
    return f"{days}{hours:02}:{minutes:02}:{seconds:02}"


def normalise(schema: AttributeSchema, text: str) -> str:
    """The text as the configuration system writes it; raises where the type does not take it."""
    value = text.strip() if schema.type != "string" else text
    result: str | None = value
    if schema.type == "bool":
        result = {"true": "true", "false": "false", "1": "true", "0": "false"}.get(value.lower())
    elif schema.type in ("uint", "int", "int64"):
        result = str(int(value)) if re.fullmatch(r"-?\d+", value) else None
        if result is not None and schema.type == "uint" and not 0 <= int(result) <= 0xFFFFFFFF:
            result = None
    elif schema.type == "timeSpan":
        span = parse_time_span(value)
        result = format_time_span(span) if span is not None else None
    elif schema.type == "enum":
        result = _enum_name(schema, value)
    elif schema.type == "flags":
        result = _flag_names(schema, value)
    elif schema.non_empty and not value:
        result = None
    if result is None:
        raise ConfigurationError(INVALID_DATA, _refusal(schema, value))
    return result


def _refusal(schema: AttributeSchema, value: str) -> str:
    if schema.type == "enum":
        return f"The '{schema.name}' attribute is invalid.  Enum must be one of {', '.join(schema.values)}\r\n"
    if schema.type in ("uint", "int", "int64"):
        return f"The '{schema.name}' attribute is invalid.  Not a valid unsigned integer\r\n"
    if schema.type == "bool":
        return f"The '{schema.name}' attribute is invalid.  Not a valid Boolean\r\n"
    return f"The '{schema.name}' attribute is invalid.  {value!r} could not be read\r\n"


def _enum_name(schema: AttributeSchema, value: str) -> str | None:
    for name, number in schema.values.items():
        if value.lower() == name.lower() or value == str(number):
            return name
    return None


def _flag_names(schema: AttributeSchema, value: str) -> str | None:
    if value.isdigit():
        bits = int(value)
        names = [name for name, number in schema.values.items() if number and number & bits == number]
    else:
        found = [_enum_name(schema, part.strip()) for part in value.split(",") if part.strip()]
        if None in found:
            return None
        names = [name for name in schema.values if name in found]
    nothing = next((name for name, number in schema.values.items() if number == 0), "")
    return ", ".join(names) or nothing


def typed(schema: AttributeSchema, text: str) -> Value:
    """What a program gets: bool, int, time span; enumerations and flags as their names."""
    if schema.type == "bool":
        return text.lower() == "true"
    if schema.type in ("uint", "int", "int64"):
        return int(text)
    if schema.type == "timeSpan":
        return parse_time_span(text) or timedelta()
    return text
