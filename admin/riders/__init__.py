"""Members: find, register, correct, erase (D-40)."""

from admin.riders.views import create_blueprint

__all__ = ["create_blueprint"]
