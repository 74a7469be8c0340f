"""Who sits in front of the phone in the tests of the bot."""

from tests.bot.residents import guest, member, minami, small  # noqa: F401 -- fixtures
