# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
#   nlputils:
#     number: "05"
#     title: Pretraining a BERT
#     needs: []
#     gives: [encoder]
#     teaching_minutes: 90
#     exercise_minutes: 40
# ---

# %% [markdown]
# # 05 Pretraining a BERT
#
# **Question.** Can a network learn about words from text that nobody has labelled?
#
# BERT (Devlin et al. 2019) says yes: hide some words, and let the network guess them. The text itself holds the answers. So any text will do, and there is a lot of text.
#
# After this lesson you can
#
# - make a vocabulary of word pieces, and pack text into rows without waste;
# - hide pieces the way BERT does, by hand and with the course's own code;
# - say what the loss must be before training, and which levels need no context;
# - count which pieces stand near each other, and make vectors of the counts;
# - recognise a plateau, pretrain a small BERT, and read its loss curve;
# - measure what its vectors have learned;
# - say what RoBERTa changed in BERT, and read a table that takes some of these changes one by one;
# - read trials of a recipe's settings, and doubt them.

# %% tags=["parameters"]
profile = "laptop"
corpus = "tweets_tweeteval_emoji"
dataset = "sms_spam_collection"
size = "tiny"
vocabulary_size = 6000
row_length = 32
longest = 64
mask_rate = 0.3
batch_size = 64
first_steps = 200
steps = 2000
learning_rate = 2e-3
dtype = "float32"
jit_compile = False
held_out = 2000
probe_labels = 256
training_seed = 0
gaps = ["happy new [MASK] to you all", "i love [MASK] so much", "good [MASK] from new york"]

# %%
from nlputils import lesson

lesson.start("05", profile=profile, data=[corpus, dataset])

# %% [markdown]
# ## The text
#
# A **corpus** is a collection of text for training. Ours has no labels. Let us look at a few of its items before anything else. The lines at the top of this lesson name it. If it is real tweets, then people wrote them, and some are rude.

# %%
from nlputils import data

texts = list(data.read_texts(corpus))
texts[:3]

# %% [markdown]
# Later we will test on labelled messages. If a test message stands in the corpus, the network has seen it before the test. Such a test measures memory. So we take out every item that is a text of the labelled set, whatever part of the set it is in. Later lessons deal those texts into parts in several ways.

# %%
split = data.load(dataset, resplit=True)
labelled = [text for part in (split.train, split.validation, split.test) for text in part["text"]]
texts, removed = data.remove_overlap(texts, labelled)
lesson.record("texts_removed", removed, unit="texts")

# %% [markdown]
# A few texts stay **held out**: the network never trains on them. Only on such texts can we ask whether it learned something about language, or just learned its text by heart. We draw them at random. The first texts of a file may all be about one thing. And what repeats a held-out text goes out of the rest.

# %%
import numpy as np
import pandas as pd

order = np.random.default_rng(0).permutation(len(texts))
held = [texts[i] for i in order[:held_out]]
texts, copies = data.remove_overlap([texts[i] for i in sorted(order[held_out:])], held)
print(
    f"{len(texts):,} texts to train on, {len(held):,} held out, {copies:,} copies of them removed"
)

# %% [markdown]
# ## A vocabulary of pieces
#
# A network works with numbers. So each word needs a number. But there are very many words, and new ones every day. BERT cuts words into **pieces**. A frequent word is one piece. A rare word is several. The mark `##` says that a piece continues the word before it.
#
# `train_wordpiece` finds the pieces: it starts from single letters, and joins those that often stand side by side. The result is the **vocabulary**.

# %%
from nlputils.text import train_wordpiece

tokenizer = train_wordpiece(texts, vocabulary_size)
tokenizer

# %%
example = held[0]
print(example)
print(" ".join(tokenizer.tokens(example)))

# %% [markdown]
# Compare the two outputs. Capital letters are gone, and accents would be gone, too. This is what the "uncased" in many model names means. Marks such as `,` are pieces of their own. If a word is in several pieces, then it was rare in the training text.
#
# ## Rows without padding
#
# A network reads rows of equal length. Texts have many lengths. One way is to fill up short texts with a **padding** piece. But a row of padding costs as much time as a row of words. For pretraining there is a better way: lay the texts end to end, with the piece `[SEP]` between them, and cut the long chain into rows. This is **packing**.
#
# Here it is by hand, for the first few texts. Each row begins with `[CLS]`, a piece that BERT uses to speak about the whole row, and ends with `[SEP]`. Pieces at the end that do not fill a row are dropped. `decode` does not print `[CLS]` and `[SEP]`.

# %%
chain = [i for text in texts[:20] for i in [*tokenizer.ids(text), tokenizer.sep_id]]
body = row_length - 2
by_hand = np.array(
    [
        [tokenizer.cls_id, *chain[start : start + body], tokenizer.sep_id]
        for start in range(0, len(chain) - body + 1, body)
    ]
)
print(by_hand.shape)
tokenizer.decode(by_hand[0])

# %% [markdown]
# The function `pack` does the same for all texts, and writes the rows to a file. A large corpus does not fit into memory. A file can be read in parts.

# %%
from nlputils.text import pack

work = lesson.checkpoints("rows")
rows = pack(texts, tokenizer, row_length, work / "rows.npy")
held_rows = pack(held, tokenizer, row_length, work / "held.npy")
lesson.record("training_pieces", rows.size, unit="pieces")

# %% [markdown]
# `lesson.claim` checks a sentence. It also gets a wrong value on purpose, `planted`. The check must refuse that one, or it would be worth nothing.

# %%
lesson.claim(
    "Packing by hand and `pack` give the same rows.",
    lambda first: bool((first == by_hand).all()),
    rows[: len(by_hand)],
    planted=np.roll(rows[: len(by_hand)], 1, axis=1),
)

# %% [markdown]
# ## Hiding pieces
#
# BERT chooses some pieces of each row, and the network must say what stood there. Devlin et al. chose 15 % of them. The parameter `mask_rate` holds our share. Of the chosen pieces
#
# - 8 in 10 are replaced by the piece `[MASK]`;
# - 1 in 10 is replaced by a random piece;
# - 1 in 10 stays as it is.
#
# Why not always `[MASK]`? In later tasks there is no `[MASK]`. With the other two kinds, the network can never be sure that a visible piece is the right one. So it must build a good vector for every place.
#
# By hand, for one row. The ids 0 to 4 are the special pieces, `[PAD]`, `[UNK]`, `[CLS]`, `[SEP]` and `[MASK]`. (`[UNK]` stands for a character that no piece holds.) We choose none of them.

# %%
rng = np.random.default_rng(0)
row = rows[0].copy()
places = np.flatnonzero(row >= 5)
places = rng.choice(places, round(mask_rate * len(places)), replace=False)
for place in places:
    chance = rng.random()
    if chance < 0.8:
        row[place] = tokenizer.mask_id
    elif chance < 0.9:
        row[place] = rng.integers(5, len(tokenizer))
print("before:", tokenizer.decode(rows[0]))
print("after: ", tokenizer.decode(row))

# %% [markdown]
# Cover the first line, read the second, and try to fill the gaps. You use the words around a gap. The network will have to do the same. Some pieces are random now: they look out of place, and those that begin with `##` stick to the word before. In one row the shares can lie far from 8, 1 and 1 in 10.
#
# `mask_tokens` does this for whole batches. What it gives has four parts: `token_ids` are the rows after hiding, `mask_positions` the chosen places, `mask_ids` the pieces that stood there, and `mask_weights` is 1 for a chosen place and 0 for a place left over. Let us check its three shares. We hide pieces in many rows, and count what became of the chosen ones.

# %%
from nlputils.text import mask_tokens

sample = np.asarray(rows[:2000])
batch = mask_tokens(sample, tokenizer, np.random.default_rng(1), rate=mask_rate)
shown = np.take_along_axis(batch.token_ids, batch.mask_positions, axis=1)
used = batch.mask_weights > 0  # a row with many [SEP] has fewer pieces to choose from
is_mask, is_same = (shown == tokenizer.mask_id)[used], (shown == batch.mask_ids)[used]
shares = {
    "[MASK]": is_mask.mean(),
    "same": is_same.mean(),
    "random": 1 - (is_mask | is_same).mean(),
}
shares

