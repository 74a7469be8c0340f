"""Alive, and able to serve."""

from flask import Blueprint, Response, current_app, jsonify
from sqlalchemy.exc import SQLAlchemyError

from backend.db import migrate, sealing
from backend.services import backups
from backend.world import World

HTTP_UNAVAILABLE = 503


def create_blueprint() -> Blueprint:
    """Return the two health pages (contract)."""
    bp = Blueprint("health", __name__)
    bp.get("/healthz")(alive)
    bp.get("/readyz")(ready)
    return bp


def alive() -> Response:
    """Answer as long as the process does."""
    return jsonify(status="ok")


def ready() -> tuple[Response, int]:
    """Tell whether database, migrations and keys are there. Redis may be away, and a backup late: people are served."""
    world: World = current_app.extensions["noriai"]
    parts = {
        "database": _database(world),
        "keys": _keys(),
        "bell": "ok" if world.bell.answers() else "away",
        "backup": _backup(world),
    }
    is_ready = parts["database"] == "ok" and parts["keys"] == "ok"
    return jsonify(status="ok" if is_ready else "unavailable", **parts), 200 if is_ready else HTTP_UNAVAILABLE


def _database(world: World) -> str:
    try:
        return "ok" if migrate.is_current(world.engine) else "needs migration"
    except SQLAlchemyError:
        return "away"


def _keys() -> str:
    try:
        sealing.keyring()
    except sealing.KeyringError:
        return "missing"
    return "ok"


def _backup(world: World) -> str:
    folder = world.settings.backups
    if folder is None:
        return "off"
    try:
        return "late" if backups.is_late(folder, wall=world.wall()) else "ok"
    except OSError:
        return "late"
