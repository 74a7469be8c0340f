"""Composition root: makes the world of a process and registers the doors; nothing else."""

from datetime import datetime

from flask import Blueprint, Flask

import admin
import bot.pages
import bot.webhook
from admin import demo
from admin.driver import create_blueprints as create_terminal
from backend import logs, texts, towns, world
from backend.adapters.road_graph import RoadGraph
from backend.api import openapi
from backend.app import create_app
from backend.bell import Bell
from backend.clock import Clock, wall
from backend.db import sealing
from backend.db.queries import network
from backend.db.session import make_engine, tell_after_commit, transaction
from backend.domain import times
from backend.jobs.sweeping import SEND
from backend.services import demo_clock
from backend.settings import Settings, read
from backend.world import World
from bot import simulator
from bot.messenger import LineMessenger


def make_world(settings: Settings) -> World:
    """Return the outside as ``settings`` describe it, and let the jobs of this process use it."""
    sealing.install(sealing.load_or_create(settings.keyring) if settings.is_demo else sealing.load(settings.keyring))
    engine = make_engine(settings.database_url)
    bell = Bell(settings.redis_url)
    town = towns.load(settings.demo_town)
    started = settings.clock_offset or Clock.starting_at(settings.clock_start).start_offset
    made = World(
        settings=settings,
        engine=engine,
        clock=Clock(started, demo_clock.reader(engine) if settings.is_demo else None),
        wall=wall,
        bell=bell,
        messenger=LineMessenger(settings),
        map_source=RoadGraph(town.roads_path, town.speeds_path),
    )
    tell_after_commit(lambda notification_id: bell.ring(SEND, notification_id))
    world.install(made)
    return made


def create_application() -> Flask:
    """Return the web application with all its doors: what gunicorn serves."""
    logs.configure()
    made = make_world(read())
    return assemble(made)


def assemble(made: World) -> Flask:
    """Return the web application for a world."""
    app = create_app(made)
    doors = [*admin.create_blueprints(), *create_terminal(), bot.pages.create_blueprint()]
    doors += [bot.webhook.create_blueprint(), openapi.create_blueprint()]
    if made.settings.is_demo:
        doors += [demo.create_blueprint(), create_simulator(made)]
    else:
        doors.append(demo.create_production_start())
    for door in doors:
        app.register_blueprint(door)
    return app


def create_simulator(made: World) -> Blueprint:
    """Return LINE in the browser, as an outside platform that happens to run here."""
    platform = simulator.Platform(
        engine=made.engine,
        channel_secret=made.settings.line_channel_secret,
        channel_access_token=made.settings.line_channel_access_token,
        webhook_url=f"http://127.0.0.1:{made.settings.port}/line/webhook",
        wall=made.wall,
        bubble_clock=lambda: made.clock().astimezone(times.JST),
    )
    platform.create_store()
    host = simulator.Host(clock=DemoClock(made), places=lambda: _places(made), links=_links)
    return simulator.create_blueprint(platform, host=host)


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


def _places(made: World) -> list[simulator.NamedPlace]:
    with transaction(made.engine) as session:
        service = network.get_service(session)
        stops = network.list_stops(session, service.id, times.day_of(made.clock()))
    return [simulator.NamedPlace(stop.name, stop.lat, stop.lon) for stop in stops]


def _links() -> list[simulator.Link]:
    return [
        simulator.Link(texts.text("demo-title"), "/"),
        simulator.Link(texts.text("demo-desk"), "/admin/desk/", "desk"),
        simulator.Link(texts.text("demo-board"), "/admin/dispatch/", "dispatch"),
        simulator.Link(texts.text("demo-driver"), "/driver/", "driver1"),
    ]
