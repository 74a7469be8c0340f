"""When the phone desk takes bookings (D-15)."""

from dataclasses import dataclass

from backend.domain import times


@dataclass(frozen=True, slots=True)
class PhoneHours:
    """The desk's hours on an operating day: from an hour before the service starts to its end."""

    opens_s: int
    closes_s: int

    @classmethod
    def of(cls, *, hours_start_s: int, hours_end_s: int, lead_s: int) -> "PhoneHours":
        """Return the desk's hours for a service's hours."""
        return cls(hours_start_s - lead_s, hours_end_s)

    def are_open(self, second: int) -> bool:
        """Tell whether the desk is open at a second of an operating day; the closing minute still counts.

        >>> hours = PhoneHours.of(hours_start_s=9 * 3600, hours_end_s=15 * 3600, lead_s=3600)
        >>> [hours.are_open(at) for at in (8 * 3600 - 1, 8 * 3600, 15 * 3600 + 59, 15 * 3600 + 60)]
        [False, True, True, False]
        """
        return self.opens_s <= second < self.closes_s + times.MINUTE_S
