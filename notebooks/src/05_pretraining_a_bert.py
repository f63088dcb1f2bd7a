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
#     teaching_minutes: 60
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
# - pretrain a small BERT, and read its loss curve;
# - measure what its vectors have learned.

# %% tags=["parameters"]
profile = "laptop"
corpus = "tweets_tweeteval_emoji"
dataset = "sms_spam_collection"
size = "tiny"
vocabulary_size = 6000
row_length = 64
mask_rate = 0.3
batch_size = 32
steps = 4000
learning_rate = 2e-3
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
# A **corpus** is a collection of text for training. Ours has no labels. Let us look at a few of its items before anything else. Every box that opens a lesson names the corpus. Real tweets are what people wrote, and some of them are rude.

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
tokenizer.tokens(example)

# %% [markdown]
# Compare the two outputs. Capital letters are gone, and so are accents. This is what the "uncased" in many model names means. If a word is in several pieces, then it was rare in the training text.
#
# ## Rows without padding
#
# A network reads rows of equal length. Texts have many lengths. One way is to fill up short texts with a **padding** piece. But a row of padding costs as much time as a row of words. For pretraining there is a better way: lay the texts end to end, with the piece `[SEP]` between them, and cut the long chain into rows. This is **packing**.
#
# Here it is by hand, for the first few texts. Each row begins with `[CLS]`, a place that will later stand for the whole row, and ends with `[SEP]`. Pieces at the end that do not fill a row are dropped. `decode` does not print `[CLS]` and `[SEP]`.

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
# By hand, for one row. The ids 0 to 4 are the special pieces, `[PAD]`, `[UNK]`, `[CLS]`, `[SEP]` and `[MASK]`. They are never hidden.

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
tokenizer.decode(row)

# %% [markdown]
# Read the line above, and try to fill the gaps yourself. You use the words around a gap. The network will have to do the same.
#
# `mask_tokens` does this for whole batches. Let us check its three shares. We hide pieces in many rows, and count what became of the chosen ones.

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
# `MaskedBatches` makes all batches of the training. Each time a row comes round again, other pieces are hidden. This is called **dynamic masking**, and it is one of the changes that RoBERTa (Liu et al. 2019) made to BERT. The first BERT hid the pieces once, before training: **static masking**.
#
# A batch depends on its number and on the seed, and on nothing else. So a training that was interrupted can go on exactly where it stopped.
#
# ## The network
#
# Our network is a BERT in small. It has an **embedding**, a table with one vector for each piece. Then come a few Transformer **layers**. In each layer every place looks at all other places and takes over what it needs. What comes out is one vector for each place, and it depends on the whole row. Lesson 04 opens the layers one by one.

# %%
from nlputils import models

backbone = models.encoder(size, len(tokenizer), row_length, seed=training_seed)
shape = models.ENCODER_SIZES[size]
shape

# %% [markdown]
# How large is it? Let $V$ be the number of pieces, $T$ the longest row, $d$ the size of a vector and $L$ the number of layers. The tables of the embedding hold $(V + T + 2)d$ numbers, and its normalisation $2d$. The 2 stands for two vectors that tell two texts in one row apart; we use one of them. In a layer, attention has four square matrices with biases, $4d^2 + 4d$. Two matrices follow, from $d$ to $4d$ numbers and back, $8d^2 + 5d$. Two normalisations have $4d$. Together: $12d^2 + 13d$. A last square matrix waits for later tasks: $d^2 + d$.

