# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
#   nlputils:
#     number: "14"
#     title: The bridge to Hugging Face
#     needs: ["05"]
#     gives: [hugging_face]
#     teaching_minutes: 50
#     exercise_minutes: 40
# ---

# %% [markdown]
# # 14 The bridge to Hugging Face Transformers
#
# **Question.** You work with Keras. A colleague works with Hugging Face Transformers and PyTorch. Can a network cross from one side to the other? And how do you know that it is still the same network when it arrives?
#
# After this lesson you can
#
# - say what lies in a Hugging Face folder, and read its weights without any library for them;
# - compute a whole Transformer by hand, and use it as a judge between two libraries;
# - export the encoder of lesson 05, and prove that it is still the same;
# - bring a BERT, a DistilBERT and a GPT-2 into KerasHub;
# - find models that load without an error, and wrong.

# %% tags=["parameters"]
profile = "laptop"
encoder_folder = ""
dataset = "sms_spam_collection"
text_count = 2000
row_count = 16
row_length = 48
width = 32
tolerance = 1e-5

# %%
from nlputils import lesson

lesson.start("14", profile=profile, data=[dataset])

# %%
from nlputils import plots

plots.show(plots.road_map("14"))

# %% [markdown]
# ## Two houses with one plan
#
# A BERT is a plan: embeddings, blocks, attention. Lesson 05 built one with KerasHub. The library Transformers of Hugging Face builds one after the same plan, with PyTorch. Only three things must cross the bridge: the sizes, the weights, and the vocabulary.
#
# But the plan leaves some freedom. Two builders may choose another activation, or another small constant. Then the weights fit into their places, no error is raised, and the vectors are other ones. This lesson looks for such cases.
#
# First, our own encoder. The parameter `encoder_folder` names it. Empty means: the one that lesson 05 left.

# %%
from nlputils import models

source = encoder_folder or lesson.needed("05", "encoder")
ours = models.load_encoder(source)
tokenizer = ours.tokenizer
{name: ours.card[name] for name in ("corpus", "size", "pieces_read")}

# %% [markdown]
# `load_encoder` is the one way in. Here it takes a folder of this course, and checks each file against its checksum. A file that was cut on its way would be named. Later in this lesson it takes folders of Hugging Face.
#
# And we need some texts, to ask both sides the same questions.

# %%
from nlputils import data

split = data.load(dataset, resplit=True)
texts = list(split.train["text"][:text_count])
texts[:2]

# %% [markdown]
# ## What is in a Hugging Face folder?
#
# `export_hugging_face` writes one. Let us look at its files, and at their sizes in bytes.

# %%
folder = models.export_hugging_face(ours, lesson.artefact("hugging_face"))
{path.name: path.stat().st_size for path in sorted(folder.iterdir())}

# %% [markdown]
# - `config.json` holds the sizes, and the choices that the plan leaves open.
# - `model.safetensors` holds the weights.
# - `vocab.txt` holds the pieces, one a line. `tokenizer.json` holds the whole tokenizer: also what happens to a text before it is cut into pieces. `tokenizer_config.json` says the same in short.
# - `card.json` is our own. It says how the encoder was made. Transformers does not read it.

# %%
import json

config = json.loads((folder / "config.json").read_text())
config

# %% [markdown]
# You know these numbers from lesson 05: vectors of `hidden_size` numbers, `num_hidden_layers` blocks, rows of at most `max_position_embeddings` pieces. From them, Transformers builds the empty network. Then it fills in the weights by name.
#
# Look at `hidden_act`, the **activation**: the function between the two matrices of a block. BERT uses **gelu**. There are two forms of it, and we will need both. Look at `layer_norm_eps`, too. It is a tiny number that keeps a division by zero away.
#
# ## The file of weights, by hand
#
# A **safetensors** file is simple. It begins with eight bytes. They hold a number: the length of the part that follows. That part is JSON. It has the name of each tensor, its type, its shape, and where its bytes begin and end. All the rest of the file is bytes of numbers.
#
# Older files of weights were Python objects. To read one of those could run any program that somebody had put into it. A safetensors file can only hold numbers.

# %%
import numpy as np

