"""The table of who may open what: route → roles; and the groups of the menu."""

from backend.domain.roles import ALL as ALL
from backend.domain.roles import AUDITOR as AUDITOR
from backend.domain.roles import CARRIER as CARRIER
from backend.domain.roles import DISPATCHER as DISPATCHER
from backend.domain.roles import DRIVER as DRIVER
from backend.domain.roles import OPERATOR as OPERATOR
from backend.domain.roles import PROTECTION_MANAGER as PROTECTION_MANAGER
from backend.domain.roles import SYSTEM_ADMINISTRATOR as SYSTEM_ADMINISTRATOR
from backend.domain.roles import TOWN_OFFICER as TOWN_OFFICER

EVERYBODY = frozenset(ALL)
STAFF_WEB = EVERYBODY - {DRIVER}
ACCOUNTS = frozenset({SYSTEM_ADMINISTRATOR})
READ_ACCOUNTS = frozenset({SYSTEM_ADMINISTRATOR, PROTECTION_MANAGER, AUDITOR})
AGREES = frozenset({SYSTEM_ADMINISTRATOR, PROTECTION_MANAGER})
DEVICES = frozenset({SYSTEM_ADMINISTRATOR, DISPATCHER, CARRIER})
WORKERS = frozenset({OPERATOR, DISPATCHER, TOWN_OFFICER, PROTECTION_MANAGER})
DESK = frozenset({OPERATOR, DISPATCHER})
PROTECTS = frozenset({PROTECTION_MANAGER})
REGISTER = DESK | PROTECTS
READ_TRAIL = frozenset({PROTECTION_MANAGER, AUDITOR})
EMERGENCY = frozenset({SYSTEM_ADMINISTRATOR, PROTECTION_MANAGER, DISPATCHER})
BOARD = frozenset({OPERATOR, DISPATCHER, CARRIER, TOWN_OFFICER})
TOWN = frozenset({OPERATOR, DISPATCHER, TOWN_OFFICER})
MASTERS = frozenset({DISPATCHER})
READ_MASTERS = frozenset({DISPATCHER, TOWN_OFFICER, AUDITOR})
READ_FLEET = frozenset({DISPATCHER, TOWN_OFFICER, CARRIER, AUDITOR})
SETTLES = frozenset({TOWN_OFFICER})
READ_SETTLEMENT = frozenset({DISPATCHER, TOWN_OFFICER, CARRIER, AUDITOR})
READ_REPORTS = frozenset({DISPATCHER, CARRIER, TOWN_OFFICER, AUDITOR})
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
        "admin.sign_in.check_recovery",
        "admin.sign_in.ask_passkey",
        "admin.sign_in.check_passkey",
        "admin.sign_in.check_pin",
        "admin.sign_in.ask_device",
        "admin.sign_in.claim_device",
        "admin.sign_in.welcome",
        "admin.sign_in.choose_password",
        "admin.sign_in.enrol",
        "admin.sign_in.confirm_code",
        "admin.sign_in.ask_new_passkey",
        "admin.sign_in.keep_passkey",
        "driver.static",
    }
)