# %%
V, T, d, L = len(tokenizer), row_length, shape.hidden_dim, shape.num_layers
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
# A **head** turns the vector of a hidden place into one number for each piece of the vocabulary, the **logits**. The **softmax** makes probabilities of them: $p_i = e^{z_i} / \sum_j e^{z_j}$. The code below computes $\ln p$, which is the logit less the logarithm of the sum. The **loss** is $-\ln p$, where $p$ is the probability of the right piece. It is measured in **nats**. A loss of 0 means certainty.
#
# Three levels are known before we train anything.
#
# 1. A network that knows nothing gives each piece about the same probability, $1/V$. Its loss is about $\ln V$.
# 2. A guesser that knows how frequent each piece is, and never looks at the row, has a better loss $F$. We can compute it by counting.
# 3. A guesser that also looks at the hidden place itself is better still. Two chosen pieces in ten are not covered by `[MASK]`, and one of these two is the right one. So it gives one half to what it sees there. Its loss is $0.8 F$ for the covered pieces, $0.1 \ln 2$ where the visible piece is right, and $0.1 (F + \ln 2)$ where it is wrong. Together: $0.9 F + 0.2 \ln 2$. This guesser copies. It still knows nothing of the neighbours.

# %%
counts = np.bincount(rows[:, 1:-1].ravel(), minlength=V) + 1.0
counts[:5] = 0.0  # special pieces are never hidden
uniform_loss = np.log(V)
ordinary = held_rows[held_rows >= 5]
frequency_loss = -np.log(counts[ordinary] / counts.sum()).mean()
copy_loss = 0.9 * frequency_loss + 0.2 * np.log(2)
for name, level in (("uniform", uniform_loss), ("frequency", frequency_loss), ("copy", copy_loss)):
    lesson.record(f"{name}_loss", level, unit="nats")

# %% [markdown]
# The `+ 1.0` gives a small count to a piece that was never seen. Without it, one such piece would make the loss infinite.
#
# ## Pretraining
#
# First we look at the loss of the untrained network on held-out rows.

# %%
from nlputils.text import MaskedBatches