raw = (folder / "model.safetensors").read_bytes()
header_length = int.from_bytes(raw[:8], "little")
header = json.loads(raw[8 : 8 + header_length])
header["embeddings.word_embeddings.weight"]


# %%
def tensor_by_hand(name, begin):
    """One tensor of the file, where the numbers begin at a byte; four bytes make a number."""
    first, last = (begin + offset for offset in header[name]["data_offsets"])
    return np.frombuffer(raw[first:last], dtype="<f4").reshape(header[name]["shape"])


tensor_by_hand("embeddings.LayerNorm.weight", 8 + header_length)[:5]

# %% [markdown]
# The mistake that is easy to make: to forget the eight bytes at the start. Then all numbers are wrong, and no error is raised. That is our planted error. We compare with the library that everybody uses.

# %%
from safetensors.numpy import load_file

library = load_file(folder / "model.safetensors")
lesson.claim(
    "Our few lines read the same tensors as the library.",
    lambda begin: all(np.array_equal(tensor_by_hand(n, begin), library[n]) for n in library),
    8 + header_length,
    planted=header_length,
)

# %% [markdown]
# The claim holds for every tensor of the file. From now on the library reads the files: it also checks that the header and the length of the file belong together.
#
# ## The layout of a matrix
#
# Are these the numbers that Keras has? Nearly. Keras multiplies a vector from the left, and keeps a matrix as [in, out]. PyTorch keeps it as [out, in]. And Keras stores the matrices of attention with the heads apart: [in, heads, size of a head].

# %%
query = ours.backbone.transformer_layers[0]._self_attention_layer.query_dense.kernel
query = np.asarray(query)
theirs = library["encoder.layer.0.attention.self.query.weight"]
print(query.shape, theirs.shape)

# %%
lesson.claim(
    "The file's query matrix is that of Keras, with its heads joined, and transposed.",
    lambda matrix: np.array_equal(matrix, theirs),
    query.reshape(len(query), -1).T,
    planted=query.reshape(len(query), -1),
)

# %% [markdown]
# The planted error has the right shape, since this matrix is square. A loader that forgets to transpose would raise no error.
#
# ## One forward pass by hand
#
# We want a judge between the two libraries. It must belong to neither. If two libraries disagree, a third one made by the makers of one of them would settle nothing. And if they agree, they may share a mistake. So we compute the whole network in NumPy, from the file alone. Lesson 04 explains each part. Here we need four small functions. The first is **layer normalisation**: it gives a vector the mean 0 and the variance 1, then a scale and a shift that were learned (Ba et al. 2016).


# %%
def norm(x, t, name, eps):
    """Layer normalisation, with the scale and the shift of that name."""
    x = x - x.mean(-1, keepdims=True)
    x = x / np.sqrt((x**2).mean(-1, keepdims=True) + eps)
    return x * t[f"{name}.weight"] + t[f"{name}.bias"]


# %% [markdown]
# Here `t` holds the tensors by name, and `eps` is the tiny number. The second function is a matrix with a bias. PyTorch's layout asks us to transpose.


# %%
def dense(x, t, name):
    """A matrix and a bias; the file has the matrix as [out, in]."""
    return x @ t[f"{name}.weight"].T + t[f"{name}.bias"]


# %% [markdown]
# Now the activation. **Gelu** multiplies $x$ by the probability that a normally distributed number lies below $x$ (Hendrycks & Gimpel 2016). The exact form needs the error function `erf`. The authors also gave an approximation with `tanh`, which was faster on the machines of that time. The first BERT code used the approximation. ReLU is the plain rival: it sets what is negative to zero.

# %%
from scipy.special import erf


def tanh_gelu(x):
    """Gelu by way of tanh."""
    return x / 2 * (1 + np.tanh((2 / np.pi) ** 0.5 * (x + 0.044715 * x**3)))


def exact_gelu(x):
    """Gelu as it is defined."""
    return x / 2 * (1 + erf(x / 2**0.5))


ACTIVATIONS = {"gelu": exact_gelu, "gelu_pytorch_tanh": tanh_gelu}
ACTIVATIONS["relu"] = lambda x: np.maximum(x, 0)

