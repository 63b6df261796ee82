"""System.Web.HttpUtility, System.Net.WebUtility, JavaScriptSerializer and System.Activator."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote_plus, unquote_plus

from winsim.interpreter.containers import Hashtable
from winsim.interpreter.net.dictionaries import NameValueCollection
from winsim.interpreter.nettypes import NetError, NetType, TypeDef
from winsim.interpreter.texts import to_text
from winsim.interpreter.values import Array, NetObject

if TYPE_CHECKING:
    from winsim.interpreter.session import Session

UTILITY = TypeDef("System.Web.HttpUtility")
WEB_UTILITY = TypeDef("System.Net.WebUtility")
MARKS = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"}


def html_encode(text: str | None) -> object:
    """Marks and the letters of Latin-1 become entities."""
    if text is None:
        return None
    return "".join(MARKS.get(c, f"&#{ord(c)};" if 160 <= ord(c) < 256 else c) for c in text)


def html_decode(text: str | None) -> object:
    return None if text is None else unescape(text)


def url_decode(text: str | None) -> object:
    return None if text is None else unquote_plus(text)


def lower_escapes(text: str) -> str:
    return re.sub(r"%[0-9A-F]{2}", lambda found: found.group().lower(), text)


def url_encode(text: str | None) -> object:
    """HttpUtility writes its escapes in lower case, blanks as plus signs."""
    return None if text is None else lower_escapes(quote_plus(text, safe="-_.!*()"))


def web_url_encode(text: str | None) -> object:
    return None if text is None else quote_plus(text, safe="-_.!*()")


for _target, _encode in ((UTILITY, url_encode), (WEB_UTILITY, web_url_encode)):
    _target.static_method("HtmlEncode", "System.String")(html_encode)
    _target.static_method("HtmlDecode", "System.String")(html_decode)
    _target.static_method("UrlDecode", "System.String")(url_decode)
    _target.static_method("UrlEncode", "System.String")(_encode)


@UTILITY.static_method("UrlPathEncode", "System.String")
def url_path_encode(text: str) -> str:
    head, mark, query = text.partition("?")
    return (
        lower_escapes("".join(c if 32 < ord(c) < 127 else quote_plus(c).replace("+", "%20") for c in head))
        + mark
        + query
    )


@UTILITY.static_method("HtmlAttributeEncode", "System.String")
def html_attribute_encode(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace("'", "&#39;")


@UTILITY.static_method("JavaScriptStringEncode", "System.String")
def java_script_string(text: str) -> str:
    from winsim.cmdlets.utility_json import quoted

    return quoted(text)[1:-1]


@UTILITY.static_method("ParseQueryString", "System.String")
def parse_query_string(text: str) -> NameValueCollection:
    made = QueryCollection()
    for key, value in parse_qsl(text.removeprefix("?"), keep_blank_values=True):
        made.add(key, value)
    return made


class QueryCollection(NameValueCollection):
    """Shows itself as a query."""

    def __str__(self) -> str:
        return "&".join(
            f"{url_encode(to_text(name))}={url_encode(value)}"
            for name, values in self.table.values()
            for value in values
        )


class Serializer(NetObject):
    type_names = ("System.Web.Script.Serialization.JavaScriptSerializer", "System.Object")

    def __init__(self) -> None:
        self.max_json_length = 2097152
        self.recursion_limit = 100


SERIALIZER = TypeDef(Serializer.type_names[0], python=(Serializer,))
SERIALIZER.constructor()(Serializer)
SERIALIZER.attribute("MaxJsonLength", "RecursionLimit", readonly=False)


@SERIALIZER.method("Serialize", "System.Object")
def serialize(this: Serializer, value: object) -> str:
    from winsim.cmdlets.utility_json import JsonWriter

    return JsonWriter(this.recursion_limit, True).write(value, 0, 0)


@SERIALIZER.method("DeserializeObject", "System.String")
def deserialize(this: Serializer, text: str) -> object:
    from winsim.cmdlets.json_reading import JsonError, JsonReader

    try:
        return as_tables(JsonReader(text, dict).document())
    except JsonError as problem:
        raise NetError("System.ArgumentException", str(problem)) from None


def as_tables(value: object) -> object:
    if isinstance(value, dict):
        return Hashtable([(key, as_tables(held)) for key, held in value.items()], ignore_case=False)
    if isinstance(value, list):
        return Array([as_tables(item) for item in value])
    return value


ACTIVATOR = TypeDef("System.Activator")


@ACTIVATOR.static_method("CreateInstance", "System.Type", needs_session=True)
def create_instance(session: Session, kind: NetType) -> object:
    from winsim.interpreter.methods import new_object

    return new_object(session, kind, [])


@ACTIVATOR.static_method("CreateInstance", "System.Type", "params System.Object[]", needs_session=True)
def create_instance_with(session: Session, kind: NetType, arguments: list[object]) -> object:
    from winsim.interpreter.methods import new_object

    return new_object(session, kind, list(arguments))


TYPES = (UTILITY, WEB_UTILITY, SERIALIZER, ACTIVATOR)
