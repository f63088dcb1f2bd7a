# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
#   nlputils:
#     number: "01"
#     title: Text to tensors
#     needs: []
#     gives: [baselines]
#     teaching_minutes: 80
#     exercise_minutes: 50
# ---

# %% [markdown]
# # 01 Text to tensors
#
# **Question.** What does a computer need before it can tell spam from ham, and how far do simple methods get?
#
# **Spam** is a message that nobody asked for. It wants money, or a call, or a click. Every other message is **ham**. Often you see the difference at once. A computer sees a row of character codes.
#
# After this lesson you can
#
# - look at a data set before you trust it, and find messages that repeat each other;
# - turn a text into tokens, into ids, and into a tensor, by hand and with a library;
# - weigh words by TF-IDF;
# - train simple classifiers fairly, and read their scores;
# - choose a metric that answers your question;
# - measure how much a leak flatters a score, that is, makes it look too good.

# %% tags=["parameters"]
profile = "laptop"
dataset = "sms_spam_collection"
seeds = [0, 1, 2, 3, 4]
vocabulary_size = 2000
length = 64
leak_systems = ["word SVM", "char SVM"]

# %%
from nlputils import lesson

lesson.start("01", profile=profile, data=[dataset])

# %% [markdown]
# The road of the course, and where you stand on it:

# %%
from nlputils import plots

plots.show(plots.road_map("01"))

# %% [markdown]
# ## Look at the data
#
# Look first, compute later. Who wrote the texts? Who labelled them? What may be unpleasant in them? A **data card** answers in a few lines.

# %%
from nlputils import data

card = data.registry().get(dataset)
if card is None:
    print("These are your own data. Answer the questions above for them.")
else:
    print(card.description, card.citation, card.warning or "Nothing offensive.", sep="\n")

# %% [markdown]
# `load` gives the data in three parts. We learn from **train**. We choose between models on **validation**. And **test** speaks once, at the end, about the model that was chosen. If you let the test choose, your score will be too good.
#
# No message may stand in two parts. The **seed** decides which message goes where. Another seed gives another split of the same messages.

# %%
split = data.load(dataset, seeds[0], resplit=True)
split.describe()

# %%
plots.show(plots.label_counts(split))

# %% [markdown]
# The classes are not equally large: there is more ham than spam. Keep this in mind. It makes one popular metric misleading.
#
# Now read. Nothing replaces this. If you have time, read a hundred messages, not six.

# %%
plots.text_table(split.train.groupby("label").head(3).sort_values("label"))

# %% [markdown]
# Which signs of spam do you see? Digits, a prize, a fee, a hurry? Does any label look wrong to you? Write your guesses down. Here is one sign that we can count: the length.

# %%
lengths = split.train["text"].str.len().groupby(split.train["label"])
by_label = {label: lengths.get_group(label) for label in split.labels}
plots.show(plots.length_histogram(by_label, unit="characters"))

# %%
medians = {label: float(by_label[label].median()) for label in split.labels}
lesson.claim(
    "In the median, a spam message is longer than a ham message.",
    lambda middle: middle["spam"] > middle["ham"],
    medians,
    planted={"spam": medians["ham"], "ham": medians["spam"]},
)

# %% [markdown]
# The medians differ. But look how much the two histograms overlap. How well could a rule work that sees nothing but the length?
#
# ## Messages that repeat each other
#
# Spam is sent in thousands. Only a telephone number or an amount changes. To a classifier two such messages are one. If one of them is in train and the other in test, then the test asks what the classifier has already been told. This is a **leak**.
#
# To find such messages we make each text plain. Then we look for equal ones. A few lines are enough: small letters, no digits, no punctuation, single spaces.

# %%
import html
import unicodedata


def plain(text):
    text = html.unescape(text).lower()
    letters = [c for c in text if c.isspace() or unicodedata.category(c)[0] in "LM"]
    return " ".join("".join(letters).split())


plain("Ring 0801 NOW &amp; win 500!"), plain("ring 0911 now... WIN 100")

# %% [markdown]
# `html.unescape` turns `&amp;` back into `&`. `unicodedata.category` names the kind of a character: `L` is a letter of any script, `M` is a mark on a letter, such as an accent.
#
# The course has the same rule as `data.normalise`. So that you can trust it, we compare the two on every message that there is. With `deduplicate=False` the loader keeps all repeats.

# %%
import pandas as pd

naive = data.load(dataset, seeds[0], resplit=True, deduplicate=False)
rows = pd.concat([naive.train, naive.validation, naive.test], ignore_index=True)

lesson.claim(
    "Our few lines and `data.normalise` agree on every message.",
    lambda found: found == [data.normalise(text) for text in rows["text"]],
    [plain(text) for text in rows["text"]],
    planted=[text.lower() for text in rows["text"]],
)

