"""Rich menus: what they may hold, their images, the default one, the ones linked to a resident, and aliases."""

import secrets
import struct
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects.postgresql import insert

from bot.simulator import tables
from bot.simulator.action_schema import ALIAS, RICH_MENU_ACTION
from bot.simulator.checks import Problem, array, boolean, every, graphemes, join, number, record, string
from bot.simulator.refused import NO_MENU_IMAGE, NOT_FOUND, LineError, require

MOST_MENUS = 1000
MOST_AREAS = 20
LARGEST_IMAGE = 1024 * 1024
SMALLEST_RATIO = 1.45

BOUNDS = record(
    {
        "x": number(0, 2500, whole=True),
        "y": number(0, 2500, whole=True),
        "width": number(1, 2500, whole=True),
        "height": number(1, 2500, whole=True),
    }
)
AREA = record({"bounds": BOUNDS, "action": RICH_MENU_ACTION})


def _geometry(value: object, path: str) -> Iterator[Problem]:
    """Check the ratio, and that each area lies inside; the single values are checked by then."""
    if any(SHAPE(value, path)) or not isinstance(value, dict):
        return
    width, height = value["size"]["width"], value["size"]["height"]
    if width / height < SMALLEST_RATIO:
        yield Problem(join(path, "size"), f"The ratio of width to height must be {SMALLEST_RATIO} or more")
    for index, area in enumerate(value["areas"]):
        bounds = area["bounds"]
        if bounds["x"] + bounds["width"] > width or bounds["y"] + bounds["height"] > height:
            yield Problem(f"{join(path, 'areas')}[{index}].bounds", "Must lie inside the rich menu")


SHAPE = record(
    {
        "size": record({"width": number(800, 2500, whole=True), "height": number(250, 1725, whole=True)}),
        "selected": boolean,
        "name": string(300),
        "chatBarText": string(14, count=graphemes),
        "areas": array(AREA, 0, MOST_AREAS),
    }
)
RICH_MENU = every(SHAPE, _geometry)
ALIAS_REQUEST = record({"richMenuAliasId": ALIAS, "richMenuId": string(100)})
ALIAS_UPDATE = record({"richMenuId": string(100)})


def create(connection: Connection, menu: object, *, now: datetime) -> str:
    """Create a rich menu and return its id."""
    require(RICH_MENU, menu)
    if connection.scalar(select(func.count()).select_from(tables.rich_menus)) == MOST_MENUS:
        raise LineError(400, "The number of rich menus exceeds the limit")
    menu_id = f"richmenu-{secrets.token_hex(16)}"
    connection.execute(insert(tables.rich_menus).values(id=menu_id, menu=menu, created_at=now))
    return menu_id


def get(connection: Connection, menu_id: str) -> dict[str, object]:
    """Return one rich menu as the platform shows it; 404 when there is none."""
    row = connection.execute(select(tables.rich_menus.c.menu).where(tables.rich_menus.c.id == menu_id)).first()
    if row is None:
        raise LineError(404, NOT_FOUND)
    return {"richMenuId": menu_id, **row.menu}


def list_all(connection: Connection) -> list[dict[str, object]]:
    """Return every rich menu, oldest first."""
    query = select(tables.rich_menus.c.id, tables.rich_menus.c.menu)
    rows = connection.execute(query.order_by(tables.rich_menus.c.created_at, tables.rich_menus.c.id))
    return [{"richMenuId": row.id, **row.menu} for row in rows]


def delete(connection: Connection, menu_id: str) -> None:
    """Delete a rich menu with its aliases and links."""
    get(connection, menu_id)
    residents = tables.residents
    connection.execute(update(residents).where(residents.c.rich_menu_id == menu_id).values(rich_menu_id=None))
    connection.execute(tables.rich_menus.delete().where(tables.rich_menus.c.id == menu_id))


def upload(connection: Connection, menu_id: str, image: bytes, *, content_type: str) -> None:
    """Store the image of a menu; it can't be replaced."""
    size = get(connection, menu_id)["size"]
    if content_type not in {"image/png", "image/jpeg"}:
        raise LineError(415, f"The content type, {content_type}, is not supported")
    if len(image) > LARGEST_IMAGE:
        raise LineError(413, "The image must not be larger than 1 MB")
    found = image_size(image)
    if found is None or not isinstance(size, dict) or found != (size["width"], size["height"]):
        raise LineError(400, "The image size does not match the rich menu")
    menus = tables.rich_menus
    unset = update(menus).where(menus.c.id == menu_id, menus.c.image.is_(None))
    if connection.execute(unset.values(image=image, content_type=content_type)).rowcount == 0:
        raise LineError(400, "An image has already been uploaded to the richmenu")


def image(connection: Connection, menu_id: str) -> tuple[bytes, str]:
    """Return a menu's image and its content type; 404 when there is none."""
    menus = tables.rich_menus
    row = connection.execute(select(menus.c.image, menus.c.content_type).where(menus.c.id == menu_id)).first()
    if row is None or row.image is None:
        raise LineError(404, NOT_FOUND)
    return row.image, row.content_type