# %%
grid = np.linspace(-5, 5, 1001)
print(f"{np.abs(exact_gelu(grid) - tanh_gelu(grid)).max():.2g} apart at most")

# %% [markdown]
# So close are the two forms of gelu. It looks like nothing. Keep the number in mind.
#
# Next is **attention** (Vaswani et al. 2017, section 3.2). Each place asks with its query, and is answered by the keys. The softmax makes weights of the answers, and the values are mixed by them. `allowed` says which places may be seen.


# %%
def attend(query, key, value, heads, allowed):
    """Attention: three arrays [rows, length, width], and a mask [rows, length, length]."""
    rows, length, width = query.shape
    query, key, value = (
        x.reshape(rows, length, heads, -1).transpose(0, 2, 1, 3) for x in (query, key, value)
    )
    scores = query @ key.transpose(0, 1, 3, 2) / (width / heads) ** 0.5
    scores = np.where(allowed[:, None], scores, -1e30)
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    weights = weights / weights.sum(-1, keepdims=True)
    return (weights @ value).transpose(0, 2, 1, 3).reshape(rows, length, width)


# %% [markdown]
# And the encoder itself. A block has attention and two matrices. After each of the two, its input is added back, and all is normalised (Devlin et al. 2019). `first` is the row of the position table where counting begins. We need it later.


# %%
def encode(t, ids, real, config, activation=None, first=0):
    """The last vectors of a BERT, [rows, length, width], from its tensors."""
    eps, act = config["layer_norm_eps"], ACTIVATIONS[activation or config["hidden_act"]]
    x = t["embeddings.word_embeddings.weight"][ids].astype(float)
    x = x + t["embeddings.position_embeddings.weight"][first : first + ids.shape[1]]
    x = norm(x + t["embeddings.token_type_embeddings.weight"][0], t, "embeddings.LayerNorm", eps)
    allowed = np.repeat(real[:, None], ids.shape[1], axis=1)
    for number in range(config["num_hidden_layers"]):
        block = f"encoder.layer.{number}."
        parts = [dense(x, t, f"{block}attention.self.{n}") for n in ("query", "key", "value")]
        heard = attend(*parts, config["num_attention_heads"], allowed)
        heard = dense(heard, t, f"{block}attention.output.dense")
        x = norm(x + heard, t, f"{block}attention.output.LayerNorm", eps)
        wide = dense(act(dense(x, t, f"{block}intermediate.dense")), t, f"{block}output.dense")
        x = norm(x + wide, t, f"{block}output.LayerNorm", eps)
    return x


# %% [markdown]
# These lines are a whole BERT. Nothing is hidden in a library. Each tensor of the file has its place, and its name says where. The lines compute with 64 bits, so their own rounding is much smaller than that of Keras.
#
# ## Is it still our encoder?
#
# We give the same rows to Keras and to our judge, and take the **gap**: the largest difference between two numbers at the same place. Places of padding do not count, for nobody reads them. Keras computes with 32 bits. So we expect rounding, and no more. The parameter `tolerance` says how much of it we accept.

# %%
from nlputils.text import bert_inputs

ids = tokenizer.encode(texts[:row_count], row_length)
real = ids != tokenizer.pad_id


def gap(found, expected, where=real):
    """The largest difference at places that are no padding."""
    return float(np.abs(np.asarray(found) - np.asarray(expected))[where].max())


# %%
in_keras = np.asarray(ours.backbone(bert_inputs(ids))["sequence_output"])
export_gap = gap(in_keras, encode(library, ids, real, config))
export_gelu_gap = gap(in_keras, encode(library, ids, real, config, "gelu"))
lesson.record("export_gap", export_gap, unit="(largest difference)", main=True)
lesson.record("export_gelu_gap", export_gelu_gap, unit="(largest difference)")

# %% [markdown]
# The second number is what we would get if `config.json` said `gelu`, the default of Hugging Face. The two forms of gelu differ by little, and yet the file would describe another network. So the export names the form that KerasHub uses.

# %%
lesson.claim(
    "From the exported folder, the encoder gives the same vectors as in Keras.",
    lambda found: found < tolerance,
    export_gap,
    planted=export_gelu_gap,
)

