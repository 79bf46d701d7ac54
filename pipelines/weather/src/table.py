"""The weather table: how it is read and cleaned, and what the model sees of a day."""
import math
import pathlib

import pandas as pd
import yaml

HOME = pathlib.Path(__file__).resolve().parents[1]
BUILD = HOME / "build"
MEASUREMENTS = ["precipitation", "temp_max", "temp_min", "wind"]
COLUMNS = ["date", *MEASUREMENTS, "weather"]


def parameters(section):
    """One section of params.yaml."""
    with open(HOME / "params.yaml", encoding="utf-8") as file:
        return yaml.safe_load(file)[section]


def clean(raw):
    """The table in order of dates without unusable rows, and why rows were dropped: reason -> count."""
    missing = [column for column in COLUMNS if column not in raw.columns]
    if missing:
        raise ValueError(f"the table lacks {', '.join(missing)}; it has {', '.join(raw.columns)}")
    table = raw[COLUMNS].copy()
    table["date"] = pd.to_datetime(table["date"], format="%Y-%m-%d", errors="coerce")
    for column in MEASUREMENTS:
        table[column] = pd.to_numeric(table[column], errors="coerce")
    table["weather"] = table["weather"].astype("string").str.strip().str.lower()
    reasons = [
        ("no valid date", lambda t: t["date"].isna()),
        ("a measurement is missing", lambda t: t[MEASUREMENTS].isna().any(axis=1)),
        ("no weather is named", lambda t: t["weather"].isna() | (t["weather"] == "")),
        ("the date occurs before", lambda t: t["date"].duplicated()),
    ]
    dropped = {}
    for reason, is_bad in reasons:
        bad = is_bad(table)
        if bad.any():
            dropped[reason] = int(bad.sum())
        table = table[~bad]
    return table.sort_values("date").reset_index(drop=True), dropped


def split_by_year(table, last_train_year, test_year):
    """Days up to the end of one year, and the days of a later year; no day is in both."""
    if test_year <= last_train_year:
        raise ValueError(f"the test year {test_year} must come after the last training year {last_train_year}")
    years = table["date"].dt.year
    train, test = table[years <= last_train_year], table[years == test_year]
    for name, part in (("training", train), ("test", test)):
        if part.empty:
            raise ValueError(f"the {name} table would be empty; the data has {years.min()} to {years.max()}")
    return train.reset_index(drop=True), test.reset_index(drop=True)


def features(table):
    """What the model sees of a day: its measurements, the range of temperature, and the season as a point on a circle."""
    angle = table["date"].dt.dayofyear * (2 * math.pi / 365.25)
    return pd.DataFrame({
        **{column: table[column].astype(float) for column in MEASUREMENTS},
        "temp_range": table["temp_max"] - table["temp_min"],
        "season_sin": angle.map(math.sin),
        "season_cos": angle.map(math.cos),
    })


def read(path):
    """A table that prepare.py has written."""
    return pd.read_csv(path, parse_dates=["date"])
