"""Marked people go through the doors; then everything that is kept is searched for their marks (B-08, S-06, P-19).

``python -m tests.marked_riders 2000`` does it by hand, on servers of its own.
"""

import base64
import re
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import redis
import structlog
from sqlalchemy import Engine, select

from backend import embedded, logs
from backend import world as worlds
from backend.bell import Bell
from backend.db import migrate, sealing
from backend.db.models import Booking, Case, DriverMessage, Rider, Staff, TransportService, Vehicle
from backend.db.session import make_engine, transaction
from backend.services import audit_chain
from tests.admin.web import SECRET, Web
from tests.bot.make_bot import body, event, make_app, sign
from tests.make import NOW, Town, make_booking, make_line_user, make_rider, make_wish, make_world

# Each kind of value carries a stem that nothing else has.
STEMS = {
    "name": "秘匿太郎",
    "kana": "ヒトクタロウ",
    "phone": "9055123450",  # ten digits: fewer stand by chance in the hexadecimals of a dump
    "birth": "1931-02-28",
    "guardian": "保護者秘匿",
    "district": "秘匿地区",
    "protection": "秘匿理由",
    "line id": "Ufeedfacecafe",
    "message": "秘匿の伝言",
    "case": "秘匿の苦情",
    "totp secret": SECRET,
}


@dataclass(frozen=True)
class Kept:
    """What a run left behind: file by file."""

    parts: dict[str, bytes]

    def hits(self) -> list[tuple[str, str, str]]:
        """Return where which mark stands in which form."""
        found = []
        for kind, stem in STEMS.items():
            for form, needle in forms_of(stem):
                found += [(part, kind, form) for part, content in self.parts.items() if needle in content]
        return found


def forms_of(stem: str) -> Iterator[tuple[str, bytes]]:
    """Return a mark as it may stand somewhere: raw, folded, in base64, in hex, reversed, escaped."""
    for shape in {stem, unicodedata.normalize("NFKC", stem), hiragana(stem)}:
        raw = shape.encode()
        yield "raw", raw
        yield "reversed", shape[::-1].encode()
        yield "hex", raw.hex().encode()
        yield "HEX", raw.hex().upper().encode()
        if not shape.isascii():
            yield "escaped", shape.encode("unicode_escape")
            yield "percent", "".join(f"%{byte:02X}" for byte in raw).encode()
        for shift in range(3):
            text = base64.b64encode(b"\0" * shift + raw)
            yield "base64", text[4 if shift else 0 : -4]


def hiragana(text: str) -> str:
    """Return katakana as hiragana: how kana is kept."""
    return "".join(chr(ord(sign_) - 0x60) if "ァ" <= sign_ <= "ヶ" else sign_ for sign_ in text)


def fill(engine: Engine, var: Path, redis_url: str, log: Path, *, count: int) -> None:
    """Let ``count`` marked people be registered, book, write and be looked at, through services and doors."""
    with log.open("w", encoding="utf-8") as file:
        structlog.configure(
            processors=[structlog.processors.format_exc_info, logs.redact, structlog.processors.JSONRenderer()],
            logger_factory=structlog.WriteLoggerFactory(file),
            cache_logger_on_first_use=False,
        )
        with transaction(engine) as session:
            town = Town(session, seats=(60,) * 2)
            for number in range(count):
                _marked(session, town, number, books=number < 20)
            _spoken(session)
        made = make_world(engine, now=NOW, NORIAI_VAR=str(var), REDIS_URL=redis_url)
        made = replace(made, bell=Bell(redis_url))
        worlds.install(made)
        _write_by_line(made)
        _look(engine)
        with transaction(engine) as session:
            audit_chain.link(session, now=NOW)
            audit_chain.anchor(session, var / "anchors" / "audit.jsonl", now=NOW)
        structlog.get_logger("test").warning("odd", phone="090-5512-3450", error="090-5512-3450", name="秘匿太郎")
        structlog.reset_defaults()


