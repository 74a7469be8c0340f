"""Who pays what, at the edges of age and school (Q-01 to Q-05)."""

from datetime import date

import pytest

from backend.domain.party import FareCategory, Party
from backend.domain.policies import fares

TABLE = {"adult": 350, "senior": 150, "discount": 150, "child": 150, "infant": 0}


@pytest.mark.parametrize(
    ("born", "day", "expected"),
    [
        pytest.param("2016-04-01", "2022-03-31", "infant", id="the eve of school, born April 1"),
        pytest.param("2016-04-01", "2022-04-01", "child", id="born April 1: of the older year"),
        pytest.param(
            "2016-04-02", "2022-04-02", "infant", id="born April 2: of the younger year, six but not in school"
        ),
        pytest.param("2015-04-02", "2022-03-31", "infant", id="the last day before school"),
        pytest.param("2015-04-02", "2022-04-01", "child", id="the first day of school"),
        pytest.param("2010-04-02", "2023-03-31", "child", id="the last day of grade six"),
        pytest.param("2010-04-02", "2023-04-01", "adult", id="the first day of junior high"),
        pytest.param("2011-04-01", "2023-04-01", "adult", id="born April 1, a year earlier than the next day"),
        pytest.param("2011-04-02", "2023-04-01", "child", id="born April 2, a year later"),
        pytest.param("1952-11-28", "2022-11-27", "adult", id="the eve of the 70th birthday"),
        pytest.param("1952-11-28", "2022-11-28", "senior", id="the 70th birthday"),
        pytest.param("1952-02-29", "2022-02-28", "adult", id="born on a leap day"),
        pytest.param("1952-02-29", "2022-03-01", "senior", id="the day after"),
        pytest.param("1930-12-31", "2022-01-01", "senior", id="long past"),
    ],
)
def test_age_gives_the_category_on_the_ride_date(born, day, expected):
    assert fares.category_by_birth(date.fromisoformat(born), date.fromisoformat(day)) == expected


@pytest.mark.parametrize(
    ("categories", "expected"),
    [
        ({"adult"}, "adult"),
        ({"adult", "senior"}, "senior"),
        ({"senior", "discount"}, "discount"),
        ({"discount", "infant"}, "infant"),
        ({"adult", "discount", "child", "infant"}, "infant"),
    ],
)
def test_of_several_categories_the_cheapest_counts_alone(categories, expected):
    assert fares.cheapest(categories, TABLE) == expected


@pytest.mark.parametrize(
    ("party", "expected"),
    [
        ({"adult": 1, "senior": 1, "child": 1, "infant": 1}, 650),
        ({"adult": 8}, 2800),
        ({"adult": 1, "infant": 7}, 350),
        ({"adult": 1, "discount": 1}, 500),
        ({}, 0),
    ],
)
def test_a_party_pays_the_sum_of_its_persons(party, expected):
    assert fares.due_yen(Party.of(party), TABLE) == expected


def test_a_category_without_a_fare_is_never_free_by_mistake():
    with pytest.raises(fares.UnknownCategoryError, match="student"):
        fares.due_yen(Party.of({"adult": 1, "student": 1}), TABLE)


def test_the_categories_of_a_town_are_those_of_the_domain():
    assert [*TABLE, "free"] == [category.value for category in FareCategory]