def image_size(image: bytes) -> tuple[int, int] | None:
    """Return width and height of a PNG or JPEG, or None if it is neither."""
    if image[:8] == b"\x89PNG\r\n\x1a\n" and len(image) > 24:  # noqa: PLR2004 -- end of the PNG header
        width, height = struct.unpack(">II", image[16:24])
        return int(width), int(height)
    return _jpeg_size(image) if image[:2] == b"\xff\xd8" else None


def _jpeg_size(image: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 < len(image) and image[at] == 0xFF:  # noqa: PLR2004 -- a JPEG marker
        marker, length = image[at + 1], int.from_bytes(image[at + 2 : at + 4])
        is_frame = 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}  # noqa: PLR2004
        if is_frame:
            height, width = struct.unpack(">HH", image[at + 5 : at + 9])
            return int(width), int(height)
        at += 2 + length
    return None


def _usable(connection: Connection, menu_id: str) -> None:
    """Raise unless the menu exists and has its image."""
    get(connection, menu_id)
    menus = tables.rich_menus
    if connection.scalar(select(menus.c.image.is_(None)).where(menus.c.id == menu_id)):
        raise LineError(400, NO_MENU_IMAGE)


def set_default(connection: Connection, menu_id: str | None) -> None:
    """Show ``menu_id`` to everybody who has none of their own, or no menu at all."""
    if menu_id is not None:
        _usable(connection, menu_id)
    connection.execute(update(tables.rich_menus).values(is_default=tables.rich_menus.c.id == (menu_id or "")))


def find_default(connection: Connection) -> str | None:
    """Return the id of the default menu, or None."""
    return connection.scalar(select(tables.rich_menus.c.id).where(tables.rich_menus.c.is_default))


def link(connection: Connection, resident_id: str, menu_id: str) -> None:
    """Link a menu to one resident; it beats the default."""
    _usable(connection, menu_id)
    residents = tables.residents
    mine = update(residents).where(residents.c.id == resident_id, residents.c.is_blocking.is_(False))
    if connection.execute(mine.values(rich_menu_id=menu_id)).rowcount == 0:
        raise LineError(400, "The user has not added the account as a friend")


def unlink(connection: Connection, resident_id: str) -> None:
    """Take away a resident's own menu; 404 for an id nobody has."""
    residents = tables.residents
    mine = update(residents).where(residents.c.id == resident_id)
    if connection.execute(mine.values(rich_menu_id=None)).rowcount == 0:
        raise LineError(404, NOT_FOUND)


def find_linked(connection: Connection, resident_id: str) -> str | None:
    """Return the id of the menu linked to a resident, or None."""
    residents = tables.residents
    return connection.scalar(select(residents.c.rich_menu_id).where(residents.c.id == resident_id))


def list_friends(connection: Connection, resident_ids: Sequence[str]) -> list[str]:
    """Return those of ``resident_ids`` who are friends of the account."""
    residents = tables.residents
    query = select(residents.c.id).where(residents.c.id.in_(resident_ids), residents.c.is_blocking.is_(False))
    return list(connection.scalars(query))


def create_alias(connection: Connection, request: object) -> None:
    """Give a menu a name that areas can switch to."""
    require(ALIAS_REQUEST, request)
    assert isinstance(request, Mapping)
    _usable(connection, request["richMenuId"])
    new = insert(tables.aliases).values(id=request["richMenuAliasId"], rich_menu_id=request["richMenuId"])
    if connection.scalar(new.on_conflict_do_nothing().returning(tables.aliases.c.id)) is None:
        raise LineError(400, "conflict richmenu alias id")


def update_alias(connection: Connection, alias: str, request: object) -> None:
    """Let an alias mean another menu."""
    require(ALIAS_UPDATE, request)
    assert isinstance(request, Mapping)
    _usable(connection, request["richMenuId"])
    changed = update(tables.aliases).where(tables.aliases.c.id == alias).values(rich_menu_id=request["richMenuId"])
    if connection.execute(changed).rowcount == 0:
        raise LineError(404, NOT_FOUND)


def get_alias(connection: Connection, alias: str) -> str:
    """Return the menu an alias means; 404 when there is none."""
    menu_id = connection.scalar(select(tables.aliases.c.rich_menu_id).where(tables.aliases.c.id == alias))
    if menu_id is None:
        raise LineError(404, NOT_FOUND)
    return str(menu_id)


def list_aliases(connection: Connection) -> list[dict[str, str]]:
    """Return all aliases."""
    rows = connection.execute(select(tables.aliases).order_by(tables.aliases.c.id))
    return [{"richMenuAliasId": row.id, "richMenuId": row.rich_menu_id} for row in rows]


def delete_alias(connection: Connection, alias: str) -> None:
    """Delete an alias; 404 when there is none."""
    if connection.execute(tables.aliases.delete().where(tables.aliases.c.id == alias)).rowcount == 0:
        raise LineError(404, NOT_FOUND)
