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
encoder_folder = ""  # empty: the encoder that lesson 05 left
dataset = "sms_spam_collection"  # its texts are the questions to both sides
text_count = 2000  # texts whose ids are compared
row_count = 16  # texts whose vectors are compared; rows for the small models
row_length = 48  # pieces in a row of the small models
width = 32  # numbers in a vector of the small models
tolerance = 1e-5  # the largest gap that passes for rounding

# %%
from nlputils import lesson

lesson.start("14", profile=profile, data=[dataset])

# %%
from nlputils import plots

plots.show(plots.road_map("14"))

# %% [markdown]
# ## Two houses with one plan
#
# A BERT is a plan: embeddings, layers, attention. Lesson 05 built one with KerasHub. The library Transformers of Hugging Face builds one after the same plan, with PyTorch. Only three things must cross the bridge: the sizes, the weights, and the vocabulary.
#
# But the plan leaves some freedom. Two builders may choose another activation, or another small constant. Then the weights fit into their places, no error is raised, and the vectors are other ones. This lesson looks for such cases. It calls a network **wrong** if its vectors are other ones than its file describes.
#
# First, our own encoder.

# %%
from nlputils import models

models.full_float32()
source = encoder_folder or lesson.needed("05", "encoder")
ours = models.load_encoder(source)
tokenizer = ours.tokenizer
{name: ours.card.get(name) for name in ("corpus", "size", "pieces_read")}

# %% [markdown]
# `load_encoder` is the one way in. Here it takes a folder of this course, and checks each file against its checksum. If a file is damaged, the error names it. Later in this lesson it takes folders of Hugging Face.
#
# `full_float32` matters on a GPU. Newer ones multiply with fewer bits, in a format called TF32. That is fine for training. Here it would drown what we look for.
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
# - `vocab.txt` holds the pieces, one a line. `tokenizer.json` holds the whole tokenizer: also what happens to a text before it is cut into pieces. `tokenizer_config.json` repeats its main settings.
# - `card.json` is our own. It says how the encoder was made.

# %%
import json

config = json.loads((folder / "config.json").read_text())
config

# %% [markdown]
# You know most of these numbers from lesson 05: vectors of `hidden_size` numbers, `num_hidden_layers` layers, which are called **blocks** here, and rows of at most `max_position_embeddings` pieces. The **token types** are the two vectors that tell two texts in one row apart. From all this, Transformers builds the empty network. Then it fills in the weights by name.
#
# Two settings will matter. `hidden_act` is the **activation**: the function between the two matrices of a block. BERT uses **gelu**, of which there are two forms. `layer_norm_eps` is **epsilon**, a tiny number that keeps a division by zero away.
#
# ## The file of weights, by hand
#
# A **safetensors** file is simple. It begins with eight bytes. They hold a number: the length of the part that follows. That part is JSON. It has the name of each tensor, its type, its shape, and where its bytes begin and end. One entry, `__metadata__`, is a note and no tensor. All the rest of the file is bytes of numbers.
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
# The mistake that is easy to make: to forget the eight bytes at the start. Then each tensor begins two numbers too early, and no error is raised. That is our planted error. We compare with the library that everybody uses.

# %%
from safetensors.numpy import load_file

library = load_file(folder / "model.safetensors")
names = header.keys() - {"__metadata__"}


def equal(some, others):
    """Whether two sets of tensors have the same names and the same bits."""
    return some.keys() == others.keys() and all(np.array_equal(some[n], others[n]) for n in some)


# %%
lesson.claim(
    "Our few lines read the same tensors as the library.",
    lambda begin: equal({n: tensor_by_hand(n, begin) for n in names}, library),
    8 + header_length,
    planted=header_length,
)

# %% [markdown]
# From now on the library reads the files.
#
# ## The layout of a matrix
#
# Are these the numbers that Keras has? Nearly. Keras multiplies a vector from the left, and keeps a matrix as [in, out]. PyTorch keeps it as [out, in]. And attention in Keras is kept in several **attention heads**: [in, heads, size of a head].

# %%
layers = ours.backbone.transformer_layers
kernels = [np.asarray(layer._self_attention_layer.query_dense.kernel) for layer in layers]
theirs = [library[f"encoder.layer.{i}.attention.self.query.weight"] for i in range(len(layers))]
print(kernels[0].shape, theirs[0].shape)

# %%
joined = [kernel.reshape(len(kernel), -1) for kernel in kernels]
lesson.claim(
    "Each query matrix of the file is that of Keras, with its heads joined, and transposed.",
    lambda matrices: all(map(np.array_equal, matrices, theirs)),
    [matrix.T for matrix in joined],
    planted=joined,
)

# %% [markdown]
# The planted error has the right shape, since these matrices are square. A loader that forgets to transpose would raise no error.
#
# ## One forward pass by hand
#
# We want a judge between the two libraries. It must belong to neither. If two libraries disagree, a third one settles nothing if the makers of one of them made it. And if they agree, they may share a mistake. So we compute the whole network in NumPy, from the file alone. We need a few small functions. The first is **layer normalisation**: it gives a vector the mean 0 and the variance 1, then a scale and a shift that were learned (Ba et al. 2016).


