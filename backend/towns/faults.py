"""What is wrong in a file a town sent: where, and what in which column, so that any door can say it in its language."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One bad line. ``reason`` says it in English; ``code``, ``column`` and ``value`` let it be said otherwise."""

    file: str
    line: int
    reason: str
    code: str = "other"
    column: str = ""
    value: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


Faults = list[Fault | str]
