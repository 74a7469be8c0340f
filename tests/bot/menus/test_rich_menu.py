"""The rich menus on a strict platform of our own."""

from bot import rich_menu
from bot.rich_menu import GUEST, KINDS, MEMBER, NEWCOMER, RichMenus, kind_for
from bot.simulator.rich_menus import RICH_MENU, image_size
from tests.bot.simulator.conftest import TOKEN
from tests.make import make_settings

PHONE = "011-000-0000"


def menus_for(simulator):
    settings = make_settings(LINE_API_BASE_URL=f"{simulator.url}/sim/line", LINE_CHANNEL_ACCESS_TOKEN=TOKEN)
    return RichMenus(settings)


def made(simulator):
    return simulator.get("/line/v2/bot/richmenu/list")[1]["richmenus"]


def test_setting_up_twice_makes_two_menus_and_shows_everybody_the_first(simulator):
    menus = menus_for(simulator)

    first = menus.set_up(phone=PHONE)
    again = menus.set_up(phone=PHONE)

    assert first == again
    assert {menu["richMenuId"] for menu in made(simulator)} == set(first.values())
    assert simulator.get("/line/v2/bot/user/all/richmenu")[1] == {"richMenuId": first[GUEST]}


def test_a_new_number_makes_new_menus_and_takes_the_old_ones_away(simulator):
    menus = menus_for(simulator)
    old = menus.set_up(phone=PHONE)

    new = menus.set_up(phone="011-111-1111")

    assert {menu["richMenuId"] for menu in made(simulator)} == set(new.values())
    assert set(old.values()).isdisjoint(new.values())


def test_a_member_is_shown_the_other_menu_even_before_anybody_set_it_up(simulator, phone):
    menus = menus_for(simulator)

    menus.show(phone.resident_id, MEMBER, phone=PHONE)

    shown = simulator.get(f"/line/v2/bot/user/{phone.resident_id}/richmenu")[1]["richMenuId"]
    name = next(menu["name"] for menu in made(simulator) if menu["richMenuId"] == shown)
    assert name == "noriai member"


def test_menus_keep_the_rules_and_their_pictures_the_size():
    for kind in (kind for kinds in KINDS.values() for kind in kinds):
        assert list(RICH_MENU(rich_menu.description(kind, phone=PHONE), "")) == []
        assert image_size(rich_menu.picture(kind)) == (2500, 1686)
        assert len(rich_menu.picture(kind)) < 1024 * 1024


def test_a_town_with_a_timetable_shows_it_to_everybody_and_lets_strangers_book(simulator):
    menus = menus_for(simulator).set_up(phone=PHONE, has_timetable=True)

    shown = simulator.get("/line/v2/bot/user/all/richmenu")[1]
    verbs = [area.verb for area in rich_menu.areas(NEWCOMER)]
    assert shown == {"richMenuId": menus[NEWCOMER]}
    assert verbs == ["book", "register", "timetable", "guide", "help", "call"]
    assert kind_for(is_known=False, has_timetable=True) == NEWCOMER
