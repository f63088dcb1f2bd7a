import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk

from nlputils import evaluate
from nlputils.errors import CourseError
from nlputils.evaluate import METRICS, Predicted, compare, score

REFERENCES = {
    "accuracy": lambda t, p: sk.accuracy_score(t, p),
    "spam_f1": lambda t, p: sk.f1_score(t, p, zero_division=0),
    "mcc": lambda t, p: sk.matthews_corrcoef(t, p),
    "ham_fpr": lambda t, p: 1 - sk.recall_score(t, p, pos_label=0, zero_division=1),
    "macro_recall": lambda t, p: sk.balanced_accuracy_score(t, p),
    "macro_f1": lambda t, p: sk.f1_score(t, p, average="macro", zero_division=0),
}


@pytest.mark.parametrize("name", sorted(METRICS))
@given(pairs=st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1)), min_size=2, max_size=40))
@settings(deadline=None, max_examples=60)
@pytest.mark.filterwarnings("ignore")
def test_metrics_equal_scikit_learn(name, pairs):
    t, p = np.array(pairs).T
    assert getattr(evaluate, name)(t, p) == pytest.approx(REFERENCES[name](t, p), abs=1e-12)


def test_metrics_by_hand():
    t = np.array([1, 1, 1, 0, 0, 0, 0, 0])
    p = np.array([1, 1, 0, 1, 0, 0, 0, 0])
    # precision 2/3, recall 2/3; one of five ham lost; recall of ham 4/5.
    assert evaluate.spam_f1(t, p) == pytest.approx(2 / 3)
    assert evaluate.ham_fpr(t, p) == pytest.approx(1 / 5)
    assert evaluate.macro_recall(t, p) == pytest.approx((2 / 3 + 4 / 5) / 2)
    assert evaluate.mcc(t, p) == pytest.approx((2 * 4 - 1) / 15)


def system(rng, y, right, seed=0, n_train=0):
    flip = rng.random(len(y)) > right
    return Predicted(y, np.where(flip, 1 - y, y), seed, n_train)


@pytest.mark.parametrize("seeds", [1, 5])
def test_interval_covers_the_truth_about_95_times_in_100(seeds):
    """A system's accuracy differs by seed around 0.85; the interval must cover 0.85."""
    rng, covered, trials = np.random.default_rng(0), 0, 120
    for _ in range(trials):
        y = rng.integers(0, 2, 150)
        spread = 0.02 if seeds > 1 else 0.0
        runs = [system(rng, y, 0.85 + spread * rng.normal(), s) for s in range(seeds)]
        s = score("accuracy", runs)
        covered += s.low <= 0.85 <= s.high
    assert 0.88 <= covered / trials <= 1.0


@pytest.mark.parametrize(("seeds", "share"), [(1, 0.12), (3, 0.05)])
def test_comparison_of_equals_seldom_sees_a_difference(seeds, share):
    rng, seen, trials = np.random.default_rng(1), 0, 120
    for _ in range(trials):
        y = rng.integers(0, 2, 150)
        one, other = ([system(rng, y, 0.8, s) for s in range(seeds)] for _ in range(2))
        seen += compare("accuracy", one, other).distinguishable
    assert seen / trials <= share


def test_comparison_sees_a_true_difference_and_names_it():
    rng = np.random.default_rng(2)
    y = rng.integers(0, 2, 500)
    good = [system(rng, y, 0.9, s) for s in range(3)]
    poor = [system(rng, y, 0.7, s) for s in range(3)]
    c = compare("accuracy", poor, good, ("poor", "good"))
    assert c.better == "good" and c.high < 0
    assert str(c).startswith("good is ahead of poor by ")
    lost = compare("ham_fpr", poor, good, ("poor", "good"))
    assert lost.better == "good" and lost.low > 0  # fewer errors is better
    same = compare("accuracy", good, good, ("a", "b"))
    assert same.better is None and "not distinguishable" in str(same)


def test_splits_interval_by_hand():
    y = np.array([0, 1] * 10)
    values = [0.9, 0.8, 1.0]
    runs = []
    for seed, value in enumerate(values):
        p = y.copy()
        p[: round(20 * (1 - value))] ^= 1
        runs.append(Predicted(y, p, seed, n_train=80))
    s = score("accuracy", runs, "splits")
    # mean 0.9, sd 0.1, t(2) = 4.3027, sqrt(1/3 + 20/80) = 0.76376
    half = 4.30265 * 0.1 * 0.763763
    assert s.value == pytest.approx(0.9) and s.low == pytest.approx(0.9 - half, abs=1e-5)
    assert s.high == 1.0  # clipped
    assert str(s) == "accuracy 90.0 [57.1, 100.0] (n = 20, 3 splits)"


def test_runs_that_do_not_fit_are_refused():
    y = np.array([0, 1, 1])
    a, b = Predicted(y, y, 0), Predicted(1 - y, y, 1)
    with pytest.raises(CourseError, match="different test sets"):
        score("accuracy", [a, b])
    with pytest.raises(CourseError, match="n_train"):
        score("accuracy", [a, b], "splits")
    with pytest.raises(CourseError, match="not pairs"):
        compare("accuracy", [a], [b])
    with pytest.raises(CourseError, match="choose one of"):
        score("f1", [a])
    with pytest.raises(CourseError, match="3 true and 2 predicted"):
        Predicted(y, y[:2])


@pytest.mark.parametrize(
    "make", ["naive_bayes", "word_svm", "char_svm", "union_svm", "word_logistic"]
)
def test_baselines_learn_words_and_learn_nothing_from_shuffled_labels(make):
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 400)
    words = np.array(["boat", "sea", "fish", "rope", "sail", "net"])
    texts = [" ".join(rng.choice(words, 5)) + (" prize" if c else " lunch") for c in y]
    parts = texts[:200], texts[200:300], texts[300:]
    model = getattr(evaluate, make)().fit(parts[0], y[:200], parts[1], y[200:300])
    assert (model.predict(parts[2]) == y[300:]).all()
    assert model.chosen in model.grid and len(model.table) == len(model.grid) == 8
    shuffled = rng.permutation(y)
    fooled = getattr(evaluate, make)().fit(parts[0], shuffled[:200], parts[1], shuffled[200:300])
    assert (fooled.predict(parts[2]) == y[300:]).mean() < 0.75
    with pytest.raises(CourseError, match="not fitted yet"):
        getattr(evaluate, make)().predict(["x"])


def test_an_interval_over_splits_is_never_narrower_than_its_test_sets_allow():
    rng = np.random.default_rng(0)
    y = np.array([0, 1] * 100)
    runs = []
    for seed in range(3):  # the same accuracy on each split: no spread between them at all
        p = y.copy()
        p[rng.choice(200, 40, replace=False)] ^= 1
        runs.append(Predicted(y, p, seed, n_train=800))
    s = score("accuracy", runs, "splits")
    half = 1.96 * np.sqrt(0.8 * 0.2 / 200) / np.sqrt(3)
    assert (s.high - s.low) / 2 == pytest.approx(half, rel=0.05)
    worse = [Predicted(y, 1 - run.pred, run.seed, n_train=800) for run in runs]
    c = compare("accuracy", runs, worse, design="splits")
    # Right minus wrong is 1 or -1 on each text, so its standard error is twice that of one score.
    assert (c.high - c.low) / 2 == pytest.approx(2 * half, rel=0.05)
