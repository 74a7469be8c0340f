"""What a form's fields are called on the page, so that a note above the form can say which one is meant."""

from backend.domain.party import FareCategory
from backend.texts import has, text

LABELS = {
    "pickup": "desk-pickup",
    "dropoff": "desk-dropoff",
    "day": "desk-day",
    "time": "desk-time",
    "wheelchairs": "desk-wheelchairs",
    "phone": "desk-phone",
    "party": "desk-party",
    "run": "desk-run",
    "birth": "desk-birth",
    "school_stage": "desk-school",
    "fare_category": "desk-category",
    "guardian": "desk-guardian",
    "minutes": "board-delay-minutes",
    "reason": "board-reason",
    "from_day": "board-first-day",
    "to_day": "board-last-day",
    "first": "board-first-day",
    "last": "board-last-day",
    "vehicles": "what-if-vehicles",
    "earlier": "what-if-earlier",
    "later": "what-if-later",
    "wait": "what-if-wait",
    "window": "what-if-window",
    "from_time": "board-from-time",
    "to_time": "board-to-time",
    "stop_id": "board-only-stop",
    "service_id": "cases-service",
    "valid_to": "board-last-day",
    "valid_from": "board-first-day",
    "opens_days": "admin-rule-opens-days",
    "opens_at": "admin-rule-opens-time",
    "notice": "admin-rule-notice-minutes",
    "closes_days": "admin-rule-closes-days",
    "closes_at": "admin-rule-closes-time",
    "channel": "desk-channel",
    "start": "admin-duty-start",
    "end": "admin-duty-end-time",
    "vehicle_id": "desk-vehicle",
    "driver_id": "role-driver",
    "carrier_id": "admin-field-carrier",
    "depot_stop_id": "admin-field-depot",
    "seats": "admin-field-vehicle-seats",
    "wheelchair_places": "admin-field-vehicle-wheelchair-places",
} | {category.value: f"category-{category.value}" for category in FareCategory}


def label_of(field: str, language: str) -> str:
    """Return what a field is called, or nothing for a hidden one."""
    if field.startswith("weight-") and has(weight := field.replace("_", "-")):
        return text(weight, language)
    of_zone = field.rpartition("-")[2]  # a fare of a zone is called as its category
    key = LABELS.get(field) or LABELS.get(of_zone) or f"admin-field-{field.replace('_', '-')}"
    return text(key, language) if has(key) else ""
