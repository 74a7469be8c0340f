"""A strict platform to set rich menus up on."""

from tests.bot.simulator.conftest import bot, bot_url, phone, platform, simulator, wall  # noqa: F401 -- fixtures
