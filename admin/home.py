"""Where staff start: what their role may open."""

from flask import render_template
from flask.typing import ResponseReturnValue


def start() -> ResponseReturnValue:
    """Show what the person may open."""
    return render_template("admin/home.html")
