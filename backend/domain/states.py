"""Every life cycle on one page. `services.lifecycle.move` is the only one who uses it."""

Transitions = dict[str, frozenset[str]]

# confirmed → boarded → completed; the ways out are cancelled, no_show, missed; a step back is the driver's undo.
BOOKING: Transitions = {
    "confirmed": frozenset({"boarded", "cancelled", "no_show", "missed"}),
    "boarded": frozenset({"completed", "confirmed"}),
    "completed": frozenset({"boarded"}),
    "no_show": frozenset({"confirmed"}),
    "missed": frozenset({"confirmed"}),
    "cancelled": frozenset(),
}

# planned → committed → underway → finished; an area run is underway with its first tap. A run that lost its last
# booking after the cut-off is not operated after all; one that was called off may be resumed.
RUN: Transitions = {
    "planned": frozenset({"committed", "underway", "not_operated", "suspended"}),
    "committed": frozenset({"underway", "not_operated", "suspended"}),
    "underway": frozenset({"finished", "suspended", "planned"}),
    "finished": frozenset({"underway"}),
    "not_operated": frozenset(),
    "suspended": frozenset({"planned", "committed"}),
}

VISIT: Transitions = {
    "planned": frozenset({"arrived", "done", "skipped"}),
    "arrived": frozenset({"done", "skipped", "planned"}),
    "done": frozenset({"planned", "arrived"}),
    "skipped": frozenset({"planned", "arrived"}),
}

# What takes up seats and is still to be served, or being served.
HOLDS_A_SEAT = ("confirmed", "boarded")
STILL_TO_DRIVE = ("planned", "arrived")


def may_move(table: Transitions, origin: str, to: str) -> bool:
    """Tell whether ``origin`` may become ``to``."""
    return to in table.get(origin, frozenset())
