"""What a resident typed into a form of ours: read in any width, checked, and told field by field what to mend."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import jaconv

from backend.db.queries.riders import normal_phone
from backend.domain import my_number
from backend.services import cases, registration
from backend.services.registration import PersonalData

FIELDS = (
    "name",
    "kana",
    "phone",
    "birth_year",
    "birth_month",
    "birth_day",
    "school_stage",
    "fare_category",
    "wheelchair",
    "guardian_consent",
    "guardian",
    "consent",
)
LONGEST_NAME = 40
GUEST_FIELDS = ("name", "kana", "phone", "remember")
OPINION_FIELDS = ("kind", "service", "text")
LONGEST_OPINION = 2000
FIRST_YEAR = 1900
ERAS = {"令和": 2018, "r": 2018, "平成": 1988, "h": 1988, "昭和": 1925, "s": 1925, "大正": 1911, "t": 1911}
KANA = re.compile(r"[ぁ-ゖー・ ]+")


@dataclass(frozen=True, slots=True)
class Checked:
    """A form as it was read: the data when all is well, else the key of a text for each field to mend."""

    data: PersonalData | None
    errors: dict[str, str]


def typed(form: Mapping[str, str]) -> dict[str, str]:
    """Return what was typed, by field: a form that has to be mended keeps it."""
    return {name: form.get(name, "")[:200] for name in FIELDS}


def typed_guest(form: Mapping[str, str]) -> dict[str, str]:
    """Return what a guest typed, by field; to be remembered is their own choice."""
    return {name: form.get(name, "")[:200] for name in GUEST_FIELDS}


def typed_opinion(form: Mapping[str, str]) -> dict[str, str]:
    """Return an opinion as it was typed, by field."""
    return {name: form.get(name, "")[: LONGEST_OPINION + 1].strip() for name in OPINION_FIELDS}


def check_guest(values: Mapping[str, str]) -> Checked:
    """Return what a booking asks of a guest, or what has to be mended: each item names itself (T-18)."""
    name, phone = _plain(values["name"]), normal_phone(values["phone"]) or ""
    kana = _kana(values["kana"])
    wrong = {
        "name": not 0 < len(name) <= LONGEST_NAME,
        "kana": bool(kana) and (not KANA.fullmatch(kana) or len(kana) > LONGEST_NAME),
        "phone": not phone,
    }
    errors = {field: f"my-error-{field}" for field, is_wrong in wrong.items() if is_wrong}
    errors |= _individual_numbers(values)
    if errors:
        return Checked(None, errors)
    return Checked(
        registration.guest_data(name=name, kana=kana, phone=phone, is_remembered=values["remember"] == "yes"), {}
    )


def check_opinion(values: Mapping[str, str], *, service_ids: Sequence[str]) -> dict[str, str]:
    """Return what has to be mended in an opinion, by field; nothing when it can be taken."""
    has_choice = len(service_ids) > 1
    wrong = {
        "kind": values["kind"] not in cases.KINDS,
        "service": has_choice and values["service"] not in service_ids,
        "text": not 0 < len(values["text"]) <= LONGEST_OPINION,
    }
    errors = {field: f"my-error-opinion-{field}" for field, is_wrong in wrong.items() if is_wrong}
    return errors | _individual_numbers(values)


def of_data(data: PersonalData) -> dict[str, str]:
    """Return a member's data as the form shows them."""
    year, _, rest = data.birth.partition("-")
    month, _, day = rest.partition("-")
    return {
        "name": data.name,
        "kana": data.kana,
        "phone": data.phone,
        "birth_year": year,
        "birth_month": month.lstrip("0"),
        "birth_day": day.lstrip("0"),
        "school_stage": data.school_stage,
        "fare_category": data.fare_category,
        "wheelchair": "yes" if data.wheelchair else "",
        "guardian_consent": "yes" if data.guardian else "",
        "guardian": data.guardian,
        "consent": "yes",
        "remember": "yes" if data.is_remembered else "",
    }


def check(values: Mapping[str, str], *, language: str, today: date) -> Checked:
    """Return the data of a form, or what has to be mended."""
    errors: dict[str, str] = {}
    birth = _birth(values, today=today)
    data = PersonalData(
        name=_plain(values["name"]),
        kana=_kana(values["kana"]),
        phone=normal_phone(values["phone"]) or "",
        birth=birth or "",
        school_stage=values["school_stage"] if values["school_stage"] in registration.SCHOOL_STAGES else "",
        fare_category=values["fare_category"],
        wheelchair=values["wheelchair"] == "yes",
        guardian=normal_phone(values["guardian"]) or "",
        language=language,
    )
    wrong = {
        "consent": values["consent"] != "yes",
        "name": not 0 < len(data.name) <= LONGEST_NAME,
        "kana": not KANA.fullmatch(data.kana) or len(data.kana) > LONGEST_NAME,
        "phone": not data.phone,
        "birth": birth is None,
        "category": data.fare_category not in registration.CATEGORIES,
    }
    errors = {field: f"my-error-{field}" for field, is_wrong in wrong.items() if is_wrong}
    if birth == "" and not data.school_stage:
        errors["birth"] = "my-error-birth-or-stage"
    if "birth" not in errors and registration.needs_guardian(data, today=today):
        errors |= _guardian_errors(values, data)
    errors |= _individual_numbers(values)
    return Checked(None if errors else data, errors)


def _individual_numbers(values: Mapping[str, str]) -> dict[str, str]:
    """Return the fields in which somebody typed an individual number: it has no place here (S-28)."""
    fields = (field for field in ("name", "kana", "text") if my_number.holds_one(values.get(field, "")))
    return dict.fromkeys(fields, "my-error-individual-number")


def digits(text: str) -> str:
    """Return the digits of ``text``, whatever their width."""
    return re.sub(r"[^0-9]", "", unicodedata.normalize("NFKC", text))


def _guardian_errors(values: Mapping[str, str], data: PersonalData) -> dict[str, str]:
    wrong = {"guardian": values["guardian_consent"] != "yes", "guardian-phone": not data.guardian}
    return {field: f"my-error-{field}" for field, is_wrong in wrong.items() if is_wrong}


def _plain(text: str) -> str:
    shown = (letter for letter in unicodedata.normalize("NFKC", text) if letter.isprintable())
    return " ".join("".join(shown).split())


def _kana(text: str) -> str:
    return str(jaconv.kata2hira(_plain(text)))


def _birth(values: Mapping[str, str], *, today: date) -> str | None:
    """Return a year or an ISO date, empty when nothing was written, None when it is no date."""
    year_text = _plain(values["birth_year"]).lower().removesuffix("年")
    month, day = digits(values["birth_month"]), digits(values["birth_day"])
    if not (year_text or month or day):
        return ""
    year = _year(year_text)
    if year is None or not FIRST_YEAR <= year <= today.year or bool(month) != bool(day):
        return None
    if not month:
        return str(year)
    try:
        born = date(year, int(month), int(day))
    except (ValueError, OverflowError):
        return None
    return born.isoformat() if born <= today else None


def _year(text: str) -> int | None:
    """Return a year of the common era, also for 昭和15 and S15.

    >>> _year("昭和15"), _year("1941"), _year("s元"), _year("x")
    (1940, 1941, 1926, None)
    """
    for era, before in ERAS.items():
        if text.startswith(era):
            number = text.removeprefix(era).strip().replace("元", "1")
            return before + int(number) if number.isdecimal() else None
    return int(text) if text.isdecimal() and len(text) == 4 else None  # noqa: PLR2004 -- a year
