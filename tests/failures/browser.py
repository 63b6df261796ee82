"""A browser on the internet or in the lab: it keeps cookies, follows redirects, and posts forms that it is shown."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urlencode, urljoin, urlsplit

from winsim.web import tls
from winsim.web.http import Client, fetch
from winsim.web.messages import Response
from winsim.world.host import Host
from winsim.world.lab import World

# A device that trusts the public authority of the test; the lab's internet has no certificate store of its own.
DEVICE = Client(redirects=0, ignore=tls.IGNORE_UNKNOWN_CA)
WEB = "https://lyncweb01.contoso.com"
PASSIVE = f"{WEB}/PassiveAuth/PassiveAuth.aspx"
OAUTH = f"{WEB}/WebTicket/oauthtoken"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def asks_whether_to_trust(url: str, sip_domain: str, trust_model_data: tuple[str, ...] = ()) -> bool:
    """Whether a Lync client does, before it goes to a server outside of the SIP domain of its user."""
    host = urlsplit(url).hostname or ""
    return not any(host == domain or host.endswith(f".{domain}") for domain in (sip_domain, *trust_model_data))


@dataclass
class Browser:
    world: World
    agent: str = "Mozilla/5.0 (iPad; CPU OS 7_0 like Mac OS X) AppleWebKit/537.51.1"
    source: Host | None = None  # None: on the internet
    blocked: str = ""  # a host whose cookies it does not keep
    url: str = ""
    cookies: dict[tuple[str, str], str] = field(default_factory=dict)

    def open(self, url: str, form: dict[str, str] | None = None) -> Response:
        for _ in range(10):
            answer = self.ask(url, form)
            if answer.status != 302:
                return answer
            url, form = urljoin(url, answer.header("Location")), None
        raise AssertionError(f"redirected without end to {url}")

    def ask(self, url: str, form: dict[str, str] | None = None, ticket: str = "") -> Response:
        self.url = url
        host = urlsplit(url).hostname or ""
        headers = {"User-Agent": self.agent} | ({"Authorization": f"Bearer {ticket}"} if ticket else {})
        own = [f"{name}={value}" for (site, name), value in self.cookies.items() if site == host]
        if own:
            headers["Cookie"] = "; ".join(own)
        method, body = ("POST", urlencode(form).encode()) if form is not None else ("GET", b"")
        answer = fetch(self.world, self.source, url, method, headers | (FORM if body else {}), body, DEVICE)
        for line in answer.cookies:
            name, _, value = line.partition(";")[0].partition("=")
            if host != self.blocked:
                self.cookies[host, name] = value
        return answer

    def submit(self, page: Response, **values: str) -> Response:
        text = page.body.decode()
        action = re.search(r'<form [^>]*action="([^"]*)"', text)
        assert action is not None, text
        hidden = re.findall(r'<input [^>]*type="hidden" name="(\w+)" value="([^"]*)"', text)
        return self.open(unescape(action[1]), {name: unescape(value) for name, value in hidden} | values)

    def sign_in(self, user: str = "elena@contoso.com", password: str = "Siena-Signs-In-1") -> Response:
        """From the forms page to the token page of AD FS; the token is not yet posted."""
        return self.submit(self.open(PASSIVE), UserName=user, Password=password)

    def ticket(self, grant: str = "urn:microsoft.rtc:passive", url: str = OAUTH, **more: str) -> Response:
        return self.ask(url, {"grant_type": grant, **more})
