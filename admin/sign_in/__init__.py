"""Signing in and out."""

from admin.sign_in.views import create_blueprint

__all__ = ["create_blueprint"]
