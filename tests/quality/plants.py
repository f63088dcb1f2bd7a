"""Planted errors: what the recorded values would be if something had gone wrong."""

from collections.abc import Callable, Mapping

import numpy as np

from nlputils.course.recorded import Recorded
from nlputils.errors import CourseError
from nlputils.evaluate import METRICS, Predicted, load_runs

# lesson -> name of the record -> error -> value
Planted = Mapping[str, Mapping[str, Mapping[str, float]]]

# Where the answers of a recorded score lie: lesson, record -> artefact, system, metric.
ANSWERS = {
    ("01", "char_svm_spam_f1"): ("01/baselines", "char SVM", "spam_f1"),
    ("01", "char_svm_mcc"): ("01/baselines", "char SVM", "mcc"),
    ("01", "word_svm_spam_f1"): ("01/baselines", "word SVM", "spam_f1"),
    ("01", "word_logistic_spam_f1"): ("01/baselines", "word logistic", "spam_f1"),
    ("01", "naive_bayes_spam_f1"): ("01/baselines", "naive Bayes", "spam_f1"),
    ("03", "lstm_spam_f1"): ("03/recurrent", "LSTM", "spam_f1"),
    ("03", "lstm_mcc"): ("03/recurrent", "LSTM", "mcc"),
    ("03", "gru_spam_f1"): ("03/recurrent", "GRU", "spam_f1"),
    ("03", "bidirectional_lstm_spam_f1"): ("03/recurrent", "bidirectional LSTM", "spam_f1"),
    ("03", "simple_rnn_spam_f1"): ("03/recurrent", "simple RNN", "spam_f1"),
    ("07", "pretrained_spam_f1"): ("07/finetuned", "pretrained", "spam_f1"),
    ("07", "pretrained_mcc"): ("07/finetuned", "pretrained", "mcc"),
    ("07", "random_spam_f1"): ("07/finetuned", "random", "spam_f1"),
    ("07", "random_mcc"): ("07/finetuned", "random", "mcc"),
}
# Errors that give the same number everywhere: F1 is 0 where nothing is found, and a filter that
# calls everything spam takes each ham for it.
_NOTHING, _ALL = {"nothing is found": 0.0}, {"always spam": 1.0}
# A difference is 0 where what it measures has no effect.
_NO_EFFECT = {"no effect": 0.0}
# What the record would be with the error: what another record of the lesson is, or a number.
LEVELS: dict[tuple[str, str], dict[str, str | float]] = {
    ("01", "leak_share_ham"): {"the other class": "leak_share_spam"},
    ("01", "leak_share_spam"): {"the other class": "leak_share_ham"},
    ("01", "unknown_words"): {"its own vocabulary": 0.0},
    ("01", "unknown_pieces"): {"words for pieces": "unknown_words"},
    ("01", "always_ham_spam_f1"): {"it says spam": "char_svm_spam_f1"},
    ("01", "always_ham_accuracy"): {"it says spam": "char_svm_accuracy"},
    ("01", "char_svm_accuracy"): {"always ham": "always_ham_accuracy"},
    ("01", "char_svm_ham_fpr"): _ALL,
    ("01", "word_svm_naive_spam_f1"): {"nothing leaks": "word_svm_spam_f1"},
    ("01", "naive_bayes_naive_spam_f1"): {"nothing leaks": "naive_bayes_spam_f1"},
    ("01", "char_svm_naive_spam_f1"): _NOTHING,
    ("01", "leak_effect_char_svm_spam_f1"): {"one side finds nothing": "char_svm_spam_f1"},
    ("01", "leak_effect_word_svm_spam_f1"): {"one side finds nothing": "word_svm_spam_f1"},
    ("01", "leak_effect_naive_bayes_spam_f1"): {"one side finds nothing": "naive_bayes_spam_f1"},
    ("01", "leak_memory"): {"easy ones, too": "leak_easy"},
    ("01", "leak_easy"): {"memory alone": "leak_memory"},
    ("01", "order_effect_spam_f1"): {"one side finds nothing": "char_svm_spam_f1"},
    ("03", "seed_lstm_spam_f1"): {"it never learned": "port_spam_f1"},
    ("03", "port_spam_f1"): {"it learned after all": "seed_lstm_spam_f1"},
    ("03", "port_accuracy"): {"nothing is right": 0.0},
    ("03", "port_masked_spam_f1"): {"it never learned": "port_spam_f1"},
    ("03", "lstm_ham_fpr"): _ALL,
    ("03", "lstm_order_effect"): {"one side finds nothing": "lstm_spam_f1"},
    ("03", "lstm_order_worth"): {"one side finds nothing": "lstm_spam_f1"},
    ("05", "texts_removed"): {"pieces for texts": "training_pieces"},
    ("05", "training_pieces"): {"no text": 0.0},
    ("05", "uniform_loss"): {"frequencies": "frequency_loss"},
    ("05", "frequency_loss"): {"untrained": "uniform_loss"},
    ("05", "copy_loss"): {"untrained": "uniform_loss"},
    ("05", "first_attempt_loss"): {"untrained": "uniform_loss"},
    ("05", "counted_loss"): {"untrained": "uniform_loss"},
    ("05", "exchanged_loss"): {"untrained": "uniform_loss"},
    ("05", "held_out_perplexity"): {"the loss itself": "held_out_loss"},
    ("05", "gap_accuracy"): {"nothing is right": 0.0},
    ("05", "gap_accuracy_rival"): {"the counter": "gap_accuracy_counter"},
    ("05", "gap_accuracy_counter"): {"the rival": "gap_accuracy_rival"},
    ("05", "probe_pretrained_spam_f1"): _NOTHING,
    ("05", "probe_counted_spam_f1"): _NOTHING,
    ("05", "probe_random_spam_f1"): _NOTHING,
    ("05", "probe_naive_bayes_spam_f1"): _NOTHING,
    ("05", "probe_gain"): {"one side finds nothing": "probe_pretrained_spam_f1"},
    ("05", "probe_training_gain"): {"one side finds nothing": "probe_pretrained_spam_f1"},
    ("05", "held_out_loss"): {"untrained": "uniform_loss", "frequencies and copying": "copy_loss"},
    ("07", "few_pretrained_spam_f1"): _NOTHING,
    ("07", "few_random_spam_f1"): _NOTHING,
    ("07", "few_naive_Bayes_spam_f1"): _NOTHING,
    ("07", "few_char_SVM_spam_f1"): _NOTHING,
    ("07", "few_exchanged_spam_f1"): _NOTHING,
    ("07", "few_vectors_only_spam_f1"): _NOTHING,
    ("07", "again_score"): _NOTHING,
    ("07", "few_gain"): _NO_EFFECT,
    ("07", "few_match"): _NO_EFFECT,
    ("07", "new_pieces"): {"no piece is new": 0.0},
    ("07", "pretrained_ham_fpr"): _ALL,
    ("07", "random_ham_fpr"): _ALL,
    ("14", "texts_compared"): {"no text": 0.0},
    ("14", "export_gap"): {"another gelu": "export_gelu_gap", "compared with itself": 0.0},
    ("14", "export_gelu_gap"): {"another gelu is not seen": "export_gap"},
    ("14", "rounding_gap"): {"compared with itself": 0.0},
    ("14", "careless_texts"): {"capitals are not seen": 0.0},
    ("14", "round_trip_gap"): {"another gelu": "round_trip_gelu_gap"},
    ("14", "round_trip_gelu_gap"): {"another gelu is not seen": "round_trip_gap"},
    ("14", "distilbert_gap"): {"another gelu": "bert_silent_gap", "compared with itself": 0.0},
    ("14", "gpt2_gap"): {"no causal mask": "gpt2_no_mask_gap", "compared with itself": 0.0},
    ("14", "gpt2_no_mask_gap"): {"the mask is not seen": "gpt2_gap"},
    ("14", "built_gap"): {"another gelu": "bert_silent_gap", "compared with itself": 0.0},
    ("14", "bert_gap"): {"another gelu": "bert_silent_gap", "compared with itself": 0.0},
    ("14", "bert_silent_gap"): {"KerasHub reads the activation": "bert_gap"},
    ("14", "relu_silent_gap"): {"KerasHub reads the activation": "bert_gap"},
    ("14", "roberta_gap"): {"a lost row": "roberta_silent_gap", "compared with itself": 0.0},
    ("14", "roberta_silent_gap"): {"KerasHub keeps the row": "roberta_gap"},
    ("14", "head_gap"): {"the head comes from the file": 0.0},
    ("14", "head_encoder_gap"): {"another gelu": "bert_silent_gap", "compared with itself": 0.0},
}
# Effects that a sound run of a profile may show or not. The lesson claims none; no gate is here.
OPEN = (("laptop", "07", "few_gain"), ("gpu", "07", "few_gain"))


