import keras
import numpy as np
import pandas as pd
import pytest

from nlputils import models, train
from nlputils.errors import CourseError
from nlputils.text import MaskedBatches, pack, train_wordpiece

TEXTS = ["the ferry leaves the harbour at noon", "a fisher sells pies in the rain"] * 100


def test_schedule_by_hand():
    rate = train.WarmupDecay(peak=1.0, steps=10, warmup=4)
    values = [float(rate(i)) for i in range(11)]
    assert np.allclose(values[:4], [0.25, 0.5, 0.75, 1.0])
    assert np.allclose(values[4:], [1, 5 / 6, 4 / 6, 3 / 6, 2 / 6, 1 / 6, 0])
    assert train.WarmupDecay(**rate.get_config()).get_config() == rate.get_config()
    with pytest.raises(CourseError, match="below steps"):
        train.WarmupDecay(1.0, 10, 10)


@pytest.fixture(scope="module")
def material(tmp_path_factory):
    tokenizer = train_wordpiece(TEXTS, 120, min_character_count=1)
    return tokenizer, pack(TEXTS, tokenizer, 16, tmp_path_factory.mktemp("p") / "rows.npy")


def pretrained(material):
    tokenizer, rows = material
    backbone = models.encoder("1x64", len(tokenizer), 16, seed=1)
    batches = MaskedBatches(rows, tokenizer, 16, steps=99, seed=1)
    history = train.pretrain(
        models.masked_lm(backbone, seed=1), batches, reports=3, learning_rate=3e-3, label=""
    )
    return backbone, history


