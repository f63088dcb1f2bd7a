"""Training: pretraining, fine-tuning, schedules."""

from nlputils.train.budget import pretrain_minutes
from nlputils.train.finetuning import finetune, predict_probabilities
from nlputils.train.history import History
from nlputils.train.optimizers import Adam, AdamW, Lion
from nlputils.train.pretraining import pretrain
from nlputils.train.schedules import WarmupDecay
from nlputils.train.tuning import Trial, Tuned, tune, tune_over

__all__ = [
    "Adam",
    "AdamW",
    "History",
    "Lion",
    "Trial",
    "Tuned",
    "WarmupDecay",
    "finetune",
    "predict_probabilities",
    "pretrain",
    "pretrain_minutes",
    "tune",
    "tune_over",
]
