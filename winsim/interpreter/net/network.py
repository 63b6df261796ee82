"""Names and web requests: System.Net.Dns, WebClient, ServicePointManager, TcpClient."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winsim.interpreter.ambient import running_session
from winsim.interpreter.net.addresses import IPAddress
from winsim.interpreter.net.encodings import byte_array
from winsim.interpreter.net.uris import Uri
from winsim.interpreter.nettypes import Indexer, NetError, TypeDef
from winsim.interpreter.values import AUTOMATION_NULL, Array, EnumValue, NetObject
from winsim.web.http import fetch, is_listening
from winsim.web.messages import Response, WebFailure
from winsim.world.network import route

if TYPE_CHECKING:
    from winsim.interpreter.session import Session

SOCKET = "System.Net.Sockets.SocketException"
WEB = "System.Net.WebException"
NO_SUCH_HOST = "No such host is known"
STATUSES = {
    "NameResolutionFailure": 1, "ConnectFailure": 2, "SendFailure": 4, "ProtocolError": 7, "TrustFailure": 9,
    "SecureChannelFailure": 10, "Timeout": 14,
}  # fmt: skip


# -- Dns --------------------------------------------------------------------------------------------------------------


class HostEntry(NetObject):
    type_names = ("System.Net.IPHostEntry", "System.Object")

    def __init__(self, name: str, addresses: list[IPAddress]) -> None:
        self.host_name = name
        self.addresses = addresses


DNS = TypeDef("System.Net.Dns")
ENTRY = TypeDef("System.Net.IPHostEntry", python=(HostEntry,))
ENTRY.attribute("HostName")


@ENTRY.property("AddressList")
def address_list(this: HostEntry) -> Array:
    return Array(this.addresses, "System.Net.IPAddress")


@ENTRY.property("Aliases")
def aliases(this: HostEntry) -> Array:
    return Array((), "System.String")


def look_up(session: Session, name: str) -> list[IPAddress]:
    """Own name, hosts file, DNS: as the services of the machine see it."""
    with session.world.lock:
        if not name:
            found = list(session.host.addresses)
        else:
            found = session.world.resolve(session.host, name)
    if not found:
        raise NetError(SOCKET, NO_SUCH_HOST, properties={"ErrorCode": 11001, "NativeErrorCode": 11001})
    return [IPAddress.parse(text) for text in found]


@DNS.static_method("GetHostAddresses", "System.String", needs_session=True)
def get_host_addresses(session: Session, name: str) -> Array:
    return Array(look_up(session, name), "System.Net.IPAddress")


@DNS.static_method("GetHostEntry", "System.String", needs_session=True)
def get_host_entry(session: Session, name: str) -> HostEntry:
    own = name.lower() in ("", "localhost", ".", session.host.name.lower())
    return HostEntry(session.host.fqdn if own else name, look_up(session, "" if own else name))


@DNS.static_method("GetHostByName", "System.String", needs_session=True)
def get_host_by_name(session: Session, name: str) -> HostEntry:
    return get_host_entry(session, name)


@DNS.static_method("GetHostName", needs_session=True)
def get_host_name(session: Session) -> str:
    return str(session.host.name)


# -- WebClient --------------------------------------------------------------------------------------------------------


class WebHeaders(NetObject):
    type_names = (
        "System.Net.WebHeaderCollection", "System.Collections.Specialized.NameValueCollection", "System.Object",
    )  # fmt: skip

    def __init__(self, values: dict[str, str] | None = None) -> None:
        self.values = dict(values or {})


HEADERS = TypeDef(WebHeaders.type_names[0], python=(WebHeaders,))


@HEADERS.method("Add", "System.String", "System.String")
def add_header(this: WebHeaders, name: str, value: str) -> object:
    this.values[name] = value
    return AUTOMATION_NULL


@HEADERS.method("Get", "System.String")
def get_header(this: WebHeaders, name: object) -> str | None:
    wanted = str(name).lower()
    return next((value for key, value in this.values.items() if key.lower() == wanted), None)


@HEADERS.property("Count")
def header_count(this: WebHeaders) -> int:
    return len(this.values)


@HEADERS.property("AllKeys")
def all_keys(this: WebHeaders) -> Array:
    return Array(this.values, "System.String")


def put_header(this: WebHeaders, value: object, name: object) -> None:
    this.values[str(name)] = str(value)


HEADERS.indexer = Indexer(get_header, put_header, ("System.String",))


class WebResponse(NetObject):
    """What a WebException carries when the server did answer."""

    type_names = ("System.Net.HttpWebResponse", "System.Net.WebResponse", "System.Object")

    def __init__(self, response: Response) -> None:
        self.response = response


RESPONSE = TypeDef(WebResponse.type_names[0], python=(WebResponse,))


@RESPONSE.property("StatusCode")
def status_code(this: WebResponse) -> EnumValue:
    name = this.response.reason.replace(" ", "").replace("-", "") or str(this.response.status)
    return EnumValue("System.Net.HttpStatusCode", name, this.response.status)


@RESPONSE.property("StatusDescription")
def status_description(this: WebResponse) -> str:
    return this.response.reason


@RESPONSE.property("Headers")
def response_headers(this: WebResponse) -> WebHeaders:
    return WebHeaders(dict(this.response.headers))


def web_error(failure: WebFailure) -> NetError:
    status = EnumValue("System.Net.WebExceptionStatus", failure.status, STATUSES.get(failure.status, 16))
    inner = None
    if failure.status == "TrustFailure":
        text = "The remote certificate is invalid according to the validation procedure."
        inner = NetError("System.Security.Authentication.AuthenticationException", text)
    return NetError(WEB, failure.message, inner, {"Status": status, "Response": None})


def ask(session: Session, url: str, method: str, headers: dict[str, str], body: bytes = b"") -> Response:
    """A request of a .NET program on the session's host; an answer from 400 up is an error as there."""
    with session.world.lock:
        session.world.run_due()
        try:
            response = fetch(session.world, session.host, url, method, headers, body)
        except WebFailure as failure:
            raise web_error(failure) from None
        except ValueError:
            raise NetError(WEB, "The URI prefix is not recognized.") from None
    if response.status >= 400:
        text = f"The remote server returned an error: ({response.status}) {response.reason}."
        status = EnumValue("System.Net.WebExceptionStatus", "ProtocolError", 7)
        raise NetError(WEB, text, None, {"Status": status, "Response": WebResponse(response)})
    return response


