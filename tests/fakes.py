"""Fakes of the outside. Each implements a port; none replaces code of ours."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from backend.ports import Message


@dataclass
class FakeMessenger:
    """Takes messages like LINE does: a token once, a retry key once. ``failures`` are raised first, one a call."""

    replies: list[tuple[str, Sequence[Message]]] = field(default_factory=list)
    pushes: list[tuple[str, Sequence[Message], uuid.UUID]] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)

    def reply(self, token: str, messages: Sequence[Message]) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.replies.append((token, messages))

    def push(self, to: str, messages: Sequence[Message], *, retry_key: uuid.UUID) -> None:
        if self.failures:
            raise self.failures.pop(0)
        if retry_key not in {key for _, _, key in self.pushes}:
            self.pushes.append((to, messages, retry_key))
