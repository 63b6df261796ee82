"""One of the two web sites of a Lync server: its name, its pool, and the settings that it works by."""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from winsim.web.messages import Request
from winsim.world.lync import LyncServer
from winsim.world.lync.settings import WEB_SERVICE, effective
from winsim.world.lync.state import Setting

if TYPE_CHECKING:
    from winsim.world.host import Host

HEADERS = {"Server": "Microsoft-IIS/8.5", "X-AspNet-Version": "4.0.30319"}
_TIME = "%Y%m%d%H%M%S"


@dataclass(frozen=True)
class Site:
    host: Host
    side: str  # internal, external
    name: str
    pool: str
    settings: dict[str, Setting]

    @property
    def headers(self) -> dict[str, str]:
        return HEADERS | {"X-MS-Server-Fqdn": self.host.fqdn.lower(), "Cache-Control": "no-cache"}

    @property
    def realm(self) -> str:
        return entity_id(self.name)

    def url(self, path: str) -> str:
        return f"https://{self.name}{path}"

    def on(self, setting: str) -> bool:
        return self.settings[setting] is True

    @property
    def windows(self) -> bool:
        return self.settings["UseWindowsAuth"] != "None"

    def seal(self, purpose: str, text: str, until: datetime) -> str:
        """A value that this site of this server believes until a time: a session cookie, a web ticket."""
        content = f"{self.realm}|{text}|{until:{_TIME}}"
        return urlsafe_b64encode(f"{content}|{self._mark(purpose, content)}".encode()).decode().rstrip("=")

    def unseal(self, purpose: str, value: str, now: datetime) -> str:
        """What was sealed; empty when another site did it, or when its time is over."""
        try:
            content, _, mark = urlsafe_b64decode(value + "=" * (-len(value) % 4)).decode().rpartition("|")
        except ValueError:
            return ""
        realm, _, rest = content.partition("|")
        text, _, until = rest.rpartition("|")
        genuine = hmac.compare_digest(mark, self._mark(purpose, content))
        return text if genuine and realm == self.realm and until > f"{now:{_TIME}}" else ""

    def _mark(self, purpose: str, content: str) -> str:
        key = f"{purpose} {self.host.machine_guid}".encode()
        return hmac.new(key, content.encode(), hashlib.sha256).hexdigest()


def entity_id(name: str) -> str:
    """The identifier (and wtrealm) of a site's passive application."""
    return f"https://{name.lower()}/"


def site_of(host: Host, side: str) -> Site | None:
    """The site by the topology in the local store; None before the store is there."""
    server = host.parts.find(LyncServer)
    local = server.local if server else None
    topology = local.read_topology() if local else None
    cluster = topology.cluster_with(host.fqdn) if topology else None
    service = topology.service("WebServer", cluster.fqdn) if topology and cluster else None
    if local is None or service is None or cluster is None:
        return None
    name = service.setting("ExternalHost") if side == "external" else service.setting("InternalHost") or cluster.fqdn
    if not name:
        return None
    return Site(host, side, name, cluster.fqdn, effective(local, WEB_SERVICE, "WebServer", cluster.fqdn))


def cookie(asked: Request, name: str) -> str:
    try:
        found = SimpleCookie(asked.header("cookie")).get(name)
    except CookieError:
        return ""
    return found.value if found else ""


def fields(text: str) -> dict[str, str]:
    """A query, or the body of a form."""
    return {name: values[0] for name, values in parse_qs(text, keep_blank_values=True).items()}