# %% [markdown]
# ## The same ids
#
# Equal weights are worth nothing if a text becomes other ids. `tokenizer.json` is read by the Rust library `tokenizers`. It is the same library that does this work inside Transformers. We encode many texts and compare each id. The planted error is a tokenizer that forgets to make small letters. A single wrong word in a file does that.

# %%
from tokenizers import Tokenizer, normalizers

exported = Tokenizer.from_file(str(folder / "tokenizer.json"))
careless = Tokenizer.from_file(str(folder / "tokenizer.json"))
careless.normalizer = normalizers.BertNormalizer(lowercase=False)
expected = [[tokenizer.cls_id, *row, tokenizer.sep_id] for row in tokenizer.ids_batch(texts)]


# %%
def ids_of(whole):
    """What a tokenizer from a file makes of the texts."""
    return [encoding.ids for encoding in whole.encode_batch(texts)]


lesson.record("texts_compared", len(texts), unit="texts")
wrong_rows = sum(a != b for a, b in zip(ids_of(careless), expected, strict=True))
lesson.record("careless_texts", 100 * wrong_rows / len(texts), unit="% of texts")

# %% [markdown]
# That is the share of texts with other ids if a single setting of the tokenizer is wrong. No error would be raised here, either.

# %%
lesson.claim(
    "The exported tokenizer gives the same ids on every text.",
    lambda found: found == expected,
    ids_of(exported),
    planted=ids_of(careless),
)

# %% [markdown]
# ## There and back
#
# `load_encoder` also reads a Hugging Face folder. So the encoder can come back. Your colleague may train it further in PyTorch, save it, and send you the folder. Here nobody has changed it. A copy that crossed the bridge twice must still give the same vectors.

# %%
back = models.load_encoder(folder)
round_trip_gap = gap(in_keras, back.backbone(bert_inputs(ids))["sequence_output"])
lesson.record("round_trip_gap", round_trip_gap, unit="(largest difference)")

# %%
lesson.claim(
    "An encoder that was exported and loaded again gives the same vectors.",
    lambda found: found < tolerance,
    round_trip_gap,
    planted=export_gelu_gap,
)

# %%
back.card["pooler"]

# %% [markdown]
# The last line is about the **pooler**, a square matrix for the vector of `[CLS]`. Ours was never trained, because masked language modelling does not use it. So the export leaves it out. Transformers then says that it is missing, which is true. If you do not need it, load with `add_pooling_layer=False`.
#
# ## And in Transformers itself?
#
# The course does not install PyTorch and Transformers: they are large, and this lesson can do without. Where they are installed, the next cell asks them, too. It says which it was.

# %%
from importlib.util import find_spec

has_transformers = bool(find_spec("transformers") and find_spec("torch"))
print("Transformers is", "installed." if has_transformers else "not installed: our judge decides.")

# %%
if has_transformers:
    import torch
    import transformers

    model = transformers.AutoModel.from_pretrained(folder, add_pooling_layer=False).eval()
    with torch.no_grad():
        answer = model(torch.tensor(ids), attention_mask=torch.tensor(real.astype(int)))
    asked = transformers.AutoTokenizer.from_pretrained(folder)(texts)["input_ids"]
    print(f"Transformers {transformers.__version__}: {gap(in_keras, answer[0]):.2g} apart")

# %%
if has_transformers:
    lesson.claim(
        "Transformers gives the same ids and the same vectors.",
        lambda found: found[0] == expected and found[1] < tolerance,
        (asked, gap(in_keras, answer[0])),
        planted=(asked, export_gelu_gap),
    )

# %% [markdown]
# ## The other direction
#
# Now models of Hugging Face come to us. Published ones are large and need a network. So we make small ones. `write_miniature` takes a configuration, as `config.json` has it, and fills the tensors with random numbers. The format is the real one. Only the weights mean nothing, and for our question they need not: a loader does not know what a weight means. Random weights are even the better test. In a trained network some weights may be near zero, and a mistake with those would not show.
#
# We begin with **DistilBERT** (Sanh et al. 2019), a BERT of half the depth. It has no token types and no pooler. Its tensors have other names. KerasHub has a loader for it.

