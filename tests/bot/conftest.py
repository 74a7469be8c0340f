"""Who sits in front of the phone in the tests of the bot."""

from tests.bot.residents import both, guest, line_guest, member, minami, rider_of_both, small, soranuma  # noqa: F401 -- fixtures