# %% [markdown]
# Messages with the same plain text form a **group**. The loader writes the name of the group into the column `group`.

# %%
sizes = rows["group"].map(rows["group"].value_counts())
print(f"{len(rows):,} messages, {rows['group'].nunique():,} groups")
print(f"{(sizes > 1).sum():,} messages share their group with another message")

# %% [markdown]
# Here is a large group of spam. Look for the differences.

# %%
spam = rows[rows["label"] == "spam"]
largest = spam["group"].value_counts().index[0]
plots.text_table(spam[spam["group"] == largest].head(4))

# %% [markdown]
# Now deal the messages to the parts one by one, as is often done. We call this a **naive** split. How many test messages have a **twin** in train, that is, a message of their own group?

# %%
leak = data.leak_rate(naive)
leak.round(3)

# %% [markdown]
# The column `share` is the part of the test set that leaks. It is not the same for both labels.

# %%
lesson.record("leak_share_ham", 100 * leak["share"]["ham"], "% of the ham in one naive test set")
lesson.record("leak_share_spam", 100 * leak["share"]["spam"], "% of the spam in one naive test set")

shares = dict(leak["share"])
lesson.claim(
    "In a naive split, a larger share of the spam leaks than of the ham.",
    lambda share: share["spam"] > share["ham"],
    shares,
    planted={**shares, "spam": shares["ham"], "ham": shares["spam"]},
)

# %% [markdown]
# The cure is simple: keep one message of each group, then split. `load` does so unless you forbid it.

# %%
lesson.claim(
    "After de-duplication no test message has a twin in train or validation.",
    lambda parts: not set(parts[0]) & set(parts[1]),
    (split.test["group"], pd.concat([split.train, split.validation])["group"]),
    planted=(naive.test["group"], naive.train["group"]),
)

# %% [markdown]
# But is the leak worth the trouble? Does it change a score at all? We will measure that as soon as we have a classifier. First the text must become numbers.
#
# ## Tokens
#
# A **token** is the unit that a model sees. There are three usual choices: words, characters, and something between them. We take one message and cut it in each way.

# %%
example = "Don't wait: the prizewinner calls at 9!"
by_spaces = example.split()
by_characters = list(example)
print(by_spaces)
print(by_characters)

# %% [markdown]
# Spaces are not enough: `wait:` and `wait` would be two different words. The rule of uncased BERT is better. Small letters only. No accents. Each punctuation mark stands alone, and so does each Chinese character.

# %%
import string


def words(text):
    text = unicodedata.normalize("NFD", text.lower())
    kept = [c for c in text if c.isspace() or unicodedata.category(c) not in ("Mn", "Cc")]
    return "".join(f" {c} " if stands_alone(c) else c for c in kept).split()


def stands_alone(c):
    punctuation = c in string.punctuation or unicodedata.category(c)[0] == "P"
    return punctuation or "CJK" in unicodedata.name(c, "")


words(example)

# %% [markdown]
# `NFD` splits a letter from its accent, so that the accent (`Mn`) can be dropped. `Cc` are control characters, which nobody sees. The end of a line is one of them, but it counts as a space and stays.
#
# How good are words as tokens? The set of tokens that a model knows is its **vocabulary**. It comes from train, because the test must stay unseen. So let us count.

# %%
known_words = {word for text in split.train["text"] for word in words(text)}
known_characters = {c for text in split.train["text"] for c in text}
test_words = [word for text in split.test["text"] for word in words(text)]
unknown = sum(word not in known_words for word in test_words) / len(test_words)
print(f"{len(known_words):,} words and {len(known_characters):,} characters in train")
lesson.record("unknown_words", 100 * unknown, "% of the words of a test set")

# %% [markdown]
# Words say much, but the vocabulary is large, and some words of the test are not in it. Characters are few, but each says little, and there are many in a row.
#
# ## Word pieces
#
# The way between is called **WordPiece** (Schuster and Nakajima 2012). Frequent words are one token. A rare word is cut into **pieces** that are frequent. The mark `##` says: this piece goes on with the word before it.
#
# To cut a word, take the longest piece of the vocabulary that fits at its beginning. Then go on with the rest. A method that always takes what looks best now, and never goes back, is called **greedy**.


# %%
def pieces(word, vocabulary):
    found, rest = [], word
    while rest:
        mark = "##" if found else ""
        ends = range(len(rest), 0, -1)
        fits = [end for end in ends if mark + rest[:end] in vocabulary]
        if not fits:
            return ["[UNK]"]
        found.append(mark + rest[: fits[0]])
        rest = rest[fits[0] :]
    return found


toy = {"prize", "p", "##r", "##win", "##winner", "##ner", "##s"}
pieces("prizewinner", toy), pieces("prizewinners", toy), pieces("prizefight", toy)

