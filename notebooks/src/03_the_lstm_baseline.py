# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
#   nlputils:
#     number: "03"
#     title: The LSTM baseline
#     needs: ["01"]
#     gives: [recurrent]
#     teaching_minutes: 90
#     exercise_minutes: 60
# ---

# %% [markdown]
# # 03 The LSTM baseline
#
# **Question.** A bag of words forgets the order of the words. A network can read them one by one, as you do. Does it find spam better than counting words?
#
# In 2018 such a network, the **LSTM**, was a usual choice for text, and its code is still around. Keras is a Python library for networks. A network is a chain of **layers**; each computes with tables of numbers, its **weights**. Training changes the weights, so that the answers get better. Today's Keras does not run the code as it was. Whoever writes it anew for today, line by line, makes a **port** of it. The obvious port runs, prints an accuracy, and has learned nothing. You will see that happen, and find out why.
#
# After this lesson you can
#
# - write one step of a recurrent network, and of an LSTM, with NumPy;
# - say what a state is, and measure how it forgets;
# - recognise a network that fails without any error message, and test the cause;
# - pad and mask messages so that padding does no harm;
# - compare four recurrent networks with each other and with the baselines of lesson 01, fairly and with their cost.

# %% tags=["parameters"]
profile = "laptop"
dataset = "sms_spam_collection"
seeds = [0, 1, 2, 3, 4]
vocabulary_size = 5000
old_seeds = [0, 1, 2]
old_length = 100
old_epochs = 6
old_batch_size = 128
length = 40
units = 64
batch_size = 128
rates = [0.001, 0.002, 0.005, 0.01]
epoch_choices = [3, 6]
cuts = [5, 10, 20]
training_seed = 0

# %%
from nlputils import lesson

lesson.start("03", profile=profile, data=[dataset])

# %%
from nlputils import plots

plots.show(plots.road_map("03"))

# %% [markdown]
# ## The same splits as before
#
# A fair comparison needs the same messages. So we deal them with the seeds of lesson 01, and read what its baselines predicted.

# %%
from nlputils import data, evaluate

splits = {seed: data.load(dataset, seed, resplit=True) for seed in seeds}
baselines = evaluate.load_runs(lesson.needed("01", "baselines") / "runs.json")
runs = {name: [r for r in found if r.seed in seeds] for name, found in baselines.items()}
list(runs)

# %%
first = splits[seeds[0]]
first.describe()

# %% [markdown]
# Is it really so? The true classes of the test messages must be the same, in the same order, in every split. The planted error is one split that is one message late.

# %%
import numpy as np

truth = [splits[seed].y(splits[seed].test) for seed in seeds]
lesson.claim(
    "Our test messages have the classes that lesson 01 saw, in the same order.",
    lambda found: all(
        np.array_equal(y, run.true) for y, run in zip(found, runs["char SVM"], strict=True)
    ),
    truth,
    planted=[np.roll(truth[0], 1), *truth[1:]],
)

# %% [markdown]
# ## Words in a row
#
# The networks of this lesson read whole words. `WordIndex` makes all letters small, drops the punctuation, and gives an id to each of the most frequent words of train, up to `vocabulary_size`. Two ids are special: 0 is **padding** and 1 is any word that is not in the list. The layer `TextVectorization` of Keras does the same; we will compare them below.

# %%
from nlputils.text import WordIndex

index = WordIndex(first.train["text"], vocabulary_size)
pair = ["do not pay the fee , wait", "do not wait , pay the fee"]
print(WordIndex.split(pair[0]))
print(index.encode(pair, 8))

# %% [markdown]
# These are the two messages of lesson 00: the same words in another order. Each row has eight places, and six words. The last two places are padding.
#
# How long are the messages of our data? Length is what this lesson is about, so look closely.

# %%
words = first.train["text"].map(lambda text: len(WordIndex.split(text)))
by_label = {label: words[first.train["label"] == label] for label in first.labels}
plots.show(plots.length_histogram(by_label, cut=length, unit="words"))

# %% [markdown]
# Compare the shares that are cut. A cut need not take the same from both classes.

# %% [markdown]
# ## A network that reads
#
# A **recurrent network** has a **state**, a vector $h$. It is zero before the first word. Each word comes as a vector $x_t$. The network makes a new state out of the word and the old state (Elman 1990):
#
# $$h_t = \tanh(x_t W + h_{t-1} U + b)$$
#
# $W$, $U$ and $b$ are learned. They are the same at each step. The last state is all that the network knows of the message. A final layer reads the class from it.


# %%
def simple_step(x, h, W, U, b):
    return np.tanh(x @ W + h @ U + b)


def read_simple(vectors, weights):
    h = np.zeros(weights[1].shape[0])
    for x in vectors:
        h = simple_step(x, h, *weights)
    return h


# %% [markdown]
# Where do the word vectors come from? From an **embedding**: a table with one row for each id. Its numbers are random at first and are learned like all others. Keras has both parts as layers. We build them, give our function the weights of the layer, and compare. Nothing is trained yet.

# %%
import keras

keras.utils.set_random_seed(0)
embedding, layer = keras.layers.Embedding(len(index), units), keras.layers.SimpleRNN(units)
ids = index.encode(first.train["text"][:1], words[0])
by_keras = keras.ops.convert_to_numpy(layer(embedding(ids)))[0]

# %%
table = embedding.get_weights()[0]
simple_weights = layer.get_weights()
lesson.claim(
    "Our recurrent step and the layer of Keras agree within 0.00001.",
    lambda state: bool(np.allclose(state, by_keras, atol=1e-5)),
    read_simple(table[ids[0]], simple_weights),
    planted=read_simple(table[ids[0][::-1]], simple_weights),
)

# %% [markdown]
# The planted error reads the message backwards. The check refuses it, so the order of the words must matter. That is the point of such a network. What does it make of our two messages with the same words?

# %%
two = index.encode(pair, 6)
states = [read_simple(table[row], simple_weights) for row in two]
apart = np.linalg.norm(states[0] - states[1]) / np.linalg.norm(states[0])
print(f"The states differ by {100 * apart:.0f} % of their length.")

# %%
lesson.claim(
    "Two messages with the same words end in different states.",
    lambda found: found[0] and found[1] > 0.01,
    (np.array_equal(*np.sort(two)), apart),
    planted=(True, 0.0),
)