def _marked(session, town: Town, number: int, *, books: bool) -> None:
    rider = make_rider(
        session,
        name=f"秘匿太郎{number:05d}",
        kana=f"ひとくたろう{number:05d}",
        phone="09055123450",
        birth="1931-02-28",
        guardian=f"保護者秘匿{number}",
        district=f"秘匿地区{number}",
        protection=f"秘匿理由{number}" if number % 7 == 0 else "",
    )
    make_line_user(session, user_id=f"Ufeedfacecafe{number:020d}", rider=rider)
    if books:
        wish = make_wish(town.service, town.stops[0], town.stops[2], time=f"1{number % 4}:{number // 4 % 6}0")
        make_booking(session, wish, rider=rider)


def _spoken(session) -> None:
    service, vehicle = session.scalars(select(TransportService)).one(), session.scalars(select(Vehicle)).first()
    person = Staff(login="speaker", role="operator", password_hash="none")
    person.name, person.totp_secret = "秘匿太郎", SECRET
    session.add(person)
    session.flush()
    message = DriverMessage(message_id="m1", vehicle_id=vehicle.id, from_driver=False, staff_id=person.id, sent_at=NOW)
    message.text = "秘匿の伝言です"
    rider = session.scalars(select(Rider)).first()
    case = Case(
        key="c1",
        number="1",
        transport_service_id=service.id,
        kind="complaint",
        channel="phone",
        rider_id=rider.id,
        due_on=NOW.date(),
        opened_at=NOW,
        opened_by="staff:1",
    )
    case.text = "秘匿の苦情です"
    session.add_all([message, case])


def _write_by_line(made) -> None:
    client = make_app(made).test_client()
    for number in range(5):
        said = event(
            f"Ufeedfacecafe{number:020d}", message={"type": "text", "id": str(number), "text": "秘匿太郎 090-5512-3450"}
        )
        raw = body(said)
        assert client.post("/line/webhook", data=raw, headers={"x-line-signature": sign(raw)}).status_code == 200
    assert client.post("/line/webhook", data=raw, headers={"x-line-signature": "wrong"}).status_code == 400


def _look(engine: Engine) -> None:
    web = Web(engine, role="protection_manager", now=NOW)
    with transaction(engine) as session:
        riders = [each.public_id for each in session.scalars(select(Rider).order_by(Rider.id.desc()).limit(3))]
        assert session.scalars(select(Booking)).first()
    for public_id in riders:
        shown = web.text(f"/admin/riders/{public_id}")
        assert "秘匿太郎" in shown
    assert web.post("/admin/riders/", page="/admin/riders/", who="秘匿太郎").status_code == 200


def keep(url: str, folders: list[Path], redis_url: str) -> Kept:
    """Return a dump of the database, the queue store's own file, and every file below ``folders``."""
    found = re.search(r"/([^/?]+)\?host=(.+)$", url)
    binary = embedded.reachable_binaries(embedded.Account.for_postgres()) / "pg_dump"
    command = [str(binary), "-U", "noriai", "-h", found[2].replace("%2F", "/"), found[1]]
    parts = {"pg_dump": subprocess.run(command, capture_output=True, check=True).stdout}
    store = redis.Redis.from_url(redis_url)
    store.save()
    for key in store.scan_iter():
        parts[f"redis {key!r}"] = key + (store.dump(key) or b"")
    for folder in folders:
        parts |= {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
    return Kept(parts)


def main() -> int:
    """Do it by hand with as many people as the command line says; print what was found."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        with embedded.postgres(base / "pg", fast=True) as server, embedded.valkey(base / "store") as store:
            server.create_database("marked")
            engine = make_engine(server.url("marked"))
            migrate.upgrade(engine)
            sealing.install(sealing.load_or_create(base / "keys" / "keyring.json"))
            (base / "var").mkdir()
            fill(engine, base / "var", store.url, base / "noriai.log", count=count)
            kept = keep(server.url("marked"), [base / "var", base / "store"], store.url)
            kept.parts["log"] = (base / "noriai.log").read_bytes()
            hits = kept.hits()
            engine.dispose()
    searched = sum(len(content) for content in kept.parts.values())
    parts = f"{searched:,} bytes in {len(kept.parts)} parts"
    lines = [f"{count} people, {len(STEMS)} kinds of values, {parts}: {len(hits)} hits", *map(str, hits)]
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if hits else 0


if __name__ == "__main__":
    sys.exit(main())