# %% [markdown]
# In the first word, `##win` fits as well, but `##winner` is longer. In the last word, no piece fits after `prize`. Then the whole word becomes `[UNK]`, for unknown.
#
# Where does a vocabulary come from? `train_wordpiece` starts from single characters and joins what often stands side by side. Lesson 05 looks closer. Here we only use it, on train.

# %%
from nlputils.text import train_wordpiece

tokenizer = train_wordpiece(split.train["text"], vocabulary_size)
plots.show(plots.token_strip(tokenizer.tokens(example), title="One message in pieces"))

# %% [markdown]
# The object `tokenizer` is written in Rust and very quick. Does it do what our few lines do?

# %%
vocabulary = set(tokenizer.vocabulary)
by_hand = [[p for word in words(text) for p in pieces(word, vocabulary)] for text in rows["text"]]
by_library = [tokenizer.tokens(text) for text in rows["text"]]

lesson.claim(
    "Pieces by hand and by the library are the same for every message.",
    lambda found: found == by_library,
    by_hand,
    planted=[words(text) for text in rows["text"]],
)

# %% [markdown]
# Are there fewer unknown tokens than with words? We count `[UNK]` in the test messages.

# %%
test_pieces = [piece for text in split.test["text"] for piece in tokenizer.tokens(text)]
unknown_pieces = test_pieces.count("[UNK]") / len(test_pieces)
lesson.record("unknown_pieces", 100 * unknown_pieces, "% of the pieces of a test set")
lesson.claim(
    "A smaller share of the pieces than of the words is unknown.",
    lambda shares: shares["pieces"] < shares["words"],
    {"pieces": unknown_pieces, "words": unknown},
    planted={"pieces": unknown, "words": unknown},
)

# %% [markdown]
# ## From tokens to a tensor
#
# A network computes with numbers. So each piece gets an **id**: its place in the vocabulary. Two special pieces are put around each text: `[CLS]` opens it and `[SEP]` ends it.


# %%
def ids(text):
    return [tokenizer.id_of(piece) for piece in ["[CLS]", *tokenizer.tokens(text), "[SEP]"]]


three = list(split.train["text"][:3])
[len(ids(text)) for text in three]

# %% [markdown]
# The three lists differ in length, but an array has rows of one length. So we choose a length, cut longer texts, and fill up shorter ones with the id of `[PAD]`. This is **padding**. Which length? Look at the data again.

# %%
in_pieces = [len(found) for found in tokenizer.ids_batch(list(split.train["text"]))]
plots.show(plots.length_histogram(in_pieces, length - 2, unit="pieces"))

# %% [markdown]
# The line stands at `length - 2`, because `[CLS]` and `[SEP]` need two places. What lies to the right of it will be cut. A larger length would cut less and cost more time.

# %%
import numpy as np

tensor = np.full((3, length), tokenizer.pad_id, dtype=np.int32)
for row, text in enumerate(three):
    kept = ids(text)[1:-1][: length - 2]
    tensor[row, : len(kept) + 2] = [tokenizer.cls_id, *kept, tokenizer.sep_id]
print("[CLS] is", tokenizer.cls_id, "- [SEP] is", tokenizer.sep_id, "- [PAD] is", tokenizer.pad_id)
print(tensor[:, :8])
print(tensor[:, -28:])

# %% [markdown]
# You see the first eight columns, and then the last ones.
#
# This is the **tensor**. The word means an array with any number of axes. Ours has two: the first axis counts messages, the second counts places in a message. Its numbers are whole numbers of 32 bits, `int32`. All networks of this course begin with such an array. `tokenizer.encode` makes it in one call.

# %%
lesson.claim(
    "The tensor by hand and the tensor of `encode` are equal.",
    lambda found: bool((found == tokenizer.encode(three, length)).all()),
    tensor,
    planted=np.roll(tensor, 1, axis=1),
)

# %% [markdown]
# ## Bag of words
#
# The ids keep the order of the words. Lesson 03 will need that. Simple methods throw the order away. They only count how often each word stands in a message: a **bag of words**. Three tiny messages show it.

# %%
from sklearn.feature_extraction.text import CountVectorizer

tiny = ["win the prize", "claim the prize and win the car", "see you at the race"]
counter = CountVectorizer()
counts = counter.fit_transform(tiny).toarray()
pd.DataFrame(counts, index=tiny, columns=counter.get_feature_names_out())