# %%
import keras_hub

work = lesson.checkpoints("miniatures")
distilbert = models.miniature_config("distilbert", len(tokenizer), row_length, width=width)
path = models.write_miniature(work / "distilbert", distilbert, prefix="distilbert.")
distilbert

# %% [markdown]
# These are DistilBERT's own words for the sizes: `dim` is the width that BERT calls `hidden_size`. The prefix is part of each tensor's name in a model with a head. KerasHub's loader insists on it.

# %%
in_hub = keras_hub.models.DistilBertBackbone.from_preset(str(path))
in_hub = in_hub({"token_ids": ids, "padding_mask": real.astype("int32")})

# %% [markdown]
# Our judge knows BERT's names. `with_bert_names` translates. And where DistilBERT has no token types, the judge adds zeros.

# %%
t = models.with_bert_names(load_file(path / "model.safetensors"), "distilbert")
t["embeddings.token_type_embeddings.weight"] = np.zeros((1, width))
like_bert = models.miniature_config("bert", len(tokenizer), row_length, width=width)

# %%
distilbert_gap = gap(in_hub, encode(t, ids, real, like_bert, "gelu"))
lesson.record("distilbert_gap", distilbert_gap, unit="(largest difference)")

# %%
lesson.claim(
    "KerasHub loads a DistilBERT with the vectors that its file describes.",
    lambda found: found < tolerance,
    distilbert_gap,
    planted=gap(in_hub, encode(t, ids, real, like_bert, "gelu_pytorch_tanh")),
)

# %% [markdown]
# Next is **GPT-2** (Radford et al. 2019). It is a decoder: each place sees itself and the places before it, never those after it. It differs from BERT in three more ways. It normalises *before* each part of a block. One matrix makes query, key and value together. And its matrices lie as [in, out], unlike all others here.


# %%
def decode(t, ids, config, causal=True):
    """The last vectors of a GPT-2, for rows without padding."""
    length, act = ids.shape[1], ACTIVATIONS["gelu_pytorch_tanh"]
    x = t["wte.weight"][ids].astype(float) + t["wpe.weight"][:length]
    t = {name: x.T if name.startswith("h.") else x for name, x in t.items()}
    allowed = np.tril(np.ones((1, length, length))) > 0 if causal else np.ones((1, 1, 1)) > 0
    for number in range(config["n_layer"]):
        block = f"h.{number}."
        parts = dense(norm(x, t, f"{block}ln_1", 1e-5), t, f"{block}attn.c_attn")
        heard = attend(*np.split(parts, 3, axis=-1), config["n_head"], allowed)
        x = x + dense(heard, t, f"{block}attn.c_proj")
        wide = act(dense(norm(x, t, f"{block}ln_2", 1e-5), t, f"{block}mlp.c_fc"))
        x = x + dense(wide, t, f"{block}mlp.c_proj")
    return norm(x, t, "ln_f", 1e-5)


# %%
gpt2 = models.miniature_config("gpt2", len(tokenizer), row_length, width=width)
path = models.write_miniature(work / "gpt2", gpt2)
full = np.random.default_rng(0).integers(5, len(tokenizer), (row_count, 12))
everywhere = np.ones_like(full)
in_hub = keras_hub.models.GPT2Backbone.from_preset(str(path))
in_hub = in_hub({"token_ids": full, "padding_mask": everywhere})

# %%
t = load_file(path / "model.safetensors")
gpt2_gap = gap(in_hub, decode(t, full, gpt2), everywhere > 0)
gpt2_no_mask_gap = gap(in_hub, decode(t, full, gpt2, causal=False), everywhere > 0)
lesson.record("gpt2_gap", gpt2_gap, unit="(largest difference)")
lesson.record("gpt2_no_mask_gap", gpt2_no_mask_gap, unit="(largest difference)")

# %%
lesson.claim(
    "KerasHub loads a GPT-2 with the vectors that its file describes.",
    lambda found: found < tolerance,
    gpt2_gap,
    planted=gpt2_no_mask_gap,
)

