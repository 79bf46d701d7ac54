import numpy as np
import pytest

import train

CLASSES = ["rain", "sun"]


def test_a_perfect_guess():
    metrics = train.judge(["sun", "rain"], ["sun", "rain"], np.array([[0.0, 1.0], [1.0, 0.0]]), CLASSES)
    assert metrics == {"accuracy": 1.0, "f1_macro": 1.0, "log_loss": pytest.approx(0.0, abs=1e-6)}


def test_a_coin_that_always_says_rain():
    metrics = train.judge(["sun", "rain"], ["rain", "rain"], np.array([[0.5, 0.5], [0.5, 0.5]]), CLASSES)
    assert metrics["accuracy"] == 0.5
    assert metrics["f1_macro"] == pytest.approx(1 / 3, abs=1e-6)
    assert metrics["log_loss"] == pytest.approx(np.log(2), abs=1e-6)