# %% [markdown]
# ## The LSTM step
#
# The simple network writes its whole state anew at each word. What it read first is soon lost, and training cannot reach back to it: the signal that corrects the weights, the **gradient**, shrinks at each step back. This is the problem of **vanishing gradients** (Bengio, Simard and Frasconi 1994). The **LSTM**, for long short-term memory, adds a second vector, the **cell** $c$, and three **gates** (Hochreiter and Schmidhuber 1997; the forget gate is from Gers, Schmidhuber and Cummins 2000). A gate is a vector of numbers between 0, closed, and 1, open.
#
# $$i, f, g, o = \text{four parts of } x_t W + h_{t-1} U + b$$
#
# $$c_t = \sigma(f) \odot c_{t-1} + \sigma(i) \odot \tanh(g) \qquad h_t = \sigma(o) \odot \tanh(c_t)$$
#
# The **forget gate** $\sigma(f)$ says how much of the old cell is kept. $\tanh(g)$ is what the new word has to say, and the input gate $\sigma(i)$ says how much of it is written. The output gate $\sigma(o)$ says how much of the cell is shown. $\sigma$ is the logistic function, and $\odot$ multiplies number by number.
#
# Where the forget gate is near 1, the cell passes almost unchanged from word to word, and so does the gradient on its way back. Where it is lower, both shrink. So an LSTM can still forget; training sets its gates.


# %%
def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def lstm_step(x, h, c, W, U, b):
    i, f, g, o = np.split(x @ W + h @ U + b, 4)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


# %%
def read_lstm(vectors, weights):
    h = c = np.zeros(weights[1].shape[0])
    for x in vectors:
        h, c = lstm_step(x, h, c, *weights)
    return h, c


# %% [markdown]
# Again we borrow the weights of the Keras layer. The planted error has read the last word only.

# %%
layer = keras.layers.LSTM(units)
by_keras = keras.ops.convert_to_numpy(layer(embedding(ids)))[0]
lstm_weights = layer.get_weights()
zero = np.zeros(units)
lesson.claim(
    "Our LSTM step and the layer of Keras agree within 0.00001.",
    lambda state: bool(np.allclose(state, by_keras, atol=1e-5)),
    read_lstm(table[ids[0]], lstm_weights)[0],
    planted=lstm_step(table[ids[0][-1]], zero, zero, *lstm_weights)[0],
)

# %% [markdown]
# You have now written the heart of an LSTM yourself. From here on we use the layer.
#
# ## The code of 2018
#
# This is what spam filters looked like in many notebooks of 2018. `Dense` is a layer that adds up all its inputs with weights. `Adam` is a rule for moving the weights (Kingma and Ba 2015).
#
# ```python
# from keras.preprocessing.text import Tokenizer
# from keras.preprocessing.sequence import pad_sequences
#
# tokenizer = Tokenizer(num_words=5000)
# tokenizer.fit_on_texts(texts)
# x = pad_sequences(tokenizer.texts_to_sequences(texts), maxlen=100)
#
# model = Sequential()
# model.add(Embedding(5000, 64, input_length=100))
# model.add(LSTM(64))
# model.add(Dense(1, activation="sigmoid"))
# model.compile(Adam(lr=0.001), "binary_crossentropy", metrics=["accuracy"])
# model.fit(x, y, epochs=10)
# predicted = model.predict_classes(x_test)
# model.save("spam_model")
# ```
#
# Which of its calls still run? We try them, and keep what Python answers. `CuDNNLSTM` and `fit_generator` stood in many such programs, too.

# %%
import importlib
import tempfile
import warnings

tiny = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
calls = {
    "keras.preprocessing.text": lambda: importlib.import_module("keras.preprocessing.text"),
    "pad_sequences(rows, maxlen=4)": lambda: keras.utils.pad_sequences([[1, 2]], maxlen=4),
    "Embedding(9, 2, input_length=4)": lambda: keras.layers.Embedding(9, 2, input_length=4),
    "CuDNNLSTM(4)": lambda: keras.layers.CuDNNLSTM(4),
    "Adam(lr=0.001)": lambda: keras.optimizers.Adam(lr=0.001),
    "model.fit_generator": lambda: tiny.fit_generator,
    "model.predict_classes": lambda: tiny.predict_classes,
    "model.save(folder)": lambda: tiny.save(f"{tempfile.gettempdir()}/spam_model"),
}


# %%
def attempt(call):
    try:
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            call()
    except (ImportError, AttributeError, TypeError, ValueError) as error:
        return f"{type(error).__name__}: {error}".split(". ")[0]
    return f"runs, with a warning: {warned[0].message}" if warned else "runs"


# %%
import pandas as pd

answers = pd.Series({name: attempt(call) for name, call in calls.items()}, name="today")
plots.text_table(answers.rename_axis("call").reset_index(), ("call", "today"))

# %%
still = {"pad_sequences(rows, maxlen=4)", "Embedding(9, 2, input_length=4)"}
lesson.claim(
    "Of these eight calls, `pad_sequences` and `input_length` still run, and the others fail.",
    lambda found: {name for name, answer in found.items() if answer.startswith("runs")} == still,
    dict(answers),
    planted=dict.fromkeys(calls, "runs"),
)

# %% [markdown]
# Each failure is loud. You see the message, you look up the new name, and you repair the line. A port is mostly that. But two differences make no noise at all. For the first, look at where the zeros go.

# %%
print(index.encode(pair[:1], 10, padding="left"))
print(index.encode(pair[:1], 10, padding="right"))

# %% [markdown]
# `pad_sequences` pads on the **left**. `TextVectorization`, which took the place of `Tokenizer`, pads on the **right**. `WordIndex` can do both. (With other letters than English ones there is a difference: `TextVectorization` makes only the letters from A to Z small.)

# %%
rows = [index.encode([text], len(WordIndex.split(text)))[0] for text in first.test["text"]]
old = keras.utils.pad_sequences(rows, maxlen=old_length)
lesson.claim(
    "`WordIndex` with padding on the left gives what `pad_sequences` gives.",
    lambda found: np.array_equal(found, old),
    index.encode(first.test["text"], old_length, padding="left"),
    planted=index.encode(first.test["text"], old_length, padding="right"),
)

# %%
vectorization = keras.layers.TextVectorization(
    vocabulary=list(index.vocabulary[2:]), output_sequence_length=old_length
)
plain = [text for text in first.test["text"] if text.isascii()]
by_keras = np.asarray(vectorization(plain))
lesson.claim(
    "On plain English letters, `WordIndex` with padding on the right gives what "
    "`TextVectorization` gives.",
    lambda found: np.array_equal(found, by_keras),
    index.encode(plain, old_length),
    planted=index.encode(plain, old_length, padding="left"),
)