# %% [markdown]
# One row for each message, one column for each word of the vocabulary. This is a tensor, too. With real messages nearly all of its numbers are zero, so libraries store the others only. Such an array is called **sparse**.
#
# ## TF-IDF
#
# The word *the* stands in each tiny message. So it does not tell one from the other. The word *claim* stands in one. **TF-IDF** (Salton and Buckley 1988) gives a rare word more weight. A **document** is one text, here a message. TF-IDF multiplies two numbers:
#
# - **term frequency**, $\mathrm{tf}(t, d)$: how often the term $t$ stands in the document $d$;
# - **inverse document frequency**, $\mathrm{idf}(t) = \ln\frac{1 + n}{1 + \mathrm{df}(t)} + 1$, where $n$ is the number of documents, and $\mathrm{df}(t)$ says how many of them hold $t$.
#
# The ones in the fraction act like one more document that holds every term. This is the "smooth" formula of scikit-learn. The $+ 1$ at its end keeps a term that stands everywhere: it counts least, but it counts. At the end each row is divided by its norm $\sqrt{\sum_t w_t^2}$, so that long messages do not weigh more than short ones.
#
# (Our classifiers below use $1 + \ln \mathrm{tf}$ in place of $\mathrm{tf}$. Then a tenth repeat adds less than the first.)

# %%
n = len(tiny)
df = (counts > 0).sum(axis=0)
idf = np.log((1 + n) / (1 + df)) + 1
weights = counts * idf
tfidf = weights / np.linalg.norm(weights, axis=1, keepdims=True)
plots.show(plots.heatmap(tfidf, tiny, list(counter.get_feature_names_out()), title="TF-IDF"))

# %% [markdown]
# Compare *the* and *claim* in the second row. *the* stands there twice and *claim* once. The weights are closer than two to one.

# %%
from sklearn.feature_extraction.text import TfidfVectorizer

lesson.claim(
    "Four lines by hand and scikit-learn give the same TF-IDF.",
    lambda found: bool(np.allclose(found, TfidfVectorizer().fit_transform(tiny).toarray())),
    tfidf,
    planted=weights,
)

# %% [markdown]
# Terms need not be words. A term can be a **pair of words**, or a run of two to five **characters**. Runs of characters find `fr33` near `free`, and need no idea of what a word is.
#
# ## Four classifiers, one effort
#
# Each of our classifiers gives every term a weight. For a message it multiplies the weight of each term by its count or TF-IDF, adds all that up, adds a constant, and looks at the sign of the sum. Such a classifier is **linear**. They differ in how they find the weights.
#
# | name | terms | how it finds the weights |
# |---|---|---|
# | naive Bayes | counts of words, perhaps pairs | compares how frequent a term is in spam and in ham, as if terms were independent (McCallum and Nigam 1998) |
# | word SVM | TF-IDF of words and pairs | looks for the widest gap between the classes: a support vector machine (Joachims 1998) |
# | char SVM | TF-IDF of runs of characters | the same |
# | word logistic | TF-IDF of words and pairs | makes the labels of train as probable as it can: logistic regression |
#
# These are **baselines**: any network of later lessons has to beat them, or it is not worth its cost. A weak baseline makes every network look good. So all get the same effort. Each tries eight settings on train. Validation chooses one. Then the chosen one is trained on train and validation together. We call this last step **refit**.

# %%
from nlputils import evaluate

model = evaluate.naive_bayes()
train, validation, test = split.train, split.validation, split.test
model.fit(train["text"], split.y(train), validation["text"], split.y(validation))
model.table.round(3)

# %% [markdown]
# Eight rows, one for each setting, with its score on validation. The last column marks the choice. `alpha` is the **smoothing**: how many times we pretend to have seen each term before we began. Without it, one new word could decide everything. `ngram_range` says how many neighbouring words make a term: `(1, 2)` means words and pairs.
#
# How sure is a choice among eight, on a small validation set? Look how close the rows are.
#
# The score is the **F1 of spam**. It is 1 when all spam is found and no ham is called spam, and 0 when no spam is found. In later tables it stands in per cent. Its formula follows below. First we let all classifiers run. One function does it for one split.


# %%
def run(model, split, seed):
    train, validation, test = split.train, split.validation, split.test
    model.fit(train["text"], split.y(train), validation["text"], split.y(validation))
    return evaluate.Predicted(split.y(test), model.predict(test["text"]), seed, model.n_train)


# %% [markdown]
# `Predicted` keeps the true classes, the predicted ones, the seed, and the number of messages learned from. From such objects the course computes all scores.
#
# One split is one throw of the dice. So we take several: each seed deals the messages anew.

# %%
systems = {
    "naive Bayes": evaluate.naive_bayes,
    "word SVM": evaluate.word_svm,
    "char SVM": evaluate.char_svm,
    "word logistic": evaluate.word_logistic,
}
splits = {seed: data.load(dataset, seed, resplit=True) for seed in seeds}
runs = {name: [run(make(), splits[seed], seed) for seed in seeds] for name, make in systems.items()}

