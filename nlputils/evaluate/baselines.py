"""Classical baselines: what every neural score of the course has to be compared with.

All have one interface and about the same tuning effort: a small grid, chosen on validation, and
the chosen setting trained on train and validation together.
Sources: McCallum and Nigam (1998) for naive Bayes on word counts; Joachims (1998) for linear
support vector machines on TF-IDF; Salton and Buckley (1988) for TF-IDF itself.
"""

import time
from collections.abc import Callable, Sequence
from functools import partial
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import FeatureUnion
from sklearn.svm import LinearSVC
from threadpoolctl import threadpool_limits

from nlputils.errors import CourseError
from nlputils.evaluate.metrics import Metric, as_classes, metric_named

Setting = dict[str, Any]
_Labelled = tuple[list[str], np.ndarray]
_Best = tuple[int, Setting, Setting]


class Baseline:
    """A bag of words or characters, and a linear classifier, chosen from a small grid.

    Attributes:
        name: What a table calls it.
        grid: All settings that are tried.
        chosen: The setting that validation chose; None before ``fit``.
        table: A row for each setting with its validation score; the chosen one is marked.
        n_train: Texts that the final classifier was trained on; 0 before ``fit``.
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
            classifier_grid: Settings of the classifier. Where validation cannot tell settings
                apart, the one that stands first is kept.
        """
        self.name = name
        self.chosen: Setting | None = None
        self.table = pd.DataFrame()
        self.n_train = 0
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
        *,
        refit: bool = True,
    ) -> "Baseline":
        """Train each setting on train, choose by validation, then train the chosen one on both.

        Validation has done its work once it has chosen. Its texts are labelled, so the chosen
        setting is trained again on train and validation together, as whoever wants the best
        classifier would do. The numbers in ``table`` are those of the choice, before that.

        Args:
            train_texts: n texts to learn from.
            y: int[n], their classes.
            validation_texts: m texts to choose by, and then to learn from.
            y_validation: int[m], their classes.
            metric: What "best" means. Equals are decided for the setting that stands first.
            refit: ``False`` keeps the classifier that has seen train only. Say so where labels
                are counted: a system that is said to have 64 labels must not learn from the
                labels of validation too.

        Returns:
            Itself.

        Raises:
            CourseError: When texts and classes differ in number, or train has one class only.
        """
        kind, began = metric_named(metric), time.perf_counter()
        train = (list(train_texts), _checked(train_texts, y, "train"))
        held_out = (
            list(validation_texts),
            _checked(validation_texts, y_validation, "validation"),
        )
        if len(np.unique(train[1])) == 1:
            raise CourseError(
                f"{self.name}: all {len(train[1])} training texts have class {train[1][0]}. "
                "Draw labels with draw_labels, which takes some of each class."
            )
        # Sums of a few thousand numbers: handing them out to threads costs more than it saves.
        with threadpool_limits(1, user_api="blas"):
            self._choose_and_train(kind, train, held_out, refit)
        self.seconds = time.perf_counter() - began
        return self

    def _choose_and_train(
        self, kind: Metric, train: _Labelled, held_out: _Labelled, refit: bool
    ) -> None:
        place, texts_setting, setting = self._search(kind, train, held_out)
        self.chosen = {**texts_setting, **setting}
        self.table["chosen"] = np.arange(len(self.table)) == place
        if refit:
            train = (train[0] + held_out[0], np.concatenate([train[1], held_out[1]]))
        vectorizer, classifier = self._make[0](**texts_setting), self._make[1](**setting)
        classifier.fit(vectorizer.fit_transform(train[0]), train[1])
        self._fitted, self.n_train = (vectorizer, classifier), len(train[0])

    def _search(self, kind: Metric, train: _Labelled, held_out: _Labelled) -> _Best:
        """Fill ``table`` with the validation score of each setting; find the best setting."""
        rows: list[dict[str, Any]] = []
        settings: list[tuple[Setting, Setting]] = []
        for texts_setting in self._grids[0]:
            # The vectoriser is the dear part: it is fitted once for all classifiers on top of it.
            vectorizer = self._make[0](**texts_setting)
            features = vectorizer.fit_transform(train[0])
            unseen = vectorizer.transform(held_out[0])
            for setting in self._grids[1]:
                classifier = self._make[1](**setting).fit(features, train[1])
                value = kind(held_out[1], classifier.predict(unseen))
                rows.append({**texts_setting, **setting, kind.display: value})
                settings.append((texts_setting, setting))
        self.table = pd.DataFrame(rows)
        values = self.table[kind.display].to_numpy()
        place = int((values if kind.better == "higher" else -values).argmax())
        return place, *settings[place]

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
    return Baseline("word SVM", _tfidf(analyzer="word", ngram_range=(1, 2)), _svm, _CASES, _COSTS)


def char_svm() -> Baseline:
    """A linear support vector machine on the TF-IDF of two to five characters in a row.

    Returns:
        A baseline with 8 settings: runs of characters across words (``char``) or inside words
        only (``char_wb``), and four values of C. Letters are lower-cased.
    """
    runs: list[Setting] = [{"analyzer": "char"}, {"analyzer": "char_wb"}]
    return Baseline("char SVM", _tfidf(ngram_range=(2, 5)), _svm, runs, _COSTS)


def union_svm() -> Baseline:
    """A linear support vector machine on words and characters side by side.

    Returns:
        A baseline with 8 settings: of words up to three in a row and of characters up to five,
        capitals as they are or lower-cased, and four values of C.
    """
    return Baseline("word and char SVM", _union, _svm, _CASES, _COSTS)


def word_logistic() -> Baseline:
    """Logistic regression on the TF-IDF of words and pairs of words.

    Returns:
        A baseline with 8 settings: letters as they are or lower-cased, and four values of C.
    """
    grid = [{"C": cost} for cost in (1000.0, 100.0, 10.0, 1.0)]
    words = _tfidf(analyzer="word", ngram_range=(1, 2))
    return Baseline("word logistic", words, _logistic, _CASES, grid)


_CASES: list[Setting] = [{"lowercase": True}, {"lowercase": False}]
# The least regularised first. A few dozen spam messages in validation often leave settings equal,
# and text classes are mostly linearly separable (Joachims 1998, section 3): equals are then decided
# for the classifier that follows train more closely.
_COSTS: list[Setting] = [{"C": cost} for cost in (10.0, 3.0, 1.0, 0.3)]


def _tfidf(**fixed: Any) -> Callable[..., TfidfVectorizer]:
    return partial(TfidfVectorizer, sublinear_tf=True, dtype=np.float32, **fixed)


def _union(**setting: Any) -> FeatureUnion:
    words = _tfidf(analyzer="word", ngram_range=(1, 3))
    characters = _tfidf(analyzer="char_wb", ngram_range=(2, 5))
    return FeatureUnion([("words", words(**setting)), ("characters", characters(**setting))])


def _svm(**setting: Any) -> LinearSVC:
    return LinearSVC(random_state=0, **setting)


def _logistic(**setting: Any) -> LogisticRegression:
    return LogisticRegression(max_iter=1000, **setting)


def _checked(texts: Sequence[str], y: ArrayLike, part: str) -> np.ndarray:
    classes = as_classes(y, f"y of {part}")
    if len(texts) != len(classes):
        raise CourseError(f"{part} has {len(texts)} texts and {len(classes)} classes.")
    return classes