ROLES: dict[str, frozenset[str]] = {
    "admin.home": STAFF_WEB,
    "admin.sign_in.sign_out": EVERYBODY,
    "admin.sign_in.set_language": EVERYBODY,
    "admin.access.me": EVERYBODY,
    "admin.access.mark_seen": EVERYBODY,
    "admin.access.renew_codes": EVERYBODY,
    "admin.access.ask_new_passkey": EVERYBODY,
    "admin.access.add_passkey": EVERYBODY,
    "admin.access.drop_passkey": EVERYBODY,
    "admin.access.set_pin": DRIVERS,
    "admin.access.end_own": EVERYBODY,
    "admin.access.accounts": READ_ACCOUNTS,
    "admin.access.account": READ_ACCOUNTS,
    "admin.access.new_invitation": ACCOUNTS,
    "admin.access.invite": ACCOUNTS,
    "admin.access.ask_act": ACCOUNTS,
    "admin.access.ask_role": ACCOUNTS,
    "admin.access.decide": AGREES,
    "admin.access.list_open": READ_ACCOUNTS,
    "admin.access.end_one": ACCOUNTS,
    "admin.access.end_all": ACCOUNTS,
    "admin.access.networks": READ_ACCOUNTS,
    "admin.access.add_network": ACCOUNTS,
    "admin.access.drop_network": ACCOUNTS,
    "admin.access.list_devices": DEVICES | READ_ACCOUNTS,
    "admin.access.announce": DEVICES,
    "admin.access.revoke": DEVICES,
    "admin.access.empty": DEVICES,
    "admin.access.revoke_all": ACCOUNTS,
    "admin.access.begin_work": WORKERS,
    "admin.access.start_work": WORKERS,
    "admin.access.end_work": WORKERS,
    "admin.access.list_work": WORKERS | {AUDITOR},
    "admin.access.approve_work": frozenset({PROTECTION_MANAGER}),
    "admin.desk.home": DESK | PROTECTS,
    "admin.desk.find": DESK | PROTECTS,
    "admin.desk.add_rider": DESK,
    "admin.desk.rider": DESK | PROTECTS,
    "admin.desk.open_record": DESK | PROTECTS,
    "admin.desk.find_offers": DESK | PROTECTS,
    "admin.desk.book": DESK | PROTECTS,
    "admin.desk.list_departures": DESK | PROTECTS,
    "admin.desk.book_line": DESK | PROTECTS,
    "admin.desk.list_bookings": DESK,
    "admin.desk.list_bookers": DESK,
    "admin.desk.booking": DESK | PROTECTS,
    "admin.desk.ask_cancel": DESK | PROTECTS,
    "admin.desk.cancel": DESK | PROTECTS,
    "admin.desk.ask_change": DESK | PROTECTS,
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
    "admin.dispatch.list_sheets": DESK,
    "admin.dispatch.list_decisions": READ_MASTERS,
    "admin.dispatch.decision": READ_MASTERS,
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
    "admin.incidents.add_photo": BOARD,
    "admin.incidents.photo": BOARD,
    "admin.incidents.tell_town": BOARD,
    "admin.incidents.close": CLOSES_INCIDENTS,
    "admin.contacts.home": STAFF_WEB,
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
    "admin.masters.timetable_day": READ_FLEET,
    "admin.masters.check_timetable": MASTERS,
    "admin.masters.load_timetable": MASTERS,
    "admin.masters.timetable_run": MASTERS,
    "admin.masters.change_timetable_run": MASTERS,
    "admin.masters.fleet": READ_FLEET,
    "admin.masters.add_vehicle": MASTERS,
    "admin.masters.change_vehicle": MASTERS,
    "admin.masters.add_duty_pattern": MASTERS,
    "admin.masters.end_duty_pattern": MASTERS,
    "admin.riders.search": REGISTER,
    "admin.riders.find": REGISTER,
    "admin.riders.new": DESK,
    "admin.riders.add": DESK,
    "admin.riders.edit": REGISTER,
    "admin.riders.open_record": REGISTER,
    "admin.riders.correct": REGISTER,
    "admin.riders.ask_erase": REGISTER,
    "admin.riders.erase": REGISTER,
    "admin.riders.make_link_code": REGISTER,
    "admin.riders.ask_protection": PROTECTS,
    "admin.riders.set_protection": PROTECTS,
    "admin.secrecy.log": READ_TRAIL,
    "admin.secrecy.alarms": READ_TRAIL,
    "admin.secrecy.show": READ_TRAIL,
    "admin.secrecy.agree": PROTECTS,
    "admin.secrecy.switches": EMERGENCY,
    "admin.secrecy.ask": EMERGENCY,
    "admin.secrecy.turn": EMERGENCY,
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
    "admin.reports.groups": READ_REPORTS,
    "admin.reports.groups_file": READ_REPORTS,
    "admin.reports.units": READ_REPORTS,
    "admin.reports.set_units": MASTERS | SETTLES,
    "admin.reports.what_ifs": READ_REPORTS,
    "admin.reports.try_out": MASTERS | SETTLES,
    "api.*": DESK,
    "driver.*": TERMINAL,
    "driver_api.*": TERMINAL,
}

# Pages with many people's data: at registered office machines only, under the name of the work (P-17, P-18).
BULK = frozenset(
    {
        "admin.riders.search",
        "admin.riders.find",
        "admin.desk.list_bookers",
        "admin.desk.list_bookings",
        "admin.dispatch.list_sheets",
    }
)

# Pages made to be printed and handed on: they rest together with the files while exports are stopped (S-17). The lists
# of who rides today do not: rides go on by them when nothing else works (S-04).
PAPERS = frozenset({"admin.sales.paper", "admin.incidents.paper"})

# Forms that carry a picture may be larger than others (bytes); they are read only from who may send them.
UPLOADS = {"admin.incidents.add_photo": 5_100_000}

# What the menu and the start page show, in groups, where the role may open it; `<key>-about` says what it is for.
MENU = (
    (
        "admin-group-desk",
        (
            ("admin.desk.home", "admin-menu-desk"),
            ("admin.desk.list_calls", "admin-menu-calls"),
            ("admin.desk.list_bookings", "admin-menu-bookings"),
            ("admin.riders.search", "admin-menu-riders"),
            ("admin.cases.home", "admin-menu-cases"),
        ),
    ),
    (
        "admin-group-operation",
        (
            ("admin.dispatch.board", "admin-menu-board"),
            ("admin.needs.table", "admin-menu-needs"),
            ("admin.incidents.home", "admin-menu-incidents"),
        ),
    ),
    (
        "admin-group-office",
        (
            ("admin.sales.home", "admin-menu-sales"),
            ("admin.reports.home", "admin-menu-reports"),
            ("admin.settlement.statement", "admin-menu-settlement"),
        ),
    ),
    (
        "admin-group-setup",
        (
            ("admin.masters.home", "admin-menu-masters"),
            ("admin.contacts.home", "admin-menu-contacts"),
            ("admin.access.accounts", "admin-menu-access"),
            ("admin.access.list_devices", "admin-menu-devices"),
            ("admin.access.list_work", "admin-menu-work"),
        ),
    ),
    (
        "admin-group-secrecy",
        (
            ("admin.secrecy.log", "admin-menu-trail"),
            ("admin.secrecy.show", "admin-menu-register"),
            ("admin.secrecy.switches", "admin-menu-emergency"),
        ),
    ),
)
