"""Plain tables for the terminal: one line at a time, so that a long benchmark shows how far it is."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """A table whose first column is ``first`` characters wide, all others ``others``."""

    first: int
    others: int

    def line(self, cells: Sequence[str]) -> None:
        """Print one line."""
        rest = "".join(f"{cell:>{self.others}}" for cell in cells[1:])
        sys.stdout.write(f"{cells[0]:<{self.first}}{rest}".rstrip() + "\n")
        sys.stdout.flush()


def figure(value: float | None) -> str:
    """Return a figure with two decimals, or that there is none."""
    return "none" if value is None else f"{value:.2f}"
