"""The part of the platform's API that deals with rich menus."""

from collections.abc import Mapping

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from bot.simulator import rich_menus
from bot.simulator.checks import array, record, string
from bot.simulator.json_http import read_json
from bot.simulator.message_schema import MOST_RECEIVERS, RECEIVER
from bot.simulator.platform import Platform
from bot.simulator.refused import LineError, require

RESIDENTS = array(RECEIVER, 1, MOST_RECEIVERS)
BULK_LINK = record({"richMenuId": string(100), "userIds": RESIDENTS})
BULK_UNLINK = record({"userIds": RESIDENTS})


def add_routes(api: Blueprint, platform: Platform) -> None:
    """Add everything about rich menus to the API."""
    _add_menus(api, platform)
    _add_images(api, platform)
    _add_default(api, platform)
    _add_links(api, platform)
    _add_bulk_links(api, platform)
    _add_aliases(api, platform)


def _add_menus(api: Blueprint, platform: Platform) -> None:
    @api.post("/v2/bot/richmenu")
    def create_menu() -> ResponseReturnValue:
        with platform.engine.begin() as connection:
            return {"richMenuId": rich_menus.create(connection, read_json(), now=platform.wall())}

    @api.post("/v2/bot/richmenu/validate")
    def validate_menu() -> ResponseReturnValue:
        require(rich_menus.RICH_MENU, read_json())
        return {}

    @api.get("/v2/bot/richmenu/list")
    def list_menus() -> ResponseReturnValue:
        with platform.engine.connect() as connection:
            return {"richmenus": rich_menus.list_all(connection)}

    @api.get("/v2/bot/richmenu/<menu_id>")
    def get_menu(menu_id: str) -> ResponseReturnValue:
        with platform.engine.connect() as connection:
            return rich_menus.get(connection, menu_id)

    @api.delete("/v2/bot/richmenu/<menu_id>")
    def delete_menu(menu_id: str) -> ResponseReturnValue:
        with platform.engine.begin() as connection:
            rich_menus.delete(connection, menu_id)
        return {}


def _add_images(api: Blueprint, platform: Platform) -> None:
    @api.post("/v2/bot/richmenu/<menu_id>/content")
    def upload_image(menu_id: str) -> ResponseReturnValue:
        with platform.engine.begin() as connection:
            rich_menus.upload(connection, menu_id, request.get_data(), content_type=request.mimetype)
        return {}

    @api.get("/v2/bot/richmenu/<menu_id>/content")
    def get_image(menu_id: str) -> ResponseReturnValue:
        with platform.engine.connect() as connection:
            image, content_type = rich_menus.image(connection, menu_id)
        return Response(image, content_type=content_type)


def _add_default(api: Blueprint, platform: Platform) -> None:
    @api.post("/v2/bot/user/all/richmenu/<menu_id>")
    def set_default(menu_id: str) -> ResponseReturnValue:
        with platform.engine.begin() as connection:
            rich_menus.set_default(connection, menu_id)
        return {}

    @api.get("/v2/bot/user/all/richmenu")
    def get_default() -> ResponseReturnValue:
        with platform.engine.connect() as connection:
            found = rich_menus.find_default(connection)
        if found is None:
            raise LineError(404, "no default richmenu")
        return {"richMenuId": found}

    @api.delete("/v2/bot/user/all/richmenu")
    def clear_default() -> ResponseReturnValue:
        with platform.engine.begin() as connection:
            rich_menus.set_default(connection, None)
        return {}


def _add_links(api: Blueprint, platform: Platform) -> None:
    @api.post("/v2/bot/user/<resident_id>/richmenu/<menu_id>")
    def link(resident_id: str, menu_id: str) -> ResponseReturnValue:
        with platform.engine.begin() as connection:
            rich_menus.link(connection, resident_id, menu_id)
        return {}

    @api.get("/v2/bot/user/<resident_id>/richmenu")
    def get_link(resident_id: str) -> ResponseReturnValue:
        with platform.engine.connect() as connection:
            found = rich_menus.find_linked(connection, resident_id)
        if found is None:
            raise LineError(404, "the user has no richmenu")
        return {"richMenuId": found}

    @api.delete("/v2/bot/user/<resident_id>/richmenu")
    def unlink(resident_id: str) -> ResponseReturnValue:
        with platform.engine.begin() as connection:
            rich_menus.unlink(connection, resident_id)
        return {}


def _add_bulk_links(api: Blueprint, platform: Platform) -> None:
    """Linking many passes over who is no friend: the platform does so in the background and tells nobody."""

    @api.post("/v2/bot/richmenu/bulk/link")
    def bulk_link() -> ResponseReturnValue:
        body = read_json()
        require(BULK_LINK, body)
        assert isinstance(body, Mapping)
        with platform.engine.begin() as connection:
            rich_menus.get(connection, body["richMenuId"])
            for resident_id in rich_menus.list_friends(connection, body["userIds"]):
                rich_menus.link(connection, resident_id, body["richMenuId"])
        return {}, 202

    @api.post("/v2/bot/richmenu/bulk/unlink")
    def bulk_unlink() -> ResponseReturnValue:
        body = read_json()
        require(BULK_UNLINK, body)
        assert isinstance(body, Mapping)
        with platform.engine.begin() as connection:
            for resident_id in rich_menus.list_friends(connection, body["userIds"]):
                rich_menus.unlink(connection, resident_id)
        return {}, 202


def _add_aliases(api: Blueprint, platform: Platform) -> None:
    @api.post("/v2/bot/richmenu/alias")
    def create_alias() -> ResponseReturnValue:
        with platform.engine.begin() as connection:
            rich_menus.create_alias(connection, read_json())
        return {}

    @api.get("/v2/bot/richmenu/alias/list")
    def list_aliases() -> ResponseReturnValue:
        with platform.engine.connect() as connection:
            return {"aliases": rich_menus.list_aliases(connection)}

    @api.get("/v2/bot/richmenu/alias/<alias>")
    def get_alias(alias: str) -> ResponseReturnValue:
        with platform.engine.connect() as connection:
            return {"richMenuAliasId": alias, "richMenuId": rich_menus.get_alias(connection, alias)}

    @api.post("/v2/bot/richmenu/alias/<alias>")
    def update_alias(alias: str) -> ResponseReturnValue:
        with platform.engine.begin() as connection:
            rich_menus.update_alias(connection, alias, read_json())
        return {}

    @api.delete("/v2/bot/richmenu/alias/<alias>")
    def delete_alias(alias: str) -> ResponseReturnValue:
        with platform.engine.begin() as connection:
            rich_menus.delete_alias(connection, alias)
        return {}