# %% [markdown]
# The planted error lets each place see all others. So the judge does notice who may see whom. If it did not, it could not judge a decoder.
#
# ## What loads silently wrong
#
# Both loaders were right. Now we try a BERT. We write the same miniature with three activations, and compare KerasHub's own loader with our judge.


# %%
def hub_gap(activation):
    """How far KerasHub's own loader is from what the file describes."""
    settings = like_bert | {"hidden_act": activation}
    path = models.write_miniature(work / activation, settings, tokenizer=tokenizer)
    found = keras_hub.models.BertBackbone.from_preset(str(path))
    expected = encode(load_file(path / "model.safetensors"), ids, real, settings)
    return gap(found(bert_inputs(ids))["sequence_output"], expected)


# %%
silent = {name: hub_gap(name) for name in ACTIVATIONS}
lesson.record("bert_silent_gap", silent["gelu"], unit="(largest difference)", main=True)
lesson.record("relu_silent_gap", silent["relu"], unit="(largest difference)")
silent["gelu_pytorch_tanh"]

# %% [markdown]
# The three numbers are the gaps for `gelu`, for `relu`, and for `gelu_pytorch_tanh`. There was no error and no warning. KerasHub reads the sizes and passes over `hidden_act`. It always builds tanh gelu. For a file that says `gelu_pytorch_tanh` this is right. For `gelu`, the default, the vectors are a little off. For `relu` they are far off.

# %%
lesson.claim(
    "KerasHub's own loader is off for the default gelu, and further off for ReLU.",
    lambda found: 10 * tolerance < found["gelu"] < found["relu"],
    silent,
    planted=dict.fromkeys(ACTIVATIONS, silent["gelu_pytorch_tanh"]),
)

# %% [markdown]
# How bad is the small one? In a single text, hardly anyone would notice. But someone who wants to repeat a published score may look for the reason for a long time. What a loader can check, nobody should have to search.
#
# `load_encoder` reads the activation. For exact gelu it builds a BERT whose blocks have exact gelu.

# %%
mended = models.load_encoder(work / "gelu").backbone
t = load_file(work / "gelu" / "model.safetensors")
expected_bert = encode(t, ids, real, like_bert)
bert_gap = gap(mended(bert_inputs(ids))["sequence_output"], expected_bert)
lesson.record("bert_gap", bert_gap, unit="(largest difference)")

# %%
lesson.claim(
    "`load_encoder` loads a BERT with exact gelu as its file describes it.",
    lambda found: found < tolerance,
    bert_gap,
    planted=silent["gelu"],
)

# %% [markdown]
# And what it cannot build, it refuses. A refusal is a service: you lose a minute, not a week. The message names the file, the value, and what would be possible. The same happens to another epsilon, to position vectors of another kind, to a decoder, and to tensors that are missing or left over.


# %%
def refusal(path):
    """What `load_encoder` says against a folder; empty where it takes it."""
    try:
        models.load_encoder(path)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""


print(refusal(work / "relu").replace(str(work), "..."))

# %%
lesson.claim(
    "`load_encoder` refuses a BERT with ReLU, and names the setting.",
    lambda said: said.startswith("CourseError") and "hidden_act is 'relu'" in said,
    refusal(work / "relu"),
    planted=refusal(work / "gelu"),
)

# %% [markdown]
# ## RoBERTa, and a row that is lost
#
# **RoBERTa** (Liu et al. 2019) is a BERT in form. It has only one token type. So its table of token types has one row, and this row is added at each place. KerasHub's RoBERTa has no such table. Its loader drops the row.

# %%
roberta = models.miniature_config("roberta", 262, row_length, width=width)
path = models.write_miniature(work / "roberta", roberta, prefix="roberta.", pooler=False)
t = models.with_bert_names(load_file(path / "model.safetensors"), "roberta")
full = np.random.default_rng(1).integers(4, 262, (row_count, 12))
inputs = {"token_ids": full, "padding_mask": everywhere}