# %% [markdown]
# A fifth one needs no training. It says ham, always. It shows what a score is worth when nothing was learned.

# %%
from dataclasses import replace

runs["always ham"] = [replace(found, y_pred=0 * found.pred) for found in runs["naive Bayes"]]
saved = evaluate.save_runs(lesson.artefact("baselines") / "runs.json", runs)

# %% [markdown]
# The last line saves the predictions. Lessons 03 and 07 read them, and compare their networks with them on the very same splits.
#
# ## Scores
#
# A **score** is an estimate. `evaluate.score` gives the mean over the splits and an interval of 95 %. The splits share messages, so their scores are not independent. The interval allows for that (Nadeau and Bengio 2003). It is wider than one for independent scores would be. An interval from so few splits is rough itself, so do not compare widths.

# %%
scores = {name: evaluate.score("spam_f1", found, "splits") for name, found in runs.items()}
for name, found in scores.items():
    lesson.record(lesson.record_name(name, "spam_f1"), found, main=name == "char SVM")

# %%
plots.show(plots.scores(scores, title="Five baselines on the same splits"))

# %% [markdown]
# Do not judge by whether two intervals overlap. All classifiers were tested on the same messages. A split that is hard for one is mostly hard for the others. The right question is about **pairs**: how large is the difference within each split? `compare` asks it. We set the char SVM beside each of the others. That was decided before anything ran: who picks the winner first and then compares it flatters the winner.

# %%
for name in ("naive Bayes", "word SVM", "word logistic", "always ham"):
    pair = (runs["char SVM"], runs[name])
    print(evaluate.compare("spam_f1", *pair, ("char SVM", name), "splits"))

# %% [markdown]
# "Not distinguishable" does not mean equal. It means that these splits cannot tell which one is ahead. And whoever makes many comparisons will find a difference by chance: one in twenty, even among equals.
#
# The last line of the output says more. We make it a claim for all four. The check looks at the lower end of each interval, and takes the lowest of them.


# %%
def least_gain(found):
    nothing = found["always ham"]
    pairs = [evaluate.compare("spam_f1", found[n], nothing, design="splits") for n in systems]
    return min(pair.low for pair in pairs)


lesson.claim(
    "Each of the four classifiers has learned something: it is ahead of always saying ham.",
    lambda gain: gain > 0,
    least_gain(runs),
    planted=least_gain({**runs, "word SVM": runs["always ham"]}),
)

# %% [markdown]
# ## What the metrics say
#
# A classifier of two classes can be right in two ways, and wrong in two ways. A table with the four counts is a **confusion matrix**. Here is that of the char SVM on the first split.

# %%
first = runs["char SVM"][0]
matrix = pd.crosstab(first.true, first.pred).to_numpy()
axes = ([f"is {label}" for label in split.labels], [f"called {label}" for label in split.labels])
plots.show(plots.heatmap(matrix, *axes, title="Confusion matrix, char SVM, first split"))

# %% [markdown]
# The four counts have names. Spam that was found is a true positive, TP. Spam that was missed is a false negative, FN. Ham called spam is a false positive, FP. Ham called ham is a true negative, TN. From them come all metrics of this lesson.
#
# - **accuracy** $= (TP + TN) / n$: how many are right?
# - **precision** $= TP / (TP + FP)$: of what was called spam, how much was spam?
# - **recall** $= TP / (TP + FN)$: of the spam, how much was found?
# - **F1** $= 2TP / (2TP + FP + FN)$: the harmonic mean of precision and recall. It ignores TN.
# - **ham false-positive rate** $= FP / (FP + TN)$: how much ham is lost? For the reader of the mail this is often the worst error.
# - **MCC** $= (TP \cdot TN - FP \cdot FN) / \sqrt{(TP+FP)(TP+FN)(TN+FP)(TN+FN)}$: a correlation of truth and prediction, from -1 to 1 (Matthews 1975). It uses all four counts, and we take 0 where the root is 0.

# %%
(tn, fp), (fn, tp) = matrix
by_hand = {
    "accuracy": (tp + tn) / matrix.sum(),
    "spam_f1": 2 * tp / (2 * tp + fp + fn),
    "ham_fpr": fp / (fp + tn),
    "mcc": (tp * tn - fp * fn) / np.sqrt(1.0 * (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)),
}
lesson.claim(
    "The formulas by hand give what the functions of `evaluate` give.",
    lambda found: all(
        np.isclose(found[name], evaluate.METRICS[name](first.true, first.pred)) for name in found
    ),
    by_hand,
    planted={**by_hand, "spam_f1": tp / (tp + fp)},
)

# %% [markdown]
# Now all systems and four metrics in one table. Read the row of `always ham` first.

