"""Composition root: makes the world of a process and registers the doors; nothing else.

The doors are imported where they are registered: workers make the same world and have none.
"""

from flask import Flask

from backend import logs, startup, towns, world
from backend.adapters.town_map import TownMap
from backend.bell import Bell
from backend.clock import Clock, wall
from backend.db import erasures, sealing
from backend.db.session import make_engine, tell_after_commit
from backend.jobs.sweeping import SEND
from backend.services import demo_clock
from backend.settings import Settings
from backend.world import World
from bot.late_messenger import LateMessenger
from routing.warm import warm


def make_world(settings: Settings) -> World:
    """Return the outside as ``settings`` describe it, and let the jobs of this process use it."""
    ring = sealing.load_or_create(settings.keyring) if settings.is_demo else sealing.load(settings.keyring)
    sealing.install(ring, settings.keyring)
    erasures.install(settings.erasures)
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
        messenger=LateMessenger(settings),
        map_source=TownMap(town.roads_path, town.speeds_path),
    )
    tell_after_commit(lambda notification_id: bell.ring(SEND, notification_id))
    world.install(made)
    return made


def create_application() -> Flask:
    """Return the web application with all its doors: what gunicorn serves; the first quote is as quick as any."""
    logs.configure()
    made = make_world(startup.read_safe())
    warm()
    return assemble(made)


def assemble(made: World) -> Flask:
    """Return the web application for a world."""
    import admin
    from admin import demo, driver
    from backend.api import openapi
    from backend.app import create_app
    from bot import pages, webhook

    app = create_app(made)
    doors = [*admin.create_blueprints(), *driver.create_blueprints(), pages.create_blueprint()]
    doors += [webhook.create_blueprint(), openapi.create_blueprint()]
    if made.settings.is_demo:
        from bot.simulator import hosting

        doors += [demo.create_blueprint(), hosting.create_simulator(made)]
    else:
        doors.append(demo.create_production_start())
    for door in doors:
        app.register_blueprint(door)
    return app
