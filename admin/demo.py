"""The demo's start page: where everything is, and how to sign in. Registered in demo mode only."""

import segno
from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin import cookies
from backend.app import world
from backend.db.queries import demo, network
from backend.db.session import transaction
from backend.domain import times
from backend.services.seeding import DEMO_DEVICE, DEMO_DEVICE_KEY, DEMO_PASSWORD
from backend.services.sign_ins import find_device
from backend.texts import FALLBACK, languages


def create_blueprint() -> Blueprint:
    """Return the start page at ``/``."""
    bp = Blueprint("demo", __name__, template_folder="templates")
    bp.get("/")(start)
    return bp


def create_production_start() -> Blueprint:
    """Return ``/`` as it is in production: on to the staff web."""
    bp = Blueprint("start", __name__)
    bp.get("/")(to_staff_web)
    return bp


def start() -> Response:
    """Show the doors, the demo sign-ins with their present codes, and the service's time."""
    wanted = request.args.get("lang", FALLBACK)
    g.language = wanted if wanted in languages() else FALLBACK
    with transaction(world().engine) as session:
        sign_ins = demo.list_sign_ins(session, wall=world().wall())
        service = network.get_service(session)
        machine = find_device(session, DEMO_DEVICE_KEY)
    now = world().clock()
    page = render_template(
        "demo/start.html",
        sign_ins=sign_ins,
        password=DEMO_PASSWORD,
        service=service,
        now=now,
        today=times.day_of(now),
        qr=_qr,
        machine=DEMO_DEVICE,
        g=g,
    )
    response = make_response(page)
    # A key that was revoked would sign out who carries it.
    if machine is not None and not cookies.read(cookies.DEVICE):
        cookies.put(response, cookies.DEVICE, DEMO_DEVICE_KEY)
    return response


def to_staff_web() -> ResponseReturnValue:
    """Send on to the staff web."""
    return redirect(url_for("admin.home"))


def _qr(uri: str) -> str:
    """Return a QR code as the address of a picture."""
    return str(segno.make(uri, micro=False).svg_data_uri(scale=3, dark="#123", light="#fff"))