# %%
def norm(x, t, name, eps):
    """Layer normalisation, with the scale and the shift of that name."""
    x = x - x.mean(-1, keepdims=True)
    x = x / np.sqrt((x**2).mean(-1, keepdims=True) + eps)
    return x * t[f"{name}.weight"] + t[f"{name}.bias"]


# %% [markdown]
# Here `t` holds the tensors by name, and `eps` is epsilon. The second function is a matrix with a bias. PyTorch's layout asks us to transpose.


# %%
def dense(x, t, name):
    """A matrix and a bias; the file has the matrix as [out, in]."""
    return x @ t[f"{name}.weight"].T + t[f"{name}.bias"]


# %% [markdown]
# Now the activation. **Gelu** multiplies $x$ by the probability that a normally distributed number lies below $x$ (Hendrycks & Gimpel 2016). The exact form needs the error function `erf`. The authors also gave an approximation with `tanh`, which was faster on the machines of that time. Google's BERT code began with the exact form and later took the approximation. So both are BERT. Files call the second one `gelu_pytorch_tanh`, or `gelu_new`, its older name. ReLU is the plain rival: it sets what is negative to zero.

# %%
from scipy.special import erf


def tanh_gelu(x):
    """Gelu by way of tanh."""
    return x / 2 * (1 + np.tanh((2 / np.pi) ** 0.5 * (x + 0.044715 * x**3)))


def exact_gelu(x):
    """Gelu as it is defined."""
    return x / 2 * (1 + erf(x / 2**0.5))


ACTIVATIONS = {"gelu": exact_gelu, "gelu_pytorch_tanh": tanh_gelu, "gelu_new": tanh_gelu}
ACTIVATIONS["relu"] = lambda x: np.maximum(x, 0)

# %% [markdown]
# Next is **attention** (Vaswani et al. 2017, section 3.2). Each place has a query, a key and a value, three vectors. Each attention head has its own slice of them. The product of one place's query with another's key is a score: how much the one listens to the other. It is divided by the root of the slice's size, or scores would grow with that size. Where `allowed` is false, the score becomes so low that nothing is heard. The softmax makes weights of the scores, and mixes the values by them.


# %%
def attend(query, key, value, heads, allowed):
    """Attention: three arrays [rows, length, width], and a mask [rows, length, length]."""
    rows, length, width = query.shape
    query, key, value = (
        x.reshape(rows, length, heads, -1).transpose(0, 2, 1, 3) for x in (query, key, value)
    )  # each is now [rows, heads, length, size of a slice]
    scores = query @ key.transpose(0, 1, 3, 2) / (width / heads) ** 0.5
    scores = np.where(allowed[:, None], scores, -1e30)  # [rows, heads, length, length]
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    weights = weights / weights.sum(-1, keepdims=True)
    return (weights @ value).transpose(0, 2, 1, 3).reshape(rows, length, width)


# %% [markdown]
# Read these lines with the shapes in their comments. The axis of the heads moves to the front, so that each head multiplies on its own. Then it moves back, and the slices lie side by side again. Before `exp`, each place takes its largest score away from all of its scores. The weights stay the same, for the softmax divides it out. But without this step a high score could become too large a number.
#
# And the encoder itself. A block has attention and two matrices. After each of the two, its input is added back, and all is normalised (Devlin et al. 2019). `first` is the row of the position table where counting begins. For BERT it is 0; one model below needs another. `dtype` is the type of the numbers: `float` has 64 bits.


# %%
def encode(t, ids, real, config, first=0, dtype=float):
    """The last vectors of a BERT, [rows, length, width], from its tensors."""
    eps, act = config["layer_norm_eps"], ACTIVATIONS[config["hidden_act"]]
    x = t["embeddings.word_embeddings.weight"][ids].astype(dtype)
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
# Follow one row. The first three lines of `x` add the vector of the piece, of its place and of its text. Then each turn of the loop is one block. `heard` is what a place took from the others. `wide` is what it made of that on its own, in the wider vectors between the two matrices.
#
# These lines are a BERT for rows of one text. Nothing is hidden in a library. Each tensor has its place, and its name says where.
#
# ## Is it still our encoder?
#
# A few texts use few pieces, and few places of the position table. Damage elsewhere would not be seen. So we add rows that hold every piece but `[PAD]`, and fill every place.

