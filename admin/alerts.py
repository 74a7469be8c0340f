"""What a person must see first on the start page: each line leads to where something can be done about it."""

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.orm import Session

from admin.guard import may, own_carrier
from admin.routes import TOWN_OFFICER
from backend.db.queries import cases, contacts, incidents, network, sales
from backend.db.queries.staff import StaffView
from backend.domain.errors import NotFoundError
from backend.domain.policies.handover import Handover
from backend.services import reports


@dataclass(frozen=True, slots=True)
class Alert:
    """One line: the key of its text with its facts, the page it leads to, and how urgent it is (bad or warn)."""

    key: str
    endpoint: str
    tone: str = "warn"
    facts: dict[str, str | int] = field(default_factory=dict)


def list_alerts(session: Session, person: StaffView, today: date) -> list[Alert]:
    """Return the alerts that ``person`` may act on, the urgent ones first."""
    asked = (_incidents, _reports, _handovers, _cases, _contacts)
    found = [alert for ask in asked for alert in ask(session, person, today)]
    return sorted((alert for alert in found if may(alert.endpoint)), key=lambda alert: alert.tone != "bad")


def _incidents(session: Session, person: StaffView, _today: date) -> list[Alert]:
    """Town officers hear of every open incident at once, the others of those not reported yet (T-48, T-50)."""
    is_town = person.role == TOWN_OFFICER
    count = incidents.count_open(session) if is_town else incidents.count_untold(session, carrier_id=own_carrier())
    key = "alert-incidents-open" if is_town else "alert-incidents-untold"
    return [Alert(key, "admin.incidents.home", "bad", {"count": count})] if count else []


def _reports(session: Session, _person: StaffView, today: date) -> list[Alert]:
    """From the 7th on a reminder of the report that is due by the 10th, from the 11th on overdue (T-39)."""
    stands = [each.standing for each in reports.list_standings(session, today=today)]
    tones = {"overdue": "bad", "reminder": "warn"}
    return [
        Alert(f"alert-reports-{standing}", "admin.reports.home", tone, {"count": stands.count(standing)})
        for standing, tone in tones.items()
        if standing in stands
    ]


def _handovers(session: Session, _person: StaffView, today: date) -> list[Alert]:
    """From day 25 on a reminder, from day 31 on overdue (T-34)."""
    try:
        service_id = network.get_service(session, mode="line").id
    except NotFoundError:  # a town without a line sells nothing
        return []
    stands = [each.stands for each in sales.list_to_hand_over(session, service_id, today)]
    overdue, due = stands.count(Handover.OVERDUE), stands.count(Handover.DUE)
    found = [Alert("alert-handover-overdue", "admin.sales.home", "bad", {"count": overdue})] if overdue else []
    return found + ([Alert("alert-handover-due", "admin.sales.home", "warn", {"count": due})] if due else [])


def _cases(session: Session, _person: StaffView, today: date) -> list[Alert]:
    count = cases.count_due(session, today)
    return [Alert("alert-cases-due", "admin.cases.home", "warn", {"count": count})] if count else []


def _contacts(session: Session, _person: StaffView, _today: date) -> list[Alert]:
    count = len(contacts.list_empty(session))
    return [Alert("alert-contacts-empty", "admin.contacts.home", "warn", {"count": count})] if count else []
