"""System.UriBuilder."""

from __future__ import annotations

from winsim.interpreter.net.uris import Uri, escape
from winsim.interpreter.nettypes import NetError, TypeDef
from winsim.interpreter.values import NetObject


class UriBuilder(NetObject):
    type_names = ("System.UriBuilder", "System.Object")

    def __init__(self, uri: Uri | None = None) -> None:
        self.scheme = uri.scheme if uri else "http"
        self.host = uri.host if uri else "localhost"
        self.port = -1 if uri is None else uri.port
        self.path = uri.path if uri else "/"
        self.query = uri.query if uri else ""
        self.fragment = uri.fragment if uri else ""
        user, _, secret = (uri.user if uri else "").partition(":")
        self.user_name, self.password = user, secret

    def text(self) -> str:
        user = self.user_name + (f":{self.password}" if self.password else "")
        port = f":{self.port}" if self.port >= 0 and self.host else ""
        path = self.path if self.path.startswith("/") or not self.host else "/" + self.path
        return f"{self.scheme}://{user + '@' if user else ''}{self.host}{port}{path}{self.query}{self.fragment}"

    def __str__(self) -> str:
        return self.text()


BUILDER = TypeDef("System.UriBuilder", python=(UriBuilder,), to_text=str)


@BUILDER.constructor()
def empty_builder() -> UriBuilder:
    return UriBuilder()


@BUILDER.constructor("System.String")
def builder_of(text: str) -> UriBuilder:
    uri = Uri(text)
    return UriBuilder(uri if uri.absolute else Uri(f"http://{text}", "Absolute"))


@BUILDER.constructor("System.Uri")
def builder_of_uri(uri: Uri) -> UriBuilder:
    uri.need()
    return UriBuilder(uri)


@BUILDER.constructor("System.String", "System.String")
def builder_of_two(scheme: str, host_name: str) -> UriBuilder:
    made = UriBuilder()
    made.scheme, made.host = scheme.lower().rstrip(":/"), host_name
    return made


@BUILDER.constructor("System.String", "System.String", "System.Int32")
def builder_of_three(scheme: str, host_name: str, port: int) -> UriBuilder:
    made = builder_of_two(scheme, host_name)
    made.port = port
    return made


@BUILDER.constructor("System.String", "System.String", "System.Int32", "System.String")
def builder_of_four(scheme: str, host_name: str, port: int, path: str) -> UriBuilder:
    made = builder_of_three(scheme, host_name, port)
    set_path(made, path)
    return made


@BUILDER.constructor("System.String", "System.String", "System.Int32", "System.String", "System.String")
def builder_of_five(scheme: str, host_name: str, port: int, path: str, extra: str) -> UriBuilder:
    made = builder_of_four(scheme, host_name, port, path)
    if extra.startswith("#"):
        made.fragment = extra
    elif extra.startswith("?") or not extra:
        made.query = extra
    else:
        raise NetError("System.ArgumentException", "Extra portion of URI not valid.\r\nParameter name: extraValue")
    return made


@BUILDER.property("Uri")
def built_uri(this: UriBuilder) -> Uri:
    return Uri(this.text(), "Absolute")


BUILDER.attribute("Host", "UserName", "Password", readonly=False)


@BUILDER.property("Scheme", "System.String")
def builder_scheme(this: UriBuilder) -> str:
    return this.scheme


@BUILDER.setter("Scheme")
def set_scheme(this: UriBuilder, value: str) -> None:
    this.scheme = value.partition(":")[0].lower()


@BUILDER.property("Port", "System.Int32")
def builder_port(this: UriBuilder) -> int:
    return this.port


@BUILDER.setter("Port")
def set_port(this: UriBuilder, value: int) -> None:
    if not -1 <= value <= 65535:
        raise NetError("System.ArgumentOutOfRangeException", "Specified argument was out of the range of valid values.")
    this.port = value


@BUILDER.property("Path", "System.String")
def builder_path(this: UriBuilder) -> str:
    return this.path


@BUILDER.setter("Path")
def set_path(this: UriBuilder, value: str) -> None:
    path = escape((value or "/").replace("\\", "/"), "!$%&'()*+,/:;=@[]~-._")
    this.path = path if path.startswith("/") or not this.host else f"/{path}"


@BUILDER.property("Query", "System.String")
def builder_query(this: UriBuilder) -> str:
    return this.query


@BUILDER.setter("Query")
def set_query(this: UriBuilder, value: str) -> None:
    """.NET Framework always puts the question mark before."""
    this.query = f"?{value}" if value else ""


@BUILDER.property("Fragment", "System.String")
def builder_fragment(this: UriBuilder) -> str:
    return this.fragment


@BUILDER.setter("Fragment")
def set_fragment(this: UriBuilder, value: str) -> None:
    this.fragment = f"#{value}" if value else ""


@BUILDER.method("ToString")
def builder_text(this: UriBuilder) -> str:
    return this.text()


TYPES = (BUILDER,)
