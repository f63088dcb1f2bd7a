"""Pretrain and fine-tune a tiny encoder on the backend of this process, from saved weights.

    python on_a_backend.py FOLDER RESULT.npz [without-tensorflow] [planted] [whole]

The first process in FOLDER makes the weights and saves them; all others load them. ``planted``
adds a pretraining at another learning rate; ``whole`` asks for a step that is compiled as a whole.
"""

import importlib.machinery
import json
import pkgutil
import sys
import tempfile
from pathlib import Path

RATE, LENGTH, STEPS, BATCH = 1e-3, 12, 20, 16


class NoTensorFlow(importlib.machinery.PathFinder):
    """Find what is installed, but not TensorFlow."""

    @classmethod
    def find_spec(cls, fullname, path=None, target=None):
        if fullname in ("tensorflow", "tensorflow_text"):
            return None
        return super().find_spec(fullname, path, target)


if "without-tensorflow" in sys.argv:
    place = sys.meta_path.index(importlib.machinery.PathFinder)
    sys.meta_path[place] = NoTensorFlow

import keras  # noqa: E402
import numpy as np  # noqa: E402

import nlputils  # noqa: E402
from nlputils import models, text, train  # noqa: E402

TEXTS = ["the ferry leaves the harbour at noon", "a fisher sells pies in the rain"] * 60


def import_all() -> int:
    """Import every module of the package."""
    found = [module.name for module in pkgutil.walk_packages(nlputils.__path__, "nlputils.")]
    for name in found:
        importlib.import_module(name)
    return len(found)


def saved(task, path: Path):
    """Give the task the weights of the file; make the file where there is none."""
    if path.exists():
        task.load_weights(path)
    else:
        task.save_weights(path)
    return task


class Course:
    """The two trainings."""

    def __init__(self, folder: Path) -> None:
        models.ENCODER_SIZES["one"] = models.EncoderSize(num_layers=1, hidden_dim=32, num_heads=2)
        self.folder, self.tokenizer = (
            folder,
            text.train_wordpiece(TEXTS, 120, min_character_count=1),
        )
        with tempfile.TemporaryDirectory() as temporary:
            place = Path(temporary) / "rows.npy"
            self.rows = np.array(text.pack(TEXTS, self.tokenizer, LENGTH, place))
        self.x = text.bert_inputs(self.tokenizer.encode(TEXTS, LENGTH))
        self.y = np.arange(len(TEXTS)) % 2

    def encoder(self):
        return models.encoder("one", len(self.tokenizer), LENGTH, seed=1)

    def pretrained(self, rate: float = RATE, task=None):
        """Pretrain; return the task and the loss of step 1: each report is one step.

        A task that is given is trained from the first weights again.
        """
        task = task or models.masked_lm(self.encoder(), seed=1)
        task = saved(task, self.folder / "masked_lm.weights.h5")
        batches = text.MaskedBatches(self.rows, self.tokenizer, BATCH, steps=STEPS, seed=3)
        settings = {"learning_rate": rate, "reports": STEPS, "label": ""}
        whole = True if "whole" in sys.argv else None
        history = train.pretrain(task, batches, jit_compile=whole, **settings)
        self.step = type(train.pretraining._MODELS[task][0].train_function).__name__
        return task, history.frame["loss"].iloc[0]

    def finetuned(self):
        """Fine-tune; return the task, the loss of step 1 (each epoch is one) and probabilities.

        The same model is fine-tuned at another rate before. What that left, compiled steps and
        all, must not show.
        """
        task = models.classifier(self.encoder(), 2, dropout=0.0, seed=2)
        part = {name: values[:BATCH] for name, values in self.x.items()}
        settings = {"epochs": STEPS, "batch_size": BATCH, "seed": 4}
        model, steps = models.trainable(task), []
        for rate in (10 * RATE, RATE):
            saved(task, self.folder / "classifier.weights.h5")
            history = train.finetune(model, part, self.y[:BATCH], learning_rate=rate, **settings)
            steps.append(model.train_function)
        self.reused = steps[0] is steps[1]
        return task, history.frame["loss"].iloc[0], train.predict_probabilities(model, self.x)


def weights(task, prefix: str) -> dict[str, np.ndarray]:
    return {f"{prefix} {weight.path}": weight.numpy() for weight in task.weights}


def main() -> None:
    # Whether every module can be imported is asked only where TensorFlow is hidden.
    modules = import_all() if "without-tensorflow" in sys.argv else None
    course = Course(Path(sys.argv[1]))
    pretrained, pretrain_loss = course.pretrained()
    tuned, finetune_loss, probabilities = course.finetuned()
    first = {
        "loss pretrain": np.float64(pretrain_loss),
        "loss finetune": np.float64(finetune_loss),
    }
    arrays = weights(pretrained, "pretrain") | weights(tuned, "finetune")
    if "planted" in sys.argv:
        again, _ = course.pretrained(1.1 * RATE, pretrained)
        arrays |= weights(again, "planted")
    about = {
        "backend": keras.backend.backend(),
        "modules": modules,
        "tensorflow": "tensorflow" in sys.modules,
        "reused": course.reused,
        "step": course.step,
        "fused attention": keras.config.is_flash_attention_enabled(),
    }
    np.savez(
        sys.argv[2],
        about=np.array(json.dumps(about)),
        probabilities=probabilities,
        **first,
        **arrays,
    )


if __name__ == "__main__":
    main()
