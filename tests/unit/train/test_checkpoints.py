"""Checkpoints in one process: what is continued, what is refused, what damage does."""

import errno
import json
import os
import shutil
import subprocess

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlputils import models, train
from nlputils.errors import CourseError
from nlputils.text import MaskedBatches, WordPiece
from nlputils.train import checkpoints
from nlputils.train.batches import ShuffledBatches
from nlputils.train.fingerprints import fingerprint, model_fingerprint
from nlputils.train.history import Recorder

RNG = np.random.default_rng(0)
X = RNG.integers(1, 20, (90, 6)).astype(np.int32)
Y = (X[:, 0] > 9).astype(int)
HELD = (X[:30], np.random.default_rng(1).integers(0, 2, 30))


def model(seed=1, mask_zero=True, dropout=0.3):
    """A small network with all that a checkpoint has to keep; one without a loop over words."""
    keras.utils.set_random_seed(seed)
    return keras.Sequential(
        [
            keras.Input((6,), dtype="int32"),
            keras.layers.Embedding(20, 12, mask_zero=mask_zero),
            keras.layers.GlobalAveragePooling1D(),
            keras.layers.Dropout(dropout),
            keras.layers.Dense(12, activation="tanh"),
            keras.layers.Dense(2),
        ]
    )


def tune(net, folder=None, *, x=X, **changes):
    given = {"epochs": 5, "batch_size": 16, "learning_rate": 0.05, "seed": 3, **changes}
    return train.finetune(net, x, Y, HELD, checkpoint=folder, **given)


class Stopped(Exception):
    pass


@pytest.fixture(scope="module", autouse=True)
def eager():
    """Train without graphs: to trace a step takes longer than these thirty small ones.

    Trainings that are compiled are killed in `test_killed.py`.
    """
    given = train.finetuning._compile

    def compiled(model, *numbers):
        given(model, *numbers)
        # Keras looks at it when it makes the steps, in `fit`.
        model.run_eagerly = True

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(train.finetuning, "_compile", compiled)
        yield


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """Folders of this training, stopped after 2 and after 3 reports, and finished."""
    folders = {name: tmp_path_factory.mktemp(str(name)) for name in (2, 3, "finished")}
    for reports in (2, 3):
        stop_after(reports, folders[reports])
    tune(model(), folders["finished"])
    return folders


@pytest.fixture
def stopped_after(kept):
    """Put a folder there as a kill would have left it."""
    return lambda reports, folder: shutil.copytree(kept[reports], folder, dirs_exist_ok=True)


def stop_after(reports, folder, net=None, **changes):
    """Train until a report, and no further."""
    whole = Recorder.on_epoch_end

    def ending(self, epoch, logs=None):
        if epoch == reports:
            raise Stopped
        whole(self, epoch, logs)

    with pytest.MonkeyPatch.context() as patch, pytest.raises(Stopped):
        patch.setattr(Recorder, "on_epoch_end", ending)
        tune(net or model(), folder, **changes)


@pytest.fixture(scope="module")
def whole():
    """The training without a checkpoint: weights and history."""
    net = model()
    return net, tune(net)


def assert_same(net, history, whole):
    pairs = zip(net.get_weights(), whole[0].get_weights(), strict=True)
    assert all(a.tobytes() == b.tobytes() for a, b in pairs)
    frames = [h.frame.drop(columns="seconds") for h in (history, whole[1])]
    assert frames[0].equals(frames[1])


def test_a_stopped_training_goes_on(tmp_path, stopped_after, whole, capsys):
    stopped_after(3, tmp_path)
    assert [path.name for path in sorted(tmp_path.iterdir())] == [
        "report-000002.npz",
        "report-000003.npz",
    ]
    with np.load(tmp_path / "report-000003.npz") as file:
        kept = json.loads(str(file["about"]))["state"]["rows"]
    net = model()
    history = tune(net, tmp_path, label="spam")
    assert_same(net, history, whole)
    assert "spam: continues after step 18 of 30" in capsys.readouterr().out
    # Seconds are added up: the rows from before the stop are as they were, time goes on from there.
    assert history.frame["seconds"].tolist()[:3] == [row["seconds"] for row in kept]
    assert history.frame["seconds"].is_monotonic_increasing
    assert history.seconds == history.frame["seconds"].iloc[-1]
    lowest = history.frame["val_loss"].idxmin()
    assert lowest < 3, "the best epoch must be older than the stop, or keep_best is not tested"