# %% [markdown]
# ## A move of the wrong length
#
# The second difference is in `Adam`. We look at it first, and take it out, so that it cannot be the reason for what comes. Some words about training come first; lesson 02 will explain them in full. The network sees the messages in small groups, the **batches**. The **loss** of one message is $-\ln p$, where $p$ is the probability that the network gave to the true class. The gradient has one number for each weight: how fast the loss would rise with this weight. After each batch the weights move a little, so that the loss falls. That is one **training step**. (The step of an LSTM is another thing: it reads one word.) One pass over all messages is an **epoch**. A rule that makes moves out of gradients is an **optimizer**. The **learning rate** is a small number that we choose; it sets the size of the moves.
#
# Adam is an optimizer (Kingma and Ba 2015, algorithm 1). It keeps two running means over the training steps: of each weight's gradient, and of the square of it. It divides the first mean by the root of the second. It moves the weight by the quotient times the learning rate, against the gradient. At the first training step both means know one gradient $g$ only. (They begin at zero, and Adam corrects for that.) And $g / \sqrt{g^2}$ is 1 or -1. So the weight moves by one learning rate, up or down, whether its gradient is large or small.
#
# There is one exception. Adam adds a tiny number, **epsilon**, to the root, so that it never divides by zero. So at this first step a weight with gradient zero stays where it is, and a weight with a gradient far below epsilon hardly moves. We shall meet epsilon again.
#
# This is easy to test. An embedding is a table with a row for each word. Each reading of a row gives one part of the row's gradient, and the gradient is the sum of these parts. Our test network reads row 1 sixteen times, row 2 once, and row 0 never. Its last layer multiplies each number by the same weight, 1, and adds up. So each reading does the same to the loss, and gives the same part $g$. `train.Adam` is the Adam of this course. It differs from that of Keras in one thing, which you will see. We train one step with each of the two, and divide the moves by the learning rate. So 1.0 means: moved by one learning rate. (`Flatten` joins all vectors into a long one. `mse` is another loss, the squared error; any loss would do.)

# %%
from nlputils import train


def first_step(optimizer):
    """How far the rows 0, 1 and 2 of an embedding move, in learning rates."""
    layers = [keras.layers.Embedding(3, 4), keras.layers.Flatten(), keras.layers.Dense(1)]
    model = keras.Sequential([keras.Input((17,), dtype="int32"), *layers])
    before = layers[0].get_weights()[0]
    layers[2].set_weights([np.ones((17 * 4, 1)), np.zeros(1)])
    model.compile(optimizer, "mse")
    model.fit(np.array([[1] * 16 + [2]]), np.ones(1), verbose=0)
    return np.abs(layers[0].get_weights()[0] - before).mean(axis=1) / 0.001


# %%
ours, of_keras = first_step(train.Adam(0.001)), first_step(keras.optimizers.Adam(0.001))
places = ["row 0, not read", "row 1, read 16 times", "row 2, read once"]
pd.DataFrame({"train.Adam": ours, "keras.optimizers.Adam": of_keras}, index=places).round(2)

# %% [markdown]
# Keras leaves the arithmetic to another library, its **backend**: TensorFlow, JAX or PyTorch. JAX and PyTorch add up the sixteen parts before Adam sees them. The quotient is $16g / \sqrt{(16g)^2}$, as it should be. TensorFlow hands over the parts one by one. For the first mean Keras adds them up. For the second it squares each part, and adds up the squares: $16g / \sqrt{16g^2}$ is 4 or -4. Keras 2.11, of 2022, still added up first. We did not try the version of 2018. `train.Adam` adds up first on each backend. That is the one thing.

# %%
lesson.claim(
    "With `train.Adam` a row that is read moves by one learning rate, read once or 16 times.",
    lambda moves: bool(np.allclose(moves, [0, 1, 1], atol=0.01)),
    ours,
    planted=np.array([0, 16 / np.sqrt(16), 1]),
)

# %%
under_tensorflow = keras.backend.backend() == "tensorflow"
this, other = (4, 1) if under_tensorflow else (1, 4)

# %%
lesson.claim(
    "Adam of Keras 3.15 moves row 1 by four learning rates under TensorFlow, elsewhere by one; "
    "row 2 by one.",
    lambda moves: bool(np.allclose(moves, [0, this, 1], atol=0.01)),
    of_keras,
    planted=np.array([0, other, 1]),
)

# %% [markdown]
# (This run tested one backend only.) Equal parts are the worst case: with $n$ of them the move is $\sqrt{n}$ times too long. Parts of both signs cancel in the sum, but not in the sum of squares. Then the move is too short.
#
# Nothing warns you. A row that is read once in a batch moves as it should. The row of padding is read thousands of times. So we give the network of 2018 the rule as it was published. All trainings below use `train.Adam`, unless we say otherwise. If padding does harm there, wrong moves are not the reason.
#
# ## As it was, and as it is ported
#
# `models.seed_lstm` is the network of 2018: an embedding, an LSTM and one number between 0 and 1, the probability of spam. With `mask_zero=True` its LSTM skips all steps with id 0: this is a **mask**. The code of 2018 did not say `mask_zero`. We train the network three times on each split of the parameter `old_seeds`. Only the padding and the mask differ. To save time our epochs (`old_epochs`) are fewer than in the code above. Keras calls the loss $-\ln p$ `binary_crossentropy`.

# %%
from nlputils import models

indexes = {seed: WordIndex(splits[seed].train["text"], vocabulary_size) for seed in old_seeds}


def fit_2018(model, seed, padding, optimizer=train.Adam):
    split, index = splits[seed], indexes[seed]
    y = split.y(split.train)
    x = index.encode(split.train["text"], old_length, padding=padding)
    model.compile(optimizer(0.001), "binary_crossentropy", metrics=["accuracy"])
    keras.utils.set_random_seed(seed + training_seed)  # decides the order of the messages
    history = model.fit(x, y, epochs=old_epochs, batch_size=old_batch_size, verbose=0).history
    x_test = index.encode(split.test["text"], old_length, padding=padding)
    prob = model.predict(x_test, verbose=0)[:, 0]
    predicted = (prob > 0.5).astype(int)
    return evaluate.Predicted(split.y(split.test), predicted, seed, len(y), prob), history


# %%
import time

variants = {
    "2018, left": ("left", False),
    "port, right": ("right", False),
    "port, masked": ("right", True),
}
old_runs, losses, seconds = {}, {}, {}
for name, (padding, mask_zero) in variants.items():
    old_runs[name], began = [], time.perf_counter()
    for seed in old_seeds:
        model = models.seed_lstm(len(indexes[seed]), mask_zero=mask_zero, seed=seed + training_seed)
        run, history = fit_2018(model, seed, padding)
        old_runs[name].append(run)
        losses.setdefault(name, history["loss"])
    seconds[name] = (time.perf_counter() - began) / len(old_seeds)

