"""National holidays, for services; the library itself is read in `backend.holidays`."""

from backend.holidays import holiday_name

__all__ = ["holiday_name"]
