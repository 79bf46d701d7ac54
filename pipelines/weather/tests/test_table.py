import pandas as pd
import pytest

import table


def days(*rows):
    return pd.DataFrame(rows, columns=table.COLUMNS, dtype=str)


GOOD = ("2014-12-31", "0.0", "7.2", "0.6", "1.3", "sun")
NEXT = ("2015-01-01", "1.5", "5.0", "1.0", "2.0", "rain")


def test_a_clean_table_loses_nothing():
    cleaned, dropped = table.clean(days(NEXT, GOOD))
    assert dropped == {}
    assert list(cleaned["weather"]) == ["sun", "rain"]  # in order of dates


@pytest.mark.parametrize("column, value, reason", [
    ("date", "2014-02-30", "no valid date"),
    ("date", None, "no valid date"),
    ("wind", "strong", "a measurement is missing"),
    ("temp_max", None, "a measurement is missing"),
    ("weather", "  ", "no weather is named"),
    ("weather", None, "no weather is named"),
])
def test_an_unusable_row_is_dropped_and_counted(column, value, reason):
    broken = dict(zip(table.COLUMNS, NEXT))
    broken[column] = value
    cleaned, dropped = table.clean(days(GOOD, tuple(broken.values())))
    assert dropped == {reason: 1}
    assert list(cleaned["weather"]) == ["sun"]


def test_the_first_of_two_rows_of_one_day_is_kept():
    again = GOOD[:-1] + ("fog",)
    cleaned, dropped = table.clean(days(GOOD, again))
    assert dropped == {"the date occurs before": 1}
    assert list(cleaned["weather"]) == ["sun"]


def test_a_missing_column_is_named():
    with pytest.raises(ValueError, match="lacks wind"):
        table.clean(days(GOOD).drop(columns="wind"))


def test_the_split_shares_no_day():
    cleaned, _ = table.clean(days(GOOD, NEXT))
    train, test = table.split_by_year(cleaned, 2014, 2015)
    assert list(train["date"].dt.year) == [2014]
    assert list(test["date"].dt.year) == [2015]


@pytest.mark.parametrize("last_train_year, test_year, message", [
    (2015, 2015, "must come after"),
    (2014, 2016, "test table would be empty"),
    (2011, 2015, "training table would be empty"),
])
def test_a_split_that_cannot_be_is_refused(last_train_year, test_year, message):
    cleaned, _ = table.clean(days(GOOD, NEXT))
    with pytest.raises(ValueError, match=message):
        table.split_by_year(cleaned, last_train_year, test_year)


def test_the_features_of_new_year_and_new_years_eve_are_neighbours():
    cleaned, _ = table.clean(days(GOOD, NEXT))
    seen = table.features(cleaned)
    assert list(seen["temp_range"]) == pytest.approx([6.6, 4.0])
    for column in ("season_sin", "season_cos"):
        assert abs(seen[column][0] - seen[column][1]) < 0.03