# %%
table = {
    metric: {name: evaluate.score(metric, found, "splits") for name, found in runs.items()}
    for metric in ("accuracy", "spam_f1", "mcc", "ham_fpr")
}
shown = {
    m: {name: evaluate.METRICS[m].show(s.value) for name, s in table[m].items()} for m in table
}
pd.DataFrame(shown)

# %% [markdown]
# It finds no spam at all, and yet most of its answers are right. Its accuracy is simply the share of ham. (The test sets all have about the same share, so this score hardly varies between splits.) F1 and MCC are 0, as they should be. Its ham false-positive rate is perfect, because who never says spam never loses ham. So: no metric alone. This course reports the F1 of spam as its main metric, with MCC and the ham false-positive rate beside it.

# %%
for metric in ("accuracy", "mcc", "ham_fpr"):
    lesson.record(f"char_svm_{metric}", table[metric]["char SVM"])
lesson.record("always_ham_accuracy", table["accuracy"]["always ham"])

ham = [float(np.mean(found.true == 0)) for found in runs["always ham"]]
lesson.claim(
    "The accuracy of always saying ham is the share of ham, and its F1 of spam is 0.",
    lambda found: found[0] == ham and set(found[1]) == {0.0},
    (list(table["accuracy"]["always ham"].values), scores["always ham"].values),
    planted=(list(table["accuracy"]["char SVM"].values), scores["char SVM"].values),
)

# %% [markdown]
# ## What the leak does to a score
#
# Back to the question that was left open. We take naive splits, in which twins are torn apart. The simplest way is to compare the score on naive splits with the score on de-duplicated ones.

# %%
naive_splits = {s: data.load(dataset, s, resplit=True, deduplicate=False) for s in seeds}


def run_all(name, part):
    """One system on every naive split; `part` says what it may learn from."""
    return [run(systems[name](), part(naive_splits[seed]), seed) for seed in seeds]


leaky = {name: run_all(name, lambda split: split) for name in leak_systems}
for name in leak_systems:
    lesson.record(
        lesson.record_name(name, "naive_spam_f1"),
        evaluate.score("spam_f1", leaky[name], "splits"),
    )
    print("  on de-duplicated splits:", scores[name])

# %% [markdown]
# Be careful here. The two scores come from different test sets, so there are no pairs. And two things changed at once: the naive train sets hold the twins of test messages, and the naive test sets hold easy spam several times.
#
# A clean experiment changes one thing. So we keep the naive test sets as they are, and only take the twins of test messages out of train and validation.


# %%
def without_twins(split):
    held_out = set(split.test["group"])
    parts = {"train": split.train, "validation": split.validation}
    kept = {name: part[~part["group"].isin(held_out)] for name, part in parts.items()}
    return replace(split, **kept)


cured = {name: run_all(name, without_twins) for name in leak_systems}
for name in leak_systems:
    names = (f"{name} with twins", "without twins")
    effect = evaluate.compare("spam_f1", leaky[name], cured[name], names, "splits")
    lesson.record(lesson.record_name("leak_effect", name, "spam_f1"), effect)

# %% [markdown]
# Same test messages, same method, pairs of runs. What differs is the twins, and with them a small part of the training messages. Each sentence above is what the leak does to one system. Do the two profit alike?
#
# If an interval holds zero, then the mean over a whole test set is too blunt to show the leak. So look where it can act: at messages with a twin. We split the spam of the test sets in two: those with a twin in train or validation, and those without. Then we compute the recall in each half, for both ways of training, with the first system. Recall is the share of the spam that was found.


# %%
def spam_table(seed, with_twins, without):
    split = naive_splits[seed]
    learned = pd.concat([split.train, split.validation])["group"]
    twin = split.test["group"].isin(set(learned)).to_numpy()
    table = {"has a twin": twin, "twins learned": with_twins.pred, "twins removed": without.pred}
    return pd.DataFrame(table)[with_twins.true == 1]


pairs = zip(seeds, leaky[leak_systems[0]], cured[leak_systems[0]], strict=True)
found = pd.concat([spam_table(*three) for three in pairs])
recall = 100 * found.groupby("has a twin").mean()
recall.assign(messages=found.groupby("has a twin").size()).round(1)

# %%
lesson.claim(
    "In a naive test, spam with a twin is found more often than spam without one.",
    lambda found: found[True] > found[False],
    dict(recall["twins learned"]),
    planted={True: recall["twins learned"][False], False: recall["twins learned"][True]},
)

# %% [markdown]
# It is tempting to stop here and call the whole difference memory. Do not. There are two causes, and the table can tell them apart.
#
# - **Memory.** Read the row `True` from left to right. These are the same messages. On the left the classifier had learned their twins, on the right it had not. The row `False` is a control: from these messages nothing was taken but some of the training messages. So we subtract its change.
# - **Easy spam.** Read the column `twins removed` from top to bottom. Here nobody had seen a twin. What still differs is the kind of spam: what is sent in many copies may be easier to find.