# %% [markdown]
# No error and no warning in any of the three. Here is what a hurried programmer looks at: the accuracy of the port on the test messages. Would you stop here?
#
# One word about the intervals. With several splits they are those of lesson 01. With one split, nothing is known of how splits differ. Then the interval asks another question: what if the test messages were others?


# %%
def judged(metric, found):
    return evaluate.score(metric, found, "splits" if len(found) > 1 else "seeds")


accuracy = {name: judged("accuracy", found) for name, found in old_runs.items()}
print(accuracy["port, right"])

# %% [markdown]
# The more ham there is, the better this number looks. So set it beside the share of ham, and beside the two other trainings.

# %%
ham = 1 - np.mean([run.true.mean() for run in old_runs["port, right"]])
print(f"share of ham: {100 * ham:.1f} %")
plots.show(plots.scores(accuracy, title="Accuracy on the test messages"))

# %% [markdown]
# And here is what lesson 01 taught you to look at.

# %%
f1 = {name: judged("spam_f1", found) for name, found in old_runs.items()}
plots.show(plots.scores(f1, title="Spam-F1 tells the truth"))

# %%
lesson.record("seed_lstm_spam_f1", f1["2018, left"])
lesson.record("port_spam_f1", f1["port, right"])
lesson.record("port_accuracy", accuracy["port, right"])
lesson.record("port_masked_spam_f1", f1["port, masked"])
for name, spent in seconds.items():
    lesson.record(lesson.record_name("seconds", name), spent, "seconds for one split")

# %% [markdown]
# The port finds no spam. Its accuracy is the share of ham: it calls everything ham. Is that the whole truth? Perhaps it only stays a little below one half when it sees spam. So look at the probabilities themselves.

# %%
quantiles = [0.01, 0.25, 0.5, 0.75, 0.99]
pd.DataFrame(
    {name: np.quantile(found[0].y_prob, quantiles) for name, found in old_runs.items()},
    index=[f"{100 * q:.0f} % of the messages are below" for q in quantiles],
).round(3)


# %%
def spread(found):
    return max(np.ptp(np.quantile(run.y_prob, [0.01, 0.99])) for run in found)


lesson.claim(
    "The port gives 98 of 100 messages the same probability of spam, within 0.05, in every split.",
    lambda found: spread(found) < 0.05,
    old_runs["port, right"],
    planted=old_runs["port, masked"],
)

# %%
lesson.claim(
    "The port has the accuracy of calling everything ham, within one point, and finds no spam.",
    lambda found: all(
        evaluate.spam_f1(run.true, run.pred) < 0.05
        and abs(evaluate.accuracy(run.true, run.pred) - np.mean(run.true == 0)) < 0.01
        for run in found
    ),
    old_runs["port, right"],
    planted=old_runs["2018, left"],
)

# %% [markdown]
# The training loss shows the same. It is counted in **nats**, because the logarithm is the natural one. A model that knows only the share $s$ of spam gives this probability to every message. The mean loss is then the **entropy** $-s \ln s - (1 - s) \ln(1 - s)$, and no other constant answer gets below it. We draw this level as a fourth line.

# %%
share = first.y(first.train).mean()
entropy = -share * np.log(share) - (1 - share) * np.log(1 - share)
losses = pd.DataFrame(losses)
losses["share of spam only"] = entropy
losses["epoch"] = np.arange(1, old_epochs + 1)
names = [*variants, "share of spam only"]
plots.show(
    plots.learning_curve(losses, "epoch", names, title="Training loss", y_label="loss (nats)")
)

# %%
lesson.claim(
    "The loss of the port ends where knowing only the share of spam ends, within 0.02.",
    lambda last: abs(last - entropy) < 0.02,
    losses["port, right"].iloc[-1],
    planted=losses["2018, left"].iloc[-1],
)

# %% [markdown]
# The port has learned one number: how frequent spam is. It does not use the words. The code of 2018 had the same network, the same words and the same seeds. It does use the words, because it padded on the other side. This is a **silent failure**: nothing breaks, and the number that everybody prints does not tell.

# %%
always_spam = [2 * run.true.mean() / (1 + run.true.mean()) for run in old_runs["2018, left"]]
lesson.claim(
    "Padded on the left, the network of 2018 learned something: it beats calling everything spam.",
    lambda score: score.value > np.mean(always_spam) + 0.05,
    f1["2018, left"],
    planted=f1["port, right"],
)

# %% [markdown]
# A hurried programmer takes Adam from Keras. Does that change the fate of the port?

# %%
hurried = []
for seed in old_seeds:
    model = models.seed_lstm(len(indexes[seed]), seed=seed + training_seed)
    hurried.append(fit_2018(model, seed, "right", keras.optimizers.Adam)[0])

# %%
lesson.claim(
    "With Adam from Keras, the port finds no spam either.",
    lambda found: all(evaluate.spam_f1(run.true, run.pred) < 0.05 for run in found),
    hurried,
    planted=old_runs["port, masked"],
)

# %% [markdown]
# ## Why it fails
#
# The rows are longer than most messages. So after the last word the LSTM reads padding, step after step, always the same vector. What is left of the message when it comes to the end?
#
# We can measure it with our own `lstm_step`, on the network of 2018 as it is before training. We let it read one ham and one spam message, then padding. At each step we ask two things. How far apart are the two cells, compared with the beginning? And how open is the forget gate?

# %%
old_index, old_train = indexes[old_seeds[0]], splits[old_seeds[0]].train
untrained = models.seed_lstm(len(old_index), seed=old_seeds[0] + training_seed)
old_table, *old_weights = untrained.get_weights()[:4]
texts = [old_train["text"][old_train["label"] == label].iloc[0] for label in first.labels]
ids_of = [old_index.encode([t], len(WordIndex.split(t)))[0] for t in texts]
cells = [read_lstm(old_table[found], old_weights) for found in ids_of]  # (h, c) of each
padding = old_table[0]
texts


# %%
def forget_gate(x, h, W, U, b):
    return sigmoid(np.split(x @ W + h @ U + b, 4)[1])


gate = forget_gate(padding, cells[0][0], *old_weights)
print(f"At the first padding step the gate keeps {100 * gate.mean():.0f} % of the cell.")

# %% [markdown]
# Why this number? Keras begins with a bias of 1 at the forget gate, as Jozefowicz, Zaremba and Sutskever (2015) advise, and with small numbers elsewhere. $\sigma(1)$ is 0.73. With a bias of 0 it would be one half, and forget faster still. But 0.73 is far from 1. Now we apply it again and again.

