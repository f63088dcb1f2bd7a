# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
#   nlputils:
#     number: "07"
#     title: "Fine-tuning: spam"
#     needs: ["01", "03", "05"]
#     gives: [finetuned]
#     teaching_minutes: 50
#     exercise_minutes: 40
# ---

# %% [markdown]
# # 07 Fine-tuning: spam
#
# **Question.** You run a message service, and you have a handful of messages that somebody has labelled. Does a pretrained network help you to find spam? And does it still help when you have many labels?
#
# After this lesson you can
#
# - put a classification head on a pretrained encoder, and fine-tune it;
# - compare it fairly with the same network from random weights;
# - test an explanation of a gain by taking away what it needs;
# - set a neural score beside the simple methods of lessons 01 and 03;
# - read the errors of a classifier in the order in which they hurt;
# - check a stored table by measuring a part of it again.

# %% tags=["parameters"]
profile = "laptop"
dataset = "sms_spam_collection"
labels = []
limit = 0
encoder_folder = ""
length = 64
few = 64
few_draws = 15
few_tuning_draws = 1
few_epochs = 10
few_learning_rates = [3e-5, 1e-4, 3e-4, 1e-3]
epochs = 3
learning_rates = [1e-4, 3e-4, 1e-3]
splits = [0, 1, 2, 3, 4]
training_seed = 0
shipped_encoder = "bert-4x256"
again = "sentiment-500"
messages = [
    "Win a free prize now, call this number!",
    "Running late, see you at the station at six",
]

# %%
from nlputils import lesson, shipping

asked_again = [shipping.TASKS[again].dataset] if again else []
lesson.start("07", profile=profile, data=[dataset, *asked_again])

# %% [markdown]
# The parameter `encoder_folder` names the encoder to start from. Empty means: the one that lesson 05 left. You may also name your own data in `dataset`: a CSV file with the columns `text` and `label`. Then give its two labels in `labels`, and the one that is to be found last: `["fine", "junk"]`. Of a large file, `limit` says how many messages to train on at most; 0 means all.
#
# ## The data, once more
#
# We deal the messages into train, validation and test as lesson 01 did, by the same seeds. So all lessons speak about the same test messages.

# %%
from nlputils import data


def dealt(seed):
    """The messages in three parts, dealt by a seed."""
    return data.load(dataset, seed, resplit=True, labels=labels or None, limit=limit or None)


split = dealt(splits[0])
if len(split.labels) != 2:
    raise ValueError(f"This lesson needs two labels; {dataset} has {list(split.labels)}.")
print("to be found:", split.labels[1])
split.describe()

# %% [markdown]
# ## Two starting points
#
# The first network is the encoder of lesson 05. It began from counted neighbours, and then read text without labels. When this lesson says **pretrained**, it means both together: counting and training. The second one has the same form, the same number of weights and the same pieces. Its weights are random. Everything that one gets, the other one gets too. So a difference between them comes from pretraining, from the choice of the learning rate, or from chance. The interval says whether chance is a good explanation, as far as it knows chance; below we say what it leaves out.

# %%
from nlputils import models

source = encoder_folder or lesson.needed("05", "encoder")
pretrained = models.load_encoder(source)
tokenizer, card = pretrained.tokenizer, pretrained.card
{name: card.get(name, "") for name in ("corpus", "size", "start", "pieces_read", "held_out_loss")}

# %% [markdown]
# Fine-tuning changes the weights. So we keep a copy of them, and put it back before each new training. Random weights can be put in in the same way.

# %%
import numpy as np

saved = pretrained.backbone.get_weights()
longest = pretrained.backbone.max_sequence_length
draws = [few_draws * training_seed + number for number in range(few_draws)]
seeds = {*draws, *(100 * training_seed + number for number in splits)}
random_weights = {
    seed: models.encoder(card["size"], len(tokenizer), longest, seed=seed).get_weights()
    for seed in seeds
}


# %%
def start_from(origin, seed):
    """The encoder with one kind of weights; the seed decides what is random in them."""
    weights = saved
    if origin == "random":
        weights = random_weights[seed]
    if origin == "vectors only":
        weights = [saved[0], *random_weights[seed][1:]]
    if origin == "exchanged":
        # All but the special pieces, whose ids come first.
        order = 5 + np.random.default_rng(seed).permutation(len(tokenizer) - 5)
        weights = [saved[0][[*range(5), *order]], *saved[1:]]
    pretrained.backbone.set_weights(weights)
    return pretrained.backbone


