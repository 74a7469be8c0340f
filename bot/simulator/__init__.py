"""LINE in the browser for demonstrations and tests: a strict platform and a chat page. Never part of production."""

from bot.simulator.page import ClockControls, Host, Link, NamedPlace, create_blueprint
from bot.simulator.platform import Platform

__all__ = ["ClockControls", "Host", "Link", "NamedPlace", "Platform", "create_blueprint"]
