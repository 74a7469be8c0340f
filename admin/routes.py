"""The table of who may open what: route → roles. Its order follows the menu."""

OPERATOR = "operator"
DISPATCHER = "dispatcher"
CARRIER = "carrier"
TOWN_OFFICER = "town_officer"
DRIVER = "driver"

DESK = frozenset({OPERATOR, DISPATCHER})
BOARD = frozenset({OPERATOR, DISPATCHER, CARRIER, TOWN_OFFICER})
TOWN = frozenset({OPERATOR, DISPATCHER, TOWN_OFFICER})
MASTERS = frozenset({DISPATCHER})
READ_MASTERS = frozenset({DISPATCHER, TOWN_OFFICER})
READ_FLEET = frozenset({DISPATCHER, TOWN_OFFICER, CARRIER})
DRIVERS = frozenset({DRIVER})

PUBLIC = frozenset(
    {
        "admin.static",
        "admin.sign_in.start",
        "admin.sign_in.check_password",
        "admin.sign_in.ask_code",
        "admin.sign_in.check_code",
        "driver.static",
    }
)

ROLES: dict[str, frozenset[str]] = {
    "admin.home": BOARD,
    "admin.sign_in.sign_out": BOARD | DRIVERS,
    "admin.sign_in.set_language": BOARD | DRIVERS,
    "driver.*": DRIVERS,
}

# What the menu and the start page show, where the role may open it; `<key>-about` says what it is for.
MENU: tuple[tuple[str, str], ...] = ()