# %%
lesson.claim(
    "Of the chosen pieces about 80 % become [MASK], 10 % a random piece, and 10 % stay.",
    lambda got: bool(
        np.allclose([got["[MASK]"], got["same"], got["random"]], [0.8, 0.1, 0.1], atol=0.02)
    ),
    shares,
    planted={"[MASK]": 1.0, "same": 0.0, "random": 0.0},
)

# %% [markdown]
# `MaskedBatches` makes all batches of the training: inputs, answers and weights. Each time a row comes round again, other pieces are hidden. This is called **dynamic masking**, and it is one of the changes that RoBERTa (Liu et al. 2019) made to BERT. The first BERT hid the pieces before training, in ten copies of the text (Liu et al. 2019, section 4.1): **static masking**. (Where a training is shorter than one pass through the rows, no row comes round again, and the two are the same.)
#
# A batch depends on its number and on the seed, and on nothing else. So a training that was interrupted can go on exactly where it stopped.
#
# ## The network
#
# Our network is a BERT in small. It has an **embedding**, a table with one vector for each piece, and another one with a vector for each place in the row. Then come Transformer **layers**, one or more. In each layer, **attention** lets every place look at all places: it takes over a weighted mean of what stands there. What comes out is one vector for each place, and it depends on the whole row. (The size below says `num_heads`: attention does its work so many times side by side, each time on a part of the numbers.) Lesson 04 is the place where the layers are opened one by one.
#
# The parameter `longest` says how long a row the network can ever read. We train on shorter rows, of `row_length` pieces. Short rows cost less, since each place looks at all others. BERT did so, too: it read rows of 128 pieces in nine steps of ten, and rows of 512 only at the end (Devlin et al. 2019, appendix A.2). We have no such end. So the vectors of the places after `row_length` are never trained. They stay random, and small. Longer messages are read with them all the same.

# %%
from nlputils import models

backbone = models.encoder(size, len(tokenizer), longest, seed=training_seed)
shape = models.encoder_size(size)
shape

# %% [markdown]
# How large is it? Let $V$ be the number of pieces, $T$ the longest row that it can read, $d$ the size of a vector and $L$ the number of layers. The tables of the embedding hold $(V + T + 2)d$ numbers, and its normalisation $2d$. The 2 stands for two vectors that tell two texts in one row apart; we use one of them. In a layer, attention has four square matrices with biases, $4d^2 + 4d$. Two matrices follow, from $d$ to $4d$ numbers and back, $8d^2 + 5d$. Two normalisations have $4d$. Together: $12d^2 + 13d$. A normalisation brings the numbers of a vector to a common scale. A last square matrix waits for later tasks: $d^2 + d$.

# %%
V, T, d, L = len(tokenizer), longest, shape.hidden_dim, shape.num_layers
by_formula = (V + T + 2) * d + 2 * d + L * (12 * d**2 + 13 * d) + d**2 + d
print(f"{by_formula:,} by the formula, {backbone.count_params():,} in the network")

# %%
lesson.claim(
    "The formula counts the weights of the network exactly.",
    lambda count: count == by_formula,
    backbone.count_params(),
    planted=backbone.count_params() - L * d,
)

# %% [markdown]
# ## What the loss must be before training
#
# A **head** turns the vector of a hidden place into one number for each piece of the vocabulary, the **logits** $z_i$. The **softmax** makes probabilities of them: $p_i = e^{z_i} / \sum_j e^{z_j}$. The **loss** is $-\ln p$, where $p$ is the probability of the right piece. It is measured in **nats**. A loss of 0 means certainty.
#
# Three levels are known before we train anything.
#
# 1. A network that knows nothing gives each piece about the same probability, $1/V$. Its loss is about $\ln V$.
# 2. A guesser that knows how frequent each piece is, and never looks at the row, has a better loss $F$. We can compute it by counting.
# 3. A guesser that also looks at the hidden place itself is better still. It is asked only about chosen places. So if it sees a piece there, and not `[MASK]`, it knows: in half of the cases this piece is the right one. It gives one half to this piece, and the other half to all pieces by their frequency. Its loss is $F$ for the covered pieces (0.8), $\ln 2$ where the visible piece is right (0.1), and $F + \ln 2$ where it is wrong (0.1). Together: $0.9 F + 0.2 \ln 2$. This guesser copies. It still knows nothing of the neighbours. A cleverer copier trusts frequent pieces more than rare ones. It gains at most another $0.2 \ln 2$, the whole cost of its doubt.
#
# We count the frequencies on the training rows. All levels and losses are measured on the same hidden pieces, those of the held-out batches.

# %%
from nlputils.text import MaskedBatches