# %% [markdown]
# ## A head
#
# The encoder gives a vector for each piece. A **head** turns them into an answer. Ours takes the mean of the vectors, and one dense layer turns the mean into two numbers, the **logits**. The larger logit names the class.
#
# BERT's own head reads only the vector of `[CLS]`. In BERT that vector was trained by next-sentence prediction. The network of lesson 05 never had this task, so nobody ever asked anything of its `[CLS]`. That is why we take the mean.

# %%
from nlputils.text import bert_inputs

# Only their first words: then there is padding, whatever the messages are.
rows = tokenizer.encode([" ".join(text.split()[:2]) for text in split.test["text"][:3]], length)
task = models.classifier(start_from("pretrained", 0), len(split.labels), pooling="mean", seed=0)
logits = models.trainable(task).predict_on_batch(bert_inputs(rows))
logits.round(3)

# %% [markdown]
# By hand, padding must count for nothing: add up the vectors of the real pieces, divide by their number, and multiply with the dense layer's matrix.

# %%
vectors = task.backbone.predict_on_batch(bert_inputs(rows))["sequence_output"]
real = (rows != tokenizer.pad_id)[:, :, None]
matrix, bias = task.get_layer("logits").get_weights()
by_hand = (vectors * real).sum(1) / real.sum(1) @ matrix + bias
lesson.claim(
    "The head is the mean of the real pieces' vectors, times a matrix, plus a bias.",
    lambda other: bool(np.allclose(logits, other, atol=1e-4)),
    by_hand,
    planted=vectors.mean(1) @ matrix + bias,
)

# %% [markdown]
# The planted error is the mean that also counts the padding. It gives other logits.
#
# ## Few labels
#
# We draw a few labelled messages from train, the same number from each class. With so few, the share of each class would otherwise be a matter of luck. This has a price: who wants so many spam messages must read many more messages to find them. And where test holds less spam than the draw, each method expects too much spam. (Lesson 05 drew in proportion. So do not compare its scores with these.) A message longer than `length` pieces is cut; the simple methods below read it whole. Then we fine-tune.
#
# Each starting point may need another learning rate. A fair comparison gives both the same choice. We try the same rates for both, and take the one that is best on validation. The parameter `few_tuning_draws` says on how many draws each rate is tried. More draws make a safer choice and cost more time: one draw also says something about itself, not only about the rate. Note that the validation part holds more labels than the few we train on. In real life you would not have them. All systems enjoy this luxury.
#
# If the chosen rate stands at the end of the list, the best one may lie outside. Then make the list longer.

# %%
from nlputils import evaluate, train


def inputs(part):
    """The three arrays that the encoder reads."""
    return bert_inputs(tokenizer.encode(list(part["text"]), length))


task = models.classifier(pretrained.backbone, len(split.labels), pooling="mean", seed=0)
model = models.trainable(task)


def network(origin, seed):
    """The classifier, put back to where a training begins."""
    start_from(origin, seed)
    head = task.get_layer("logits")
    rng = np.random.default_rng(seed)
    head.set_weights([rng.normal(0, 0.02, weight.shape) for weight in head.get_weights()])
    return model


# %%
x = {part: inputs(getattr(split, part)) for part in ("train", "validation", "test")}
y = {part: split.y(getattr(split, part)) for part in x}


# %%
def grid(rates):
    """The settings to try: one for each rate."""
    return [{"learning_rate": rate} for rate in rates]


