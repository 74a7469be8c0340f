"""Menu, greeting, purpose, links, fares, help, telephone: facts for screens that ask nothing."""

from bot.answers.asker import Asker, desk_of, look_of, privacy_url
from bot.dialogue.turns import Prompt
from bot.screens import pages as page_screens
from bot.screens.pages import Town
from bot.screens.parts import Piece


def _menu(asker: Asker, prompt: Prompt) -> list[Piece]:
    return [page_screens.menu(look_of(asker, prompt), town_of(asker), is_member=asker.is_member)]


def town_of(asker: Asker) -> Town:
    """Return what the town has to offer today."""
    return Town(
        has_timetable=asker.line is not None,
        has_membership=any(service.members_only for service in asker.services),
    )


def _welcome(asker: Asker, prompt: Prompt) -> list[Piece]:
    url = privacy_url(asker)
    return [page_screens.welcome(look_of(asker, prompt), town_of(asker), is_member=asker.is_member, privacy_url=url)]


def _consent(asker: Asker, prompt: Prompt) -> list[Piece]:
    return [page_screens.consent(look_of(asker, prompt), privacy_url=privacy_url(asker))]


def _form_link(asker: Asker, prompt: Prompt) -> list[Piece]:
    purpose = prompt.name.removesuffix("_link")
    url = f"{asker.public_url}/my/{purpose}/{asker.outcome}"
    return [page_screens.form_link(look_of(asker, prompt), url=url, purpose=purpose)]


def _help(asker: Asker, prompt: Prompt) -> list[Piece]:
    other = "japanese" if asker.account.language == "en" else "english"
    look = look_of(asker, prompt)
    url = privacy_url(asker)
    reminds = asker.is_known and any(service.reminds for service in asker.services)
    switch = ("unremind" if asker.account.wants_reminders else "remind") if reminds else ""
    return [
        page_screens.usage(look, is_known=asker.is_known, reminder_switch=switch, other_language=other, privacy_url=url)
    ]


def _phone(asker: Asker, prompt: Prompt) -> list[Piece]:
    return [page_screens.phone(look_of(asker, prompt), desk_of(asker))]


def _desk(asker: Asker, prompt: Prompt) -> list[Piece]:
    return [page_screens.desk(look_of(asker, prompt), desk_of(asker), town_of(asker), is_member=asker.is_member)]


SCREENS = {
    "menu": _menu,
    "welcome": _welcome,
    "consent": _consent,
    "register_link": _form_link,
    "settings_link": _form_link,
    "guest_link": _form_link,
    "opinion_link": _form_link,
    "help": _help,
    "phone": _phone,
    "desk": _desk,
}