# %%
start = np.linalg.norm(cells[0][1] - cells[1][1])
trail, kept = [], 1.0
for step in range(old_length + 1):
    left = np.linalg.norm(cells[0][1] - cells[1][1]) / start
    trail.append({"padding_steps": step, "two messages": left, "forget gates": kept})
    kept *= forget_gate(padding, cells[0][0], *old_weights).mean()
    cells = [lstm_step(padding, h, c, *old_weights) for h, c in cells]

# %%
trail = pd.DataFrame(trail).set_index("padding_steps")
powers = np.log10(trail).reset_index()
title = "What is left of the difference: 0 is all, -3 is a thousandth"
plots.show(
    plots.learning_curve(powers, "padding_steps", list(trail), title=title, y_label="power of ten")
)

# %% [markdown]
# A straight line on a scale of powers of ten means exponential decay: at each step the same share is lost. How straight are these? The line of the forget gates is what the cell alone would keep. A part of the cell also goes round through the state $h$ and is written again. So the measured line may fall more slowly. Does it fall all the same? That is the claim.

# %%
lesson.claim(
    "After 50 steps of padding, less than a thousandth of the difference is left.",
    lambda found: found < 0.001,
    trail["two messages"][50],
    planted=trail["two messages"][5],
)

# %%
typical = old_length - int(words.median())
print(f"A message of median length is followed by {typical} steps of padding.")
print(f"Left of the difference then: one part in {1 / trail['two messages'][typical]:,.0f}")

# %% [markdown]
# To the last layer, all messages look nearly alike. So it learns the share of spam.
#
# Training gets no grip on the words either. The gradient runs backwards through the same steps, and its direct way from $c_t$ to $c_{t-1}$ is a multiplication by the forget gate. So it shrinks, too. Adam makes up for a small gradient, but not for one far below its epsilon, which is 0.0000001 in Keras. Is it so small? **SGD** is the simplest optimizer: it moves each weight by the gradient times the learning rate. So the move of one step tells the gradient. The learning rate is very large, because a very small move would be lost in rounding.


# %%
def gradient_at_words(mask_zero):
    """The median size of the gradient at the words of 128 messages, before any training."""
    model = models.seed_lstm(len(old_index), mask_zero=mask_zero, seed=old_seeds[0])
    before = model.layers[0].get_weights()[0]
    model.compile(keras.optimizers.SGD(1e6), "binary_crossentropy")
    x = old_index.encode(old_train["text"][:128], old_length)
    model.train_on_batch(x, first.y(old_train)[:128])
    moved = np.abs(model.layers[0].get_weights()[0] - before)[np.unique(x[x > 0])]
    return float(np.median(moved / 1e6))


# %%
without, masked = gradient_at_words(False), gradient_at_words(True)
print(f"Gradient at the words: {without:.0e} without a mask, {masked:.0e} with one.")
lesson.claim(
    "Without a mask the gradient at most words is less than a tenth of Adam's epsilon.",
    lambda size: size < 0.1 * keras.optimizers.Adam().epsilon,
    without,
    planted=masked,
)

# %% [markdown]
# All this is an explanation. Is it the true cause? A cause can be tested: change it, and nothing else. We set the bias of the forget gate to 5 in place of 1 before training. Then the gate begins at $\sigma(5)$ and keeps nearly everything. Same port, padding on the right, no mask.


# %%
def port_with_bias(seed, bias):
    """The port on one split, with another bias at the forget gate to begin with."""
    model = models.seed_lstm(len(indexes[seed]), seed=seed + training_seed)
    W, U, b = model.layers[1].get_weights()
    n = len(b) // 4  # the four parts stand in the order i, f, g, o
    b[n : 2 * n] = bias
    model.layers[1].set_weights([W, U, b])
    return fit_2018(model, seed, "right")[0]


print(f"After {typical} steps of padding, {100 * sigmoid(5) ** typical:.0f} % of the cell is left.")
remembers = [port_with_bias(seed, 5) for seed in old_seeds]

# %%
design = "splits" if len(old_seeds) > 1 else "seeds"
both = (remembers, old_runs["port, right"])
print(evaluate.compare("spam_f1", *both, ("port that remembers", "port"), design))
lesson.claim(
    "A port that forgets less does learn: it is ahead of the port on the same messages.",
    lambda found: evaluate.compare("spam_f1", *found, ("more", "less"), design).better == "more",
    both,
    planted=both[::-1],
)

# %% [markdown]
# It learns, with all its padding. Only this one bias was changed. With it the cell forgets less, and the gradient shrinks less on its way back. So forgetting was a cause, in one of these ways or in both, at least for the network and the epochs that we ran. We would still not take it as the cure, whatever its score: the padding is still read, and still written into the cell.
#
# On the left, padding does no such harm. It comes first, when there is nothing to forget. Nobody had to think of that: it is what `pad_sequences` does unless told otherwise.
#
# `old_length` is a parameter. With a shorter row there is less padding, and at some length the port begins to learn. Exercise 3 finds out roughly where.
#
# ## The mask
#
# The cure is a mask: at a step with id 0 the state is copied. By hand it is one line: skip the zeros.


# %%
def read_masked(ids, weights):
    return read_lstm(table[ids[ids != 0]], weights)[0]


padded = index.encode(first.train["text"][:1], old_length)
with_mask = keras.layers.Embedding(len(index), units, mask_zero=True)
with_mask.build()
with_mask.set_weights([table])
by_keras = keras.ops.convert_to_numpy(layer(with_mask(padded)))[0]

# %%
lesson.claim(
    "Skipping the zeros by hand and `mask_zero=True` in Keras give the same state.",
    lambda state: bool(np.allclose(state, by_keras, atol=1e-5)),
    read_masked(padded[0], lstm_weights),
    planted=read_lstm(table[padded[0]], lstm_weights)[0],
)

# %% [markdown]
# The third training above had this mask. What did it bring, and is padding on the left as good?

# %%
for other in ("port, right", "2018, left"):
    two_runs = (old_runs["port, masked"], old_runs[other])
    print(evaluate.compare("spam_f1", *two_runs, ("port, masked", other), design))

# %%
lesson.claim(
    "The mask alone brings the port back: it is ahead of the port without a mask.",
    lambda found: evaluate.compare("spam_f1", *found, ("mask", "none"), design).better == "mask",
    (old_runs["port, masked"], old_runs["port, right"]),
    planted=(old_runs["port, right"], old_runs["port, right"]),
)

