"""The JSON that plays residents: for the page, for tests and for the demonstration day."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from bot.simulator import acts, chat
from bot.simulator.acts import Act
from bot.simulator.json_http import read_json, read_since
from bot.simulator.platform import Platform
from bot.simulator.refused import LineError


def add_routes(doors: Blueprint, platform: Platform) -> None:
    """Add everything a resident can do."""
    _add_residents(doors, platform)
    _add_acts(doors, platform)
    _add_friendship(doors, platform)


def _done(act: Act) -> ResponseReturnValue:
    """Answer what came of an act: the webhook owed, an address to open, a text to copy."""
    return {"webhookEventId": act.webhook_id, "opens": act.opens, "copies": act.copies}


def _add_residents(doors: Blueprint, platform: Platform) -> None:
    @doors.get("/api/residents")
    def list_residents() -> ResponseReturnValue:
        with platform.engine.connect() as connection:
            return {"residents": chat.list_residents(connection, now=platform.wall())}

    @doors.post("/api/residents")
    def add_resident() -> ResponseReturnValue:
        body = read_json()
        resident_id = platform.add_resident(body.get("name") if isinstance(body, dict) else None)
        return {"id": resident_id}, 201

    @doors.get("/api/residents/<resident_id>/messages")
    def list_messages(resident_id: str) -> ResponseReturnValue:
        with platform.engine.connect() as connection:
            chat.get_resident(connection, resident_id)
            return {"messages": chat.list_messages(connection, since=read_since(), resident_id=resident_id)}


def _add_acts(doors: Blueprint, platform: Platform) -> None:
    @doors.post("/api/residents/<resident_id>/say")
    def say(resident_id: str) -> ResponseReturnValue:
        return _done(platform.perform(acts.say, resident_id, read_json()))

    @doors.post("/api/residents/<resident_id>/tap")
    def tap(resident_id: str) -> ResponseReturnValue:
        return _done(platform.perform(acts.tap, resident_id, read_json()))

    @doors.post("/api/residents/<resident_id>/locate")
    def locate(resident_id: str) -> ResponseReturnValue:
        return _done(platform.perform(acts.locate, resident_id, read_json()))

    @doors.post("/api/residents/<resident_id>/sticker")
    def sticker(resident_id: str) -> ResponseReturnValue:
        return _done(platform.perform(acts.send_sticker, resident_id, read_json()))

    @doors.post("/api/residents/<resident_id>/photo")
    def photo(resident_id: str) -> ResponseReturnValue:
        content = request.get_data()
        return _done(platform.perform(acts.send_photo, resident_id, content, content_type=request.mimetype))

    @doors.post("/api/residents/<resident_id>/unsend")
    def unsend(resident_id: str) -> ResponseReturnValue:
        body = read_json()
        number = body.get("number") if isinstance(body, dict) else None
        if not isinstance(number, str):
            raise LineError(400, "number must be the id of a message")
        return _done(platform.perform(acts.unsend, resident_id, number))


def _add_friendship(doors: Blueprint, platform: Platform) -> None:
    @doors.post("/api/residents/<resident_id>/block")
    def block(resident_id: str) -> ResponseReturnValue:
        return _done(platform.perform(acts.block, resident_id))

    @doors.post("/api/residents/<resident_id>/unblock")
    def unblock(resident_id: str) -> ResponseReturnValue:
        return _done(platform.perform(acts.unblock, resident_id))
