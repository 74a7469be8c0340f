"""A messenger that loads LINE's SDK when first used: it takes a second, and most processes never send anything."""

import uuid
from collections.abc import Sequence
from functools import cached_property

from backend.ports import Message, Messenger
from backend.settings import Settings


class LateMessenger:
    """The messenger of a process that may never need one."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def reply(self, token: str, messages: Sequence[Message]) -> None:
        """Answer an event on its token; raises what the port says."""
        self._messenger.reply(token, messages)

    def push(self, to: str, messages: Sequence[Message], *, retry_key: uuid.UUID) -> None:
        """Send without being asked; raises what the port says."""
        self._messenger.push(to, messages, retry_key=retry_key)

    @cached_property
    def _messenger(self) -> Messenger:
        from bot.messenger import LineMessenger  # noqa: PLC0415 -- the reason for this module

        return LineMessenger(self._settings)