# %% [markdown]
# ## A sound LSTM
#
# From here on we build the network as one would today. `models.recurrent_classifier` masks the padding. It has **dropout**: in training, a random part of the numbers is set to zero, so that the network cannot learn messages by heart. `train.finetune` uses `train.Adam`, lets the learning rate rise, then fall to zero, and limits the length of the gradient. Four networks share this form:
#
# | name | what is new |
# |---|---|
# | simple RNN | the step of Elman (1990), as above |
# | GRU | two gates and no cell (Cho and others 2014) |
# | LSTM | three gates and a cell, as above |
# | bidirectional LSTM | two LSTMs, one reads backwards (Schuster and Paliwal 1997) |

# %%
family = {
    "simple RNN": ("simple_rnn", False),
    "GRU": ("gru", False),
    "LSTM": ("lstm", False),
    "bidirectional LSTM": ("lstm", True),
}


def build(name, seed):
    cell, both_ways = family[name]
    return models.recurrent_classifier(
        vocabulary_size,
        cell=cell,
        bidirectional=both_ways,
        units=units,
        embedding_dim=units,
        seed=100 * training_seed + seed,
    )


starts = {(name, seed): build(name, seed).get_weights() for name in family for seed in seeds}
built = {name: build(name, 0) for name in family}


def fresh(name, seed):
    """The network with its first weights. Keras needs seconds to prepare a new one."""
    built[name].set_weights(starts[name, seed])
    return built[name]


# %% [markdown]
# Which learning rate, and how many epochs? Each baseline of lesson 01 tried a grid of settings on each split, and validation chose. Each network gets a grid, too. A setting costs a training, so we tune on the first split only, and the grid may be smaller. (Where `rates` and `epoch_choices` leave one setting only, to save time, nothing is tried and nothing is chosen. That setting may suit one network better than another.) Two things follow. On the other splits another setting may be better. And if there was a choice, it has seen a few messages that stand in the test part of other splits: a small help for the networks, which no baseline had.

# %%
grid = [{"learning_rate": rate, "epochs": epochs} for epochs in epoch_choices for rate in rates]
parts = [
    (index.encode(part["text"], length), first.y(part)) for part in (first.train, first.validation)
]
tuned = {
    name: train.tune(
        lambda name=name: fresh(name, seeds[0]),
        *parts[0],
        parts[1],
        grid,
        score=evaluate.spam_f1,
        batch_size=batch_size,
        keep_best=False,
        seed=training_seed,
    )
    for name in family
}
table_of_choices = pd.concat({name: found.table for name, found in tuned.items()}).round(3)
table_of_choices if len(grid) > 1 else f"one setting, so nothing was tried: {grid[0]}"

# %% [markdown]
# `keep_best=False` takes the weights of the last epoch. The learning rate is zero by then, so the end is a good place to stop. Where the table has several rows for one network: how close are their scores? Where they are close, validation could not really tell.
#
# ## What a cut costs
#
# Long rows cost time: a recurrent network cannot read two words at once. So we cut messages after `length` words. Do we lose anything? We set the cut in use beside shorter ones. (This does not say what the cut in use costs against no cut at all.) We train on train, look at validation, and leave the test alone.


# %%
def with_cut(cut):
    (x, y), (x_held, y_held) = parts
    model = fresh("LSTM", seeds[0])
    history = train.finetune(model, x[:, :cut], y, **tuned["LSTM"].setting)
    prob = train.predict_probabilities(model, x_held[:, :cut])
    return evaluate.Predicted(y_held, prob.argmax(-1), n_train=len(y), y_prob=prob), history.seconds


cut_runs = {cut: with_cut(cut) for cut in [*cuts, length]}

# %%
rows = pd.DataFrame(
    {
        "cut after": f"{cut} words",
        "messages cut (%)": 100 * (words > cut).mean(),
        "validation": evaluate.score("spam_f1", run).text,
        "seconds": spent,
    }
    for cut, (run, spent) in cut_runs.items()
)
plots.text_table(rows, list(rows), digits=1)

# %%
for cut in cuts:
    two_runs = (cut_runs[length][0], cut_runs[cut][0])
    print(evaluate.compare("spam_f1", *two_runs, (f"{length} words", f"{cut} words")))

# %% [markdown]
# Validation is small and the intervals are wide. So do not read much into a small difference. If the setting was tuned, then it was tuned with the longest rows, which helps them a little. The first training of a network, and the first one with another length of row, also pay for their preparation. So do not compare small differences in the seconds.
#
# ## The family against the baselines
#
# Now all four networks learn on every split. As in lesson 01, validation has done its work, so we may learn from it, too: we train on train and validation together. Each training leaves a **checkpoint**. If this notebook is interrupted, it goes on from there.


# %%
def learn(name, seed, change=str, setting=None):
    """Train a network on one split; `change` is done to each text it learns from."""
    split = splits[seed]
    known = pd.concat([split.train, split.validation])
    texts = known["text"].map(change)
    index = WordIndex(texts, vocabulary_size)
    setting = {**(setting or tuned[name].setting), "seed": 100 * training_seed + seed}
    work = f"{name}-{seed}-{change.__name__}-{setting['learning_rate']}-{setting['epochs']}"
    x, y = index.encode(texts, length), split.y(known)
    folder = lesson.checkpoints(work.replace(" ", "-"))
    history = train.finetune(fresh(name, seed), x, y, **setting, checkpoint=folder)
    return index, len(y), history.seconds


def answer(name, learned, seed, change=str):
    """What the network says about the test messages; call it before it learns anew."""
    index, n_train, _ = learned
    split = splits[seed]
    texts = split.test["text"].map(change)
    prob = train.predict_probabilities(built[name], index.encode(texts, length))
    return evaluate.Predicted(split.y(split.test), prob.argmax(-1), seed, n_train, prob)


# %% [markdown]
# Does a network use the order of the words? Lesson 01 shuffled the words of the test messages, and we do so, too. Only the test changes. The networks learn from messages in order. The LSTM also learns a second time, from shuffled messages.

# %%
rng = np.random.default_rng(0)


def shuffled(text):
    return " ".join(rng.permutation(WordIndex.split(text)[:length]))


# %%
networks, mixed, cost = {}, {}, {}
for name in family:
    networks[name], mixed[name], spent = [], [], []
    for seed in seeds:
        learned = learn(name, seed)
        networks[name].append(answer(name, learned, seed))
        mixed[name].append(answer(name, learned, seed, shuffled))
        spent.append(learned[-1])
    cost[name] = np.mean(spent)

no_order = []
for seed in seeds:
    learned = learn("LSTM", seed, shuffled)
    no_order.append(answer("LSTM", learned, seed, shuffled))

saved = evaluate.save_runs(lesson.artefact("recurrent") / "runs.json", networks)

