"""The sentences that the terminal's script shows, handed to it with the page: none stands in JavaScript."""

from backend.texts import text

# Key → names of what the script fills in.
KEYS: dict[str, tuple[str, ...]] = {
    "driver-later": (),
    "driver-done-count": ("count",),
    "driver-nothing": (),
    "driver-all-done": (),
    "driver-no-plan": (),
    "driver-run-gone": (),
    "driver-choose-other": (),
    "driver-up": (),
    "driver-off": (),
    "driver-persons-up": ("persons",),
    "driver-persons-off": ("persons",),
    "driver-arrived-at": ("time",),
    "driver-new": (),
    "driver-cancelled": (),
    "driver-fare-taken": ("yen",),
    "driver-arrive": (),
    "driver-board": (),
    "driver-alight": (),
    "driver-absent": (),
    "driver-absent-wait": ("time",),
    "driver-undo": (),
    "driver-fare-change": (),
    "driver-phone": (),
    "driver-phone-none": (),
    "driver-phone-offline": (),
    "driver-state-boarded": (),
    "driver-state-completed": (),
    "driver-state-no-show": (),
    "driver-state-missed": (),
    "driver-tapped-arrived": (),
    "driver-tapped-boarded": ("number",),
    "driver-tapped-alighted": ("number",),
    "driver-tapped-absent": ("number",),
    "driver-tapped-undo": ("number",),
    "driver-tapped-fare": ("number",),
    "driver-tapped-delay": ("minutes",),
    "driver-tapped-on-time": (),
    "driver-delay-now": ("minutes",),
    "driver-online": (),
    "driver-offline": (),
    "driver-waiting": ("count",),
    "driver-signed-out": (),
    "driver-sign-in": (),
    "driver-lost-taps": ("count",),
    "driver-new-booking": (),
    "driver-changed": (),
    "driver-position-on": (),
    "driver-position-off": (),
    "driver-messages-unread": ("count",),
    "driver-messages-none": (),
    "driver-messages-desk": (),
    "driver-messages-you": (),
    "driver-messages-read": (),
    "driver-messages-sending": (),
    "driver-messages-failed": (),
}
DELAYS_MIN = (5, 10, 15, 20, 30)
QUICK_REPLIES = 5


def for_script(language: str) -> dict[str, str]:
    """Return the texts by key; ``{name}`` stands where the script fills something in."""
    return {key: text(key, language, **{name: f"{{{name}}}" for name in names}) for key, names in sorted(KEYS.items())}


def quick_replies(language: str) -> list[str]:
    """Return what a driver can answer with one tap."""
    return [text(f"driver-quick-{number}", language) for number in range(1, QUICK_REPLIES + 1)]
