"""The platform: its settings, its store, and one transaction for whatever comes in."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Engine, insert, select, text, update
from sqlalchemy.schema import CreateSchema

from backend.db.session import become_owner, open_schema
from bot.simulator import acts, sending, tables
from bot.simulator.acts import Act
from bot.simulator.chat import Stamp
from bot.simulator.checks import choice, number, record
from bot.simulator.message_schema import RECEIVER
from bot.simulator.refused import LineError, require
from bot.simulator.sending import Request
from bot.simulator.webhooks import Courier

STORE_LOCK = 7_203_114_902_550
FAULT_MODES = ("500", "429", "429quota", "timeout", "drop_after_accept")
FAULT = record(
    {"mode": choice(*FAULT_MODES), "count": number(1, 10_000, whole=True)}, {"seconds": number(1, 60, whole=True)}
)
LONGEST_HOLD_S = 15
LOADING = record({"chatId": RECEIVER}, {"loadingSeconds": number(5, 60, whole=True)})
LOADING_STEP_S = 5


@dataclass(frozen=True, slots=True)
class Fault:
    """One failure that the platform was told to show."""

    mode: str
    hold_s: int


@dataclass(slots=True)
class Platform:
    """A messaging platform with one official account. Its state lies in the database, so many processes may serve it.

    ``wall`` is its own clock; ``bubble_clock`` tells the time written beside the bubbles, where that is another one.
    ``monthly_limit`` is None for an account without a limit.
    """

    engine: Engine
    channel_secret: str
    channel_access_token: str
    webhook_url: str
    wall: Callable[[], datetime]
    account_name: str = "Noriai"
    monthly_limit: int | None = None
    bubble_clock: Callable[[], datetime] | None = None
    courier: Courier = field(init=False)

    def __post_init__(self) -> None:
        self.courier = Courier(
            self.engine,
            url=self.webhook_url,
            secret=self.channel_secret,
            destination=self.account_id,
            wall=self.wall,
        )

    @property
    def account_id(self) -> str:
        """Return the account's own id: the ``destination`` of its webhooks."""
        return f"U{hashlib.sha256(self.channel_secret.encode()).hexdigest()[:32]}"

    def create_store(self) -> None:
        """Create the platform's tables where they are missing; two processes may do so at once."""
        with self.engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": STORE_LOCK})
            become_owner(connection)
            connection.execute(CreateSchema(tables.SCHEMA, if_not_exists=True))
            tables.metadata.create_all(connection)
            open_schema(connection, tables.SCHEMA)

    def stamp(self) -> Stamp:
        """Return this moment."""
        now = self.wall()
        return Stamp(now, self.bubble_clock() if self.bubble_clock else now)

    def perform(self, act: Callable[..., Act], *subject: object, **more: object) -> Act:
        """Let a resident act (`bot.simulator.acts`) in one transaction, then bring the event to the bot."""
        with self.engine.begin() as connection:
            done = act(connection, *subject, stamp=self.stamp(), **more)
        if done.webhook_id is not None:
            self.courier.deliver_soon(done.webhook_id, done.resident_id)
        return done

    def add_resident(self, name: object) -> str:
        """Add a resident who makes friends with the account, and return the id."""
        return self.perform(acts.add_friend, acts.clean_name(name)).resident_id

    def accept(self, request: Request) -> dict[str, object]:
        """Accept one request to send and return the platform's answer."""
        with self.engine.begin() as connection:
            return sending.accept(connection, request, stamp=self.stamp(), monthly_limit=self.monthly_limit)

    def start_loading(self, body: object) -> None:
        """Show a resident that an answer is on its way."""
        require(LOADING, body)
        assert isinstance(body, Mapping)
        seconds = body.get("loadingSeconds", 20)
        if seconds % LOADING_STEP_S:
            raise LineError(400, "loadingSeconds must be a multiple of 5")
        residents = tables.residents
        until = self.wall() + timedelta(seconds=seconds)
        with self.engine.begin() as connection:
            connection.execute(update(residents).where(residents.c.id == body["chatId"]).values(loading_until=until))

    def add_fault(self, fault: object) -> None:
        """Fail the next requests to send in one way: for demonstrations and tests."""
        require(FAULT, fault)
        assert isinstance(fault, Mapping)
        hold_s = fault.get("seconds", LONGEST_HOLD_S)
        with self.engine.begin() as connection:
            connection.execute(insert(tables.faults).values(mode=fault["mode"], left=fault["count"], hold_s=hold_s))

    def clear_faults(self) -> None:
        """Be well again."""
        with self.engine.begin() as connection:
            connection.execute(tables.faults.delete())

    def take_fault(self) -> Fault | None:
        """Return the failure that this request has to show, if one is left."""
        faults = tables.faults
        first = select(faults.c.id).where(faults.c.left > 0).order_by(faults.c.id).limit(1).with_for_update()
        with self.engine.begin() as connection:
            found = connection.scalar(first)
            if found is None:
                return None
            taken = update(faults).where(faults.c.id == found, faults.c.left > 0).values(left=faults.c.left - 1)
            row = connection.execute(taken.returning(faults.c.mode, faults.c.hold_s)).first()
        return Fault(row.mode, row.hold_s) if row else None