def constant(run: Predicted) -> np.ndarray:
    """Say spam, always."""
    return np.ones_like(run.true)


def shuffled(run: Predicted) -> np.ndarray:
    """Give each answer to another message."""
    return np.random.default_rng(0).permutation(run.pred)


def off_by_one(run: Predicted) -> np.ndarray:
    """Give each answer to the next message."""
    return np.roll(run.pred, 1)


def leak(run: Predicted) -> np.ndarray:
    """Know the test labels."""
    return run.true


ERRORS: dict[str, Callable[[Predicted], np.ndarray]] = {
    "constant": constant,
    "shuffled": shuffled,
    "off by one": off_by_one,
    "leak": leak,
}
GATES = sorted({*ANSWERS, *LEVELS})


def errors_of(lesson: str, name: str) -> list[str]:
    """Name the errors that are planted in a record."""
    if (lesson, name) in ANSWERS:
        return list(ERRORS)
    return list(LEVELS[lesson, name])


def planted(run: Recorded) -> dict[str, dict[str, dict[str, float]]]:
    """Compute what a run would have recorded with each error.

    Args:
        run: a finished run, with its artefacts.

    Returns:
        Lesson to record to error to value, for what this run recorded of `GATES`; what is `OPEN`
        has none.
    """
    found: dict[str, dict[str, dict[str, float]]] = {}
    for lesson, name in GATES:
        if name in run.metrics.get(lesson, {}) and (run.profile, lesson, name) not in OPEN:
            found.setdefault(lesson, {})[name] = _values(run, lesson, name)
    return found


def _values(run: Recorded, lesson: str, name: str) -> dict[str, float]:
    if (lesson, name) in LEVELS:
        others = LEVELS[lesson, name]
        metrics = run.metrics[lesson]
        return {
            error: metrics[other]["value"] if isinstance(other, str) else other
            for error, other in others.items()
        }
    folder, system, metric = ANSWERS[lesson, name]
    path = run.folder / "artefacts" / folder / "runs.json"
    systems = load_runs(path)
    if system not in systems:
        raise CourseError(
            f"{path} holds no answers of {system!r}, which the gate of {name!r} in lesson {lesson} "
            f"needs. It holds {', '.join(systems)}. Correct ANSWERS in {__name__}.py."
        )
    return {
        error: float(np.mean([METRICS[metric](r.true, plant(r)) for r in systems[system]]))
        for error, plant in ERRORS.items()
    }
