"""The driver's terminal: pages under /driver/, and its machine routes, both guarded."""

from flask import Blueprint

from admin import guard
from admin.driver import views
from backend.api import driver as machine_routes

__all__ = ["create_blueprints"]


def create_blueprints() -> list[Blueprint]:
    """Return what wsgi.py registers for the terminal."""
    blueprints = [views.create_blueprint(), machine_routes.create_blueprint()]
    for blueprint in blueprints:
        guard.protect(blueprint)
    return blueprints