task = models.masked_lm(backbone)
model = models.trainable(task)
checks = min(40, len(held_rows) // batch_size)
held_batches = MaskedBatches(held_rows, tokenizer, batch_size, steps=checks, seed=1, rate=mask_rate)


def held_out_loss():
    """The loss of the network, as it is now, on the first held-out batch."""
    inputs, answers, weights = held_batches[0]
    logits = np.asarray(model(inputs))
    log_p = logits - np.logaddexp.reduce(logits, axis=-1, keepdims=True)
    losses = -np.take_along_axis(log_p, answers[..., None], axis=-1)[..., 0]
    return float(losses[weights > 0].mean())


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
# Now we train. The learning rate rises for a tenth of the steps, then falls to zero. Watch where the loss falls quickly, and where it falls slowly.

# %%
from nlputils import train

batches = MaskedBatches(
    rows, tokenizer, batch_size, steps=steps, seed=training_seed, rate=mask_rate
)
trained = train.pretrain(
    task,
    batches,
    learning_rate=learning_rate,
    validation=held_batches,
    reports=20,
    label="pretraining",
    checkpoint=lesson.checkpoints("pretraining"),
)

# %% [markdown]
# Each row of the history holds the loss on training rows and the loss on held-out rows (`val_loss`).

# %%
from nlputils import plots

history = trained.frame
plots.show(
    plots.loss_curve(history, y="val_loss", plateau=float(copy_loss), title="Loss on held-out rows")
)

# %% [markdown]
# The dashed line is the third level: frequencies and copying. Down to it, the network can do without neighbours. The frequencies it had from the start, and copying is easy to learn. To get below the line, the network must use the rest of the row. For that, several matrices must fit together. Near the line the curve may become slow for a while. Such a stretch is called a **plateau**. How many steps were spent near the line?

# %%
near = abs(history["val_loss"] - copy_loss) < 0.15
lesson.record("steps_near_copying", near.mean() * steps, unit="steps")

# %% [markdown]
# A trap waits here. If you stop on a plateau, you may think that the network cannot learn.

# %%
lesson.record("pretraining_seconds", trained.seconds, unit="seconds")
lesson.record("pieces_per_second", trained.tokens / trained.seconds, unit="pieces/s")
final_loss = float(history["val_loss"].iloc[-1])
lesson.record("held_out_loss", final_loss, unit="nats", main=True)
lesson.record("held_out_perplexity", float(np.exp(final_loss)), unit="pieces")

# %% [markdown]
# The **perplexity** is $e^{\text{loss}}$. Read it like this: the network is as unsure as someone who must choose among so many equally likely pieces.

# %%
lesson.claim(
    "The loss falls below what frequencies and copying can give: the network uses the neighbours.",
    lambda loss: loss < copy_loss - 0.2,
    final_loss,
    planted=float(copy_loss),
)

# %% [markdown]
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
    scores = np.asarray(model(asked))[0, 0]
    odds = np.exp(scores - np.logaddexp.reduce(scores))
    return {tokenizer.vocabulary[i]: round(float(odds[i]), 3) for i in odds.argsort()[::-1][:k]}


# %%
for gap in gaps:
    print(gap, "->", fill(gap))

# %% [markdown]
# Judge the guesses yourself. Single examples prove little, because we chose them. So we count on held-out rows: how often is the best guess right? We count only places that `[MASK]` covers, so that copying does not help. And we take one such place of each row, drawn at random: places of one row share their words, so they are not independent, and an interval would come out too narrow. The rival always names the most frequent piece.

# %%
from nlputils import evaluate

rng = np.random.default_rng(1)
truth, guess = [], []
for inputs, answers, weights in (held_batches[i] for i in range(checks)):
    shown = np.take_along_axis(inputs["token_ids"], inputs["mask_positions"], axis=1)
    covered = (weights > 0) & (shown == tokenizer.mask_id)
    drawn = np.where(covered, rng.random(covered.shape), -1).argmax(1)[:, None]
    has_one = covered.any(1)
    best = np.asarray(model(inputs)).argmax(-1)
    truth.append(np.take_along_axis(answers, drawn, 1)[has_one, 0])
    guess.append(np.take_along_axis(best, drawn, 1)[has_one, 0])
truth, guess = np.concatenate(truth), np.concatenate(guess)
right = evaluate.Predicted(np.ones_like(truth), (guess == truth).astype(int))
most_frequent = int(counts.argmax())
rival = evaluate.Predicted(np.ones_like(truth), (truth == most_frequent).astype(int))

# %%
gain = evaluate.compare("accuracy", right, rival, ("the network", "the most frequent piece"))
lesson.record("gap_accuracy", evaluate.score("accuracy", right), main=True)
lesson.record("gap_accuracy_rival", evaluate.score("accuracy", rival))
print(gain)

# %%
lesson.claim(
    "The network fills held-out gaps more often rightly than a guesser who knows only frequencies.",
    lambda comparison: comparison.better == "the network",
    gain,
    planted=evaluate.compare("accuracy", rival, right, ("the network", "the most frequent piece")),
)

# %% [markdown]
# ## What the vectors hold
#
# The network has never seen a label. Does it know something about spam all the same? A **linear probe** asks this. We keep the network as it is, turn each message into one vector (the mean of its pieces' vectors), and train a plain logistic regression on these vectors with few labels. The regression can only use what is easy to read in the vectors.
#
# A probe needs rivals, too. The first is the same network with random weights. The second is the naive Bayes classifier of lesson 01, which counts words. All see the same messages with the same few labels. We draw the labels several times.

# %%
untouched = models.encoder(size, len(tokenizer), row_length, seed=training_seed + 1)


def vectors(encoder, part):
    """One vector for each message of a part."""
    return models.mean_pooled(encoder, tokenizer.encode(list(part["text"]), row_length))


features = {
    name: [vectors(encoder, part) for part in (split.train, split.validation, split.test)]
    for name, encoder in (("pretrained", backbone), ("random", untouched))
}

# %%
y, y_validation, y_test = (split.y(part) for part in (split.train, split.validation, split.test))
parts = [part["text"] for part in (split.train, split.validation, split.test)]
runs = {name: [] for name in [*features, "naive Bayes"]}
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
names = ("pretrained", "naive Bayes")
print(evaluate.compare("spam_f1", runs["pretrained"], runs["naive Bayes"], names))

# %% [markdown]
# Read the lines above before you go on. The first one asks what pretraining gave. If it says that the two are not distinguishable, then this run cannot tell. Possible reasons: the pretraining was too short, the text too unlike the messages, the labels too few, or there is no difference. The second line asks whether the vectors are worth more than counting words. Note two limits. The interval covers draws and test messages, for one pretrained and one random network. And the validation part, which chose how strongly to regularise, has labels, too.
#
# ## Keep it for later
#
# Lesson 07 starts from this encoder. We save it as a KerasHub **preset**, a folder that `from_preset` can read, with its vocabulary and a card that says how it was made.

# %%
card = {
    "corpus": corpus,
    "training_pieces": int(rows.size),
    "size": size,
    "mask_rate": mask_rate,
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
sample = tokenizer.encode(list(split.test["text"][:20]), row_length)
difference = float(
    np.abs(models.mean_pooled(loaded.backbone, sample) - models.mean_pooled(backbone, sample)).max()
)
lesson.claim(
    "The encoder that was saved and loaded gives the same vectors.",
    lambda gap: gap < 1e-5,
    difference,
    planted=float(
        np.abs(models.mean_pooled(untouched, sample) - models.mean_pooled(backbone, sample)).max()
    ),
)

# %% [markdown]
# ## BERT and RoBERTa
#
# Our network borrows from two recipes. From BERT it has its form, its pieces and the 80/10/10 rule. BERT had a second task, **next-sentence prediction**: do these two passages follow each other? RoBERTa dropped this task, hid other pieces each time, packed full rows and trained longer on more text. We do the first three of these four things.
#
# ## Reflection
#
# We gave the network no label. How frequent the pieces are, we told it. It learned by itself something of how they depend on their neighbours. Whether its vectors hold something about a task it never saw, the probe had to say. It is still very small, and it has read very little. The published BERT has about 110 million weights and read some 3,300 million words (Devlin et al. 2019, section 3.1).
#
# ## Takeaways
#
# - The text itself gives the answers: hide pieces, and ask for them.
# - Know the loss of an untrained network and of a mere counter *before* you train. Then a curve can tell you something.
# - Ask of each level of the loss: what must one know to reach it?
# - What you can count, the network need not learn.
# - A probe needs rivals: random weights, and a method that counts words. Without them it proves nothing.
#
# ## Exercises
#
# 1. Write `unigram_loss(train_ids, test_ids, size)`: the loss in nats of a guesser that knows only the frequencies in `train_ids` (add 1 to each count). Test it on `rows[:, 1:-1].ravel()`, `held_rows[:, 1:-1].ravel()` and `V`. Which number of this lesson must come out?
# 2. Set `steps` to a tenth and run the lesson again. Which claims fail, and why? Where is the loss? (In Lab, a claim that fails does not stop you. Put `steps` back and run the lesson again before lesson 07: it reads the encoder that you ran last.)
# 3. Write `mask_everything(ids, tokenizer)`, which hides every piece of a row but its two ends. What is the best loss that any network can reach on such rows? Think first, then compare with a level of this lesson.
# 4. Set `mask_rate` to `0.05`, then to `0.5`. For a fair comparison, write `rate=0.3` in `held_batches` each time. What becomes of the loss, and of the probe? Write down what you expect first.
#
# <details><summary>Solutions</summary>
#
# 1. `counts = np.bincount(train_ids, minlength=size) + 1.0`, then `-np.log(counts / counts.sum())[test_ids].mean()`. It must give `frequency_loss`.
# 2. The claim that the loss falls below copying fails: the training stopped near the dashed line or above it. The claim about gaps may fail, too, if the network names the most frequent piece everywhere.
# 3. With everything hidden, the row says nothing. The best that is left is to know frequencies. So the best loss is about `frequency_loss`, a little lower where the place in the row tells something.
# 4. With few gaps there is little to learn from in each row. With many gaps there is little left to guess from. Without the fixed `rate=0.3` you would also change the test: rows with few gaps are easier. The lesson does not tell which rate wins. Your runs do, each of them once: repeat with another seed before you believe a small difference.
#
# </details>
