"""What the doors share. Made once a process in wsgi.py, passed on as an argument from there."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from backend.bell import Bell
from backend.clock import Clock
from backend.ports import MapSource, Messenger
from backend.settings import Settings


@dataclass(frozen=True, slots=True)
class World:
    """The outside as this process sees it. ``clock`` is the service's time, ``wall`` real time."""

    settings: Settings
    engine: Engine
    clock: Clock
    wall: Callable[[], datetime]
    bell: Bell
    messenger: Messenger
    map_source: MapSource


_installed: list[World] = []


def install(world: World) -> None:
    """Make ``world`` the one that jobs of this process use: RQ calls them with ids only."""
    _installed[:] = [world]


def current() -> World:
    """Return the world of this process's jobs."""
    if not _installed:
        raise RuntimeError("no world installed: start workers with `./noriai worker`")
    return _installed[0]
