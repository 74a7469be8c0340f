"""The window that is promised for a boarding: by dispatchers, and in the futures they imagine."""

from routing.kernels import kernel


@kernel
def window_around(earliest_s: int, latest_s: int, boards_s: int, width_s: int) -> tuple[int, int]:
    """Return when a window opens and closes that lies inside a wish, holds a boarding and is as wide as allowed."""
    opens_s = max(earliest_s, min(boards_s, latest_s - width_s))
    return opens_s, min(latest_s, opens_s + width_s)