# %%
change = recall["twins learned"] - recall["twins removed"]
memory = change[True] - change[False]
easy = recall["twins removed"][True] - recall["twins removed"][False]
lesson.record("leak_memory", memory, "points of recall, spam with a twin")
lesson.record("leak_easy", easy, "points of recall, with a twin against without")

# %% [markdown]
# Both can flatter a naive score: memory, because the answer was known, and easy spam, because each copy counts again. De-duplication ends both: nothing in the test was learned, and each group counts once. Two limits remain. The same message can be in the test set of several splits, so these two numbers are less certain than the count of messages suggests. We give no interval for them: take them as a description. And our rule finds only messages with the same plain text. Spam with one word changed passes as new.
#
# A test set with twins answers the question "how well will it do on a stream that repeats itself?". We ask how it does on new spam. So the course splits by group, everywhere.
#
# ## What a bag cannot see
#
# How much do these methods use the order of words? Shuffle the words of each test message. For counts of single words nothing changes.

# %%
rng = np.random.default_rng(0)


def shuffled(text):
    return " ".join(rng.permutation(text.split()))


def counted(texts, size):
    return CountVectorizer(ngram_range=(1, size)).fit(test["text"]).transform(texts).toarray()


mixed = [shuffled(text) for text in test["text"]]
lesson.claim(
    "The counts of single words are the same before and after shuffling.",
    lambda found: bool((found[0] == found[1]).all()),
    (counted(test["text"], 1), counted(mixed, 1)),
    planted=(counted(test["text"], 2), counted(mixed, 2)),
)

# %% [markdown]
# The planted error counts pairs of words as well, and pairs do change. So a method with pairs sees a little of the order. The word SVM is such a method. We train it on the messages as they are, and test it on shuffled ones.


# %%
def with_shuffled_test(split):
    return replace(split, test=split.test.assign(text=split.test["text"].map(shuffled)))


out_of_order = [run(evaluate.word_svm(), with_shuffled_test(splits[s]), s) for s in seeds]
names = ("the word SVM in order", "shuffled")
order = evaluate.compare("spam_f1", runs["word SVM"], out_of_order, names, "splits")
lesson.record("order_effect_spam_f1", order)

# %% [markdown]
# If the effect is small, then single words already decide most of these messages. If it is large, then the method reacts to order. But a shuffled message also holds pairs that training never saw. So a drop alone does not show that order helps. A rival that never sees order can help here: naive Bayes with single words is one.
#
# ## Read the errors
#
# A linear classifier gives a number before it gives a class: the sum of the weights. It is called the **margin** here. Above zero means spam. A wrong message with a large margin is a mistake made with confidence. Those are worth reading first. We read errors of **validation**: whoever has read the test messages will, without wanting to, build the next system for them. So this SVM learns from train alone (`refit=False`).

# %%
svm = evaluate.char_svm()
known = (train["text"], split.y(train), validation["text"], split.y(validation))
svm.fit(*known, refit=False)
margin = svm.decision(validation["text"])
errors = validation.assign(margin=margin)[(margin > 0) != (split.y(validation) == 1)]
print(f"{len(errors)} of {len(validation):,} validation messages are wrong")

# %%
worst = errors["margin"].abs().sort_values(ascending=False).index[:8]
plots.text_table(errors.loc[worst], ("label", "margin", "text"))

