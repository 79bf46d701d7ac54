"""Cleans the table and splits it by year: data/seattle-weather.csv -> build/train.csv, build/test.csv."""
import pandas as pd

import table


def main():
    split = table.parameters("split")
    # As text: whatever is no date or number is counted and dropped, not guessed.
    raw = pd.read_csv(table.HOME / "data" / "seattle-weather.csv", dtype=str)
    days, dropped = table.clean(raw)
    print(f"{len(raw)} rows read, {len(raw) - len(days)} dropped")
    for reason, count in dropped.items():
        print(f"  {count}: {reason}")
    train, test = table.split_by_year(days, split["last_train_year"], split["test_year"])
    table.BUILD.mkdir(exist_ok=True)
    for name, part in (("train", train), ("test", test)):
        part.to_csv(table.BUILD / f"{name}.csv", index=False, date_format="%Y-%m-%d")
        print(f"{name}: {len(part)} days, {part['date'].min():%Y-%m-%d} to {part['date'].max():%Y-%m-%d}")


if __name__ == "__main__":
    main()
