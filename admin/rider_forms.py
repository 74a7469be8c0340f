"""The form by which desk and counter register or change a person."""

from admin import forms
from admin.forms import Form, FormError
from backend import texts
from backend.db.queries.riders import RiderView, normal_phone
from backend.domain.party import FareCategory
from backend.services.registration import SCHOOL_STAGES, PersonalData

CATEGORIES = tuple(category.value for category in FareCategory if category is not FareCategory.INFANT)


def parse_rider(form: Form) -> PersonalData:
    """Return a person as typed; the purpose must have been read out and agreed to. FormError names the field."""
    if not forms.is_ticked(form, "agreed"):
        raise FormError("agreed", "desk-agree-first")
    return parse_person(form)


def parse_person(form: Form) -> PersonalData:
    """Return a person as typed; FormError names the field that cannot be read."""
    category = form.get("fare_category", "")
    if category not in CATEGORIES:
        raise FormError("fare_category", "admin-form-missing")
    phone = normal_phone(forms.text_of(form, "phone", longest=30))
    if phone is None:
        raise FormError("phone", "desk-phone-wrong")
    return PersonalData(
        name=forms.text_of(form, "name", longest=60),
        kana=forms.text_of(form, "kana", longest=60),
        phone=phone,
        birth=_birth(form),
        school_stage=_school_stage(form),
        fare_category=category,
        wheelchair=forms.is_ticked(form, "wheelchair"),
        guardian=forms.optional_text(form, "guardian", longest=60),
        district=forms.optional_text(form, "district", longest=40),
        language=form.get("language", "ja") if form.get("language") in texts.languages() else "ja",
    )


def typed_of(person: RiderView) -> dict[str, str]:
    """Return the form's fields filled with a person."""
    return {
        "name": person.name,
        "kana": person.kana,
        "phone": person.phone,
        "birth": person.birth,
        "school_stage": person.school_stage,
        "guardian": person.guardian,
        "district": person.district,
        "language": person.language,
        "fare_category": person.fare_category,
        "wheelchair": "yes" if person.wheelchair else "",
    }


def _birth(form: Form) -> str:
    """Return the year of birth, a full date, or nothing: a year is enough for the fare (Q-01)."""
    written = form.get("birth", "").strip()
    if not written:
        return ""
    if "-" in written:
        return forms.day_of(form, "birth").isoformat()
    return str(forms.number_of(form, "birth", least=1900, most=2100))


def _school_stage(form: Form) -> str:
    stage = form.get("school_stage", "")
    if stage and stage not in SCHOOL_STAGES:
        raise FormError("school_stage", "admin-form-missing")
    return stage