# %%
longest = ours.backbone.max_sequence_length
every = np.resize(np.arange(1, len(tokenizer)), (len(tokenizer) // longest + 1, longest))
ids = np.vstack([tokenizer.encode(texts[:row_count], longest), every])
real = ids != tokenizer.pad_id
print(f"{len(ids)} rows with {real.sum():,} pieces; {len(np.unique(ids[real])):,} different ones")

# %% [markdown]
# We give these rows to Keras and to our judge, and take the **gap**: the largest difference between two numbers at the same place. Places of padding do not count, for nobody reads them.
#
# How large may a gap be? Keras computes with 32 bits, our judge with 64. The judge can tell what this costs without Keras: it computes once more, with 32.

# %%
import keras

from nlputils.text import bert_inputs

unit = "(largest difference)"


def gap(found, expected, where=real):
    """The largest difference at places that are no padding."""
    found, expected = (keras.ops.convert_to_numpy(vectors) for vectors in (found, expected))
    return float(np.abs(found - expected)[where].max())


def passes(found):
    """Whether a gap is small enough for rounding."""
    return found < tolerance


# %%
in_keras = ours.backbone(bert_inputs(ids))["sequence_output"]
expected = encode(library, ids, real, config)
rounding_gap = gap(encode(library, ids, real, config, dtype=np.float32), expected)
export_gap = gap(in_keras, expected)
lesson.record("rounding_gap", rounding_gap, unit=unit)
lesson.record("export_gap", export_gap, unit=unit, main=True)
other = "gelu" if config["hidden_act"] != "gelu" else "gelu_pytorch_tanh"
export_gelu_gap = gap(in_keras, encode(library, ids, real, config | {"hidden_act": other}))
lesson.record("export_gelu_gap", export_gelu_gap, unit=unit)
print(f"The numbers themselves are about {np.abs(expected[real]).mean():.1f} in size.")

# %% [markdown]
# The last gap is what we would get if `config.json` named the other form of gelu. For an encoder of lesson 05 that is `gelu`, the default of Hugging Face. So the export writes the form that KerasHub uses. The parameter `tolerance` must lie above the first two gaps and below the last. Our claim is stricter still: Keras may be off by three times what 32 bits cost the judge. That cost differs from network to network. So another encoder may need another tolerance.

# %%
lesson.claim(
    "From the exported folder come the vectors of Keras, up to what 32 bits may cost.",
    lambda found: found < min(tolerance, 3 * rounding_gap),
    export_gap,
    planted=export_gelu_gap,
)

# %% [markdown]
# ## The same ids
#
# Equal weights are worth nothing if a text becomes other ids. `tokenizer.json` is read by the Rust library `tokenizers`. Transformers uses it, and so does this course. To compare the library with itself would prove nothing. So here, too, we do the work by hand.
#
# BERT first cleans a text. Control characters go. If the tokenizer is of that kind, accents go and letters become small. Then the text is cut at spaces. Each punctuation mark, and each Chinese character, is a word of its own.

# %%
import unicodedata
from string import punctuation

category = unicodedata.category


def cleaned(text):
    """A text without control characters, accents and capitals."""
    text = "".join(c for c in text if c in "\t\n\r" or category(c)[0] != "C")
    if tokenizer.strip_accents:
        text = "".join(c for c in unicodedata.normalize("NFD", text) if category(c) != "Mn")
    return text.lower() if tokenizer.lowercase else text


def words_of(text):
    """The words of a clean text; a punctuation mark or Chinese character is one."""
    cjk = {c for c in text if unicodedata.name(c, "").startswith("CJK UNIFIED")}
    alone = cjk | {c for c in text if c in punctuation or category(c)[0] == "P"}
    return "".join(f" {c} " if c in alone else c for c in text).split()


# %% [markdown]
# Then each word is cut. The longest piece that fits at its start is taken, then the longest that fits next. The mark `##` says that a piece does not begin a word. With the pieces `un`, `##know` and `##knowable`, the word "unknowable" becomes `un`, `##knowable`. A piece is never put back, even where a shorter one would leave a better rest. If none fits, the whole word is unknown. So is a word of more than a hundred letters.

# %%
known = {piece: number for number, piece in enumerate(tokenizer.vocabulary)}


def pieces_of(word):
    """The ids of a word: the longest piece first."""
    found, start = [], 0
    while start < len(word) <= 100:
        mark = "##" if start else ""
        fits = [e for e in range(start + 1, len(word) + 1) if mark + word[start:e] in known]
        if not fits:
            return [tokenizer.unk_id]
        found.append(known[mark + word[start : fits[-1]]])
        start = fits[-1]
    return found or [tokenizer.unk_id]


def ids_by_hand(text):
    """The ids of a text between [CLS] and [SEP]."""
    found = [number for word in words_of(cleaned(text)) for number in pieces_of(word)]
    return [tokenizer.cls_id, *found, tokenizer.sep_id]


# %% [markdown]
# Our texts may be too easy: many sets of messages hold no accent at all. So a few hard ones join them. The two planted tokenizers have one wrong setting each, for capitals and for accents.

# %%
from tokenizers import Tokenizer, normalizers

hard = ["café MÜDE", "日本 noon", "a" * 101, "be\x07ll\ttab", "don't... £5", "İstanbul"]
asked = [*texts, *hard]
by_hand = [ids_by_hand(text) for text in asked]
casing = {"lowercase": tokenizer.lowercase, "strip_accents": tokenizer.strip_accents}


def ids_of(**wrong):
    """What the exported tokenizer makes of the texts, perhaps with a wrong setting."""
    whole = Tokenizer.from_file(str(folder / "tokenizer.json"))
    if wrong:
        whole.normalizer = normalizers.BertNormalizer(**casing | wrong)
    return [encoding.ids for encoding in whole.encode_batch(asked)]


# %%
careless = ids_of(lowercase=not tokenizer.lowercase)
others = [a != b for a, b in zip(careless, by_hand, strict=True)]
lesson.record("texts_compared", len(asked), unit="texts")
lesson.record("careless_texts", 100 * np.mean(others), unit="% of texts")

# %% [markdown]
# That is the share of texts with other ids if the setting for capitals is wrong. No error is raised here, either.

# %%
lesson.claim(
    "The exported tokenizer gives each of these texts the ids that we find by hand.",
    lambda found: found == by_hand,
    ids_of(),
    planted=ids_of(strip_accents=not tokenizer.strip_accents),
)

# %% [markdown]
# One kind of text is missing in the list: one that holds the letters `[MASK]` or `[SEP]`. There the two differ, and on purpose. Our lessons read it as a word in brackets. `tokenizer.json` reads it as the special piece, as Transformers does.

# %%
literal = "The [MASK] leaves"
lesson.claim(
    "The exported tokenizer reads a written [MASK] as the special piece.",
    lambda found: tokenizer.mask_id in found,
    Tokenizer.from_file(str(folder / "tokenizer.json")).encode(literal).ids,
    planted=ids_by_hand(literal),
)

# %% [markdown]
# ## There and back
#
# `load_encoder` also reads a Hugging Face folder. So the encoder can come back. Your colleague may train it further in PyTorch, save it, and send you the folder. Here nobody has changed it. We need a small tool that we use often from now on: a copy of a folder with one other setting. All its other files stay as they are. So the weights are the same to the last bit, and only the description of the network is another one. A loader that does not read the setting will give the old vectors.

# %%
import shutil

work = lesson.checkpoints("miniatures")


def with_setting(source, setting, value):
    """A copy of a folder whose config.json has one other setting."""
    copy = work / f"{source.name}-{setting}-{value}"
    shutil.copytree(source, copy, dirs_exist_ok=True)
    settings = json.loads((copy / "config.json").read_text()) | {setting: value}
    (copy / "config.json").write_text(json.dumps(settings))
    return copy


# %%
back = models.load_encoder(folder)
misread = models.load_encoder(with_setting(folder, "hidden_act", other))
round_trip_gap = gap(in_keras, back.backbone(bert_inputs(ids))["sequence_output"])
round_trip_gelu_gap = gap(in_keras, misread.backbone(bert_inputs(ids))["sequence_output"])
lesson.record("round_trip_gap", round_trip_gap, unit=unit)
lesson.record("round_trip_gelu_gap", round_trip_gelu_gap, unit=unit)

# %%
lesson.claim(
    "An encoder that was exported and loaded again gives the same vectors.",
    passes,
    round_trip_gap,
    planted=round_trip_gelu_gap,
)
lesson.claim(
    "Its tokenizer gives the same ids.",
    lambda ids: ids == tokenizer.ids_batch(asked),
    back.tokenizer.ids_batch(asked),
    planted=[row[1:-1] for row in careless],
)

# %% [markdown]
# A gap of 0 means: the same bits. But a gap sees only what the rows use, and ours never use the second token type. So we export once more, and compare every tensor. The planted error is damage to that one vector.

# %%
again = load_file(models.export_hugging_face(back, work / "again") / "model.safetensors")
types = "embeddings.token_type_embeddings.weight"
damaged = library | {types: library[types].copy()}
damaged[types][-1] += 1
lesson.claim(
    "After the way there, back and there again, each tensor has the same bits.",
    lambda found: equal(found, library),
    again,
    planted=damaged,
)

# %% [markdown]
# A round trip alone proves little. A mistake that writer and reader share would cancel out. That is why the judge looked at the file in the middle.
#
# One thing stays behind: the **pooler**, a square matrix for the vector of `[CLS]`. Masked language modelling does not use it, so in our encoder it was never trained. The export leaves it out, and the card of what comes back says so.

# %%
back.card["pooler"]

# %% [markdown]
# ## And in Transformers itself?
#
# The course does not install PyTorch and Transformers: they are large, and our judge can do without. Where they are installed, the next cell asks them. The tests of the course ask them, too, if you install its extra `bench`. `add_pooling_layer=False` tells Transformers that no pooler is wanted.

# %%
from importlib.util import find_spec

if find_spec("transformers") and find_spec("torch"):
    import torch
    import transformers

    model = transformers.AutoModel.from_pretrained(folder, add_pooling_layer=False).eval()
    with torch.no_grad():
        answer = model(torch.tensor(ids), attention_mask=torch.tensor(real.astype(int)))[0]
    found = transformers.AutoTokenizer.from_pretrained(folder)(asked)["input_ids"]
    told = f"Transformers {transformers.__version__} gives the same"
    in_torch = gap(in_keras, answer)
    lesson.claim(f"{told} vectors.", passes, in_torch, planted=export_gelu_gap)
    lesson.claim(f"{told} ids.", lambda ids: ids == by_hand, found, planted=careless)
else:
    print("Transformers is not installed: our judge decides.")

# %% [markdown]
# ## The other direction
#
# Now models of Hugging Face come to us. Published ones are large and need a network. So we make small ones. `write_miniature` takes a configuration, as `config.json` has it, and fills the tensors with random numbers. The format is the real one. Only the weights mean nothing. So a gap that we find will show *that* a loader is wrong. How large the gap is says nothing about a trained model.
#
# We begin with **DistilBERT** (Sanh et al. 2019), a BERT of half the depth, without token types and pooler. Its configuration has words of its own: `dim` is the width that BERT calls `hidden_size`.

# %%
distilbert = models.miniature_config("distilbert", len(tokenizer), row_length, width=width)
write = models.write_miniature
write(work / "distilbert", distilbert, tokenizer=tokenizer, prefix="distilbert.")
distilbert

# %% [markdown]
# The prefix stands before each tensor's name, as in a published model that has more than the encoder. `with_bert_names` takes it away and gives every tensor, biases too, the name that our judge knows. Here are three of them.

# %%
stored = load_file(work / "distilbert" / "model.safetensors")
list(zip(stored, models.with_bert_names(stored, "distilbert"), strict=True))[4:7]

# %% [markdown]
# Next is **GPT-2** (Radford et al. 2019). It is a decoder: each place sees itself and the places before it, never those after it. It differs from BERT in other ways, too. It normalises *before* each part of a block. One matrix makes query, key and value together. And its matrices lie as [in, out].
#
# What hides the later places is the **causal mask**. `np.tril` keeps the lower triangle of a square: row $i$ is true up to column $i$. Without the mask, a network that has to say the next word could just look at it. At the end comes one more normalisation, because the last block has normalised only what it read.


# %%
def decode(t, ids, config, causal=True):
    """The last vectors of a GPT-2; padding may stand at the end of a row."""
    length, eps = ids.shape[1], config["layer_norm_epsilon"]
    act = ACTIVATIONS[config["activation_function"]]
    x = t["wte.weight"][ids].astype(float) + t["wpe.weight"][:length]
    # Turn the matrices of the blocks, so that `dense` fits. A vector stays as it is.
    t = {name: w.T if name.startswith("h.") else w for name, w in t.items()}
    allowed = np.ones((1, length, length), bool)
    allowed = np.tril(allowed) if causal else allowed
    for number in range(config["n_layer"]):
        block = f"h.{number}."
        parts = dense(norm(x, t, f"{block}ln_1", eps), t, f"{block}attn.c_attn")
        heard = attend(*np.split(parts, 3, axis=-1), config["n_head"], allowed)
        x = x + dense(heard, t, f"{block}attn.c_proj")
        wide = act(dense(norm(x, t, f"{block}ln_2", eps), t, f"{block}mlp.c_fc"))
        x = x + dense(wide, t, f"{block}mlp.c_proj")
    return norm(x, t, "ln_f", eps)


# %%
gpt2 = models.miniature_config("gpt2", len(tokenizer), row_length, width=width)
write(work / "gpt2", gpt2)
bert = models.miniature_config("bert", len(tokenizer), row_length, width=width)
write(work / "bert", bert, tokenizer=tokenizer)
bert

# %% [markdown]
# The third miniature is a BERT. All three get the same rows of random pieces: full rows, and one that ends in padding. Five special pieces come first in our vocabulary, so we draw from behind them.

# %%
rows = np.random.default_rng(0).integers(5, len(tokenizer), (row_count, row_length))
rows[0, row_length // 2 :] = tokenizer.pad_id
seen = rows != tokenizer.pad_id

# %% [markdown]
# Now we ask the two sides about a folder. The judge takes every setting from the folder's own `config.json`; those of DistilBERT it puts into BERT's words.

# %%
BERT_WORDS = {"num_hidden_layers": "n_layers", "num_attention_heads": "n_heads"}
BERT_WORDS["hidden_act"] = "activation"


def judged(path, **options):
    """The last vectors that a folder describes."""
    settings = json.loads((path / "config.json").read_text())
    t = models.with_bert_names(load_file(path / "model.safetensors"), settings["model_type"])
    if settings["model_type"] == "gpt2":
        return decode(t, rows, settings, **options)
    if settings["model_type"] == "distilbert":
        settings |= {bert: settings[own] for bert, own in BERT_WORDS.items()}
        settings["layer_norm_eps"] = 1e-12  # Transformers gives it no key
        t[types] = np.zeros((1, width))
    return encode(t, rows, seen, settings)


# %%
import keras_hub


def from_hub(path):
    """The last vectors of what KerasHub's own loader makes of a folder."""
    backbone = keras_hub.models.Backbone.from_preset(str(path))
    found = backbone({name: bert_inputs(rows)[name] for name in backbone.input})
    return found["sequence_output"] if isinstance(found, dict) else found


# %% [markdown]
# ## What loads silently wrong
#
# The activation is a choice of the file. So each of the three models gets three activations. The published DistilBERT has `gelu`, and GPT-2 has the tanh form. We take KerasHub's gap to what the file says. And we take its gap to one and the same folder: the one that we suspect KerasHub always builds. `paths` holds the nine folders. `to_file` has the first kind of gap, `to_built` the second.

# %%
KEYS = {"bert": "hidden_act", "distilbert": "activation", "gpt2": "activation_function"}
BUILT = {"bert": "gelu_pytorch_tanh", "distilbert": "gelu", "gpt2": "gelu_pytorch_tanh"}
pairs = [(kind, act) for kind in KEYS for act in ("gelu", "gelu_pytorch_tanh", "relu")]
paths = {(kind, act): with_setting(work / kind, KEYS[kind], act) for kind, act in pairs}

# %%
import pandas as pd

in_hub = {(kind, act): from_hub(paths[kind, act]) for kind, act in pairs}
to_file = {pair: gap(in_hub[pair], judged(paths[pair]), seen) for pair in pairs}
suspects = {kind: judged(paths[kind, built]) for kind, built in BUILT.items()}
to_built = {(kind, act): gap(in_hub[kind, act], suspects[kind], seen) for kind, act in pairs}

pd.Series(to_file).unstack().map("{:.1e}".format)

# %% [markdown]
# A row is a model, a column is what its file says, and a number is KerasHub's gap to that. No error was raised. In each row one number is rounding, and the others are not. DistilBERT and GPT-2 are right as they were published. BERT with the default `gelu` is not.

# %%
lesson.record("distilbert_gap", to_file["distilbert", "gelu"], unit=unit)
lesson.record("gpt2_gap", to_file["gpt2", "gelu_pytorch_tanh"], unit=unit)
lesson.record("bert_silent_gap", to_file["bert", "gelu"], unit=unit, main=True)
lesson.record("relu_silent_gap", to_file["bert", "relu"], unit=unit)
lesson.record("built_gap", max(to_built.values()), unit=unit)

# %%
lesson.claim(
    "KerasHub is right for exact gelu in a DistilBERT, for tanh gelu in a BERT and GPT-2, else not.",
    lambda gaps: all((gaps[k, a] < tolerance) == (a == BUILT[k]) for k, a in pairs),
    to_file,
    planted=to_built,
)
lesson.claim(
    "Whatever the file says, KerasHub builds the one activation that we suspected.",
    lambda gaps: max(gaps.values()) < tolerance,
    to_built,
    planted=to_file,
)

# %% [markdown]
# Does our judge see what makes GPT-2 a decoder? We let it look at all places, and the gap must show it.

# %%
all_places = judged(paths["gpt2", "gelu_pytorch_tanh"], causal=False)
gpt2_no_mask_gap = gap(in_hub["gpt2", "gelu_pytorch_tanh"], all_places, seen)
lesson.record("gpt2_no_mask_gap", gpt2_no_mask_gap, unit=unit)
lesson.claim(
    "The judge notices a missing mask.",
    lambda found: found > tolerance,
    gpt2_no_mask_gap,
    planted=to_file["gpt2", "gelu_pytorch_tanh"],
)

# %% [markdown]
# So we know the cause: KerasHub's loaders pass over the activation. What a loader can check, nobody should have to search.
#
# `load_encoder` reads the activation. For exact gelu it builds a BERT whose blocks have exact gelu.

# %%
mended = models.load_encoder(work / "bert").backbone(bert_inputs(rows))["sequence_output"]
bert_gap = gap(mended, judged(work / "bert"), seen)
lesson.record("bert_gap", bert_gap, unit=unit)
lesson.claim(
    "`load_encoder` loads a BERT with exact gelu as its file describes it.",
    passes,
    bert_gap,
    planted=to_file["bert", "gelu"],
)

# %% [markdown]
# And what it cannot build, it refuses. A refusal is a service: you lose a minute, not a week. The message names the file, the value, and what would be possible.


# %%
from nlputils.errors import CourseError


def refusal(path):
    """What `load_encoder` says against a folder; empty where it takes it."""
    try:
        models.load_encoder(path)
    except CourseError as error:
        return str(error)
    return ""


refused = [("hidden_act", "relu"), ("layer_norm_eps", 1e-6), ("is_decoder", True)]
refused += [("position_embedding_type", "relative_key")]
said = {new: refusal(with_setting(work / "bert", *new)) for new in refused}
print(said["hidden_act", "relu"].replace(str(work), "..."))

# %%
lesson.claim(
    "`load_encoder` refuses each of the four settings, and names it and its value.",
    lambda found: all(f"{key} is {value!r}" in found[key, value] for key, value in found),
    said,
    planted=said | {("hidden_act", "relu"): refusal(work / "bert")},
)

# %% [markdown]
# ## RoBERTa, and a row that is lost
#
# **RoBERTa** (Liu et al. 2019) is a BERT in form. It has only one token type. So its table of token types has one row, and this row is added at each place. KerasHub's RoBERTa has no such table. Its loader drops the row.
#
# Our small RoBERTa has 262 pieces of its own: four special ones, the 256 bytes, one pair of letters, and `<mask>` at the end. The rows leave the special ones out. The first two rows of its position table belong to padding, so `first` is 2.

# %%
roberta = models.miniature_config("roberta", 262, row_length, width=width)
path = write(work / "roberta", roberta, prefix="roberta.", pooler=False)
t = models.with_bert_names(load_file(path / "model.safetensors"), "roberta")
byte_rows = np.random.default_rng(1).integers(4, 261, (row_count, row_length))
byte_rows[0, row_length // 2 :] = roberta["pad_token_id"]
read = byte_rows != roberta["pad_token_id"]
inputs = {"token_ids": byte_rows, "padding_mask": read.astype("int32")}

# %%
expected_roberta = encode(t, byte_rows, read, roberta, first=2)
in_hub_roberta = keras_hub.models.RobertaBackbone.from_preset(str(path))(inputs)
roberta_silent_gap = gap(in_hub_roberta, expected_roberta, read)
lesson.record("roberta_silent_gap", roberta_silent_gap, unit=unit, main=True)

# %% [markdown]
# The gap looks like a disaster. Its size comes from our random row. A trained row may be smaller; it is lost all the same.
#
# Is it this row, and nothing else? Then our judge must agree with KerasHub when we take the row away from it, too. The planted error takes the row away and has another gelu.

# %%
no_row = t | {types: 0 * t[types]}
tanh_roberta = roberta | {"hidden_act": "gelu_pytorch_tanh"}
lesson.claim(
    "KerasHub's own loader drops RoBERTa's token-type row, and nothing else.",
    passes,
    gap(in_hub_roberta, encode(no_row, byte_rows, read, roberta, first=2), read),
    planted=gap(in_hub_roberta, encode(no_row, byte_rows, read, tanh_roberta, first=2), read),
)

# %% [markdown]
# So we know the fault exactly, and need not guess at a cure. The mending is a sum. A vector that is added at each place can be added to each position vector beforehand. `load_encoder` does so.

# %%
mended_roberta = models.load_encoder(path).backbone(inputs)
roberta_gap = gap(mended_roberta, expected_roberta, read)
lesson.record("roberta_gap", roberta_gap, unit=unit)
lesson.claim(
    "`load_encoder` loads a RoBERTa as its file describes it.",
    passes,
    roberta_gap,
    planted=gap(mended_roberta, encode(t, byte_rows, read, tanh_roberta, first=2), read),
)

# %% [markdown]
# ## A task head that is random
#
# Many published models are classifiers: an encoder with a **task head**, as in lesson 07. It has nothing to do with an attention head. Our miniature has one, and its two tensors are in the file. KerasHub can make a classifier from such a folder. It takes the encoder out of it, and gives it a new head with random weights. No error tells you. A simple test does: load twice, and ask both the same question. `logits` holds the two answers of the heads, `vectors` those of the encoders below them.

# %%
head = {"classifier.weight": (2, width), "classifier.bias": (2,)}
published = bert | {"architectures": ["BertForSequenceClassification"]}
options = {"tokenizer": tokenizer, "prefix": "bert.", "extra": head}
path = write(work / "classifier", published, **options)

# %%
make = keras_hub.models.BertTextClassifier.from_preset
twice = [make(str(path), num_classes=2, preprocessor=None) for _ in range(2)]
logits = [task(bert_inputs(rows)) for task in twice]
vectors = [task.backbone(bert_inputs(rows))["sequence_output"] for task in twice]
as_built = judged(with_setting(path, "hidden_act", "gelu_pytorch_tanh"))
head_gap = gap(*logits, where=...)
head_encoder_gap = gap(vectors[0], as_built, seen)
lesson.record("head_gap", head_gap, unit=unit)
lesson.record("head_encoder_gap", head_encoder_gap, unit=unit)

# %%
lesson.claim(
    "Loaded twice from one folder, KerasHub's classifier gives two different answers.",
    lambda found: found > tolerance,
    head_gap,
    planted=gap(*vectors, seen),
)
lesson.claim(
    "Its encoder is that of the file, but for the gelu.",
    passes,
    head_encoder_gap,
    planted=gap(vectors[0], judged(path), seen),
)

# %% [markdown]
# The first planted value is the gap between the two encoders. They are the same, so only the head can differ. If you meant to go on training, a random head is what you want. If you meant to use the published classifier, take its head from the file: read its two tensors with `load_file`, and give them with the pooled vectors to `dense`.
#
# `load_encoder` never promises a head. It gives the encoder, and its card says what was left out. A tensor that belongs to the encoder and finds no place is refused.

# %%
card = models.load_encoder(path).card
lesson.claim(
    "The card names what was left out of a model with a head.",
    lambda found: found["left_out"] == sorted(head),
    card,
    planted=models.load_encoder(work / "bert").card,
)
card

# %% [markdown]
# ## All gaps in one picture
#
# Two more planted errors join the gaps: our own export, read with an epsilon that its file does not say.


# %%
def with_epsilon(eps):
    """The gap of our export, read with another epsilon."""
    return gap(in_keras, encode(library, ids, real, config | {"layer_norm_eps": eps}))


epsilons = {eps: with_epsilon(eps) for eps in (1e-10, 1e-6)}
gaps = {"our export": export_gap, "our export, the other gelu": export_gelu_gap}
gaps |= {f"our export, epsilon {eps:g}": value for eps, value in epsilons.items()}
gaps |= {f"{kind}, {act}: KerasHub": to_file[kind, act] for kind, act in pairs}
gaps |= {"bert, gelu: load_encoder": bert_gap, "roberta: KerasHub": roberta_silent_gap}
gaps["roberta: load_encoder"] = roberta_gap
gaps = dict(sorted(gaps.items()))

# %%
import matplotlib.pyplot as plt

plots.style()
figure, axes = plt.subplots(figsize=(8, 5.2), layout="constrained")
for label, value in reversed(gaps.items()):
    crossed = value > tolerance
    axes.plot(value, label, "X" if crossed else "o", color=plots.PALETTE[crossed])
axes.axvline(tolerance, color="black", linestyle="--")
axes.text(tolerance, 1, " tolerance", transform=axes.get_xaxis_transform(), va="bottom")
axes.set(xlabel="largest difference from the pass by hand", xscale="log", xlim=(1e-8, 100))
told = "; ".join(f"{label} {value:.1e}" for label, value in gaps.items())
plots.show(figure, alt=f"Points on a logarithmic axis, tolerance {tolerance:g}: {told}.")

# %% [markdown]
# The axis is logarithmic: an equal step is an equal factor. Round points, left of the dashed line, cannot be told from rounding. Crosses, right of it, are other networks. The round trip is missing: its gap is 0, which has no place on such an axis.

# %%
sound = [rounding_gap, export_gap, bert_gap, roberta_gap, max(to_built.values())]
off = [export_gelu_gap, to_file["bert", "gelu"], roberta_silent_gap, to_file["bert", "relu"]]
lesson.claim(
    "Another gelu, ReLU and a lost row give gaps more than ten times as large as every rounding.",
    lambda found: min(found) > 10 * max(sound),
    off,
    planted=[*off, 2 * max(sound)],
)

# %%
lesson.claim(
    "Yet an epsilon that is wrong by a little hides behind the rounding.",
    passes,
    epsilons[1e-10],
    planted=export_gelu_gap,
)

# %% [markdown]
# So a gap above the tolerance proves a fault. A gap below it proves only that none is seen. Epsilon shows least where the vectors before a normalisation are large, and our miniatures draw them so. That is why `load_encoder` does not measure. It compares the settings.
#
# ## What `load_encoder` takes
#
# | you name | it checks |
# |---|---|
# | a folder of this course | each file against its checksum |
# | a folder of KerasHub, saved with its tokenizer | the class, and that vocabulary and encoder fit |
# | a folder of Hugging Face: BERT, DistilBERT, RoBERTa | the settings that decide the vectors, and each tensor; it needs the tokenizer's files |
# | with a network, a preset of KerasHub, such as `"bert_tiny_en_uncased"` | as for a folder of KerasHub |
# | with a network, a repository, such as `"hf://google-bert/bert-base-uncased"` | it is fetched, then treated as the folder that it is |
#
# KerasHub's own `from_preset` knows `hf://`, too. For files in Hugging Face's format it goes past these checks. Without a network, the last two end with a sentence that says so. Read the licence of a model before you use it: it stands on its page.
#
# ## Reflection
#
# A network is more than its weights. It is weights, plan and vocabulary together. Libraries agree on the large parts of the plan and may differ in the small ones. No shape tells you, and no error. To compare the numbers, we needed a judge that belongs to neither side. A few dozen lines of NumPy were enough.
#
# ## Takeaways
#
# - A Hugging Face folder is a configuration, a file of plain numbers, and a tokenizer.
# - That something loads does not mean that it is right. Compare vectors on the same ids.
# - Compare ids, too. The best weights are worth nothing with another tokenizer.
# - A gap above the rounding proves a difference. A gap below it proves only that none is seen. So read the configuration, too.
# - KerasHub gives a classifier a head of random weights, even where the file has one.
#
# ## Exercises
#
# 1. Write `count_weights(path)`: the number of weights in a safetensors file, from its header alone. Do not read the other bytes. Check it with `sum(tensor.size for tensor in library.values())`.
# 2. The picture has two wrong epsilons. Try `1e-9`, `1e-8` and `1e-7`, too: call `with_epsilon`. First write down what you expect. From which value on is the gap above the tolerance?
# 3. Swap query and key in our judge, in the list of names in `encode`. Does the gap show it? First think: the score of two places is a product of a query and a key.
# 4. Write a fresh miniature: `write(work / "fresh", bert, tokenizer=tokenizer)`. Then let its configuration say another number of blocks: `refusal(with_setting(work / "fresh", "num_hidden_layers", 3))`. What does `load_encoder` say? What does it say with 1?
#
# 5. KerasHub has a tokenizer of its own, `tokenizer.to_keras_hub()`. Ask it for each of the hard texts: `list(map(int, theirs(text)))`. Its ids have no ends, so compare with `ids_by_hand(text)[1:-1]`. Where do they differ, and why?
#
# <details><summary>Solutions</summary>
#
# 1. `with open(path, "rb") as file:`, then `header = json.loads(file.read(int.from_bytes(file.read(8), "little")))`, then `sum(math.prod(entry["shape"]) for name, entry in header.items() if name != "__metadata__")`, with `import math`. It must give the same number.
# 2. A larger epsilon makes each normalised vector a little shorter. The effect is the stronger, the smaller the variance of the vector before it. Embeddings have a small variance: at the start of pretraining they are drawn at random, close to zero. Your run says where the tolerance ends. Between there and the true value, only the configuration tells.
# 3. It does. The score of places 1 and 2 then is what the score of places 2 and 1 was: the matrix of scores is transposed. It is not symmetric, so the softmax gives other weights.
# 4. With 3 it names the first tensor that the weights lack. With 1 it names a tensor that has no place in the model. A loader that drops what it does not need would give you one block of two, without a word.
# 5. Look at the text with a control character, `\x07`. BERT drops it and reads one word. KerasHub cuts there and reads two.
#
# </details>