# %%
expected_roberta = encode(t, full, everywhere > 0, roberta, first=2)
theirs = keras_hub.models.RobertaBackbone.from_preset(str(path))(inputs)
roberta_silent_gap = gap(theirs, expected_roberta, everywhere > 0)
lesson.record("roberta_silent_gap", roberta_silent_gap, unit="(largest difference)", main=True)

# %% [markdown]
# `first=2` is a habit of RoBERTa: the first two rows of its position table belong to padding.
#
# Is it this row, and nothing else? Then our judge must agree with KerasHub when we take the row away from it, too.

# %%
types = "embeddings.token_type_embeddings.weight"
without = encode(t | {types: 0 * t[types]}, full, everywhere > 0, roberta, first=2)
lesson.claim(
    "KerasHub's own loader drops RoBERTa's token-type row, and nothing else.",
    lambda found: found < tolerance,
    gap(theirs, without, everywhere > 0),
    planted=roberta_silent_gap,
)

# %% [markdown]
# So we know the fault exactly, and need not guess at a cure. The mending is a sum. A vector that is added at each place can be added to each position vector beforehand. `load_encoder` does so.

# %%
mended = models.load_encoder(path).backbone(inputs)
roberta_gap = gap(mended, expected_roberta, everywhere > 0)
lesson.record("roberta_gap", roberta_gap, unit="(largest difference)")

# %%
lesson.claim(
    "`load_encoder` loads a RoBERTa as its file describes it.",
    lambda found: found < tolerance,
    roberta_gap,
    planted=roberta_silent_gap,
)

# %% [markdown]
# ## A head that is random
#
# Many published models are classifiers: an encoder with a **head** for one task. KerasHub can make a classifier from such a folder. It takes the encoder out of it, and gives it a new head with random weights. It does not say so. A simple test finds it: load twice, and ask both the same question.

# %%
head = {"classifier.weight": (2, width), "classifier.bias": (2,)}
settings = like_bert | {"architectures": ["BertForSequenceClassification"]}
options = {"tokenizer": tokenizer, "prefix": "bert.", "extra": head}
path = models.write_miniature(work / "classifier", settings, **options)

# %%
make = keras_hub.models.BertTextClassifier.from_preset
twice = [make(str(path), num_classes=2, preprocessor=None) for _ in range(2)]
logits = [np.asarray(task(bert_inputs(ids))) for task in twice]
vectors = [np.asarray(task.backbone(bert_inputs(ids))["sequence_output"]) for task in twice]

# %%
head_gap = float(np.abs(logits[0] - logits[1]).max())
lesson.record("head_gap", head_gap, unit="(largest difference)")

# %%
lesson.claim(
    "Loaded twice from one folder, KerasHub's classifier gives two different answers.",
    lambda found: found > tolerance,
    head_gap,
    planted=gap(*vectors),
)

# %% [markdown]
# The planted value is the gap between the two encoders. They are the same, so only the head can differ. If you meant to go on training, a random head is what you want. If you meant to use the published classifier, its answers are dice.
#
# `load_encoder` never promises a head. It gives the encoder, and its card says what was left out.

# %%
card = models.load_encoder(path).card
lesson.claim(
    "The card names what was left out of a model with a head.",
    lambda found: found["left_out"] == sorted(head),
    card,
    planted=models.load_encoder(work / "gelu").card,
)

# %%
card

# %% [markdown]
# ## All gaps in one picture
#
# The axis is logarithmic: an equal step is an equal factor. The dashed line is our tolerance. Left of it is rounding. Right of it is another network.

# %%
import matplotlib.pyplot as plt

gaps = {"our export": export_gap, "our export, read with exact gelu": export_gelu_gap}
gaps |= {"DistilBERT in KerasHub": distilbert_gap, "GPT-2 in KerasHub": gpt2_gap}
gaps |= {"BERT with gelu in KerasHub": silent["gelu"], "BERT, load_encoder": bert_gap}
gaps |= {"RoBERTa in KerasHub": roberta_silent_gap, "RoBERTa, load_encoder": roberta_gap}
gaps |= {"BERT with ReLU in KerasHub": silent["relu"]}

# %%
plots.style()
figure, axes = plt.subplots(figsize=(8, 4), layout="constrained")
for name, value in reversed(gaps.items()):
    crossed = value > tolerance
    axes.plot(value, name, "oX"[crossed], color=plots.PALETTE[crossed])
