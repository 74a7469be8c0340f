"""A browser without scripts, for programs: pages, forms and cookies over real HTTP, as the demonstration day needs."""

import http.cookiejar
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

TIMEOUT_S = 20.0
SELECTABLE = {"radio", "checkbox"}
BUTTONS = {"button", "image", "reset", "file"}


class BrowserError(Exception):
    """The page can't do this: no such form, or an answer nobody expected."""


@dataclass(slots=True)
class Form:
    """A form of a page: where it goes and what it would send as it stands. ``words`` are its buttons' texts."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)
    words: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """An answer: its address after redirects, its status, its text, its forms."""

    url: str
    status: int
    text: str
    forms: tuple[Form, ...]

    def form(self, action: str) -> Form:
        """Return the first form whose address holds ``action``."""
        found = next((form for form in self.forms if action in form.action), None)
        if found is None:
            raise BrowserError(f"{self.url}: no form for {action!r}, only {[form.action for form in self.forms]}")
        return found


class Browser:
    """One person's browser at one address."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url.rstrip("/")
        self.cookies = http.cookiejar.CookieJar()
        no_proxy = urllib.request.ProxyHandler({})  # our own server is on no other machine
        self._opener = urllib.request.build_opener(no_proxy, urllib.request.HTTPCookieProcessor(self.cookies))

    def get(self, address: str) -> Page:
        """Open an address."""
        return self._open(urllib.request.Request(self._absolute(address)))  # noqa: S310 -- our own server

    def submit(self, page: Page, form: Form, values: Mapping[str, str] | None = None) -> Page:
        """Send a form of ``page`` with ``values`` typed into it."""
        sent = urllib.parse.urlencode({**form.fields, **(values or {})})
        address = urllib.parse.urljoin(page.url, form.action or page.url)
        if form.method == "get":
            return self.get(f"{address.split('?')[0]}?{sent}")
        request = urllib.request.Request(address, data=sent.encode(), headers={"Referer": page.url})  # noqa: S310
        return self._open(request)

    def send_json(self, address: str, body: object, *, csrf_token: str) -> dict[str, object]:
        """Post JSON as a page's script does, and return the answer."""
        headers = {"Content-Type": "application/json", "X-CSRFToken": csrf_token, "Referer": self.base_url}
        request = urllib.request.Request(  # noqa: S310 -- our own server
            self._absolute(address), data=json.dumps(body).encode(), headers=headers
        )
        page = self._open(request)
        if page.status >= 400:  # noqa: PLR2004 -- HTTP
            raise BrowserError(f"{address}: {page.status} {page.text[:300]}")
        answer: dict[str, object] = json.loads(page.text or "{}")
        return answer

    def get_json(self, address: str) -> dict[str, object]:
        """Return the JSON at an address."""
        page = self.get(address)
        if page.status != 200:  # noqa: PLR2004 -- HTTP
            raise BrowserError(f"{address}: {page.status} {page.text[:300]}")
        answer: dict[str, object] = json.loads(page.text)
        return answer

    def _absolute(self, address: str) -> str:
        return urllib.parse.urljoin(f"{self.base_url}/", address)

    def _open(self, request: urllib.request.Request) -> Page:
        try:
            with self._opener.open(request, timeout=TIMEOUT_S) as answer:
                return _page(answer.url, answer.status, answer.read())
        except urllib.error.HTTPError as error:
            return _page(error.url or request.full_url, error.code, error.read())


def _page(url: str, status: int, body: bytes) -> Page:
    text = body.decode(errors="replace")
    reader = _Reader()
    reader.feed(text)
    return Page(url, status, text, tuple(reader.forms))


class _Reader(HTMLParser):
    """Collects the forms of a page with what they would send untouched."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._open: Form | None = None
        self._select = ""
        self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a form, or a field of the form that is open."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = Form(given.get("action", ""), given.get("method", "get").lower())
            self.forms.append(self._open)
        elif self._open is not None:
            self._field(self._open, tag, given)

    def handle_endtag(self, tag: str) -> None:
        """Close what ended."""
        if tag == "form":
            self._open = None
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        """Keep what stands in a text area, and the words on buttons."""
        if self._open is None:
            return
        if self._area:
            self._open.fields[self._area] = self._open.fields.get(self._area, "") + data
        else:
            self._open.words += data.strip()

    def _field(self, form: Form, tag: str, given: Mapping[str, str]) -> None:
        name = given.get("name", "")
        if tag == "input" and name:
            self._input(form, name, given)
        elif tag == "select":
            self._select = name
        elif tag == "textarea":
            self._area = name
            form.fields[name] = ""
        elif tag == "option" and self._select:
            form.choices.setdefault(self._select, []).append(given.get("value", ""))
            if "selected" in given or self._select not in form.fields:
                form.fields[self._select] = given.get("value", "")

    @staticmethod
    def _input(form: Form, name: str, given: Mapping[str, str]) -> None:
        kind, value = given.get("type", "text"), given.get("value", "")
        if kind in SELECTABLE:
            form.choices.setdefault(name, []).append(value)
            if "checked" in given:
                form.fields[name] = value or "on"
        elif kind not in BUTTONS and kind != "submit":
            form.fields[name] = value