# %% [markdown]
# Ask three questions of each. Is the label wrong? People err when they label, and in the embedded messages some labels are flipped on purpose. Do the words mislead, because ham speaks of prizes too? Or would only the order, or the sense, tell? Only the last kind is a case for a better reader.
#
# ## Reflection
#
# Before a computer can tell spam from ham, it needs examples with labels, a way to cut texts into tokens, and numbers for them. It also needs something from us: a test that is new to it.
#
# Look at the figure again and ask: how much is left to gain? Nobody reaches 100 where labels are wrong: exercise 6 computes the ceiling of the embedded messages. Keep the answer. It is the fair measure of all that follows.
#
# ## Takeaways
#
# - Read the data first. Near-duplicates leak from train into test. Keep them on one side.
# - To measure a cause, change one thing, and compare on the same messages.
# - Tokens are words, characters or pieces. Pieces keep the vocabulary small and leave less unknown than words do.
# - A tensor is an array. Ours has one row of ids for each message, padded to one length.
# - TF-IDF gives more weight to a term that few documents hold.
# - Validation chooses, test speaks once. All systems get the same effort.
# - Accuracy can be high when nothing was learned. Report what it costs to be wrong.
#
# ## Sources
#
# Joachims (1998), Text categorization with support vector machines. Matthews (1975), on the secondary structure of T4 phage lysozyme, where the correlation was introduced. McCallum and Nigam (1998), A comparison of event models for naive Bayes text classification. Nadeau and Bengio (2003), Inference for the generalization error. Salton and Buckley (1988), Term-weighting approaches in automatic text retrieval. Schuster and Nakajima (2012), Japanese and Korean voice search.
#
# ## Exercises
#
# 1. Write `plain_with_digits(text)`: like `plain`, but digits stay. How many groups do the messages of `rows` form with it? Store the number as `groups_with_digits`. Why is it not smaller than the number of groups above?
# 2. A system calls every message spam. The share of spam is `s`. Write `always_spam_f1(s)`, its F1 of spam, as a formula. Check it on `split.test` with `evaluate.spam_f1(y_true, y_pred)`, which gives a fraction from 0 to 1.
# 3. Greedy is not always best. Find a vocabulary `stuck` for which `pieces("unpaid", stuck)` is `["[UNK]"]`, although the word can be cut into pieces of `stuck`.
# 4. In TF-IDF, what is the idf of a term that all documents hold? Store it as `idf_everywhere`. And for which terms of the vocabulary is it largest?
# 5. When we removed the twins, we also took some messages away from train. Perhaps the smaller train set alone explains the effect. Write `without_random(split, seed)`: from train and from validation it takes away as many messages of each label as `without_twins` does, chosen at random. Train the first of `leak_systems` on what is left, compare with its runs in `leaky`, and store the comparison as `control`.
# 6. Nobody can be perfect on the embedded messages: some of their labels are flipped on purpose. `nlputils.data.pocket.oracle.best_possible_score` knows the grammar that wrote them, and gives the best possible F1 of spam, times 100. It takes `"messages"`, a list of texts and a list of labels. Compute it for the test part of `data.load("pocket_messages", 0, resplit=True)`, and store it as `ceiling`.
#
# <details><summary>Solutions</summary>
#
# 1. Digits have the category `Nd`, so `N` joins the letters:
#
#     ```python
#     def plain_with_digits(text):
#         text = html.unescape(text).lower()
#         kept = [c for c in text if c.isspace() or unicodedata.category(c)[0] in "LMN"]
#         return " ".join("".join(kept).split())
#
#     groups_with_digits = rows["text"].map(plain_with_digits).nunique()
#     ```
#
#     Texts that stay equal with their digits are also equal without them. So a group can only be cut, never joined. (Texts without any letter are an exception: `plain` makes all of them empty, and the loader groups those by their exact text.)
# 2. TP is `s * n`, FP is `(1 - s) * n` and FN is 0, so F1 is `2 * s / (1 + s)`.
#
#     ```python
#     def always_spam_f1(s):
#         return 2 * s / (1 + s)
#
#     y = split.y(test)
#     np.isclose(always_spam_f1(y.mean()), evaluate.spam_f1(y, np.ones_like(y)))
#     ```
#
# 3. `stuck = {"un", "unp", "##paid"}`. Greedy takes `unp`, and nothing fits `aid`. With `un` and `##paid` it would have worked. Real vocabularies hold all single characters, so this cannot happen to them. Then greedy only makes more pieces than needed, at times.
# 4. With df = n the logarithm is that of 1, so `idf_everywhere = 1.0`. It is largest for a term that only one document holds.
# 5. Take the number of messages that `without_twins` removes from each part, label by label:
#
#     ```python
#     def without_random(split, seed):
#         less, kept = without_twins(split), {}
#         for name in ("train", "validation"):
#             part, target = getattr(split, name), getattr(less, name)["label"].value_counts()
#             kept[name] = pd.concat([
#                 some.sample(target[label], random_state=seed)
#                 for label, some in part.groupby("label")
#             ])
#         return replace(split, **kept)
#
#     name = leak_systems[0]
#     fewer = [run(systems[name](), without_random(naive_splits[s], s), s) for s in seeds]
#     control = evaluate.compare("spam_f1", leaky[name], fewer, ("all", "fewer"), "splits")
#     ```
#
#     A message taken at random is seldom a twin, and often another copy of it stays. Set `control` beside the first comparison of the lesson, and beside the row `False` of the table. If neither shows a loss, then the size of train does not explain the effect.
# 6. The oracle reads each message by the grammar's own rules, so only flipped labels are left to be wrong about. What is left to gain is `ceiling` less the best baseline of that split:
#
#     ```python
#     from nlputils.data.pocket.oracle import best_possible_score
#
#     pocket = data.load("pocket_messages", 0, resplit=True).test
#     ceiling = best_possible_score("messages", list(pocket["text"]), list(pocket["label"]))
#     ```
#
# </details>