def test_a_recurrent_network_goes_on_as_well(tmp_path):
    def gru():
        keras.utils.set_random_seed(1)
        return models.recurrent_classifier(20, cell="gru", units=4, embedding_dim=4, dropout=0.3)

    whole = gru()
    history = tune(whole, epochs=2)
    stop_after(1, tmp_path, gru(), epochs=2)
    assert [path.name for path in tmp_path.iterdir()] == ["report-000001.npz"]
    net = gru()
    assert_same(net, tune(net, tmp_path, epochs=2), (whole, history))


def test_a_finished_training_is_restored_and_not_made_again(tmp_path, whole, capsys, monkeypatch):
    first = tune(model(), tmp_path)
    monkeypatch.setattr(keras.Model, "fit", None)
    net = model()
    history = tune(net, tmp_path, label="spam")
    assert_same(net, history, whole)
    assert history.frame.equals(first.frame) and history.seconds == first.seconds
    assert "spam: was finished before" in capsys.readouterr().out
    # Also with the model that was trained: a cell of a notebook that is run twice.
    assert tune(net, tmp_path).frame.equals(first.frame)
    assert_same(net, history, whole)


def test_what_follows_a_training_does_not_depend_on_how_it_was_made(tmp_path):
    def follows():
        """Numbers and weights drawn without a seed of their own."""
        drawn = [np.random.random(3), *models.recurrent_classifier(9, units=4).get_weights()]
        return b"".join(array.tobytes() for array in drawn)

    tune(model(), tmp_path)
    first = follows()
    keras.utils.set_random_seed(99)
    assert follows() != first
    keras.utils.set_random_seed(99)
    tune(model(), tmp_path)
    assert follows() == first


def edit(path, change):
    with np.load(path) as file:
        arrays = dict(file)
    change(arrays)
    np.savez(path, **arrays)


def seeds_forgotten(arrays):
    seeds = [k for k, v in arrays.items() if k.startswith("variables") and v.shape == (2,)]
    assert seeds
    arrays.update({name: np.array([7, 0], arrays[name].dtype) for name in seeds})


def optimizer_forgotten(arrays):
    arrays.update({k: np.zeros_like(v) for k, v in arrays.items() if k.startswith("optimizer")})


def best_forgotten(arrays):
    arrays.update({k: np.zeros_like(v) for k, v in arrays.items() if k.startswith("best")})


@pytest.mark.parametrize("change", [seeds_forgotten, optimizer_forgotten, best_forgotten])
def test_each_part_of_a_checkpoint_matters(change, tmp_path, stopped_after, whole):
    stopped_after(3, tmp_path)
    edit(tmp_path / "report-000003.npz", change)
    net = model()
    history = tune(net, tmp_path)
    with pytest.raises(AssertionError):
        assert_same(net, history, whole)


@pytest.mark.parametrize(
    ("build", "changes", "words"),
    [
        ({}, {"learning_rate": 0.01}, "learning_rate \\(was 0.05, is 0.01\\)"),
        ({}, {"epochs": 6}, "epochs \\(was 5, is 6\\)"),
        ({}, {"seed": 4}, "seed \\(was 3, is 4\\)"),
        ({}, {"x": np.where(X == 19, 18, X)}, "data \\(was"),
        ({"mask_zero": False}, {}, "model \\(was"),
        ({"dropout": 0.2}, {}, "model \\(was"),
        ({"seed": 2}, {}, "does not have the weights"),
    ],
)
@pytest.mark.parametrize("finished", [False, True])
def test_the_checkpoint_of_another_training_is_refused(
    build, changes, words, finished, tmp_path, stopped_after
):
    stopped_after("finished" if finished else 2, tmp_path)
    with pytest.raises(CourseError, match=words):
        tune(model(**build), tmp_path, **changes)


@pytest.mark.parametrize("damage", ["truncated", "flipped", "empty"])
def test_a_damaged_checkpoint_is_told_and_the_one_before_serves(
    damage, tmp_path, stopped_after, whole, capsys
):
    stopped_after(3, tmp_path)
    newest = tmp_path / "report-000003.npz"
    data = bytearray(newest.read_bytes())
    middle = len(data) // 2
    data[middle] ^= 1
    newest.write_bytes({"truncated": data[:middle], "flipped": data, "empty": b""}[damage])
    net = model()
    assert_same(net, tune(net, tmp_path, label="spam"), whole)
    shown = capsys.readouterr().out
    assert f"{newest} is damaged" in shown
    assert "continues after step 12 of 30" in shown


def test_where_all_are_damaged_the_training_begins_again(tmp_path, stopped_after, whole, capsys):
    stopped_after(3, tmp_path)
    for path in tmp_path.iterdir():
        path.write_bytes(b"PK")
    net = model()
    assert_same(net, tune(net, tmp_path), whole)
    assert "begins again" in capsys.readouterr().out


