"""Trains on build/train.csv and judges on build/test.csv, a year that the model has not seen."""
import json

import joblib
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import accuracy_score, f1_score, log_loss

import table


def judge(truth, guess, shares, classes):
    """The metrics of the held-out year."""
    return {
        "accuracy": round(float(accuracy_score(truth, guess)), 6),
        "f1_macro": round(float(f1_score(truth, guess, average="macro", labels=classes, zero_division=0)), 6),
        "log_loss": round(float(log_loss(truth, shares, labels=classes)), 6),
    }


def main():
    chosen = table.parameters("train")
    train, test = table.read(table.BUILD / "train.csv"), table.read(table.BUILD / "test.csv")
    model = RandomForestClassifier(n_estimators=chosen["trees"], min_samples_leaf=chosen["min_samples_leaf"],
                                   random_state=chosen["seed"])
    model.fit(table.features(train), train["weather"])
    classes = list(model.classes_)
    shares = model.predict_proba(table.features(test))
    guess = [classes[best] for best in shares.argmax(axis=1)]
    metrics = judge(test["weather"], guess, shares, classes)

    joblib.dump(model, table.BUILD / "model.joblib")
    rows = pd.DataFrame(shares.round(6), columns=[f"p_{name}" for name in classes])
    rows.insert(0, "date", test["date"])
    rows.insert(1, "weather", test["weather"])
    rows.insert(2, "predicted", guess)
    rows.to_csv(table.BUILD / "predictions.csv", index=False, date_format="%Y-%m-%d")
    with open(table.BUILD / "metrics.json", "w", encoding="utf-8") as file:
        json.dump(metrics, file, indent=2)
        file.write("\n")
    print(f"{len(train)} days to learn from, {len(test)} to be judged by: " +
          ", ".join(f"{name} {value}" for name, value in metrics.items()))


if __name__ == "__main__":
    main()
