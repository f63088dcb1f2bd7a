"""Forward passes in NumPy, from the files of a Hugging Face folder and nothing else.

They follow the papers, not a library: Devlin et al. (2019) with Vaswani et al. (2017) for the
blocks, Liu et al. (2019) for RoBERTa, Sanh et al. (2019) for DistilBERT, Radford et al. (2019) for
GPT-2. Everything is float64, so what differs is the other side's rounding or an error.
"""

import json
from math import pi, sqrt

import numpy as np
from safetensors.numpy import load_file
from scipy.special import erf

ACTIVATIONS = {
    "gelu": lambda x: x / 2 * (1 + erf(x / sqrt(2))),
    "gelu_pytorch_tanh": lambda x: x / 2 * (1 + np.tanh(sqrt(2 / pi) * (x + 0.044715 * x**3))),
    "relu": lambda x: np.maximum(x, 0),
}
ACTIVATIONS["gelu_new"] = ACTIVATIONS["gelu_pytorch_tanh"]


def read(folder):
    """The configuration, and the tensors in float64 without the prefix of a model with a head."""
    config = json.loads((folder / "config.json").read_text())
    kind = {"gpt2": "transformer"}.get(config["model_type"], config["model_type"])
    tensors = load_file(folder / "model.safetensors")
    return config, {k.removeprefix(f"{kind}."): v.astype(float) for k, v in tensors.items()}


def norm(x, t, name, eps):
    centred = x - x.mean(-1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(-1, keepdims=True) + eps) * t[
        f"{name}.weight"
    ] + t.get(f"{name}.bias")


def dense(x, t, name):
    return x @ t[f"{name}.weight"].T + t[f"{name}.bias"]


def attend(q, k, v, heads, allowed):
    """Attention of all heads: q, k, v [batch, length, width], allowed [batch, length, length]."""
    batch, length, width = q.shape
    q, k, v = (x.reshape(batch, length, heads, -1).transpose(0, 2, 1, 3) for x in (q, k, v))
    scores = q @ k.transpose(0, 1, 3, 2) / sqrt(width / heads)
    scores = np.where(allowed[:, None], scores, -1e30)
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    mixed = weights / weights.sum(-1, keepdims=True) @ v
    return mixed.transpose(0, 2, 1, 3).reshape(batch, length, width)


def bert(folder, ids, pad_id=0, activation=None):
    """Last vectors of a BERT or RoBERTa, [batch, length, width]."""
    config, t = read(folder)
    eps, act = config["layer_norm_eps"], ACTIVATIONS[activation or config["hidden_act"]]
    real = ids != pad_id
    first = pad_id + 1 if config["model_type"] == "roberta" else 0
    x = t["embeddings.word_embeddings.weight"][ids]
    x = x + t["embeddings.position_embeddings.weight"][first : first + ids.shape[1]]
    x = norm(x + t["embeddings.token_type_embeddings.weight"][0], t, "embeddings.LayerNorm", eps)
    allowed = np.repeat(real[:, None], ids.shape[1], axis=1)
    for i in range(config["num_hidden_layers"]):
        b = f"encoder.layer.{i}."
        q, k, v = (dense(x, t, f"{b}attention.self.{n}") for n in ("query", "key", "value"))
        heard = attend(q, k, v, config["num_attention_heads"], allowed)
        heard = dense(heard, t, f"{b}attention.output.dense")
        x = norm(x + heard, t, f"{b}attention.output.LayerNorm", eps)
        wide = act(dense(x, t, f"{b}intermediate.dense"))
        x = norm(x + dense(wide, t, f"{b}output.dense"), t, f"{b}output.LayerNorm", eps)
    return x


def distilbert(folder, ids):
    """Last vectors of a DistilBERT."""
    config, t = read(folder)
    act, eps = ACTIVATIONS[config["activation"]], 1e-12
    x = t["embeddings.word_embeddings.weight"][ids]
    x = x + t["embeddings.position_embeddings.weight"][: ids.shape[1]]
    x = norm(x, t, "embeddings.LayerNorm", eps)
    allowed = np.repeat((ids != 0)[:, None], ids.shape[1], axis=1)
    for i in range(config["n_layers"]):
        b = f"transformer.layer.{i}."
        q, k, v = (dense(x, t, f"{b}attention.{n}_lin") for n in "qkv")
        heard = dense(attend(q, k, v, config["n_heads"], allowed), t, f"{b}attention.out_lin")
        x = norm(x + heard, t, f"{b}sa_layer_norm", eps)
        wide = dense(act(dense(x, t, f"{b}ffn.lin1")), t, f"{b}ffn.lin2")
        x = norm(x + wide, t, f"{b}output_layer_norm", eps)
    return x


def gpt2(folder, ids):
    """Last vectors of a GPT-2, for rows without padding."""
    config, t = read(folder)
    act, length = ACTIVATIONS["gelu_new"], ids.shape[1]
    # Its matrices lie as [in, out].
    t |= {k: v.T for k, v in t.items() if k.endswith((".weight",)) and k.startswith("h.")}
    x = t["wte.weight"][ids] + t["wpe.weight"][:length]
    allowed = np.tril(np.ones((1, length, length), dtype=bool))
    for i in range(config["n_layer"]):
        y = norm(x, t, f"h.{i}.ln_1", 1e-5)
        q, k, v = np.split(dense(y, t, f"h.{i}.attn.c_attn"), 3, axis=-1)
        x = x + dense(attend(q, k, v, config["n_head"], allowed), t, f"h.{i}.attn.c_proj")
        wide = act(dense(norm(x, t, f"h.{i}.ln_2", 1e-5), t, f"h.{i}.mlp.c_fc"))
        x = x + dense(wide, t, f"h.{i}.mlp.c_proj")
    return norm(x, t, "ln_f", 1e-5)
