"""Where a sign-in leads on to, and the answer that lets a person in."""

from urllib.parse import urlsplit

from flask import Response, g, jsonify, make_response, redirect, request
from flask import session as form_session

from admin import cookies, guard
from backend.app import world
from backend.db.queries.staff import StaffView
from backend.services import devices, passkeys
from backend.services.passkeys import Site
from backend.services.sign_ins import Opened


def let_in(person: StaffView, opened: Opened, *, to: str = "") -> Response:
    """Return the answer that carries the full sign-in's token and leads on."""
    form_session.clear()
    response = make_response(redirect(target(person, to)))
    cookies.put(response, cookies.SIGN_IN, opened.token)
    cookies.put(response, cookies.BROWSER, opened.browser)
    return response


def let_in_script(person: StaffView, opened: Opened) -> Response:
    """Return the same to a script, which goes on by itself."""
    form_session.clear()
    response = jsonify({"to": guard.home_of(person)})
    cookies.put(response, cookies.SIGN_IN, opened.token)
    cookies.put(response, cookies.BROWSER, opened.browser)
    return response


def target(person: StaffView, to: str) -> str:
    """Return where to go on: the page that was asked for, unless the person's job is the terminal."""
    wanted = inside(to)
    home = guard.home_of(person)
    return wanted if wanted and wanted.startswith(home) else home


def inside(address: str) -> str | None:
    """Return a path of ours, or None: a sign-in never leads away."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    is_path = address.startswith("/") and not address.startswith("//") and "\\" not in address
    is_ours = is_path and not parts.scheme and not parts.netloc and address.isprintable()
    return address if is_ours else None


def site() -> Site | None:
    """Return what passkeys are bound to here. In the demo the browser may also have come by the name localhost."""
    made = world().settings
    if made.is_demo and urlsplit(f"//{request.host}").hostname == "localhost":
        return passkeys.site_of(f"http://{request.host}")
    return passkeys.site_of(made.public_url)


def tablet() -> str:
    """Return the name of the registered tablet that this is, or nothing."""
    machine = g.get("device")
    return machine.name if machine is not None and machine.kind == devices.TABLET else ""