def chosen_rows(seed):
    """Which messages of train are drawn: as many of each class."""
    return evaluate.draw_labels(y["train"], few, seed, at_least=few // len(split.labels))


def drawn_messages(seed):
    """The few labelled messages of one draw, and their classes."""
    chosen = chosen_rows(seed)
    return {name: values[chosen] for name, values in x["train"].items()}, y["train"][chosen]


# %%
def trial(origin, seed):
    """A training on one draw, for the choice of the rate."""
    return train.Trial(lambda: network(origin, seed), *drawn_messages(seed), {"seed": seed})


def tuned_on_few(origin):
    """The rate that is best on validation for one starting point."""
    return train.tune_over(
        [trial(origin, seed) for seed in draws[:few_tuning_draws]],
        (x["validation"], y["validation"]),
        grid(few_learning_rates),
        score=evaluate.spam_f1,
        epochs=few_epochs,
        batch_size=16,
        keep_best=False,
        jit_compile=True,
    )


# %%
few_tuned = {origin: tuned_on_few(origin) for origin in ("pretrained", "random")}

# %%
import pandas as pd

pd.concat({origin: tuned.table for origin, tuned in few_tuned.items()})

# %% [markdown]
# The column `validation` holds the mean spam-F1 on validation, as a share of 1. The last column marks the choice. (The first training also pays for preparing the network. Do not compare its seconds with the others. `jit_compile=True` asks TensorFlow to compile the training step as a whole. This takes some seconds for each shape of batch, and then each step is faster. It pays where the same network is trained many times.) Now we train once for each draw. Its seed decides which messages are drawn, the random weights, and the order of the messages. With few labels, much hangs on which messages they are. So we draw several times (`few_draws`): the more draws, the narrower the interval.


# %%
def answers(origin, setting):
    """What the network says about the test messages, trained on each of the draws."""
    runs = []
    for seed in draws:
        fresh = network(origin, seed)
        train.finetune(fresh, *drawn_messages(seed), **{**setting, "seed": seed})
        predicted = train.predict_probabilities(fresh, x["test"]).argmax(-1)
        runs.append(evaluate.Predicted(y["test"], predicted, seed, few))
    return runs


few_runs = {origin: answers(origin, tuned.setting) for origin, tuned in few_tuned.items()}

# %% [markdown]
# The simple methods get the same draws. They choose among eight settings on the same validation part, for each draw anew. The networks chose among fewer, once for all draws. So the simple methods have the better deal here.

# %%
for make in (evaluate.naive_bayes, evaluate.char_svm):
    for seed in draws:
        chosen = chosen_rows(seed)
        some = split.train.iloc[chosen]
        baseline = make().fit(
            some["text"], y["train"][chosen], split.validation["text"], y["validation"], refit=False
        )
        run = evaluate.Predicted(y["test"], baseline.predict(split.test["text"]), seed, few)
        few_runs.setdefault(baseline.name, []).append(run)

# %%
from nlputils import plots

few_scores = {name: evaluate.score("spam_f1", runs) for name, runs in few_runs.items()}
for name, result in few_scores.items():
    short = lesson.record_name("few", name, "spam_f1", lower=False)
    lesson.record(short, result, main=name == "pretrained")
plots.show(plots.scores(few_scores, title=f"Spam-F1 with {few} labels"))

# %%
names = ("pretrained", "random")
few_gain = evaluate.compare("spam_f1", few_runs["pretrained"], few_runs["random"], names)
lesson.record("few_gain", few_gain, main=True)

# %% [markdown]
# This line is the answer for these messages, these rates and this number of epochs: pretraining helped, it harmed, or the two cannot be told apart. Look back at the two tables. If random chose the highest rate, then a still higher one might make the gain smaller. We make no claim that it must help. (If the lines at the top name `pocket_messages`: these and their corpus were written so that a gain can be seen (`data/pocket/README.md`). They show how the thing works. They are no evidence that it works elsewhere.) The interval covers two kinds of chance: other test messages, and other draws and seeds. Two more kinds of chance it does not know. The rate was chosen on few draws. And another pretraining gives another encoder: exercise 5 measures that. And the simple methods?

# %%
for name in ("naive Bayes", "char SVM"):
    print(evaluate.compare("spam_f1", few_runs["pretrained"], few_runs[name], ("pretrained", name)))

# %% [markdown]
# Read these lines carefully. To beat random weights is one thing. To beat a method that takes a second to train is another.
#
# ## Where would a gain come from?
#
# Some pieces of the test messages never stood in the few labelled messages of a draw. How many, in the first draw? (`[CLS]` and `[SEP]` count here, too.)

# %%
seen = set(drawn_messages(draws[0])[0]["token_ids"].ravel().tolist())
real = x["test"]["padding_mask"] == 1
is_new = ~np.isin(x["test"]["token_ids"], sorted(seen)) & real
lesson.record("new_pieces", 100 * is_new.sum() / real.sum(), unit="% of test pieces")

# %% [markdown]
# For the random network, such a piece has a random vector: it says nothing. Here is how pretraining could help. Counting and training have given like vectors to pieces that stand in like surroundings. So what fine-tuning learns about one piece holds, in part, for pieces that it never met.
#
# An explanation must be tested, by taking away what it needs. Two tests, on the same draws, and each with its own choice among the same rates:
#
# - **exchanged**: each piece gets the vector of *another* piece, at random. The vectors are still pretrained ones, and so is all that stands above them. Only the match of piece and vector is lost.
# - **vectors only**: each piece keeps its pretrained vector, and all other weights are random.

# %%
for name in ("exchanged", "vectors only"):
    few_runs[name] = answers(name, tuned_on_few(name).setting)
    few_scores[name] = evaluate.score("spam_f1", few_runs[name])
    lesson.record(lesson.record_name("few", name, "spam_f1"), few_scores[name])
plots.show(plots.scores(few_scores, title=f"Spam-F1 with {few} labels"))

# %%
names = ("pretrained", "exchanged")
match = evaluate.compare("spam_f1", few_runs["pretrained"], few_runs["exchanged"], names)
lesson.record("few_match", match)
for pair in (("random", "exchanged"), ("pretrained", "vectors only"), ("vectors only", "random")):
    print(evaluate.compare("spam_f1", *(few_runs[name] for name in pair), pair))

# %%
lesson.claim(
    "When pieces have each other's vectors, the pretrained network finds spam less well.",
    lambda comparison: comparison.better == "pretrained",
    match,
    planted=evaluate.compare("spam_f1", few_runs["exchanged"], few_runs["exchanged"], names),
)

# %% [markdown]
# The planted error is an exchange without an effect.
#
# If the claim held, the match matters. This fits the explanation. It does not prove all of it. The exchange also takes the vectors of pieces that the draw holds. And what stands above the vectors was trained for the old match: if the exchanged network is behind the random one, wrong vectors are worse than none, and then the gap between pretrained and exchanged is larger than what pretraining gave. The lines with "vectors only" tell more: do the vectors help where nothing else was trained? And is the whole network ahead of them? Even there, two things are mixed: the match, and the size of the vectors, which are larger than random ones. What else would you take away to learn more?
#
# Here are some pieces of the labelled messages with their nearest neighbours among all pieces, before any fine-tuning. Judge for yourself which of the two columns makes more sense.

# %%
from nlputils.text import nearest

tables = {
    origin: start_from(origin, draws[0]).get_weights()[0] for origin in ("pretrained", "random")
}
ids = [i for i in sorted(seen) if i >= 5 and len(tokenizer.vocabulary[i]) > 4]
words = [tokenizer.vocabulary[i] for i in ids if tokenizer.vocabulary[i].isalpha()]
words = words[:: max(1, len(words) // 6)][:6]
near = {
    origin: [
        " | ".join(tokenizer.vocabulary[i] for i in nearest(table, tokenizer.id_of(word)))
        for word in words
    ]
    for origin, table in tables.items()
}
plots.text_table(pd.DataFrame({"piece": words, **near}), ("piece", "pretrained", "random"))

# %% [markdown]
# ## All labels
#
# Now we use every labelled message of train. The rate is chosen again, on the validation part of the first split. (Where the parameter `learning_rates` holds one rate only, to save time, nothing is chosen and no table is printed. That rate may suit one network better than the other.) If a chosen rate stands at the end of the list, think of what may lie outside. Then, as in lessons 01 and 03, validation has done its work, and its messages join train. We train on each split, and compare with the earlier lessons on the very same test messages. If a rate was chosen on the first split and there are more splits, the choice has seen some messages that stand in the test part of other splits. The simple methods chose anew on every split, among more settings. So the effort is not equal, and neither are the small helps.
#
# There are many messages now. `by_length` puts messages of like length into one batch, and cuts the padding that all of them share, in steps of 16 pieces. How much that saves depends on the data. Where spam is longer than ham, some batches hold mostly one class. Both networks get the same batches.

# %%
tuned = {
    origin: train.tune(
        lambda origin=origin: network(origin, draws[0]),
        x["train"],
        y["train"],
        (x["validation"], y["validation"]),
        grid(learning_rates),
        score=evaluate.spam_f1,
        epochs=epochs,
        seed=draws[0],
        keep_best=False,
        by_length=True,
        jit_compile=len(splits) > 1,
    )
    for origin in ("pretrained", "random")
}
if len(learning_rates) > 1:
    print(pd.concat({origin: found.table for origin, found in tuned.items()}).to_string())

# %%
runs, seconds = {origin: [] for origin in tuned}, dict.fromkeys(tuned, 0.0)
for number in splits:
    split = dealt(number)
    both = pd.concat([split.train, split.validation])
    known, unseen = ((inputs(part), split.y(part)) for part in (both, split.test))
    for origin, found in tuned.items():
        seed = 100 * training_seed + number
        network(origin, seed)
        setting = {**found.setting, "seed": seed}
        folder = lesson.checkpoints(f"{origin}-{number}")
        history = train.finetune(model, *known, **setting, checkpoint=folder)
        probabilities = train.predict_probabilities(model, unseen[0], by_length=True)
        if origin == "pretrained":
            trained = model.get_weights()
        answer = probabilities.argmax(-1)
        runs[origin].append(evaluate.Predicted(unseen[1], answer, number, len(both), probabilities))
        seconds[origin] += history.seconds / len(splits)

# %% [markdown]
# The earlier lessons left their answers for the same splits. We take those whose test messages are the same, and say which are not.


# %%
from dataclasses import replace


def same_messages(earlier):
    """Whether runs answer the test messages of our splits, one for one."""
    ours = [run.true for run in runs["pretrained"]]
    theirs = [run.true for run in earlier]
    return len(ours) == len(theirs) and all(map(np.array_equal, ours, theirs))


def one_late(found):
    """The same runs with their messages out of order: a mistake that nobody would see."""
    return [replace(run, y_true=np.roll(run.true, 1)) for run in found]


others = []
for number, name in (("01", "baselines"), ("03", "recurrent")):
    for system, earlier in evaluate.load_runs(lesson.needed(number, name) / "runs.json").items():
        chosen = [run for run in earlier if run.seed in splits]
        if same_messages(chosen):
            runs[system] = chosen
        else:
            others.append(system)
            print(f"{system}: lesson {number} answered other messages; not compared")
list(runs)

# %%
lesson.claim(
    "All systems of lessons 01 and 03 answered the same test messages, and are compared.",
    lambda left_out: not left_out,
    others,
    planted=[name for name in runs if not same_messages(one_late(runs[name]))],
)

# %%
design = "splits" if len(splits) > 1 else "seeds"
scores = {name: evaluate.score("spam_f1", of_one, design) for name, of_one in runs.items()}
for origin in ("pretrained", "random"):
    lesson.record(f"{origin}_spam_f1", scores[origin], main=origin == "pretrained")
    lesson.record(f"{origin}_mcc", evaluate.score("mcc", runs[origin], design))
    lesson.record(f"{origin}_ham_fpr", evaluate.score("ham_fpr", runs[origin], design))
    lesson.record(f"{origin}_seconds", seconds[origin], unit="seconds")
compared = {name: found for name, found in scores.items() if name != "always ham"}
plots.show(plots.scores(compared, title="Spam-F1 with all labels"))

# %%
rivals = [name for name in compared if name != "pretrained"]
against = [
    evaluate.compare("spam_f1", runs["pretrained"], runs[name], ("pretrained", name), design)
    for name in rivals
]
print(against[rivals.index("random")])
plots.show(plots.comparison(against, title="Pretrained against each other system"))

# %% [markdown]
# The line above asks the question of this lesson once more, now with all labels. It need not agree with the line for few labels. If random is ahead here, then this encoder, with these rates and epochs, did not pay. Perhaps what it brought did not fit. We did not test that. If neither is ahead, then this run cannot tell them apart. Perhaps many labels teach by themselves what pretraining had to offer. Perhaps the difference is too small for these messages, or it is the luck of a few trainings.
#
# "Always ham" has a spam-F1 of 0, and is left out. Where the lesson ran on one split, these intervals are about one trained network and other test messages. And of twenty comparisons between equal systems, about one leaves out zero by chance alone. These all share one system, so they are right or wrong together more often than that.
#
# "Not distinguishable" is a result, too. It says that these messages and splits cannot tell the two apart. It does not say that the two are equal.
#
# Remember what each score costs. A simple method is fitted in little time: lesson 01 has the seconds. The pretrained network also cost the training of lesson 05. That is paid once, and serves many tasks. (Of the seconds recorded above, those of the pretrained network hold the preparation of the first training, too.)

# %%
all_spam = [
    evaluate.Predicted(run.true, np.ones_like(run.true), run.seed, run.n_train)
    for run in runs["pretrained"]
]
names = ("pretrained", "everything is spam")
lesson.claim(
    "With all labels, the pretrained network finds spam better than calling everything spam.",
    lambda comparison: comparison.better == "pretrained",
    evaluate.compare("spam_f1", runs["pretrained"], all_spam, names, design),
    planted=evaluate.compare("spam_f1", all_spam, all_spam, names, design),
)

# %% [markdown]
# ## The errors that hurt most
#
# We sort the test messages of the last split by their loss, as in lesson 03. At the top stand the messages where the network was sure, and wrong. `p_true` is the probability that it gave to the true class.

# %%
worst = evaluate.error_table(split.test, unseen[1], runs["pretrained"][-1].y_prob, split.labels)
plots.text_table(worst.head(8), ("true", "p_true", "text"), digits=3)

# %% [markdown]
# For each of them ask: would a person know? If you would answer as the network did, the label may be wrong. Such messages set a limit to every method. We have now looked at test messages. Whatever you change from here on because of them must be judged on messages that nobody has looked at. Another split will not do: it deals out the same messages again.
#
# ## Your own messages
#
# Change the parameter `messages`, and run the cell of parameters and the cell below this text again. Above 0.5 the network says spam. Would you have said the same? It may be wrong on a plain case. A test score is about messages like those of the data set: of its time, its country, and its kind of spam. What do the spam messages there hold that yours does not?

# %%
own = bert_inputs(tokenizer.encode(messages, length))
model.set_weights(trained)
odds = train.predict_probabilities(model, own)
spam = f"p({split.labels[1]})"
asked = pd.DataFrame({"message": messages, spam: odds[:, 1]})
plots.text_table(asked, (spam, "message"), digits=3)

# %% [markdown]
# ## The encoder that comes with the course
#
# Another encoder comes with the course. Its card lies beside it, in the folder `data/encoders`. It says which texts it read, how often, and how it was made.

# %%
shipped = models.load_encoder(shipped_encoder)
both = {"of lesson 05": pretrained, "with the course": shipped}
weights = {name: one.backbone.count_params() for name, one in both.items()}
{"weights": weights, "pieces read": shipped.card["pieces_read_in_all"]}

# %% [markdown]
# Which has more weights? Which has read more? (The number for the first one stands in the part "Two starting points".) Do not compare their losses: the texts and the pieces are not the same.
#
# What is it worth? The command `nlputils evaluate-encoder` asks that, on four tasks. `sentiment` is tweets of three classes, with all labels. `sentiment-500` is the same with 500 labels. `spam` is the SMS. `sst2` is sentences about films, of two classes; its test part is the one that GLUE calls "dev". Macro F1 is the mean of the F1 of each class. On a laptop it takes long. So it was done beforehand: the column `on` says what a system was trained on.
#
# Scores are in percent. `lead` is how many points the pretrained network is ahead of the system in the row, with a 95 % interval. "Ahead" means: better, and the interval does not hold zero.

# %%
table = shipping.evaluation_table(shipped_encoder)
plots.text_table(table, ("task", "system", "metric", "score", "lead", "verdict", "on"))

# %% [markdown]
# On which tasks is it ahead of random weights? Of every simple method? Before you believe an answer, ask what an interval covers: other test texts and other seeds, in `sentiment-500` other draws of the labels, in `spam` other splits. A spread from three numbers is itself uncertain. No interval covers another pretraining: all rows share one. And of so many intervals, one or two may miss zero by chance. In `spam` there are only three splits, so these rows can show only large differences. (An interval that would pass 100 ends there.)
#
# Is it fair? Random weights get the same grid and the same number of epochs. Nobody has tried whether more epochs would help them more. The simple methods choose among more settings. Earlier encoders of this course were measured on the same test texts, so these texts are no longer fresh. And do not set these scores beside your own above: here the validation part is never trained on, and the labels are drawn in another way.
#
# Do not trust a stored table. Measure a part of it again. The table shows means of three trainings. The next cell repeats the first one, for the task that the parameter `again` names, at the stored learning rate. Your machine may add numbers in another order. Another library, such as the JAX of a GPU, draws other numbers for dropout. So we allow three points. The planted error of the claim is the first score of random weights: what would come out if the encoder had not been loaded. So choose a task where random weights are more than six points behind. The check is about one training. It does not test the verdicts. (It needs the real data. Where `again` is empty, as in the pocket profile, nothing is measured.)

# %%
if again:
    stored = shipping.stored_scores(shipped_encoder, again)
    repeated = shipping.evaluate_again(shipped_encoder, again)
    lesson.record("again_score", repeated)
    first = {name: stored[name].values[0] for name in ("pretrained", "random")}
    print("stored:", {name: round(100 * value, 1) for name, value in first.items()})
    lesson.claim(
        "Measured again, the encoder's score is that of the stored table, within 3 points.",
        lambda value: abs(value - first["pretrained"]) < 0.03,
        repeated.value,
        planted=first["random"],
    )

# %%
folder = lesson.artefact("finetuned")
evaluate.save_runs(folder / "runs.json", {origin: runs[origin] for origin in tuned}).name

# %% [markdown]
# ## Reflection
#
# Does pretraining help? Your own run has two answers, in the parts "Few labels" and "All labels". They need not be the same. With few labels, `few_match` says what it cost when the pieces had each other's vectors. The lines with "vectors only" say whether the rest of the network added to the vectors. In the encoder of lesson 05 the vectors were first counted, then trained; this test cannot tell the two apart. The same parts say whether a simple method is hard to beat. If it is, that is a finding, not a failure. How large the encoder was and how much it had read, its card says. Lesson 12 asks what size changes.
#
# ## Takeaways
#
# - Fair means: same splits, same draws, same grid, same seeds. Only one thing differs. Where it does not hold, say so.
# - An explanation is tested by taking away what it needs.
# - Always set a neural score beside a simple method on the same test messages.
# - "Not distinguishable" is an honest answer.
# - A stored result is worth what somebody can measure again.
#
# ## Exercises
#
# 1. Write `all_spam_f1(share)`: the spam-F1 of a system that calls everything spam, when a share `share` of the messages is spam. Derive the formula from precision and recall. Check it with `evaluate.spam_f1(true, predicted)`, two arrays of 0 and 1; it gives a share of 1, not percent.
# 2. Use BERT's own head: write `pooling="cls"` in the cell that defines `network`. Run the cell with `dealt(splits[0])` again, since the part "All labels" has left another split in `split`. Then run the part with few labels again. What becomes of the difference? Say why before you look. Put `"mean"` back afterwards.
# 3. Load the first split again, as in exercise 2. Set `few` to 16, 32, 128 and 256, and run the part "Few labels" up to `few_gain` each time. To keep all four, write `names = (f"pretrained, {few} labels", "random")` there, append each comparison to a list in a cell of your own, and draw the list with `plots.comparison`. Which of the intervals hold zero? Note that more labels also mean more steps of training.
# 4. Write `pieces_per_word(message)`: the number of pieces of a message divided by its number of words, where words are what stands between blanks. A message of words that the vocabulary holds must give 1. Take ten messages of your own, half of them spam, and put them into `messages`. Write down your own guess first. Where do you and the network disagree, and how many pieces per word do those messages have? (If you have run an earlier cell again, run the part "All labels" again first.)
# 5. Pretrain again with another seed: run lesson 05 with `training_seed = 1`, then this lesson as it is. Note `few_gain` and its interval. Do the same with 2. Do the three lines agree? (At the end, put lesson 05 back to 0 and run it again.)
#
# <details><summary>Solutions</summary>
#
# 1. Precision is `share`, recall is 1, so F1 is `2 * share / (1 + share)`.
# 2. No training ever asked anything of the `[CLS]` vector. So the pretrained network loses a good start. But the random one loses, too: the vector of `[CLS]` must fetch the words through attention. Your run says which one loses more.
# 3. With few labels the intervals tend to be wide: more is left to chance. Your runs say where a gain begins and ends. To hold the steps fixed, let `few_epochs` fall as `few` grows: 40, 20, 10, 5 and 2 or 3 epochs for 16, 32, 64, 128 and 256 labels.
# 4. `return len(tokenizer.tokens(message)) / len(message.split())`. Punctuation makes pieces of its own. Where you disagree there is no single answer. Are the messages in dispute cut into more pieces than the others?
# 5. Your runs say it. Compare the three differences first. If they lie far apart for the width of their intervals, then one pretraining was not enough to tell. One interval that just touches zero does not contradict the others. Report all three.
#
# </details>