@pytest.fixture(scope="module")
def plain(material):
    """A pretraining that XLA does not compile: its network and its history."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(train.pretraining, "LONG", 100)
        return pretrained(material)


def test_pretraining_learns_and_repeats_itself(material, plain):
    (a, first), (b, again) = plain, pretrained(material)
    loss = first.frame["loss"]
    assert loss.iloc[-1] < 0.5 * np.log(len(material[0]))  # an untrained model stands at log V
    assert loss.tolist() == again.frame["loss"].tolist()
    assert all((x == y).all() for x, y in zip(a.get_weights(), b.get_weights(), strict=True))
    assert first.tokens == 99 * 16 * 16


def test_xla_compiles_a_long_pretraining_unless_told_otherwise(material, monkeypatch):
    tokenizer, rows = material
    task = models.masked_lm(models.encoder("1x64", len(tokenizer), 16, seed=1), seed=1)
    with_xla = []

    def look(model, *_):
        with_xla.append(model.jit_compile)
        return pd.DataFrame(), 0.0

    monkeypatch.setattr("nlputils.train.pretraining.LONG", 3)
    monkeypatch.setattr("nlputils.train.pretraining.train", look)
    for steps, told in ((3, None), (2, None), (3, False), (2, True)):
        batches = MaskedBatches(rows, tokenizer, 8, steps=steps, seed=1)
        train.pretrain(task, batches, reports=1, jit_compile=told, label="")
    assert with_xla == [True, False, False, True]


def test_every_step_is_made_when_reports_do_not_divide_them(material, tmp_path):
    tokenizer, rows = material
    ends = []
    for reports in (4, 1):  # 3 reports of 6 steps and 1 of 5; one of 23
        task = models.masked_lm(models.encoder("1x64", len(tokenizer), 16, seed=1), seed=1)
        batches = MaskedBatches(rows, tokenizer, 8, steps=23, seed=1)
        folder = tmp_path / str(reports)
        history = train.pretrain(task, batches, reports=reports, label="", checkpoint=folder)
        assert history.tokens == 23 * 8 * 16
        ends.append((history.frame["step"].tolist(), task.get_weights()))
    assert [steps for steps, _ in ends] == [[6, 12, 18, 23], [23]]
    assert all((a == b).all() for a, b in zip(ends[0][1], ends[1][1], strict=True))


def test_a_long_pretraining_is_compiled_and_repeats_itself(material, plain, monkeypatch):
    monkeypatch.setattr(train.pretraining, "LONG", 60)
    (a, first), (b, again) = (pretrained(material) for _ in range(2))
    assert all((x == y).all() for x, y in zip(a.get_weights(), b.get_weights(), strict=True))
    assert first.frame["loss"].tolist() == again.frame["loss"].tolist()
    # The same arithmetic in another order.
    without = plain[1].frame["loss"]
    assert np.allclose(first.frame["loss"], without, rtol=1e-3)
    assert first.frame["loss"].tolist() != without.tolist()


def test_a_task_that_is_pretrained_again_gives_what_a_fresh_one_gives(material):
    """Its compiled steps serve again; nothing of the first training may be left in them."""
    tokenizer, rows = material

    def weights(task, seed, rate, steps):
        batches = MaskedBatches(rows, tokenizer, 8, steps=steps, seed=seed)
        train.pretrain(task, batches, reports=1, learning_rate=rate, label="")
        return [np.array(weight) for weight in task.get_weights()]

    def fresh():
        return models.masked_lm(models.encoder("1x64", len(tokenizer), 16, seed=1), seed=1)

    task = fresh()
    first = task.get_weights()
    weights(task, 1, 1e-2, 9)
    task.set_weights(first)
    again, once = weights(task, 2, 1e-3, 6), weights(fresh(), 2, 1e-3, 6)
    assert all((a == b).all() for a, b in zip(again, once, strict=True))
    # Planted: the first training's rate would have been noticed.
    other = weights(fresh(), 2, 1e-2, 6)
    assert not all((a == b).all() for a, b in zip(again, other, strict=True))


def test_a_pretraining_in_bfloat16_ends_near_one_in_float32(material, tmp_path):
    tokenizer, rows = material
    batches = MaskedBatches(rows, tokenizer, 8, steps=60, seed=1)

    def trained(dtype, task=None, **settings):
        task = task or models.masked_lm(models.encoder("1x64", len(tokenizer), 16, seed=1), seed=1)
        frame = train.pretrain(task, batches, dtype=dtype, reports=2, label="", **settings).frame
        return task, frame["loss"], [np.array(weight) for weight in task.get_weights()]

    def equal(some, others):
        return all((a == b).all() for a, b in zip(some, others, strict=True))

    _, exact, first = trained("float32")
    task, rounded, weights = trained("mixed_bfloat16", checkpoint=tmp_path)
    assert np.allclose(exact, rounded, rtol=0.02) and not (exact == rounded).any()
    assert task.backbone.dtype_policy.name == "float32" and not equal(first, weights)
    # Planted: weights that stayed where they were would be seen.
    start = models.masked_lm(models.encoder("1x64", len(tokenizer), 16, seed=1), seed=1)
    assert not equal(start.get_weights(), weights)
    # A training that was finished gives its weights to the task, and one with the task's twin of
    # before begins where the task stands now.
    assert equal(trained("mixed_bfloat16", checkpoint=tmp_path)[2], weights)
    task.set_weights(start.get_weights())
    assert equal(trained("mixed_bfloat16", task)[2], weights)
    with pytest.raises(CourseError, match="checkpoint of another training"):
        trained("float32", checkpoint=tmp_path)


def test_untrained_loss_is_that_of_a_guess(material):
    tokenizer, rows = material
    task = models.masked_lm(models.encoder("tiny", len(tokenizer), 16))
    x, y, _ = MaskedBatches(rows, tokenizer, 16, steps=1)[0]
    logits = np.asarray(models.trainable(task)(x), dtype=np.float64)
    log_sum = np.log(np.exp(logits).sum(-1))
    loss = (log_sum - np.take_along_axis(logits, y[..., None], -1)[..., 0]).mean()
    assert abs(loss - np.log(len(tokenizer))) < 0.5


def order_task(n, seed):
    """Class 1 where word 2 comes before word 3: no bag of words can tell."""
    rng = np.random.default_rng(seed)
    x = rng.integers(4, 20, (n, 8))
    y = rng.integers(0, 2, n)
    places = np.sort(np.array([rng.choice(8, 2, replace=False) for _ in range(n)]), axis=1)
    rows = np.arange(n)
    x[rows, places[:, 0]] = np.where(y == 1, 2, 3)
    x[rows, places[:, 1]] = np.where(y == 1, 3, 2)
    return x.astype(np.int32), y


def test_finetuning_learns_word_order_and_keeps_the_best():
    x, y = order_task(1500, 0)
    held = order_task(300, 1)
    model = models.recurrent_classifier(20, cell="gru", units=32, dropout=0.0)
    history = train.finetune(model, x, y, held, epochs=8, learning_rate=1e-2)
    probabilities = train.predict_probabilities(model, held[0])
    assert np.allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    assert (probabilities.argmax(1) == held[1]).mean() > 0.9
    nll = -np.log(probabilities[np.arange(300), held[1]]).mean()
    assert abs(nll - history.frame["val_loss"].min()) < 1e-3


def test_shuffled_labels_teach_nothing():
    x, y = order_task(600, 0)
    held = order_task(300, 1)
    model = models.recurrent_classifier(20, cell="gru", units=32, dropout=0.0)
    train.finetune(model, x, np.random.default_rng(5).permutation(y), held, epochs=3)
    accuracy = (train.predict_probabilities(model, held[0]).argmax(1) == held[1]).mean()
    assert accuracy < 0.65


def test_wrong_sizes_are_named():
    model = models.recurrent_classifier(20)
    with pytest.raises(CourseError, match="3 texts and 2 labels"):
        train.finetune(model, np.ones((3, 4), int), np.zeros(2, int), epochs=1)
    with pytest.raises(CourseError, match="no rows to read"):
        train.predict_probabilities(model, np.ones((0, 4), int))


def _fitted(model, seed, rate, epochs, **more):
    x = np.random.default_rng(0).normal(size=(40, 3)).astype("float32")
    train.finetune(
        model, x, (x[:, 0] > 0).astype(int), epochs=epochs, batch_size=8, learning_rate=rate,
        seed=seed, **more,
    )  # fmt: skip
    return [np.array(weight) for weight in model.get_weights()]


def _small(dropout=0.5):
    keras.utils.set_random_seed(5)
    layers = [keras.layers.Dense(4), keras.layers.Dropout(dropout), keras.layers.Dense(2)]
    return keras.Sequential([keras.Input((3,)), *layers])


def test_a_model_that_is_finetuned_again_gives_what_a_fresh_one_gives():
    """TensorFlow keeps the compiled steps; nothing of the first training may be left in them."""
    model = _small()
    first = model.get_weights()
    _fitted(model, 1, 0.3, 3)
    model.set_weights(first)
    again, fresh = _fitted(model, 2, 0.01, 2), _fitted(_small(), 2, 0.01, 2)
    assert all((a == b).all() for a, b in zip(again, fresh, strict=True))
    # Planted: the first training's rate would have been noticed.
    other = _fitted(_small(), 2, 0.3, 2)
    assert not all((a == b).all() for a, b in zip(again, other, strict=True))


def test_a_step_compiled_with_xla_trains_alike_and_is_not_kept_for_a_training_without():
    model = _small(dropout=0)  # XLA draws other units than TensorFlow does
    first = model.get_weights()
    plain = _fitted(model, 2, 0.01, 2)
    model.set_weights(first)
    compiled = _fitted(model, 2, 0.01, 2, jit_compile=True)
    assert model.jit_compile is True
    assert all(np.allclose(a, b, atol=1e-5) for a, b in zip(plain, compiled, strict=True))
    _fitted(model, 2, 0.01, 1)
    assert model.jit_compile is False


def test_a_frozen_layer_is_left_alone_in_a_second_training():
    model = _small()
    _fitted(model, 1, 0.3, 1)
    model.layers[0].trainable = False
    before = np.array(model.get_weights()[0])
    after = _fitted(model, 1, 0.3, 1)
    assert (after[0] == before).all()


def test_a_refused_rise_leaves_a_compiled_model_as_it_was():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2)])
    x, y = np.ones((8, 2), dtype=np.float32), np.zeros(8, dtype=int)
    train.finetune(model, x, y, epochs=1, batch_size=4, learning_rate=0.1)
    before = [np.array(variable) for variable in model.optimizer.variables]
    with pytest.raises(CourseError, match="below steps=2"):
        train.finetune(model, x, y, epochs=1, batch_size=4, learning_rate=0.1, warmup=1.0)
    after = [np.array(variable) for variable in model.optimizer.variables]
    assert all((a == b).all() for a, b in zip(before, after, strict=True))