# %% [markdown]
# Lesson 07 will compare its Transformers with these answers. Here they stand beside the baselines.

# %%
scores = {name: judged("spam_f1", found) for name, found in networks.items()}
others = {name: judged("spam_f1", runs[name]) for name in runs if name != "always ham"}
plots.show(plots.scores({**scores, **others}, title="Four networks and four baselines"))

# %%
for name, found in scores.items():
    lesson.record(lesson.record_name(name, "spam_f1"), found, main=name == "LSTM")
for metric in ("mcc", "ham_fpr"):
    lesson.record(f"lstm_{metric}", judged(metric, networks["LSTM"]))

# %% [markdown]
# What did each score cost? For the word SVM we take the time of the whole search on the first split. A network's time is one training, without the search. If this is where a network was trained for the first time, its preparation is in it. So do not compare small differences.

# %%
svm = evaluate.word_svm()
known = (first.train["text"], first.y(first.train))
svm.fit(*known, first.validation["text"], first.y(first.validation))
cost["word SVM, its search included"] = svm.seconds
lesson.record("seconds_lstm", cost["LSTM"], "seconds for one training")
lesson.record("seconds_lstm_search", tuned["LSTM"].seconds, "seconds for the search")
lesson.record("seconds_word_svm", svm.seconds, "seconds, search included")
pd.Series(cost, name="seconds").round(1).to_frame()

# %% [markdown]
# First the least that we may ask. Each network must be better than calling everything spam. The port of 2018 would not pass.

# %%
floor = np.mean([2 * y.mean() / (1 + y.mean()) for y in truth])
lesson.claim(
    "On average over our splits, all four networks beat calling everything spam "
    f"(F1 {100 * floor:.1f}) by 5 points.",
    lambda found: min(score.value for score in found.values()) > floor + 0.05,
    scores,
    planted={**scores, "LSTM": f1["port, right"]},
)

# %% [markdown]
# Now the question of this lesson. Same messages, pairs of runs: is the LSTM ahead of the baselines?

# %%
against = [
    evaluate.compare("spam_f1", networks["LSTM"], runs[name], ("LSTM", name), "splits")
    for name in others
]
plots.show(plots.comparison(against, title="The LSTM minus each baseline"))
for found in against:
    print(found)

# %% [markdown]
# And inside the family?

# %%
inside = [
    evaluate.compare("spam_f1", networks[name], networks["LSTM"], (name, "LSTM"), "splits")
    for name in family
    if name != "LSTM"
]
for found in inside:
    print(found)

# %% [markdown]
# Seven comparisons stand above. If all systems were equal, one comparison in twenty would still find a difference. So do not rely on one of them alone. "Not distinguishable" says that these splits cannot tell, and not that the two are equal.
#
# ## Does it use the order?
#
# Here are the same networks, on the same test messages, in order and shuffled.

# %%
effects = [
    evaluate.compare(
        "spam_f1", networks[name], mixed[name], (f"{name} in order", "shuffled"), "splits"
    )
    for name in family
]
plots.show(plots.comparison(effects, title="What shuffling the test costs"))
lesson.record("lstm_order_effect", effects[list(family).index("LSTM")])

# %% [markdown]
# If the interval of a network lies above zero, the network reacts to order. If it holds zero, these splits do not show that it does. Compare the drop with that of the word SVM in lesson 01.
#
# A drop alone does not show that order helps. A shuffled message is unlike all that the network learned from. So the fair rival is a network for which nothing is unusual: it learned from shuffled messages, and is tested on shuffled ones. It has the same words and no order at all.

# %%
names = ("the LSTM that reads order", "the LSTM of shuffled words")
worth = evaluate.compare("spam_f1", networks["LSTM"], no_order, names, "splits")
lesson.record("lstm_order_worth", worth)

# %% [markdown]
# This is our estimate of what the order is worth to an LSTM on these messages. Its interval says how well we know it. Set it beside the comparison with the baselines. One reason for a small worth may be that there are few messages: a network which learns words *and* their order has more to learn from them.
#
# ## Read the errors
#
# A network gives a probability $p$ to the true class. Its loss for one message is $-\ln p$. Sorted by the loss, the worst mistakes come first: those where the network was sure, and wrong. As in lesson 01 we read errors of validation, so that the test stays unread. The LSTM that learned from train alone has answered it above, in the row of the longest cut.

# %%
held = cut_runs[length][0]
worst = evaluate.error_table(first.validation[["text"]], held.true, held.y_prob, first.labels)
plots.text_table(worst.head(8), ("true", "predicted", "p_true", "loss", "text"), digits=3)

# %%
wrong = worst[~worst["correct"]]
sure = (wrong["p_true"] < 0.1).mean()
print(
    f"{len(wrong)} of {len(worst):,} messages are wrong, {100 * sure:.0f} % of them with p below 0.1."
)

