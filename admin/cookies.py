"""The cookies of the staff web: the sign-in, the browser one has used before, the registered machine's key."""

from urllib.parse import urlsplit

from flask import Response, request

from backend.app import world
from backend.services.sign_ins import LONGEST_S, Whence

YEAR_S = 400 * 24 * 3600  # browsers keep nothing longer
SIGN_IN, BROWSER, DEVICE = "noriai", "noriai-browser", "noriai-device"
LOOPBACK = {"127.0.0.1", "::1"}


def name_of(cookie: str) -> str:
    """Return a cookie's name: with https one that no other host or path can plant."""
    return f"__Host-{cookie}" if is_https() else cookie


def read(cookie: str) -> str:
    """Return what the browser sent, or nothing."""
    return request.cookies.get(name_of(cookie), "")[:100]


def put(response: Response, cookie: str, value: str) -> None:
    """Hand a token to the browser, out of reach of scripts and other sites."""
    response.set_cookie(
        name_of(cookie),
        value,
        max_age=LONGEST_S if cookie == SIGN_IN else YEAR_S,
        path="/",
        secure=is_https(),
        httponly=True,
        samesite="Lax",
    )


def clear(response: Response, cookie: str) -> None:
    """Take a token back."""
    response.delete_cookie(name_of(cookie), path="/", secure=is_https(), httponly=True, samesite="Lax")


def whence() -> Whence:
    """Return where this request comes from. Behind our own TLS proxy its word counts, and nobody else's."""
    source = request.remote_addr or ""
    if is_https() and source in LOOPBACK:
        source = request.headers.get("X-Forwarded-For", source).rpartition(",")[2].strip()
    return Whence(source=source[:64], browser=read(BROWSER), device_key=read(DEVICE))


def is_https() -> bool:
    """Tell whether people reach us by https."""
    public_url: str = world().settings.public_url
    return urlsplit(public_url).scheme == "https"
