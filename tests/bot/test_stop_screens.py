import pytest

from bot.screens import stops
from bot.screens.parts import Look


@pytest.mark.parametrize(
    ("metres", "said"),
    [
        (3, "ここから約10メートル"),
        (284, "ここから約280メートル"),
        (1600, "ここから約2キロメートル"),
        (14_200_470, "ここから約14200キロメートル"),
    ],
)
def test_a_distance_is_told_in_a_size_one_can_picture(metres, said):
    assert stops._distance(Look("ja", ""), metres) == said
