"""The simulator inside our own web application, for the demo: what the product lends it."""

from datetime import datetime

from flask import Blueprint

from backend import texts
from backend.db.queries import network
from backend.db.session import transaction
from backend.domain import times
from backend.services import demo_clock
from backend.world import World
from bot.simulator.page import Host, Link, NamedPlace, create_blueprint
from bot.simulator.platform import Platform


def create_simulator(made: World) -> Blueprint:
    """Return LINE in the browser, as an outside platform that happens to run here."""
    platform = Platform(
        engine=made.engine,
        channel_secret=made.settings.line_channel_secret,
        channel_access_token=made.settings.line_channel_access_token,
        webhook_url=f"http://127.0.0.1:{made.settings.port}/line/webhook",
        wall=made.wall,
        bubble_clock=lambda: made.clock().astimezone(times.JST),
    )
    platform.create_store()
    host = Host(clock=DemoClock(made), places=lambda: _places(made), links=_links)
    return create_blueprint(platform, host=host)


class DemoClock:
    """The service's clock as the chat page reads and moves it."""

    def __init__(self, made: World) -> None:
        self._world = made

    def now(self) -> datetime:
        """Return the service's time in Japan."""
        return self._world.clock().astimezone(times.JST)

    def move(self, step: str) -> datetime:
        """Move the clock and return the new time."""
        with transaction(self._world.engine) as session:
            before = self._world.clock()
            demo_clock.step(session, step, now=before)
        return self.now()


def _places(made: World) -> list[NamedPlace]:
    with transaction(made.engine) as session:
        service = network.get_service(session)
        stops = network.list_stops(session, service.id, times.day_of(made.clock()))
    return [NamedPlace(stop.name, stop.lat, stop.lon) for stop in stops]


def _links() -> list[Link]:
    return [
        Link(texts.text("demo-title"), "/"),
        Link(texts.text("demo-desk"), "/admin/desk/", "desk"),
        Link(texts.text("demo-board"), "/admin/dispatch/", "dispatch"),
        Link(texts.text("demo-driver"), "/driver/", "driver1"),
    ]
