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
SETTLES = frozenset({TOWN_OFFICER})
READ_SETTLEMENT = frozenset({DISPATCHER, TOWN_OFFICER, CARRIER})
READ_REPORTS = frozenset({DISPATCHER, CARRIER, TOWN_OFFICER})
WRITES_REPORTS = frozenset({DISPATCHER, CARRIER})
SELLS = frozenset({OPERATOR, DISPATCHER, CARRIER})
CLOSES_INCIDENTS = KEEPS_CONTACTS = KEEPS_SCHEMES = frozenset({DISPATCHER, TOWN_OFFICER})
DRIVERS = frozenset({DRIVER})
TERMINAL = frozenset({DRIVER, DISPATCHER})

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
    "admin.desk.home": DESK,
    "admin.desk.find": DESK,
    "admin.desk.add_rider": DESK,
    "admin.desk.rider": DESK,
    "admin.desk.find_offers": DESK,
    "admin.desk.book": DESK,
    "admin.desk.list_bookings": DESK,
    "admin.desk.booking": DESK,
    "admin.desk.ask_cancel": DESK,
    "admin.desk.cancel": DESK,
    "admin.desk.ask_change": DESK,
    "admin.desk.list_calls": DESK,
    "admin.desk.show_number": DESK,
    "admin.desk.tick": DESK,
    "admin.dispatch.board": BOARD,
    "admin.dispatch.stop_acceptance": MASTERS,
    "admin.dispatch.resume_acceptance": MASTERS,
    "admin.dispatch.report_delay": DESK,
    "admin.dispatch.take_out": MASTERS,
    "admin.dispatch.thread": DESK,
    "admin.dispatch.send_message": DESK,
    "admin.dispatch.run": BOARD,
    "admin.dispatch.swap_vehicle": MASTERS,
    "admin.dispatch.suspend": MASTERS,
    "admin.dispatch.resume": MASTERS,
    "admin.dispatch.suspend_span": MASTERS,
    "admin.dispatch.resume_span": MASTERS,
    "admin.dispatch.send_extra_run": DESK,
    "admin.dispatch.answer": DESK,
    "admin.dispatch.list_duties": BOARD,
    "admin.needs.table": TOWN,
    "admin.settlement.statement": READ_SETTLEMENT,
    "admin.settlement.enter_cost": SETTLES,
    "admin.sales.home": BOARD,
    "admin.sales.new": SELLS,
    "admin.sales.sell": SELLS,
    "admin.sales.sale": BOARD,
    "admin.sales.paper": BOARD,
    "admin.sales.hand_over": SELLS,
    "admin.sales.refund": SELLS,
    "admin.sales.use_ticket": SELLS,
    "admin.sales.month": BOARD,
    "admin.sales.show_stock": BOARD,
    "admin.sales.issue": SELLS,
    "admin.sales.prices": BOARD,
    "admin.sales.set_prices": MASTERS,
    "admin.sales.list_schemes": BOARD,
    "admin.sales.add_scheme": KEEPS_SCHEMES,
    "admin.sales.offer_scheme": KEEPS_SCHEMES,
    "admin.cases.home": TOWN,
    "admin.cases.month": TOWN,
    "admin.cases.new": TOWN,
    "admin.cases.open_case": TOWN,
    "admin.cases.case": TOWN,
    "admin.cases.handle": TOWN,
    "admin.incidents.home": BOARD,
    "admin.incidents.new": BOARD,
    "admin.incidents.report": BOARD,
    "admin.incidents.incident": BOARD,
    "admin.incidents.paper": BOARD,
    "admin.incidents.add_note": BOARD,
    "admin.incidents.tell_town": BOARD,
    "admin.incidents.close": CLOSES_INCIDENTS,
    "admin.contacts.home": BOARD,
    "admin.contacts.edit": KEEPS_CONTACTS,
    "admin.contacts.save": KEEPS_CONTACTS,
    "admin.masters.home": READ_FLEET,
    "admin.masters.list_stops": READ_MASTERS,
    "admin.masters.new_stop": MASTERS,
    "admin.masters.add_stop": MASTERS,
    "admin.masters.stop": MASTERS,
    "admin.masters.change_stop": MASTERS,
    "admin.masters.serve_stop": MASTERS,
    "admin.masters.settings": READ_MASTERS,
    "admin.masters.change_settings": MASTERS,
    "admin.masters.rules": READ_MASTERS,
    "admin.masters.set_rule": MASTERS,
    "admin.masters.remove_rule": MASTERS,
    "admin.masters.calendar": READ_MASTERS,
    "admin.masters.close_days": MASTERS,
    "admin.masters.open_days_again": MASTERS,
    "admin.masters.set_period": MASTERS,
    "admin.masters.fares": READ_FLEET,
    "admin.masters.set_fares": MASTERS,
    "admin.masters.fleet": READ_FLEET,
    "admin.masters.add_vehicle": MASTERS,
    "admin.masters.change_vehicle": MASTERS,
    "admin.masters.add_duty_pattern": MASTERS,
    "admin.masters.end_duty_pattern": MASTERS,
    "admin.riders.search": DESK,
    "admin.riders.find": DESK,
    "admin.riders.new": DESK,
    "admin.riders.add": DESK,
    "admin.riders.edit": DESK,
    "admin.riders.correct": DESK,
    "admin.riders.ask_erase": DESK,
    "admin.riders.erase": DESK,
    "admin.reports.home": READ_REPORTS,
    "admin.reports.business": READ_REPORTS,
    "admin.reports.business_file": READ_REPORTS,
    "admin.reports.write": WRITES_REPORTS,
    "admin.reports.submit": WRITES_REPORTS,
    "admin.reports.daily": READ_REPORTS,
    "admin.reports.daily_file": READ_REPORTS,
    "admin.reports.count_cash": WRITES_REPORTS,
    "admin.reports.rows": READ_REPORTS,
    "admin.reports.rows_file": READ_REPORTS,
    "admin.reports.units": READ_REPORTS,
    "admin.reports.set_units": MASTERS | SETTLES,
    "driver.*": TERMINAL,
    "driver_api.*": TERMINAL,
}

# What the menu and the start page show, where the role may open it; `<key>-about` says what it is for.
MENU = (
    ("admin.desk.home", "admin-menu-desk"),
    ("admin.desk.list_calls", "admin-menu-calls"),
    ("admin.desk.list_bookings", "admin-menu-bookings"),
    ("admin.dispatch.board", "admin-menu-board"),
    ("admin.needs.table", "admin-menu-needs"),
    ("admin.reports.home", "admin-menu-reports"),
    ("admin.settlement.statement", "admin-menu-settlement"),
    ("admin.sales.home", "admin-menu-sales"),
    ("admin.cases.home", "admin-menu-cases"),
    ("admin.incidents.home", "admin-menu-incidents"),
    ("admin.contacts.home", "admin-menu-contacts"),
    ("admin.riders.search", "admin-menu-riders"),
    ("admin.masters.home", "admin-menu-masters"),
)
