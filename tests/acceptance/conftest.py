"""Who sits in front of the phone in the acceptance tests."""

from tests.bot.residents import guest, member, minami  # noqa: F401 -- fixtures
