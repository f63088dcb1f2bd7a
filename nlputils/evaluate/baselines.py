"""Classical baselines: what every neural score of the course has to be compared with.

All have one interface and about the same tuning effort: a small grid, chosen on validation.
Sources: McCallum and Nigam (1998) for naive Bayes on word counts; Joachims (1998) for linear
support vector machines on TF-IDF; Salton and Buckley (1988) for TF-IDF itself.
"""

import time
from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import MultinomialNB
from sklearn.svm import LinearSVC

from nlputils.errors import CourseError
from nlputils.evaluate.metrics import as_classes, metric_named

Setting = dict[str, Any]


class Baseline:
    """A bag of words or characters, and a linear classifier, chosen from a small grid.

    Attributes:
        name: What a table calls it.
        grid: All settings that are tried.
        chosen: The setting that validation chose; None before ``fit``.
        table: A row for each setting with its validation score; the chosen one is marked.
        seconds: Wall-clock seconds of the whole ``fit``, grid included.
    """

    def __init__(
        self,
        name: str,
        vectorizer: Callable[..., Any],
        classifier: Callable[..., Any],
        texts_grid: Sequence[Setting],
        classifier_grid: Sequence[Setting],
    ) -> None:
        """Put a baseline together; nothing is trained yet.

        Args:
            name: What a table calls it.
            vectorizer: Makes an unfitted scikit-learn vectoriser from a setting.
            classifier: Makes an unfitted scikit-learn classifier from a setting.
            texts_grid: Settings of the vectoriser.
            classifier_grid: Settings of the classifier, the most regularised first.
        """
        self.name = name
        self.chosen: Setting | None = None
        self.table = pd.DataFrame()
        self.seconds = float("nan")
        self._make = (vectorizer, classifier)
        self._grids = (list(texts_grid), list(classifier_grid))
        self._fitted: tuple[Any, Any] | None = None

    def __repr__(self) -> str:
        state = f"chosen {self.chosen}" if self.chosen else "not fitted"
        return f"<{self.name}, {len(self.grid)} settings, {state}>"

    @property
    def grid(self) -> list[Setting]:
        """All settings that are tried."""
        return [{**texts, **classifier} for texts, classifier in product(*self._grids)]

    def fit(
        self,
        train_texts: Sequence[str],
        y: ArrayLike,
        validation_texts: Sequence[str],
        y_validation: ArrayLike,
        metric: Any = "spam_f1",
    ) -> "Baseline":
        """Train each setting on train and keep the one that is best on validation.

        Args:
            train_texts: n texts to learn from.
            y: int[n], their classes.
            validation_texts: m texts to choose by; they are not trained on, not even at the end.
            y_validation: int[m], their classes.
            metric: What "best" means. Equals are decided for the setting that stands first.

        Returns:
            Itself.

        Raises:
            CourseError: When texts and classes differ in number, or train has one class only.
        """
        kind, began = metric_named(metric), time.perf_counter()
        train_y = _checked(train_texts, y, "train")
        validation_y = _checked(validation_texts, y_validation, "validation")
        if len(np.unique(train_y)) == 1:
            raise CourseError(
                f"{self.name}: all {len(train_y)} training texts have class {train_y[0]}. "
                "Draw labels with draw_labels, which takes some of each class."
            )
        rows: list[dict[str, Any]] = []
        best, make_vectorizer, make_classifier = -np.inf, *self._make
        for texts_setting in self._grids[0]:
            # The vectoriser is the dear part: it is fitted once for all classifiers on top of it.
            vectorizer = make_vectorizer(**texts_setting)
            train = vectorizer.fit_transform(train_texts)
            held_out = vectorizer.transform(validation_texts)
            for setting in self._grids[1]:
                classifier = make_classifier(**setting).fit(train, train_y)
                value = kind(validation_y, classifier.predict(held_out))
                rows.append({**texts_setting, **setting, kind.display: value})
                gain = value if kind.better == "higher" else -value
                if gain > best:
                    best, self.chosen = gain, {**texts_setting, **setting}
                    self._fitted = (vectorizer, classifier)
        marks = [setting == self.chosen for setting in self.grid]
        self.table = pd.DataFrame(rows).assign(chosen=marks)
        self.seconds = time.perf_counter() - began
        return self

    def predict(self, texts: Sequence[str]) -> np.ndarray:
        """Name the class of each text.

        Args:
            texts: n texts.

        Returns:
            int64[n].

        Raises:
            CourseError: Before ``fit``.
        """
        vectorizer, classifier = self._ready()
        return np.asarray(classifier.predict(vectorizer.transform(texts)), dtype=np.int64)

    def decision(self, texts: Sequence[str]) -> np.ndarray:
        """Say how far each text is on the side of a class: a margin, or log odds.

        Args:
            texts: n texts.

        Returns:
            float64[n] for two classes, positive for class 1; float64[n, c] for more, the largest
            for the predicted class. These are not probabilities.

        Raises:
            CourseError: Before ``fit``.
        """
        vectorizer, classifier = self._ready()
        features = vectorizer.transform(texts)
        if hasattr(classifier, "decision_function"):
            return np.asarray(classifier.decision_function(features))
        logs = np.asarray(classifier.predict_joint_log_proba(features))
        return logs[:, 1] - logs[:, 0] if logs.shape[1] == 2 else logs

    def _ready(self) -> tuple[Any, Any]:
        if self._fitted is None:
            raise CourseError(f"{self.name} is not fitted yet: call fit(...) first.")
        return self._fitted