def test_a_bit_flipped_anywhere_is_noticed(tmp_path, stopped_after):
    """The archive's checksums cover the numbers; its own tables are cross-checked by its reader."""
    stopped_after(2, tmp_path)
    path = tmp_path / "report-000002.npz"
    data = path.read_bytes()
    good = checkpoints._read(path)
    for place in np.random.default_rng(0).integers(0, len(data), 60):
        path.write_bytes(data[:place] + bytes([data[place] ^ 16]) + data[place + 1 :])
        found = checkpoints._read(path)
        assert found is None or fingerprint(found.arrays) == fingerprint(good.arrays)


def test_a_full_disk_is_a_sentence_and_leaves_the_checkpoint_before(tmp_path, whole, monkeypatch):
    written, whole_savez = [], np.savez

    def savez(stream, **arrays):
        if len(written) == 2:
            stream.write(b"half")
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        written.append(1)
        whole_savez(stream, **arrays)

    with monkeypatch.context() as patch:
        patch.setattr(checkpoints.np, "savez", savez)
        with pytest.raises(CourseError, match=r"full.*report-000002.npz, is whole.*continues"):
            tune(model(), tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["report-000001.npz", "report-000002.npz"]
    net = model()
    assert_same(net, tune(net, tmp_path), whole)


@pytest.fixture
def small_disk(tmp_path):
    """A file system of its own with room for two checkpoints, where root may make one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=48k", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(words, check=False).returncode:
        pytest.skip("a small file system cannot be mounted here (that needs root)")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_disk_that_is_really_full(small_disk, whole):
    with pytest.raises(CourseError, match="The disk of .* is full"):
        tune(model(), small_disk)
    left = sorted(path.name for path in small_disk.iterdir())
    assert left and all(name.startswith("report-") for name in left)
    subprocess.run(["mount", "-o", "remount,size=4m", str(small_disk)], check=True)
    net = model()
    assert_same(net, tune(net, small_disk), whole)


@given(
    rows=st.integers(1, 23), batch=st.integers(1, 9), epochs=st.integers(1, 3), seed=st.integers(0)
)
@settings(max_examples=40, deadline=None)
def test_shuffled_batches_visit_each_row_once_an_epoch(rows, batch, epochs, seed):
    x = np.arange(rows)
    batches = ShuffledBatches({"x": x}, x, batch, epochs=epochs, seed=seed)
    given_out = [batches[i] for i in range(len(batches))]
    assert all((inputs["x"] == answers).all() for inputs, answers in given_out)
    per = batches.steps_per_epoch
    for epoch in range(epochs):
        part = np.concatenate([y for _, y in given_out[epoch * per : (epoch + 1) * per]])
        assert sorted(part) == list(x)
    for start in range(len(batches)):
        rest = batches.starting_at(start)
        assert len(rest) == len(batches) - start
        assert (rest[0][1] == given_out[start][1]).all()


def test_the_order_changes_with_the_epoch_and_the_seed():
    def order(seed, epoch):
        return ShuffledBatches(X, Y, 90, epochs=2, seed=seed)[epoch][0].tobytes()

    assert len({order(0, 0), order(0, 1), order(1, 0)}) == 3


def test_fingerprints_tell_data_apart_and_nothing_else():
    tokenizer = WordPiece(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a"])
    other = WordPiece(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "b"])
    rows = np.full((8, 6), 5, np.int32)

    def batches(tokenizer=tokenizer, rows=rows, **changes):
        return MaskedBatches(rows, tokenizer, 4, **{"steps": 4, "seed": 1, **changes})

    same = fingerprint(batches())
    assert same == fingerprint(batches())
    changed = rows.copy()
    changed[7, 5] = 4
    variants = [batches(other), batches(rows=changed), batches(seed=2), batches(rate=0.2)]
    variants += [batches(masks=1), batches(steps=5)]
    assert len({same, *map(fingerprint, variants)}) == 7
    assert fingerprint({"a": 1, "b": 2}) == fingerprint({"b": 2, "a": 1})
    assert fingerprint([1, [2]]) != fingerprint([[1], 2])
    assert fingerprint(np.zeros(2, "int32")) != fingerprint(np.zeros(2, "float32"))
    with pytest.raises(CourseError, match="has no content to compare"):
        fingerprint(len)


def test_a_model_is_known_by_what_it_is_and_not_by_its_number():
    first, again = model(), model()
    assert first.layers[-1].name != again.layers[-1].name
    assert model_fingerprint(first) == model_fingerprint(again)
    again.layers[-1].trainable = False
    assert model_fingerprint(first) != model_fingerprint(again)