class WebClient(NetObject):
    type_names = ("System.Net.WebClient", "System.ComponentModel.Component", "System.MarshalByRefObject",
                  "System.Object")  # fmt: skip

    def __init__(self) -> None:
        self.headers = WebHeaders()
        self.credentials: object = None
        self.use_default_credentials = False
        self.encoding: object = None
        self.answered: dict[str, str] = {}

    def download(self, session: Session, address: object) -> bytes:
        url = address.original if isinstance(address, Uri) else str(address)
        response = ask(session, url, "GET", self.headers.values)
        self.answered = dict(response.headers)
        return response.body


CLIENT = TypeDef("System.Net.WebClient", python=(WebClient,))
CLIENT.attribute("Headers", "Credentials", "UseDefaultCredentials", "Encoding", readonly=False)


@CLIENT.constructor()
def new_client() -> WebClient:
    return WebClient()


@CLIENT.property("ResponseHeaders")
def answered_headers(this: WebClient) -> WebHeaders:
    return WebHeaders(this.answered)


@CLIENT.method("DownloadData", "System.Object", needs_session=True)
def download_data(this: WebClient, session: Session, address: object) -> Array:
    return byte_array(this.download(session, address))


@CLIENT.method("DownloadString", "System.Object", needs_session=True)
def download_string(this: WebClient, session: Session, address: object) -> str:
    data = this.download(session, address)
    encoding = getattr(this.encoding, "codec", "utf-8")
    return data.decode(encoding if isinstance(encoding, str) else "utf-8", errors="replace")


@CLIENT.method("DownloadFile", "System.Object", "System.String", needs_session=True)
def download_file(this: WebClient, session: Session, address: object, path: str) -> object:
    data = this.download(session, address)
    with session.world.lock:
        session.host.files.write(path, data)
        session.world.touch()
    return AUTOMATION_NULL


@CLIENT.method("UploadString", "System.Object", "System.String", needs_session=True)
def upload_string(this: WebClient, session: Session, address: object, text: str) -> str:
    url = address.original if isinstance(address, Uri) else str(address)
    return ask(session, url, "POST", this.headers.values, text.encode()).body.decode(errors="replace")


@CLIENT.method("Dispose")
def dispose_client(this: WebClient) -> object:
    return AUTOMATION_NULL


# -- ServicePointManager, TcpClient -----------------------------------------------------------------------------------


MANAGER = TypeDef("System.Net.ServicePointManager")
PROTOCOL = "System.Net.SecurityProtocolType"
PROTOCOLS = {"Ssl3": 48, "Tls": 192, "Tls11": 768, "Tls12": 3072}


@MANAGER.static_property("SecurityProtocol", PROTOCOL)
def security_protocol() -> EnumValue:
    """What this process offers; .NET 4.5 starts with SSL 3.0 and TLS 1.0."""
    chosen = running_session().state.get("security_protocol")
    if isinstance(chosen, EnumValue):
        return chosen
    return EnumValue(PROTOCOL, "Ssl3, Tls", PROTOCOLS["Ssl3"] | PROTOCOLS["Tls"])


@MANAGER.static_setter("SecurityProtocol")
def set_security_protocol(value: object) -> None:
    running_session().state["security_protocol"] = value


class TcpClient(NetObject):
    type_names = ("System.Net.Sockets.TcpClient", "System.Object")

    def __init__(self) -> None:
        self.connected = False


TCP = TypeDef("System.Net.Sockets.TcpClient", python=(TcpClient,))
TCP.attribute("Connected")


@TCP.constructor()
def new_tcp() -> TcpClient:
    return TcpClient()


@TCP.constructor("System.String", "System.Int32", needs_session=True)
def new_connected(session: Session, name: str, port: int) -> TcpClient:
    client = TcpClient()
    connect(client, session, name, port)
    return client


@TCP.method("Connect", "System.String", "System.Int32", needs_session=True)
def connect(this: TcpClient, session: Session, name: str, port: int) -> object:
    with session.world.lock:
        addresses = look_up(session, name)
        for address in addresses:
            reached = route(session.world, session.host, str(address), port)
            if reached is None:
                continue
            for scheme in ("http", "https"):
                if is_listening(session.world, reached.host, reached.address, scheme, port):
                    this.connected = True
                    return AUTOMATION_NULL
    text = f"No connection could be made because the target machine actively refused it {addresses[0]}:{port}"
    raise NetError(SOCKET, text, properties={"ErrorCode": 10061, "NativeErrorCode": 10061})


@TCP.method("Close")
def close(this: TcpClient) -> object:
    this.connected = False
    return AUTOMATION_NULL


TYPES = (DNS, ENTRY, HEADERS, RESPONSE, CLIENT, MANAGER, TCP)