def naive_bayes() -> Baseline:
    """Multinomial naive Bayes on word counts: the classical spam filter.

    Returns:
        A baseline with 8 settings: single words or also pairs, and four strengths of smoothing.
    """
    return Baseline(
        "naive Bayes",
        CountVectorizer,
        MultinomialNB,
        [{"ngram_range": (1, 1)}, {"ngram_range": (1, 2)}],
        [{"alpha": alpha} for alpha in (1.0, 0.3, 0.1, 0.03)],
    )


def word_svm() -> Baseline:
    """A linear support vector machine on the TF-IDF of words and pairs of words.

    Returns:
        A baseline with 8 settings: letters as they are or lower-cased, and four values of C.
    """
    return Baseline("word SVM", _tfidf("word", (1, 2)), _svm, _CASES, _COSTS)


def char_svm() -> Baseline:
    """A linear support vector machine on the TF-IDF of two to five characters in a row.

    Returns:
        A baseline with 8 settings: letters as they are or lower-cased, and four values of C.
    """
    return Baseline("char SVM", _tfidf("char", (2, 5)), _svm, _CASES, _COSTS)


def word_logistic() -> Baseline:
    """Logistic regression on the TF-IDF of words and pairs of words.

    Returns:
        A baseline with 8 settings: letters as they are or lower-cased, and four values of C.
    """
    grid = [{"C": cost} for cost in (1.0, 10.0, 100.0, 1000.0)]
    return Baseline("word logistic", _tfidf("word", (1, 2)), _logistic, _CASES, grid)


_CASES: list[Setting] = [{"lowercase": True}, {"lowercase": False}]
_COSTS: list[Setting] = [{"C": cost} for cost in (0.3, 1.0, 3.0, 10.0)]


def _tfidf(analyzer: str, ngram_range: tuple[int, int]) -> Callable[..., TfidfVectorizer]:
    def make(**setting: Any) -> TfidfVectorizer:
        return TfidfVectorizer(
            analyzer=analyzer,
            ngram_range=ngram_range,
            sublinear_tf=True,
            dtype=np.float32,
            **setting,
        )

    return make


def _svm(**setting: Any) -> LinearSVC:
    return LinearSVC(random_state=0, **setting)


def _logistic(**setting: Any) -> LogisticRegression:
    return LogisticRegression(max_iter=1000, **setting)


def _checked(texts: Sequence[str], y: ArrayLike, part: str) -> np.ndarray:
    classes = as_classes(y, f"y of {part}")
    if len(texts) != len(classes):
        raise CourseError(f"{part} has {len(texts)} texts and {len(classes)} classes.")
    return classes