# %% [markdown]
# Ask of each one: is the label wrong? (In the embedded messages some are flipped on purpose.) Do the words mislead? Was the word that decides cut off, or not in the list? Would somebody know who has read more English? Only the last kind calls for pretraining.
#
# ## Reflection
#
# You asked whether reading beats counting. The cells above gave the answer for these messages, with its uncertainty and its price. Say it in one sentence of your own, with the numbers of your run.
#
# And remember the port. It had no bug that a test of types or shapes would find. What found it was a score that cannot be had for nothing, and a look at the probabilities.
#
# ## Questions and answers
#
# **Why did accuracy look fine?** Most messages are ham. Who always says ham is right as often as there is ham.
#
# **Would more epochs have helped the port?** The gradient at the words is tiny beside Adam's epsilon, and not zero. So perhaps they would, at some time. Try it: `old_epochs` is a parameter.
#
# **Is masking the only cure?** No. Padding on the left helps, too: there the network learned. Whether it was as good as the mask, the comparison in the part on the mask says. Others are shorter rows, the mean of all states in place of the last one, or batches of messages of equal length. Masking says what you mean.
#
# **Why is a recurrent network slow?** It must finish one word before it begins the next. The Transformer of lesson 04 reads all words at once.
#
# ## Takeaways
#
# - A recurrent network reads word by word and keeps what it read in a state. The LSTM adds a cell, and gates that decide what is kept.
# - Without a mask, padding is read like a word. Each step multiplies what is remembered by the forget gate.
# - Code that runs can have learned nothing. Compare with a constant answer, and look at the spread of the probabilities.
# - `TextVectorization` pads on the right: say `mask_zero=True`.
# - Two optimizers of one name can move weights differently. Work one training step by hand, and compare.
# - A network must be compared with tuned baselines, on the same messages, with its cost beside it.
#
# ## Exercises
#
# 1. Write `gru_step(x, h, W, U, b)` with NumPy. The three parts of the weights are $z$, $r$ and $g$, in this order. $z = \sigma(xW_z + hU_z + b_z)$, $r = \sigma(xW_r + hU_r + b_r)$, $g = \tanh(xW_g + (r \odot h)U_g + b_g)$, and the new state is $z \odot h + (1 - z) \odot g$. Compare with `keras.layers.GRU(units, reset_after=False)`.
# 2. The forget gate stays at $\sigma(1)$. Write `steps_until(share)`: after how many whole steps is no more than `share` of the cell left? Store `steps_until(0.001)` as `thousandth`.
# 3. `fit_2018` reads the parameter `old_length`. Write `port_f1(row_length)`: the F1 of spam of the port (right, no mask) on the first split of `old_seeds`, with rows of that length. Try 20, 30, 40 and 60. At which of them does it beat calling everything spam by 5 points? (One training for each length shows a rough place only.) The length of the row, less the median length of a message, is the number of padding steps: what does `trail` say is left after so many?
# 4. With which bias does the forget gate keep half of the cell over 80 steps? Write `bias_for(share, steps)` and store the bias as `half_after_80`. Train the port with this bias (`port_with_bias`). Does it learn?
# 5. Which mistakes does the LSTM share with the char SVM? Write `both_wrong(one, other)`: the number of test messages that two runs both get wrong. Store its value for the first split as `shared_errors`. If the two were wrong independently of each other, how many would you expect?
#
# 6. What does the other Adam do to the port? Write `port_scores(optimizer)`. It gives an array: the F1 of spam of the port on the first split of `old_seeds`, with rows of 50 (set `old_length`, as in exercise 3), for `models.seed_lstm` with `seed` 0, 1, 2, 3 and 4. Only these first weights differ; give `fit_2018` the seed `old_seeds[0]` each time. `optimizer` is a class, without brackets: `train.Adam` or `keras.optimizers.Adam`. Store the two arrays as `right_moves` and `wrong_moves`. How many of each five beat calling everything spam? Are the two Adams told apart by that?
#
# <details><summary>Solutions</summary>
#
# 1. In `U` and `W` the parts stand side by side:
#
#     ```python
#     def gru_step(x, h, W, U, b):
#         n = len(h)
#         z = sigmoid(x @ W[:, :n] + h @ U[:, :n] + b[:n])
#         r = sigmoid(x @ W[:, n : 2 * n] + h @ U[:, n : 2 * n] + b[n : 2 * n])
#         g = np.tanh(x @ W[:, 2 * n :] + (r * h) @ U[:, 2 * n :] + b[2 * n :])
#         return z * h + (1 - z) * g
#
#     gru = keras.layers.GRU(units, reset_after=False)
#     theirs = keras.ops.convert_to_numpy(gru(embedding(ids)))[0]
#     h = np.zeros(units)
#     for x in table[ids[0]]:
#         h = gru_step(x, h, *gru.get_weights())
#     np.allclose(h, theirs, atol=1e-5)
#     ```
#
# 2. After $k$ steps $\sigma(1)^k$ is left, so $k$ is the logarithm of the share, divided by that of $\sigma(1)$, and rounded up:
#
#     ```python
#     def steps_until(share):
#         return int(np.ceil(np.log(share) / np.log(sigmoid(1.0))))
#
#     thousandth = steps_until(0.001)
#     ```
#
# 3. `fit_2018` reads `old_length` when it is called, so it can be changed for a while:
#
#     ```python
#     def port_f1(row_length):
#         global old_length
#         before, old_length = old_length, row_length
#         run = port_with_bias(old_seeds[0], 1)
#         old_length = before
#         return evaluate.spam_f1(run.true, run.pred)
#
#     for row_length in (20, 30, 40, 60):
#         steps = row_length - int(words.median())
#         print(row_length, port_f1(row_length), "left:", trail["two messages"][max(steps, 0)])
#     print("always spam", always_spam[0])
#     ```
#
#     A bias of 1 is what Keras begins with. Short rows leave only a few steps of padding behind a message, and the network learns, though rows of 20 cut many messages. With more padding there comes a length at which it does not learn in these epochs. More epochs and a higher learning rate move the place, so it is not a constant of nature.
# 4. The gate must keep the 80th root of one half at each step. The inverse of $\sigma$ is $\ln\frac{p}{1 - p}$:
#
#     ```python
#     def bias_for(share, steps):
#         kept = share ** (1 / steps)
#         return float(np.log(kept / (1 - kept)))
#
#     half_after_80 = bias_for(0.5, 80)
#     run = port_with_bias(old_seeds[0], half_after_80)
#     evaluate.spam_f1(run.true, run.pred)
#     ```
#
#     The first split is one training. `evaluate.compare` with the port says whether its difference is more than chance.
# 5. A message counts where both predictions differ from the truth:
#
#     ```python
#     def both_wrong(one, other):
#         return int(((one.pred != one.true) & (other.pred != one.true)).sum())
#
#     lstm, svm = networks["LSTM"][0], runs["char SVM"][0]
#     shared_errors = both_wrong(lstm, svm)
#     wrong_share = [np.mean(run.pred != run.true) for run in (lstm, svm)]
#     shared_errors, wrong_share[0] * wrong_share[1] * len(lstm.true)
#     ```
#
#     Many more shared errors than that product mean that the two find the same messages hard: mislabelled ones, for example, which no system should get right.
# 6. As in exercise 3, `old_length` is changed for a while:
#
#     ```python
#     def port_scores(optimizer):
#         global old_length
#         before, old_length = old_length, 50
#         found, split = [], old_seeds[0]
#         for seed in range(5):
#             model = models.seed_lstm(len(indexes[split]), seed=seed)
#             found.append(fit_2018(model, split, "right", optimizer)[0])
#         old_length = before
#         return np.array([evaluate.spam_f1(run.true, run.pred) for run in found])
#
#     right_moves = port_scores(train.Adam)
#     wrong_moves = port_scores(keras.optimizers.Adam)
#     right_moves, wrong_moves, [np.sum(f > always_spam[0]) for f in (right_moves, wrong_moves)]
#     ```
#
#     Under JAX and PyTorch both rules are the same, so the arrays agree, but for rounding. Under TensorFlow they differ. Rows of 50 are near the place where the port begins to learn. There the first weights decide much, and one training each could have shown you anything. Five are still few: if one Adam learns in one or two trainings more than the other, chance does that often. The sure effect is the one of the table: how far a row moves.
#
# </details>
