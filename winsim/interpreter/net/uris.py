"""System.Uri and System.UriBuilder."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

from winsim.interpreter.net.identifiers import set_reference
from winsim.interpreter.nettypes import NetError, TypeDef
from winsim.interpreter.values import Array, EnumValue, NetObject

DEFAULT_PORTS = {
    "http": 80,
    "https": 443,
    "ftp": 21,
    "ldap": 389,
    "net.tcp": 808,
    "gopher": 70,
    "nntp": 119,
    "news": -1,
    "telnet": 23,
    "mailto": 25,
    "ws": 80,
    "wss": 443,
    "file": -1,
}
ABSOLUTE = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):(?P<rest>.*)", re.DOTALL)
AUTHORITY = re.compile(r"(?:(?P<user>[^@/?#]*)@)?(?P<host>\[[^\]]*\]|[^:/?#\\]*)(?::(?P<port>\d*))?\Z")
SAFE = "!#$%&'()*+,/:;=?@[]~-._"
BAD = "Invalid URI: The format of the URI could not be determined."


def escape(text: str, safe: str = SAFE) -> str:
    """Percent-encodes what may not stand in a URI; existing escapes stay, IRIs keep their letters as UTF-8 escapes."""
    return re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", quote(text, safe=safe))


def remove_dots(path: str) -> str:
    out: list[str] = []
    parts = path.split("/")
    for index, part in enumerate(parts):
        last = index == len(parts) - 1
        if part == "..":
            if len(out) > 1:
                out.pop()
            if last:
                out.append("")
        elif part == ".":
            if last:
                out.append("")
        else:
            out.append(part)
    return "/".join(out)


IPV6_HOST = re.compile(r"\[[0-9A-Fa-f:.]+(%\w+)?\]")


class Uri(NetObject):
    """``original`` is the text it was made of; the parts of a relative one are empty."""

    type_names = ("System.Uri", "System.Object")

    def __init__(self, text: str, kind: str = "RelativeOrAbsolute") -> None:
        self.original = text
        self.scheme = self.user = self.host = self.query = self.fragment = ""
        self.path = ""
        self.port = -1
        self.is_unc = False
        self.absolute = kind != "Relative" and self.read(text.strip())
        if not self.absolute and kind == "Absolute":
            raise NetError("System.UriFormatException", "Invalid URI: The URI is empty." if not text else BAD)

    def read(self, text: str) -> bool:
        if re.match(r"[A-Za-z]:[\\/]", text):
            self.scheme, self.path = "file", "/" + text.replace("\\", "/")
            return True
        if text.startswith("\\\\"):
            host, _, path = text[2:].replace("\\", "/").partition("/")
            self.scheme, self.host, self.path, self.is_unc = "file", host.lower(), "/" + path, True
            return True
        found = ABSOLUTE.match(text)
        if not found or len(found["scheme"]) < 2:
            return False
        self.scheme = found["scheme"].lower()
        rest = found["rest"]
        rest, mark, fragment = rest.partition("#")
        self.fragment = mark + escape(fragment) if mark and fragment else ""
        rest, mark, query = rest.partition("?")
        self.query = mark + escape(query) if mark else ""
        self.read_hierarchy(rest)
        return True

    def read_hierarchy(self, rest: str) -> None:
        if not rest.startswith("//"):
            if self.scheme in ("http", "https", "ftp", "net.tcp"):
                raise NetError("System.UriFormatException", "Invalid URI: The hostname could not be parsed.")
            self.path = rest
            return
        authority, slash, path = rest[2:].replace("\\", "/").partition("/")
        found = AUTHORITY.match(authority)
        if not found or (not found["host"] and self.scheme in ("http", "https", "ftp")):
            raise NetError("System.UriFormatException", "Invalid URI: The hostname could not be parsed.")
        bracketed = "[" in authority or "]" in authority
        if re.search(r"[\s<>\"{}|^`]", found["host"]) or (bracketed and not IPV6_HOST.fullmatch(found["host"])):
            raise NetError("System.UriFormatException", "Invalid URI: The hostname could not be parsed.")
        self.user = found["user"] or ""
        self.host = found["host"].lower()
        if found["port"] and int(found["port"]) > 65535:
            raise NetError("System.UriFormatException", "Invalid URI: Invalid port specified.")
        self.port = int(found["port"]) if found["port"] else DEFAULT_PORTS.get(self.scheme, -1)
        self.path = escape(remove_dots("/" + path)) if slash or self.scheme in DEFAULT_PORTS else ""

    @property
    def is_default_port(self) -> bool:
        return self.port == DEFAULT_PORTS.get(self.scheme, -1)

    @property
    def authority(self) -> str:
        return self.host if self.is_default_port or self.port < 0 else f"{self.host}:{self.port}"

    @property
    def left(self) -> str:
        """Scheme and authority."""
        if self.scheme in ("mailto", "urn", "news") or (not self.host and self.scheme not in ("file",)):
            return f"{self.scheme}:"
        user = f"{self.user}@" if self.user else ""
        return f"{self.scheme}://{user}{self.authority}"

    @property
    def absolute_uri(self) -> str:
        return f"{self.left}{self.path}{self.query}{self.fragment}"

    def __str__(self) -> str:
        if not self.absolute:
            return self.original
        return unescape_for_display(self.absolute_uri)

    @property
    def key(self) -> str:
        if not self.absolute:
            return self.original
        return f"{self.scheme}://{self.authority}{self.path}{self.query}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Uri) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def need(self) -> None:
        if not self.absolute:
            raise NetError("System.InvalidOperationException", "This operation is not supported for a relative URI.")


def unescape_for_display(text: str) -> str:
    """What ``ToString`` undoes: escapes of letters and spaces, not those of reserved characters."""
    return re.sub(r"(?:%[0-9A-Fa-f]{2})+", lambda m: _keep_reserved(m.group()), text)


def _keep_reserved(run: str) -> str:
    try:
        plain = unquote(run, errors="strict")
    except UnicodeDecodeError:
        return run
    return "".join(quote(c, safe="") if c in "%#?/\\:@;&=+$," or ord(c) < 32 else c for c in plain)


def convert_uri(value: object) -> object:
    from winsim.interpreter.texts import to_text

    if value is None or isinstance(value, Uri):
        return value
    if isinstance(value, list | bool):
        raise TypeError("Cannot convert the value to System.Uri.")
    return Uri(to_text(value))


URI = TypeDef("System.Uri", python=(Uri,), accelerators=("uri",), convert=convert_uri, to_text=str)


@URI.constructor("System.String")
def create(text: str) -> Uri:
    return Uri(text, "Absolute")


@URI.constructor("System.String", "System.UriKind")
def create_kind(text: str, kind: EnumValue) -> Uri:
    return Uri(text, kind.name)


@URI.constructor("System.Uri", "System.String")
def create_relative(base: Uri, relative: str) -> Uri:
    return combine(base, relative)


@URI.constructor("System.Uri", "System.Uri")
def create_relative_uri(base: Uri, relative: Uri) -> Uri:
    return relative if relative.absolute else combine(base, relative.original)


def combine(base: Uri, relative: str) -> Uri:
    base.need()
    if ABSOLUTE.match(relative) and len(relative.partition(":")[0]) > 1:
        return Uri(relative, "Absolute")
    if relative.startswith("//"):
        return Uri(f"{base.scheme}:{relative}", "Absolute")
    if relative.startswith("/"):
        return Uri(base.left + relative, "Absolute")
    if relative.startswith("?"):
        return Uri(base.left + base.path + relative, "Absolute")
    if relative.startswith("#"):
        return Uri(base.left + base.path + base.query + relative, "Absolute")
    return Uri(f"{base.left}{base.path.rpartition('/')[0]}/{relative}" if relative else base.absolute_uri, "Absolute")


def _absolute(name: str, read: str) -> None:
    @URI.property(name)
    def get(this: Uri) -> object:
        this.need()
        value: object = getattr(this, read)
        return value


for _name, _read in (
    ("AbsolutePath", "path"),
    ("AbsoluteUri", "absolute_uri"),
    ("Authority", "authority"),
    ("Fragment", "fragment"),
    ("IsDefaultPort", "is_default_port"),
    ("IsUnc", "is_unc"),
    ("Port", "port"),
    ("Query", "query"),
    ("Scheme", "scheme"),
    ("UserInfo", "user"),
):
    _absolute(_name, _read)


@URI.property("Host")
def host(this: Uri) -> str:
    this.need()
    return this.host


@URI.property("DnsSafeHost")
def dns_safe_host(this: Uri) -> str:
    this.need()
    return this.host.strip("[]")


@URI.property("HostNameType")
def host_name_type(this: Uri) -> EnumValue:
    this.need()
    name, value = "Dns", 2
    if not this.host:
        name, value = "Basic", 1
    elif this.host.startswith("["):
        name, value = "IPv6", 4
    elif re.fullmatch(r"\d+(\.\d+){3}", this.host):
        name, value = "IPv4", 3
    return EnumValue("System.UriHostNameType", name, value)


@URI.property("IsAbsoluteUri")
def is_absolute(this: Uri) -> bool:
    return this.absolute


@URI.property("IsFile")
def is_file(this: Uri) -> bool:
    this.need()
    return this.scheme == "file"


@URI.property("IsLoopback")
def is_loopback(this: Uri) -> bool:
    this.need()
    return this.host in ("localhost", "loopback", "127.0.0.1", "[::1]") or (this.scheme == "file" and not this.host)


@URI.property("LocalPath")
def local_path(this: Uri) -> str:
    this.need()
    path = unquote(this.path)
    if this.scheme != "file":
        return path
    if this.host:
        return f"\\\\{this.host}{path}".replace("/", "\\")
    return path.lstrip("/").replace("/", "\\") if re.match(r"/[A-Za-z]:", path) else path


@URI.property("OriginalString")
def original_string(this: Uri) -> str:
    return this.original


@URI.property("PathAndQuery")
def path_and_query(this: Uri) -> str:
    this.need()
    return this.path + this.query


@URI.property("Segments")
def segments(this: Uri) -> Array:
    this.need()
    return Array(re.findall(r"[^/]*/|[^/]+", this.path), "System.String")


@URI.property("UserEscaped")
def user_escaped(this: Uri) -> bool:
    return False


@URI.method("GetLeftPart", "System.UriPartial")
def get_left_part(this: Uri, part: EnumValue) -> str:
    this.need()
    tails = {"Scheme": "", "Authority": "", "Path": this.path, "Query": this.path + this.query}
    return f"{this.scheme}://" if part.name == "Scheme" else this.left + tails[part.name]


@URI.method("GetComponents", "System.UriComponents", "System.UriFormat")
def get_components(this: Uri, components: EnumValue, form: EnumValue) -> str:
    mask = int(components)
    port = "" if this.is_default_port and not mask & 0x80 else f":{this.port}"
    text = f"{this.scheme}://" if mask & 1 and mask & ~1 else (this.scheme if mask & 1 else "")
    text += f"{this.user}@" if mask & 2 and this.user else ""
    text += this.host if mask & 4 else ""
    text += (port if mask & ~0x88 else port.lstrip(":")) if mask & 0x88 else ""
    path = this.path if mask & ~0x10 else this.path.lstrip("/")
    text += path if mask & 0x10 else ""
    text += (this.query if mask & ~0x20 else this.query.lstrip("?")) if mask & 0x20 else ""
    text += (this.fragment if mask & ~0x40 else this.fragment.lstrip("#")) if mask & 0x40 else ""
    return unquote(text) if form.name in ("Unescaped", "SafeUnescaped") else text


@URI.method("ToString")
def uri_text(this: Uri) -> str:
    return str(this)


@URI.method("IsBaseOf", "System.Uri")
def is_base_of(this: Uri, other: Uri) -> bool:
    base = this.path.rpartition("/")[0] + "/"
    return this.left == other.left and other.path.startswith(base)


@URI.method("MakeRelativeUri", "System.Uri")
def make_relative(this: Uri, other: Uri) -> Uri:
    if this.left != other.left:
        return other
    mine, theirs = this.path.split("/")[:-1], other.path.split("/")
    shared = 0
    while shared < len(mine) and shared < len(theirs) - 1 and mine[shared] == theirs[shared]:
        shared += 1
    return Uri("../" * (len(mine) - shared) + "/".join(theirs[shared:]) + other.query + other.fragment, "Relative")


@URI.method("IsWellFormedOriginalString")
def is_well_formed_original(this: Uri) -> bool:
    return well_formed(this.original, this.absolute)


def well_formed(text: str, absolute: bool) -> bool:
    if re.search(r'[\s<>"{}|\\^`]', text) or re.search(r"%(?![0-9A-Fa-f]{2})", text):
        return False
    if not absolute:
        return True
    return bool(re.match(r"[A-Za-z][A-Za-z0-9+.-]+:", text))


@URI.static_method("IsWellFormedUriString", "System.String", "System.UriKind")
def is_well_formed(text: str, kind: EnumValue) -> bool:
    try:
        made = Uri(text or "", kind.name)
    except NetError:
        return False
    if kind.name == "Relative" and Uri(text or "").absolute:
        return False
    return well_formed(text or "", made.absolute)


@URI.static_method("TryCreate", "System.String", "System.UriKind", "ref System.Uri")
def try_create(text: str, kind: EnumValue, result: object) -> bool:
    try:
        set_reference(result, Uri(text or "", kind.name))
    except NetError:
        set_reference(result, None)
        return False
    return True


@URI.static_method("EscapeDataString", "System.String")
def escape_data(text: str) -> str:
    return quote(text, safe="-_.~")


@URI.static_method("EscapeUriString", "System.String")
def escape_uri(text: str) -> str:
    return quote(text, safe=SAFE.replace("%", ""))


@URI.static_method("UnescapeDataString", "System.String")
def unescape_data(text: str) -> str:
    return unquote(text)


@URI.static_method("CheckHostName", "System.String")
def check_host_name(text: str) -> EnumValue:
    name, value = "Unknown", 0
    if re.fullmatch(r"\d+(\.\d+){3}", text):
        name, value = "IPv4", 3
    elif ":" in text:
        name, value = "IPv6", 4
    elif re.fullmatch(
        r"[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*\.?", text
    ):
        name, value = "Dns", 2
    return EnumValue("System.UriHostNameType", name, value)


@URI.static_method("CheckSchemeName", "System.String")
def check_scheme_name(text: str) -> bool:
    return bool(re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*", text or ""))


@URI.static_method(
    "Compare", "System.Uri", "System.Uri", "System.UriComponents", "System.UriFormat", "System.StringComparison"
)
def compare(one: Uri, other: Uri, parts: EnumValue, form: EnumValue, comparison: EnumValue) -> int:
    a, b = get_components(one, parts, form), get_components(other, parts, form)
    if comparison.name.endswith("IgnoreCase"):
        a, b = a.lower(), b.lower()
    return (a > b) - (a < b)


def _constant(name: str, value: str) -> None:
    @URI.static_property(name)
    def get() -> str:
        return value


for _name in ("Http", "Https", "Ftp", "File", "Mailto", "News", "Nntp", "Gopher"):
    _constant(f"UriScheme{_name}", _name.lower())
_constant("SchemeDelimiter", "://")


TYPES = (URI,)
