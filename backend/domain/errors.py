"""What is not a refusal: the caller's screen is old, or asks for something that is not there."""


class StaleError(Exception):
    """The screen is old: what it shows has changed since. Doors show the present state (HTTP 409)."""


class NotFoundError(Exception):
    """No such thing, or not this person's: both look the same from outside (HTTP 404)."""
