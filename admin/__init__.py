"""The staff web: sign-in, phone desk, board, needs, settlement, masters, riders; and the machine API (S-05, S-27)."""

from flask import Blueprint

from admin import (
    access,
    cases,
    contacts,
    desk,
    dispatch,
    guard,
    home,
    incidents,
    masters,
    needs,
    reports,
    riders,
    sales,
    secrecy,
    settlement,
    sign_in,
)
from backend.api import machine


def create_blueprints() -> list[Blueprint]:
    """Return what wsgi.py registers: everything under /admin/, guarded."""
    staff_web = Blueprint("admin", __name__, url_prefix="/admin", template_folder="templates", static_folder="static")
    guard.protect(staff_web)
    staff_web.add_url_rule("/", "home", home.start, methods=["GET"])
    parts = (
        sign_in,
        desk,
        dispatch,
        needs,
        settlement,
        riders,
        masters,
        reports,
        sales,
        cases,
        incidents,
        contacts,
        access,
        secrecy,
    )
    for part in parts:
        staff_web.register_blueprint(part.create_blueprint())
    machine_api = machine.create_blueprint()
    guard.protect(machine_api)
    return [staff_web, machine_api]