counts = np.bincount(rows[:, 1:-1].ravel(), minlength=V) + 1.0
counts[:5] = 0.0  # special pieces are never hidden
uniform_loss = np.log(V)
checks = min(40, len(held_rows) // batch_size)
held_batches = MaskedBatches(held_rows, tokenizer, batch_size, steps=checks, seed=1, rate=mask_rate)
asked = np.concatenate(
    [answers[weights > 0] for _, answers, weights in (held_batches[i] for i in range(checks))]
)
frequency_loss = -np.log(counts[asked] / counts.sum()).mean()


def copying(frequency):
    """The level of a guesser who also copies, from the level of the frequencies."""
    return 0.9 * frequency + 0.2 * np.log(2)


# %%
copy_loss = copying(frequency_loss)
for name, level in (("uniform", uniform_loss), ("frequency", frequency_loss), ("copy", copy_loss)):
    lesson.record(f"{name}_loss", level, unit="nats")

# %% [markdown]
# The `+ 1.0` gives a small count to a piece that was never seen. Without it, one such piece would make the loss infinite.
#
# ## A first attempt
#
# First we look at the loss of the untrained network. `log_softmax` gives $\ln p$: the logit less the logarithm of the sum of all $e^{z_j}$.

# %%
from scipy.special import log_softmax

task = models.masked_lm(backbone)
model = models.trainable(task)


def held_out_loss():
    """The loss of the network, as it is now, on the held-out batches."""
    losses = []
    for inputs, answers, weights in (held_batches[i] for i in range(checks)):
        log_p = log_softmax(model.predict_on_batch(inputs), axis=-1)
        right = np.take_along_axis(log_p, answers[..., None], axis=-1)[..., 0]
        losses.append(-right[weights > 0])
    return float(np.concatenate(losses).mean())


# %%
untrained_loss = held_out_loss()
untrained_loss

# %%
lesson.claim(
    "Before training, the network guesses about as badly as one that knows nothing.",
    lambda loss: abs(loss - uniform_loss) < 0.3,
    untrained_loss,
    planted=float(frequency_loss),
)

# %% [markdown]
# The frequencies need not be learned: we have counted them. The head adds one number to the logit of each piece, its **bias**. We set it to the logarithm of the piece's frequency. All else is near 0 in the untrained network. So the softmax gives the frequencies, and the loss begins at the second level instead of the first.

# %%
models.set_output_bias(task, counts)
untrained_weights = task.get_weights()
first_loss = held_out_loss()
first_loss

# %%
lesson.claim(
    "With the frequencies in its bias, the untrained network guesses about as well as a counter.",
    lambda loss: abs(loss - frequency_loss) < 0.3,
    first_loss,
    planted=untrained_loss,
)

# %% [markdown]
# Now we train, for a few steps only. The learning rate rises for a tenth of the steps, then falls to zero. `loss` is that on training rows, the mean since the last report, so it lags behind. `val_loss` is that on the held-out batches, now. Only `val_loss` may be set beside the levels. (The first seconds go into preparing the network, not into training.)
#
# Two of the values at the top of this lesson are about speed. `dtype` names the numbers that the training computes with. `float32` is the usual kind. `mixed_bfloat16` keeps the weights in it, and rounds most of what it multiplies to 8 binary digits. Newer processors have fast units for such numbers. `jit_compile` lets PyTorch compile the whole step of a training before it begins. TensorFlow and JAX do so by themselves.

# %%
from nlputils import train


def run_pretraining(steps, reports, label):
    """Train the network on the rows, and return its history."""
    return train.pretrain(
        task,
        MaskedBatches(rows, tokenizer, batch_size, steps=steps, seed=training_seed, rate=mask_rate),
        learning_rate=learning_rate,
        validation=held_batches,
        reports=reports,
        dtype=dtype,
        jit_compile=jit_compile or None,
        label=label,
        checkpoint=lesson.checkpoints(label),
    )


# %%
attempt = run_pretraining(first_steps, 3, "first-attempt")
attempt_loss = float(attempt.frame["val_loss"].iloc[-1])
lesson.record("first_attempt_loss", attempt_loss, unit="nats")
{"frequency": frequency_loss, "copy": copy_loss, "first attempt": attempt_loss}

# %% [markdown]
# Set the loss beside the levels. Is it below the copy level by more than $0.2 \ln 2$? Then the network uses its row: no copier gets so far. Is it between the two levels? Then the network has learned something, copying or a little of the context; the loss alone does not say which. Is it still at the frequency level? Then it has learned nothing new: even copying must be learned.
#
# To get below both levels, several parts must fit together: the vectors of the neighbours must mean something, attention must fetch them, and the head must know what to do with them. Perhaps the curve rests until they do. Such a flat stretch is called a **plateau**. Or this training was only too short. It cannot tell the two apart; exercise 4 can.
#
# ## A plateau in a world of pairs
#
# On real text a plateau may last longer than this lesson. So let us make a world in which it is short. It has words of two kinds, and nothing else. Each word of the first kind has a partner of the second kind, which always stands right behind it. All pairs are equally frequent, and follow each other by chance. So a hidden word can be known almost for certain where its partner is in sight. Counting frequencies does not help at all. The place in the row tells the kind, and no more.
#
# We borrow pieces of our vocabulary for the words. The kind of network, the masks and the training are those of this lesson. The sizes are small (`1x64`: one layer, vectors of 64 numbers), fewer words are hidden, and the learning rate is another.

# %%
from nlputils.text import WordPiece

pairs = 20
words = WordPiece(tokenizer.vocabulary[: 5 + 2 * pairs])
rng = np.random.default_rng(training_seed)
partner = 5 + pairs + rng.permutation(pairs)
drawn = rng.integers(pairs, size=(4000, 8))
world = np.full((4000, 18), words.cls_id, dtype=np.int32)
world[:, 1:-1:2], world[:, 2:-1:2], world[:, -1] = 5 + drawn, partner[drawn], words.sep_id

# %%
toy = models.masked_lm(models.encoder("1x64", len(words), world.shape[1], seed=training_seed))
models.set_output_bias(toy, np.r_[np.zeros(5), np.ones(2 * pairs)])
seen = MaskedBatches(world[:3750], words, 32, steps=250, seed=training_seed)
unseen = MaskedBatches(world[3750:], words, 250, steps=1, seed=training_seed)
setting = {"learning_rate": 3e-3, "reports": 50, "jit_compile": False, "label": "pairs"}
fall = train.pretrain(toy, seen, validation=unseen, **setting)

# %%
from nlputils import plots

by_frequency = float(np.log(2 * pairs))
pair_curve = fall.frame[["step", "val_loss"]].rename(columns={"val_loss": "world of pairs"})
levels = {"frequencies": by_frequency, "frequencies and kind": float(np.log(pairs))}
plots.show(
    plots.learning_curve(
        pair_curve,
        "step",
        ["world of pairs"],
        levels=levels,
        title="Loss on held-out rows",
        y_label="loss (nats)",
    )
)

# %% [markdown]
# The second dashed line is the loss of a guesser that knows the kind of a hidden word, by its place. Does the curve rest near it? What would you have said of this network after a quarter of its steps? A trap waits here: who stops on a plateau may think that the network cannot learn.
#
# How can we tell a plateau from a curve that only passes through a level? By its speed. We take the reports, one after the other, that stay within 0.1 nats of the level. How much does the loss fall from report to report there? And how much before, and after? On a plateau it falls much more slowly than on both sides.


# %%
def fall_per_report(losses, start, stop):
    """The mean fall from one report to the next; infinite where there is one report only."""
    return (losses[start] - losses[stop]) / (stop - start) if stop > start else np.inf


def share_of_speed(losses, level):
    """How fast a curve falls near a level, as a share of the slower of before and after."""
    near = np.flatnonzero(np.abs(losses - level) < 0.1)
    if not len(near):
        return np.inf
    stretches = np.split(near, np.flatnonzero(np.diff(near) > 1) + 1)
    first, last = max(stretches, key=len)[[0, -1]]
    before, there = fall_per_report(losses, 0, first), fall_per_report(losses, first, last)
    return there / min(before, fall_per_report(losses, last, len(losses) - 1))


def rests_and_falls(losses):
    """Whether a curve rests where a guesser knows the kind only, and where it ends."""
    share = share_of_speed(losses, np.log(pairs))
    return {"share of speed": round(float(share), 2), "end": round(float(losses[-1]), 2)}


# %%
curve = pair_curve["world of pairs"].to_numpy()
ends = [by_frequency, 0.8 * by_frequency + 0.2 * curve[-1], curve[-1]]
rests_and_falls(curve)

# %%
lesson.claim(
    "In the world of pairs the loss falls at less than half of its speed while it is near the "
    "level of who knows the kind only. At the end it is below 1.",
    lambda found: found["share of speed"] < 0.5 and found["end"] < 1,
    rests_and_falls(curve),
    planted=rests_and_falls(np.interp(np.arange(50), [0, 18, 49], ends)),
)

# %% [markdown]
# The planted error is a curve with a kink: it falls evenly, a fifth of the way in a third of the steps, and the rest more steeply. It is no slower near the level than before it. Why below 1? Who knows the kind, and copies what stands open, still has to guess the covered words: eight in ten, at $\ln 20$ nats each. That is a loss above 2. So the network uses the partner. (At the level itself the loss alone does not say what the network knows.) One explanation of the real curve is that its parts help each other once they fit. The curve alone does not prove that.
#
# ## Neighbours can be counted, too
#
# Could we help? The frequencies we counted. Perhaps the vectors can be counted as well. Pieces with like neighbours tend to have like meanings (Harris 1954). So we count which pieces stand near each other. A pair at a distance of $k$ places counts $1/k$ (Pennington et al. 2014, section 4.2). We look five places far, to both sides, and across the end of a text, too.
#
# By hand, for the first rows. `count_neighbours` gives a **sparse** matrix: it stores only the counts that are not 0.

# %%
from collections import Counter

from nlputils.text import count_neighbours

by_hand, without_distance = Counter(), Counter()
for row in rows[:20].tolist():
    for place, piece in enumerate(row):
        for distance, other in enumerate(row[place + 1 : place + 6], start=1):
            if piece >= 5 and other >= 5:
                for pair in ((piece, other), (other, piece)):
                    by_hand[pair] += 1 / distance
                    without_distance[pair] += 1
of_first_rows = count_neighbours(rows[:20], V, special=5).tocoo()
pairs = list(zip(of_first_rows.row, of_first_rows.col, strict=True))
lesson.claim(
    "Counting by hand and `count_neighbours` find the same pairs and the same counts.",
    lambda numbers: len(by_hand) == len(pairs) and bool(np.allclose(numbers, of_first_rows.data)),
    np.array([by_hand[pair] for pair in pairs]),
    planted=np.array([without_distance[pair] for pair in pairs]),
)

# %% [markdown]
# The planted error forgets the distance.
#
# A count alone says little. Frequent pieces stand near everything. So we ask how much *more often than by chance* two pieces stand together. Let $n_{ij}$ be the count of a pair, $n_i$ the sum of all counts of piece $i$, and $n$ the sum of everything. By chance, we expect $n_i n_j / n$. The **pointwise mutual information** is $\ln \frac{n_{ij}\, n}{n_i\, n_j}$. It is 0 where chance explains the count. Where it is negative, or where a pair never stands together, we write 0.
#
# One change helps: $n_j$ is raised to the power 0.75, and $n$ becomes the sum of these powers (Levy et al. 2015, section 3.2). This makes the share of rare pieces larger. So more is expected of them, and their numbers get smaller. Without it, rare pieces stand out too far.

# %%
from nlputils.text import positive_information

together = count_neighbours(rows, V, special=5)
information = positive_information(together)
total = np.asarray(together.sum(axis=1)).ravel()
smooth = total**0.75
some = np.random.default_rng(0).choice(together.nnz, 1000, replace=False)
i, j = (ids[some] for ids in together.nonzero())
n_ij, by_library = (np.asarray(table[i, j]).ravel() for table in (together, information))
lesson.claim(
    "The formula by hand gives the information of a thousand pairs.",
    lambda numbers: bool(np.allclose(np.maximum(numbers, 0), by_library, atol=1e-4)),
    np.log(n_ij * smooth.sum() / (total[i] * smooth[j])),
    planted=np.log(n_ij * total.sum() / (total[i] * total[j])),
)

# %% [markdown]
# The planted error forgets the power.
#
# Row $i$ of this table describes piece $i$, by one number for each piece of the vocabulary. Most are 0. A **singular value decomposition** writes the table as a product $U S W^T$. We keep the $d$ columns of $U$ that belong to the largest numbers in $S$, and multiply each by the root of its number (Levy et al. 2015, section 3.3). What is left is a short vector for each piece. `count_vectors` does this.

# %%
from nlputils.text import count_vectors, nearest

vectors_counted = count_vectors(information, d)


def listed(ids):
    """Pieces by their ids, in one line."""
    return " | ".join(tokenizer.vocabulary[i] for i in ids)


def strongest(table, piece, k=4):
    """The pieces with the largest numbers in one row of a table."""
    return table[piece].toarray().ravel().argsort()[::-1][:k]


words = [i for i in counts.argsort()[::-1] if len(tokenizer.vocabulary[i]) > 4]
words = [i for i in words if tokenizer.vocabulary[i].isalpha()][:60:10]
columns = {
    "piece": [tokenizer.vocabulary[i] for i in words],
    "near it most often": [listed(strongest(together, i)) for i in words],
    "more often than by chance": [listed(strongest(information, i)) for i in words],
    "most similar vectors": [listed(nearest(vectors_counted, i)) for i in words],
}
plots.text_table(pd.DataFrame(columns), tuple(columns))

# %% [markdown]
# Read the table from left to right. The second and the third column show pieces that stand *near* a piece. The last one shows pieces that have *like neighbours*. Some of them could stand in its place. Opposites can be among these, too. Others only stand in the same phrases. Which rows make sense to you, and which do not? Nobody has trained anything yet.
#
# ## Do the counts help?
#
# `set_token_vectors` puts the counted vectors into the embedding, all multiplied by one number. The special pieces keep their random ones. The same table is also the last matrix of the head. So what the counts know is there at both ends of the network. What lies between must still be trained.
#
# Three starts, the same few steps, the same schedule: the random vectors of the first attempt, the counted ones, and the counted ones **exchanged**, that is, dealt out to the wrong pieces. Why the third? The counted vectors have other lengths than the random ones, and they lie in another way. If that alone helped, then the wrong vectors would help as much.

# %%
order = np.r_[:5, 5 + np.random.default_rng(0).permutation(V - 5)]


def begin(table):
    """Put the untrained weights back, and a table of token vectors into them."""
    task.set_weights(untrained_weights)
    models.set_token_vectors(backbone, table)


losses = {"random": attempt_loss}
for name, table in (("counted", vectors_counted), ("exchanged", vectors_counted[order])):
    begin(table)
    short = run_pretraining(first_steps, 1, f"short-{name}")
    losses[name] = float(short.frame["val_loss"].iloc[-1])
    lesson.record(f"{name}_loss", losses[name], unit="nats")
losses

# %%
lesson.claim(
    "From counted vectors, the same training brings the loss lower than from either other start.",
    lambda loss: loss < min(losses["random"], losses["exchanged"]) - 0.05,
    losses["counted"],
    planted=losses["exchanged"],
)

# %% [markdown]
# The planted error is the start from exchanged vectors. Compare all three numbers. What the exchanged vectors change against the random ones has to do with the size and the form of the whole set. What the counted ones gain over the exchanged ones has to do with which piece has which vector. Two limits: the counts have read the whole text, and these few steps only a part of it. And each start was trained once, with one learning rate.
#
# ## Pretraining
#
# Now the long training, from the counted vectors.

# %%
begin(vectors_counted)
counted_weights = backbone.get_weights()
start_loss = held_out_loss()
trained = run_pretraining(steps, 10, "pretraining")

# %%
history = trained.frame
curves = pd.concat(
    [
        pd.DataFrame({"step": [0], "first attempt": first_loss, "counted vectors": start_loss}),
        attempt.frame[["step", "val_loss"]].rename(columns={"val_loss": "first attempt"}),
        history[["step", "val_loss"]].rename(columns={"val_loss": "counted vectors"}),
    ]
).sort_values("step")
plots.show(
    plots.learning_curve(
        curves,
        "step",
        ["counted vectors", "first attempt"],
        levels={"frequencies": frequency_loss, "frequencies and copying": copy_loss},
        title="Loss on held-out rows",
        y_label="loss (nats)",
    )
)

# %% [markdown]
# The dashed lines are the second and the third level. If the long curve begins above the second one: longer vectors make larger logits, and before any training these are wrong. Do not compare the two curves step by step, since their learning rates rise and fall at other times. The fair comparison was that of the three short trainings.
#
# Where does the long curve fall quickly, and where slowly? Here are its slopes.

# %%
step, loss = np.r_[0, history["step"]], np.r_[start_loss, history["val_loss"]]
slope = 100 * np.diff(loss) / np.diff(step)
pd.DataFrame({"step": step[1:], "nats in 100 steps": slope.round(2)}).T

# %% [markdown]
# A plateau shows as slopes near zero before the end, with steeper ones after them. A curve that only passes through a level does not rest there. At the very end every curve gets flat, because the learning rate falls to zero.

# %%
lesson.record("pretraining_seconds", trained.seconds, unit="seconds")
lesson.record("pieces_per_second", trained.tokens / trained.seconds, unit="pieces/s")
final_loss = float(history["val_loss"].iloc[-1])
lesson.record("held_out_loss", final_loss, unit="nats", main=True)
lesson.record("held_out_perplexity", float(np.exp(final_loss)), unit="pieces")

# %% [markdown]
# The **perplexity** is $e^{\text{loss}}$. Read it like this: the network is as unsure as someone who must choose among so many equally likely pieces. Ours also counts the chosen places where the piece can be seen, and it hides a share of its own. So do not compare it with published numbers.

# %%
lesson.claim(
    "The loss falls below what frequencies and copying can give: the network uses its row.",
    lambda loss: loss < copy_loss - 0.2,
    final_loss,
    planted=0.9 * frequency_loss,
)

# %% [markdown]
# The planted error is the best that the cleverer copier can reach: the whole cost of its doubt is saved, and $0.9 F$ is left.
#
# ## Filling gaps
#
# Let us ask the network. `fill` hides one place and lists the best guesses with their probabilities.

# %%
from nlputils.text import bert_inputs


def fill(sentence, k=4):
    """The k most probable pieces for the one [MASK] in a sentence."""
    before, after = (tokenizer.ids(part) for part in sentence.split("[MASK]"))
    ids = [tokenizer.cls_id, *before, tokenizer.mask_id, *after, tokenizer.sep_id]
    asked = bert_inputs(np.array([ids])) | {"mask_positions": np.array([[1 + len(before)]])}
    odds = np.exp(log_softmax(model.predict_on_batch(asked)[0, 0]))
    return {tokenizer.vocabulary[i]: round(float(odds[i]), 3) for i in odds.argsort()[::-1][:k]}


# %%
print("by frequency alone ->", listed(counts.argsort()[::-1][:4]))
for gap in gaps:
    print(gap, "->", fill(gap))

# %% [markdown]
# Compare the guesses with the first line. A guesser without neighbours gives that line each time. Do the network's guesses and their numbers change from gap to gap?
#
# Single examples prove little, because we chose them. So we count on held-out rows: how often is the best guess right? We count only places that `[MASK]` covers, so that copying does not help. And we take one such place of each row, drawn at random: places of one row share their words, so they are not independent, and an interval would come out too narrow. (Rows of one text share words, too. So it is still a little narrow.)
#
# There are two rivals. The first always names the most frequent piece. The second counts which pieces stand right beside which. It multiplies the frequency of each piece by how much more often it stands after the piece before the gap, and before the piece after the gap. Rare pairs must not decide: so to the neighbours of each piece we add 20 imagined ones, shared out by frequency.

# %%
from scipy.sparse import csr_matrix

first, second = rows[:, :-1].ravel(), rows[:, 1:].ravel()
follows = csr_matrix((np.ones(len(first)), (first, second)), shape=(V, V))
precedes, share = follows.T.tocsr(), counts / counts.sum()


def beside(table, seen):
    """How much likelier each piece is beside the seen one than anywhere, as a logarithm."""
    found = table[seen].toarray()
    odds = (found + 20 * share) / (found.sum(1, keepdims=True) + 20)
    odds[seen == tokenizer.mask_id] = share  # a hidden neighbour says nothing
    return np.log(odds[:, 5:] / share[5:])


# %% [markdown]
# Now both answer, batch after batch. The counter multiplies. In the code it adds logarithms, which is the same.

# %%
rng = np.random.default_rng(1)
truth, guess, counted_guess = [], [], []
for inputs, answers, weights in (held_batches[i] for i in range(checks)):
    shown = np.take_along_axis(inputs["token_ids"], inputs["mask_positions"], axis=1)
    covered = (weights > 0) & (shown == tokenizer.mask_id)
    # One covered place of each row, at random.
    drawn = np.where(covered, rng.random(covered.shape), -1).argmax(1)[:, None]
    has_one = covered.any(1)
    best = model.predict_on_batch(inputs).argmax(-1)
    truth.append(np.take_along_axis(answers, drawn, 1)[has_one, 0])
    guess.append(np.take_along_axis(best, drawn, 1)[has_one, 0])
    place = np.take_along_axis(inputs["mask_positions"], drawn, 1)
    before, after = (
        np.take_along_axis(inputs["token_ids"], place + step, 1)[has_one, 0] for step in (-1, 1)
    )
    odds = np.log(share[5:]) + beside(follows, before) + beside(precedes, after)
    counted_guess.append(5 + odds.argmax(1))
truth, guess, counted_guess = map(np.concatenate, (truth, guess, counted_guess))

# %%
from nlputils import evaluate


def hits(said):
    """For the scores: the true answer is 1 at each gap, and a guess is 1 where it is right."""
    return evaluate.Predicted(np.ones_like(truth), (said == truth).astype(int))


network, counter, rival = hits(guess), hits(counted_guess), hits(int(counts.argmax()))

# %%
gain = evaluate.compare("accuracy", network, rival, ("the network", "the most frequent piece"))
lesson.record("gap_accuracy", evaluate.score("accuracy", network), main=True)
lesson.record("gap_accuracy_rival", evaluate.score("accuracy", rival))
lesson.record("gap_accuracy_counter", evaluate.score("accuracy", counter))
print(gain)
print(evaluate.compare("accuracy", network, counter, ("the network", "counting the pieces beside")))

# %%
lesson.claim(
    "The network fills held-out gaps more often rightly than a guesser who knows only frequencies.",
    lambda comparison: comparison.better == "the network",
    gain,
    planted=evaluate.compare("accuracy", rival, rival, ("the network", "the most frequent piece")),
)

# %% [markdown]
# The planted error is a network that fills gaps as the most frequent piece does.
#
# The line with "counting the pieces beside" says what the network is worth beside plain counting. The counter has read the whole text. It sees two pieces, and the network sees the whole row. If the counter is ahead, then the network has not yet learned all that two neighbours tell. If the two cannot be told apart, then this test does not show that the network gets more out of the whole row than a counter gets out of two pieces. If the network is ahead, it does.

# %% [markdown]
# ## What the vectors hold
#
# If the lines at the top of this lesson name `pocket_text`: it was written so that a gain can be seen, and it often says which note was a trick (`data/pocket/README.md`). There a gain shows how the thing works. It is no evidence that it works elsewhere.
#
# The network has never seen a label. Does it know something about spam all the same? A **linear probe** asks this. We keep the network as it is, turn each message into one vector (the mean of its pieces' vectors), and train a plain logistic regression on these vectors with few labels. Validation chooses how small its weights are kept. The regression can only use what is easy to read in the vectors.
#
# A probe needs rivals, too. The first has the same form and random weights. The second, `counted`, is where the long training began: counted vectors, and random layers. It tells counting and training apart. The third is the naive Bayes classifier of lesson 01, which counts words; it is one simple method, and not always the best. All see the same messages with the same few labels. We draw the labels several times.

# %%
reader = models.encoder(size, len(tokenizer), longest, seed=training_seed + 1)
weights_of = {
    "random": reader.get_weights(),
    "counted": counted_weights,
    "pretrained": backbone.get_weights(),
}
messages = [
    tokenizer.encode(list(part["text"]), longest)
    for part in (split.train, split.validation, split.test)
]
features = {}
for name, weights in weights_of.items():
    reader.set_weights(weights)
    features[name] = [models.mean_pooled(reader, ids) for ids in messages]

# %%
y, y_validation, y_test = (split.y(part) for part in (split.train, split.validation, split.test))
parts = [part["text"] for part in (split.train, split.validation, split.test)]
runs = {name: [] for name in ("pretrained", "counted", "random", "naive Bayes")}
for seed in range(5):
    few = evaluate.draw_labels(y, probe_labels, seed)
    for name, (train_x, validation_x, test_x) in features.items():
        probe = evaluate.linear_probe(
            train_x[few], y[few], validation_x, y_validation, metric="spam_f1"
        )
        runs[name].append(evaluate.Predicted(y_test, probe.predict(test_x), seed, probe_labels))
    bayes = evaluate.naive_bayes().fit(
        parts[0].iloc[few], y[few], parts[1], y_validation, refit=False
    )
    said = bayes.predict(parts[2])
    runs["naive Bayes"].append(evaluate.Predicted(y_test, said, seed, probe_labels))

# %%
results = {name: evaluate.score("spam_f1", of_one) for name, of_one in runs.items()}
for name, result in results.items():
    lesson.record(lesson.record_name("probe", name, "spam_f1"), result)
plots.show(plots.scores(results, title=f"Linear probe with {probe_labels} labels"))

# %%
probes = evaluate.compare("spam_f1", runs["pretrained"], runs["random"], ("pretrained", "random"))
lesson.record("probe_gain", probes)
both = ("pretrained", "counted")
added = evaluate.compare("spam_f1", runs["pretrained"], runs["counted"], both)
lesson.record("probe_training_gain", added)
both = ("pretrained", "naive Bayes")
print(evaluate.compare("spam_f1", runs["pretrained"], runs["naive Bayes"], both))

# %% [markdown]
# Read the lines above before you go on. The first one asks what counting and training gave together. The second asks what training added to the counts. The third asks whether the vectors are worth more than counting words. If a line says "not distinguishable", then this run cannot tell. Possible reasons: the training was too short, the text too unlike the messages, the labels too few, or there is no difference. If only the first line shows a gain, then the counts, or the larger vectors alone, may have done most of it. If the second shows none, then this run has no evidence that training added to the counts what this task needs.
#
# Note two limits. The intervals cover draws and test messages, for one network of each kind. And the validation part, which chose how strongly to regularise, has labels, too.
#
# ## Keep it for later
#
# Lesson 07 starts from this encoder. We save it as a KerasHub **preset**, a folder that `from_preset` can read, with its vocabulary and a card that says how it was made.

# %%
card = {
    "corpus": corpus,
    "training_pieces": int(rows.size),
    "size": size,
    "start": "counts of neighbours",
    "mask_rate": mask_rate,
    "dtype": dtype,
    "pieces_read": trained.tokens,
    "seconds": round(trained.seconds),
    "held_out_loss": final_loss,
    "settings": trained.settings,
}
folder = models.save_encoder(lesson.artefact("encoder"), backbone, tokenizer, card)
sorted(path.name for path in folder.iterdir())

# %% [markdown]
# Saving is worth nothing if loading does not give the same network. So we load it and compare.

# %%
loaded = models.load_encoder(folder)
again = models.mean_pooled(loaded.backbone, messages[-1][:20])
pretrained, untouched = (features[name][-1][:20] for name in ("pretrained", "random"))
lesson.claim(
    "The encoder that was saved and loaded gives the same vectors.",
    lambda vectors: bool(np.allclose(vectors, again, atol=1e-5)),
    pretrained,
    planted=untouched,
)

# %% [markdown]
# ## From BERT towards RoBERTa
#
# Our network borrows from two recipes. From BERT it has its form, its pieces of words and the 80/10/10 rule. From RoBERTa (Liu et al. 2019) it has new masks each time. BERT drew its masks before training: the static masking of above. And BERT had a second task, **next-sentence prediction**: here are two passages, does the second follow the first? RoBERTa dropped it, and we have none.
#
# RoBERTa changed more (sections 3 to 5). It took **byte pairs**. A stored text is a row of bytes; a plain letter is one byte. Bytes that often stand side by side are joined, two at a time, until there are enough pieces. There is no unknown character then. Our byte pairs also keep capital letters, and our word pieces do not. RoBERTa also took larger batches, rows of full length from the start, and longer training on more text. These changes are not in our table.
#
# One training is a **trial**. One reading of the whole text is a **pass**. All trials have one small network: two layers, vectors of 128 numbers, 8,000 pieces, no **dropout** (numbers that are set to zero at random during training). It is not the network of this lesson. It begins from counts, reads rows of 32 pieces, and 30 % are hidden. The text is 700 paragraphs of Wikipedia. It is so small on purpose: each row must come round often, or static and dynamic masks would hardly differ.
#
# The first row of the table is the start, without training. The second is trained with one mask for each row, and with next-sentence prediction. Each row after it changes one setting of the row above. BERT had ten masks *and* next-sentence prediction. No row has both, so no row is BERT.
#
# These trainings take too long for a lesson, and their text must be fetched from the internet. So they were run beforehand, with the command below. This lesson computes its tables from the stored results, and its claims check our sentences against them. If you run the command, give a file name of your own.
#
#     nlputils compare-recipes my-trials.json --study objectives --seeds 3

# %%
from nlputils import shipping

objectives = shipping.study_table("objectives").rename(columns={"answer": "recipe"})
objectives["copy loss"] = copying(objectives["frequency loss"])
plots.text_table(objectives, ("recipe", "seeds", "passes", "seconds", "training loss"), digits=2)

# %%
levels = ("recipe", "held-out loss", "frequency loss", "copy loss")
plots.text_table(objectives, levels, digits=2)

# %% [markdown]
# - `seeds`: how many trainings a row has, each with its own seed. All losses are means over them, in nats.
# - `passes`: all trials read the same number of pieces. The same text makes more byte pairs than word pieces. So the last row has fewer passes.
# - `seconds`: the fastest training. The machine was often slower, and our code draws fixed masks row by row (BERT stored them). So do not compare rows by it.
# - `training loss`: the mean over the last tenth of the training, with its own masks. The loss of the second task is left out. (`NaN`: there was no training.)
# - `held-out loss`: on texts that no trial has read, with 15 % of the pieces hidden, as BERT hid them. With more hidden pieces a row is harder. So do not set it beside the training loss.
# - `frequency loss` and `copy loss`: the levels from above, at the same held-out places.
#
# The last row has other pieces. Do not compare its losses with those of other rows.

# %%
lesson.claim(
    "No recipe has a mean held-out loss as low as the level of copying.",
    lambda losses: bool((losses > objectives["copy loss"]).all()),
    objectives["held-out loss"],
    planted=objectives["held-out loss"].where(
        objectives["recipe"] != "new masks each time", objectives["copy loss"] - 0.1
    ),
)

# %% [markdown]
# A network at that level may only copy. So these losses do not show that any network uses its row on new text. (The planted error is one row a little below that level.)
#
# Do they at least reach the level of the frequencies? That guesser never looks at the row.

# %%
below = objectives[objectives["held-out loss"] < objectives["frequency loss"]]
lesson.claim(
    "In the mean over the seeds, only the two recipes with new masks each time have a lower "
    "held-out loss than the frequencies.",
    lambda names: names == ["new masks each time", "byte pairs"],
    below["recipe"].tolist(),
    planted=["ten masks a row", *below["recipe"]],
)

# %% [markdown]
# And which rows are worse than their own start, the first row? A loss can even lie above $\ln 8000$, about 9, the level of a guesser that takes all pieces for equally likely. A network with such a loss is, in the mean of the logarithms, worse than that. So where a loss falls from row to row, the network may know no more of the language. It may only be less sure of wrong answers.
#
# Now look at the three rows from `without next sentence` to `new masks each time`. Only the number of masks differs. BERT had ten masks for each text, and saw each about four times (Liu et al. 2019, section 4.1). How often does our network see each of its ten? (Divide `passes` by ten.)

# %%
by_recipe = objectives.set_index("recipe")
one, new = by_recipe.loc["without next sentence"], by_recipe.loc["new masks each time"]


both = {name: (one[name], new[name]) for name in ("training loss", "held-out loss")}


# %%
lesson.claim(
    "In these trials, one mask for each row ended with a lower training loss than new masks each "
    "time, in the mean over the seeds.",
    lambda losses: losses[0] < losses[1],
    both["training loss"],
    planted=both["training loss"][::-1],
)
lesson.claim(
    "Yet its held-out loss is the higher one.",
    lambda losses: losses[0] > losses[1],
    both["held-out loss"],
    planted=(one["training loss"], new["held-out loss"]),
)

# %% [markdown]
# The planted error of the second claim is a network that was tested on the rows it had learned from.
#
# A row that comes round with the same mask asks the same questions. The low training loss says that many of their answers were learned. And with one mask, only three places in ten are ever asked about. Ten masks change both. How much of the difference on new text comes from which, these trials cannot say. And the size of the difference is ours: BERT saw each of its masks far less often.

# %%
beside_above = ("recipe", "held-out loss", "more loss", "more loss, 95 %")
plots.text_table(objectives, beside_above, digits=2)

# %% [markdown]
# `more loss` sets a row beside the one above it: below zero is better. The first row has none above it, and the last row has other pieces. The interval is for the mean over all seeds that could have been drawn. It rests on very few. It does not cover other texts to learn from, or other held-out texts.
#
# A row changes one setting. But a setting can change several things. Without the second task there are also no pairs: each row of text is then one stretch, about twice as long as a passage was. And all networks are tested on rows without pairs. Our passages are cut anywhere, even across the end of a text. RoBERTa's rows hold whole sentences. And this step is tried with one mask, where answers can be learned by heart. With new masks it might come out otherwise.
#
# A low loss is not the aim. The aim is vectors that help in a task. So each network was also probed, as above, with other numbers: up to 4,000 labels, drawn once; a text is cut after 32 pieces; one half of the validation texts chooses how small the weights are kept, the other half judges. The two tasks are the sentiment of tweets, and of phrases and sentences about films. (Some phrases come from one sentence. So the intervals of the second table are too narrow. We have not measured by how much.) The score is **macro F1**, in per cent: take each class in turn as the one to be found, compute its F1, and take the mean.
#
# `difference` is the row less the row above, in points. Above zero is better. Its interval covers other seeds and other texts that judge. It does not cover other labels, or other texts to learn from. The brackets beside a score are the score's own interval. Do not compare two rows by them; `difference` is for that. `verdict` says whether the row is ahead, behind, or not distinguishable.


# %%
def probed(table, probe, *more):
    """What a probe says of each recipe, beside its rival."""
    names = {f"{probe}, {part}": part for part in ("difference", "verdict")}
    renamed = table.rename(columns={probe: "macro F1", **names})
    return plots.text_table(renamed, ("recipe", *more, "macro F1", "difference", "verdict"))


# %%
probed(objectives, "tweet_sentiment_extraction")

# %%
probed(objectives, "sst2_glue")

# %% [markdown]
# The first row is the rival without training. Only the second row is set beside it directly. Is any other score in a table higher than its first one? If none is, then no training here is shown to help these tasks. (The last row has other pieces, so the first one is no fair start for it.)
#
# You look at ten intervals, five in each table. Suppose that no step did anything. An interval that is right would still leave out zero once in twenty times. So among ten it would happen to one or more in about four studies of ten, if they had nothing in common. Ours have, and ours are a little wide, so this is a rough guide. Do you find one? Its row changes several things at once: the kind of pieces, the capital letters, the passes, and how much text its 32 pieces hold. And three seeds are few.

# %%
# The verdicts of both probes on the two rows.
verdicts = by_recipe.filter(like="verdict").loc[["ten masks a row", "new masks each time"]]
lesson.claim(
    "Where only the number of masks grows, neither probe tells a row from the one above it.",
    lambda said: set(said) == {"not distinguishable"},
    verdicts.to_numpy().ravel().tolist(),
    planted=["not distinguishable", "ahead"],
)

# %% [markdown]
# The planted error is a probe that sees one of the steps. "Not distinguishable" does not mean "equal": read both ends of `difference`. How much better, and how much worse, may a row still be? Look once more at `more loss, 95 %` of the same two rows: does the loss tell them apart? A lower loss need not make better vectors for a task. Or it does, and these trainings are too small, or the seeds too few, or the probes too coarse. The trials cannot say which.
#
# What did the papers find? Devlin et al. (2019, table 5): without next-sentence prediction every score is lower, clearly so on one task about two texts, and hardly on some others. Liu et al. (2019, section 4.2) say that without it the scores are as good or a little better. Their table 2 agrees for rows of full sentences, but for one task: the sentiment of films is a little lower. They dropped the task and the pairs together, as we do. They suspect that the first paper dropped the task, and kept the pairs. With dynamic masks they found about the same scores as with ten static ones (table 1). With byte pairs some scores were slightly worse (section 4.4); they took them because such pieces can write any text. Our probes read one text each. So they cannot show what the second task was meant for.
#
# ## One choice at a time
#
# Where do the numbers of a recipe come from: the size of the vocabulary, the share of hidden pieces, the learning rate? Often from the papers of others, and from trials. This course brings a ready encoder; lesson 07 shows it. The settings of that encoder were chosen before the trials below. The trials ask about most of them afterwards, in a smaller network. The text is Wikipedia and tweets. There is more of it than one training reads, so hardly any text is read twice. These trials were run beforehand, too:
#
#     nlputils compare-recipes my-choices.json
#     nlputils compare-recipes my-choices.json --seeds 3
#
# The first line makes one training for each recipe. The second line adds two more to each, in the same file.
#
# - `as it is`: two layers, vectors of 128 numbers, counted vectors, 8,000 pieces, 30 % hidden, no dropout, a learning rate of 0.001. The lines of text that it reads have 16 pieces at first, then 32, and 64 at the end. They double in all recipes: `lines of 128` ends a stage later, `lines of 32` ends a stage earlier, and `8 pieces at first` begins one earlier.
# - **Warm-up**: the rate rises at first. **Decay**: then it falls to zero, here in a straight line. With `cosine decay` it falls along a curve: slowly, then faster, then slowly again. With `no decay` it stays up. In the mean it is then about twice as high: so this recipe asks about the rate, too.
# - AdamW (ours) and Lion are two rules for a step. `beta_2` says how long a rule remembers earlier steps: longer, where it is nearer to 1. Ours is 0.999.
# - `small batches first`: the first quarter of the pieces comes in batches a quarter as large.
# - `norm before each block`: the layers normalise their vectors before attention and before the small network behind it, and not after them.
#
# The column `question` names what is tried (a line of text is a row there). Most recipes change one setting, some more: Lion has a rate and a `beta_2` of its own. All trainings read as many pieces, not as much text. But counted vectors come from all the text that was prepared, and a training reads only a part of it. The recipe with random vectors lacks this text. And `seconds` leaves the counting out.
#
# **Now each recipe is set beside the first one**, `as it is`, and not beside the one above. Each training is set beside the first recipe's training with the same seed. Where vocabulary and lines are the same, the same seed means the same part of the text. What both share is then taken away. So a difference can have a narrower interval than a score.

# %%
names = {"half of it": "half the rate", "twice of it": "twice the rate"}
names |= {f"{size} pieces": f"vocabulary {size}" for size in ("4,000", "16,000")}
names |= {f"{length} pieces": f"lines of {length}" for length in (32, 128)}
choices = shipping.study_table("recipe").rename(columns={"answer": "recipe"})
choices = choices.replace({"recipe": names})
prices = ("question", "recipe", "seconds", "held-out loss", "more loss", "more loss, 95 %", "loss")
plots.text_table(choices, prices, digits=2)

# %%
probed(choices, "tweet_sentiment_extraction", "seeds")

# %%
probed(choices, "sst2_glue", "seeds")

# %% [markdown]
# `loss` says in a word what the interval of `more loss` says: the held-out loss is higher or lower than that of the first recipe, or the interval holds zero. This interval covers other seeds, and so other parts of the text. The interval of `difference` also covers other texts that judge. Neither covers another vocabulary or other counts: these were made once, for all seeds. Nor does one cover other labels, or other held-out texts. So a very small difference in `more loss` may turn round on other texts, however narrow its interval is.
#
# The probes are those of above, but a text is cut where a line ends: after 64 pieces, or after 32 and 128 in the two recipes with such lines. The limits named there hold here, too.
#
# All recipes are tested with 15 % hidden, also those that trained with more or fewer. Other pieces, or lines of another length, make other questions. So these recipes have `NaN` in `more loss`, and their losses must not be set beside any other. (The first recipe has `NaN` because it is set beside nothing. And `-0.00` is a number that was rounded to zero.)
#
# Read no price from `seconds`. They are the fastest training of a recipe. A learning rate costs no time: how far are the two recipes with another rate from the first one? So a difference of this size says nothing.
#
# Look at the recipes with the lowest `more loss`: what do the probes say? Which recipe would you take? There may be no safe answer. And the best of many is often partly a lucky one. So train it again with other seeds, and measure it on texts that had no part in the choice.


# %%
by_choice = choices.set_index("recipe")
told = by_choice["loss"]
rate = told[["random vectors", "half the rate", "twice the rate"]]
lesson.claim(
    "From random vectors, and at half the learning rate, the held-out loss is higher than in the "
    "first recipe; at twice the rate it is lower. The three intervals over the seeds leave out "
    "zero.",
    lambda said: list(said) == ["higher", "higher", "lower"],
    rate,
    planted=rate[::-1],
)
compared = told[told != ""]
lesson.claim(
    "More than half of the intervals of `more loss` leave out zero.",
    lambda said: (said != "not distinguishable").mean() > 1 / 2,
    compared,
    planted=compared.replace("higher", "not distinguishable"),
)

# %% [markdown]
# In the first planted error, the three words stand in the reverse order. In the second one, no loss is higher. If no recipe changed anything, an interval would leave out zero about once in twenty times. So the seeds alone are not the reason for all of these. Of a single one we are less sure: we looked at many.

# %%
outcomes = by_choice.filter(like="verdict")
rates = outcomes.loc[["half the rate", "twice the rate"]]
ahead = rates.copy()
ahead.iloc[0, 0] = "ahead"
lesson.claim(
    "Neither probe tells half or twice the learning rate from the first recipe.",
    lambda said: bool((said == "not distinguishable").all(axis=None)),
    rates,
    planted=ahead,
)

# %% [markdown]
# The planted error is one probe that sees one recipe ahead.
#
# So the rate moves the loss, and the probes show no clear change. The seeds may be too few: look how wide the intervals are. Or the probes are too coarse. Or this much loss is worth little to them. And twice the rate has the lower *loss* here, in a short training of a small network. Would four times be lower still? And in a long training? These trials do not say.

# %%
swapped = {"random vectors": "dropout 0.1", "dropout 0.1": "random vectors"}
lesson.claim(
    "In these trials, the recipe with random vectors is behind the first one on both probes.",
    lambda said: bool((said.loc["random vectors"] == "behind").all()),
    outcomes,
    planted=outcomes.rename(index=swapped),
)
lesson.claim(
    "No recipe is ahead of the first one on either probe.",
    lambda said: not (said == "ahead").any(axis=None),
    outcomes,
    planted=pd.concat([outcomes, ahead.head(1)]),
)

# %% [markdown]
# In the planted error about random vectors, two recipes have exchanged their names. In the next one, one more recipe is ahead on one probe. That no recipe is ahead does not show that the first one is the best. Look how far most intervals of `difference` reach to each side. A recipe that is really one point better would seldom be called ahead.
#
# Now leave the random vectors aside: both probes see them. (We chose so after we had looked.) How many verdicts are left that see a difference?

# %%
others = outcomes.drop(["random vectors", "as it is"])
apart = (others != "not distinguishable").stack()
worse = apart | (apart.index == apart.index[0])
print(f"{len(apart)} verdicts; see a difference:", list(apart.index[apart]))
lesson.claim(
    "Apart from random vectors, one verdict sees a difference: that of the films on the "
    "vocabulary of 4,000 pieces.",
    lambda seen: list(seen.index[seen]) == [("vocabulary 4,000", "sst2_glue, verdict")],
    apart,
    planted=worse,
)

# %% [markdown]
# The planted error is one more verdict. Is a small vocabulary really worse? You looked for it in a long list. Suppose that all these recipes were in truth as good as the first one. An interval that is right leaves out zero once in twenty times all the same. (Where nothing differs, ours for tweets are a little too wide, so it happens more seldom. Those for films may be too narrow; you know why.) Multiply the number of verdicts by that. So one is no surprise, and two would not be one.
#
# But such a count does not see how far from zero an interval lies. How far is the nearer end of this one, beside its width? A strict rule (Bonferroni's) asks more of it. With so many looks, each of them may err only once in twenty times their number. Our tables do not say whether the interval would still leave out zero. What does the other probe say of this recipe? A fair test would be a new trial that asks for this one recipe, with other seeds and other texts.

# %%
points = by_choice.filter(like="points").drop("as it is").stack()
lesson.claim(
    "Of all differences in the two probe tables, only one lies above zero.",
    lambda less: (less > 0).sum() == 1,
    points,
    planted=points.where(points.index != points.index[0], 1.0),
)

# %% [markdown]
# The planted error is one more difference above zero. Why do almost all lie below? All recipes are set beside the same three trainings of the first one. If those were lucky, all differences fall together. So many differences are not many witnesses. Or the first recipe is really good. The tables cannot tell luck from merit.
#
# No recipe begins with the counted vectors exchanged among the pieces. Such vectors would keep their size and form, and lose their meaning. So these recipes do not tell whether the counts help, or only the size and the form of the vectors. Nor do they tell how much of the probe's score the vectors had before training.
#
# Read these tables with doubt. Three seeds are few. And these trainings are short. That may favour what learns fast. What wins here need not win after a day.
#
# ## Reflection
#
# We gave the network no label. Some of what can be counted, we told it: how frequent the pieces are, and which stand near each other. What it learned beyond counting the pieces next door, the counter at the gaps had to say. Whether its vectors hold something about a task it never saw, the probe had to say. Read those lines once more. How large is our network, and how much has it read? Its card says it; lesson 07 shows it. The published BERT has about 110 million weights (Devlin et al. 2019, section 3). It read some 3,300 million words about forty times over, for four days on 16 TPU chips (section 3.1 and appendix A.2). And it began from random numbers.
#
# ## Takeaways
#
# - The text itself gives the answers: hide pieces, and ask for them.
# - Know the loss of an untrained network and of a mere counter *before* you train. Then a curve can tell you something.
# - Ask of each level of the loss: what must one know to reach it?
# - What you can count can give the network a better start: frequencies go into the bias, neighbours into the embedding.
# - A result needs rivals: random weights, the start before training, and methods that only count. Without them it proves nothing.
#
# ## Exercises
#
# 1. Write `unigram_loss(train_ids, test_ids, size)`: the loss in nats of a guesser that knows only the frequencies in `train_ids` (add 1 to each count). Test it on `rows[rows >= 5]`, `asked` and `V`. Which number of this lesson must come out?
# 2. Set `steps` and `first_steps` to a tenth and run the lesson again. Before you run it: which number on this page tells you about where the loss will be? Which claims fail, and why? (In JupyterLab, a claim that fails does not stop you. Put the values back and run the lesson again before lesson 07: it reads the encoder that you ran last.)
# 3. Write `mask_everything(ids, tokenizer)`, which puts `[MASK]` at every place of a row that holds no special piece. What is the best loss that any network can reach on such rows? Think first, then compare with a level of this lesson.
# 4. Does the first attempt rest on a plateau, or was it only too short? Set `first_steps` to the value of `steps`, write 15 instead of 3 in `attempt = run_pretraining(...)`, and run the lesson up to the figure. It takes longer. Claims may fail. What do the slopes of the first attempt say? (Run the cell of the slopes, too, with `attempt.frame` for `history` and `first_loss` for `start_loss`.) Put the values back afterwards, and run the lesson again before lesson 07.
# 5. Set `mask_rate` to `0.05`, then to `0.5`. For a fair comparison, write `rate=0.3` in `held_batches` each time. What becomes of the loss, and of the probe? Write down what you expect first. Put the rate back and run the lesson again before lesson 07.
#
# <details><summary>Solutions</summary>
#
# 1. `counts = np.bincount(train_ids, minlength=size) + 1.0`, then `-np.log(counts / counts.sum())[test_ids].mean()`. It must give `frequency_loss`, up to the fourth decimal: here the five special pieces have a count of 1 as well.
# 2. The loss of the short training from counted vectors tells you, if `steps` is then near the old `first_steps`. The claim that the loss falls below copying may fail: the training stopped near the dashed lines. The claims about the counts and about gaps may fail, too.
# 3. `return np.where(ids >= 5, tokenizer.mask_id, ids)`. With everything hidden, the row says almost nothing: only where its texts begin and end. The best that is left is to know frequencies. So the best loss is about `frequency_loss`, a little lower where the place in the row tells something.
# 4. Your run says it. Slopes near zero, and steeper ones after them: that was a plateau, and the counts saved the steps that were spent there. A steady fall: the first attempt was only too short. No fall to the end: the question stays open for a longer run.
# 5. With few gaps there is little to learn from in each row. With many gaps there is little left to guess from. Without the fixed `rate=0.3` you would also change the test: rows with few gaps are easier. The lesson does not tell which rate wins. Your runs do, each of them once: repeat with another seed before you believe a small difference.
#
# </details>
