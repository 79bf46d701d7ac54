"""The smoke test of a release: loads its model and asks it for days whose weather is plain.

MLPIPE_RELEASE_DIR names the release that is being tried; by hand it is the one that `current` points to.
"""
import os
import pathlib
import sys

import joblib
import pandas as pd

import table

DAYS = pd.DataFrame({
    "date": pd.to_datetime(["2015-01-15", "2015-07-20"]),
    "precipitation": [25.0, 0.0],
    "temp_max": [8.0, 31.0],
    "temp_min": [5.0, 16.0],
    "wind": [5.0, 2.5],
})
PLAIN = ["rain", "sun"]


def main():
    release = pathlib.Path(os.environ.get("MLPIPE_RELEASE_DIR") or table.HOME / "serving" / "current")
    found = sorted(release.rglob("model.joblib"))
    if len(found) != 1:
        sys.exit(f"the release holds {len(found)} files named model.joblib; there must be one")
    model = joblib.load(found[0])
    answers = list(model.predict(table.features(DAYS)))
    print(f"{found[0].name} says {', '.join(answers)}")
    if answers != PLAIN:
        sys.exit(f"a wet day in January and a hot one in July are {' and '.join(PLAIN)}, not {' and '.join(answers)}")


if __name__ == "__main__":
    main()