axes.axvline(tolerance, color="black", linestyle="--")
axes.set(xlabel="largest difference from the pass by hand", xscale="log", xlim=(1e-8, 100))
told = "; ".join(f"{name} {value:.1e}" for name, value in gaps.items())
plots.show(figure, alt=f"Points on a logarithmic axis, tolerance {tolerance:g}: {told}.")

# %% [markdown]
# A round point is sound, a cross is not. How far apart are the two kinds?

# %%
sound = [export_gap, distilbert_gap, gpt2_gap, bert_gap, roberta_gap]
wrong = [export_gelu_gap, silent["gelu"], roberta_silent_gap, silent["relu"]]
lesson.claim(
    "Every real difference is more than ten times as large as every rounding.",
    lambda ends: ends[1] > 10 * ends[0],
    (max(sound), min(wrong)),
    planted=(max(sound), 2 * max(sound)),
)

# %% [markdown]
# So there are two groups, and a wide gap between them. A tolerance is easy to choose where this holds.
#
# ## With a network
#
# With a network, the same line takes a name in the place of a folder:
#
# ```python
# models.load_encoder("bert_tiny_en_uncased")                  # a preset of KerasHub
# models.load_encoder("hf://google-bert/bert-base-uncased")    # a repository of Hugging Face
# ```
#
# The first kind was converted by the makers of KerasHub. The second kind is fetched as a folder, and goes through all checks of this lesson. KerasHub's own `from_preset` knows `hf://`, too. It would go past them. Without a network, both lines end with a sentence that says so. Read the licence of a model before you use it: it stands on its page.
#
# ## Reflection
#
# A network is more than its weights. It is weights, plan and vocabulary together. Libraries agree on the large parts of the plan and may differ in the small ones. No shape tells you, and no error. Only the numbers do. To compare them, we needed a judge that belongs to neither side. A few dozen lines of NumPy were enough.
#
# ## Takeaways
#
# - A Hugging Face folder is a configuration, a file of plain numbers, and a tokenizer.
# - That something loads does not mean that it is right. Compare vectors on the same ids.
# - Compare ids, too. The best weights are worth nothing with another tokenizer.
# - Rounding and a real difference lie far apart. Measure both, then the tolerance is easy to choose.
# - A head that was not in the file is random, whatever the class is called.
#
# ## Exercises
#
# 1. Write `count_weights(path)`: the number of weights in a safetensors file, from its header alone. Do not read the other bytes. Check it with `sum(tensor.size for tensor in library.values())`.
# 2. The export names `layer_norm_eps` as KerasHub has it. Such a tiny number cannot matter, or can it? Write down what you expect if the file said another one. Then compute the gap: give `encode` the configuration `config | {"layer_norm_eps": 1e-10}`, then `1e-8`, `1e-6` and `1e-5`, which is RoBERTa's. Where does the gap leave the tolerance?
# 3. Swap query and key in our judge, in the list of names in `encode`. Does the gap show it? First think: the score of two places is a product of a query and a key.
# 4. Add one more block to the configuration of a miniature: change `num_hidden_layers` to 3 in its `config.json`, and leave its weights as they are. What does `load_encoder` say? What does it say if you write 1?
#
# <details><summary>Solutions</summary>
#
# 1. `header = json.loads(...)` as above, then `sum(math.prod(entry["shape"]) for name, entry in header.items() if name != "__metadata__")`, with `import math`. It must give the same number.
# 2. A larger epsilon makes each normalised vector a little shorter. The effect is the stronger, the smaller the variance of the vector before it. Embeddings have a small variance, since BERT draws them close to zero. Your run says where the tolerance ends. This is why `load_encoder` looks at this setting, too.
# 3. It does. The score of places 1 and 2 then is what the score of places 2 and 1 was: the matrix of scores is transposed. It is not symmetric, so the softmax gives other weights.
# 4. With 3 it names the first tensor that the weights lack. With 1 it names a tensor that has no place in the model. A loader that drops what it does not need would give you one block of two, without a word.
#
# </details>
