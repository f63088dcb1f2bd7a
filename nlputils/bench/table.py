"""What the bench prints: what is measured, and the table at its end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nlputils.bench.flops import FORMULA, step_flops
from nlputils.bench.setup import Setup
from nlputils.wrapping import wrapped

# Cores that others may use before the table warns of it.
_DISTURBED = 0.1

NOTES = (
    "The loss is read after each step. The steps at the head of a turn do not count.",
    "The share is the work of the formula over the time, set against the fastest product of two "
    "square matrices that any of the libraries made on the same device. Rows in bfloat16 have two "
    "shares.",
    "Only the scored pieces get logits, but where a row says `all logits`; the formula then counts "
    "these.",
    "nlputils and the guide mask their batches while they train. Hugging Face's BERT gets batches "
    "that were masked beforehand, no padding mask, and no clipping of gradients. nlputils clips.",
    "nlputils on PyTorch is the same code on another backend of Keras, its step compiled as a "
    "whole (`nlputils.train.pretrain` with `jit_compile=True`). On a CPU, some of PyTorch's "
    "operations are written in other words there (`nlputils.torch_rewrites`), which Hugging Face's "
    "BERT does not do.",
    "The guide gets rows of ids; as published, it cuts strings into pieces while it trains.",
    "The products of a step alone are those that Keras makes forward and backward, without what "
    "stands between them: their vectors are only scaled once a block. What they fall short of the "
    "peak is the price of their shapes, and of Keras' backend where another library made the peak. "
    "What nlputils is behind them is the price of all else in a step.",
)


def heading(setup: Setup) -> str:
    """Say what is measured, before it is."""
    return wrapped(
        f"{setup.layers} blocks of width {setup.width}, {setup.heads} heads, "
        f"{setup.vocabulary_size:,} pieces in the vocabulary; {setup.batch_size} rows of "
        f"{setup.length} pieces, {setup.scored} of them scored; dropout {setup.dropout:g}; "
        f"threads: {setup.threads}; Keras in {setup.dtype}\n"
        f"Work: {FORMULA}\n"
        f"Here a step is {step_flops(setup) / 1e9:,.3f} GFLOP."
    )


def table(results: Mapping[str, Any]) -> str:
    """Lay out the end of the bench.

    Args:
        results: from `nlputils.bench.results.results_of`.

    Returns:
        The peaks, one line for each contestant, warnings, and what must be known to read them.
    """
    rows = results["contestants"]
    width = max(len(row["label"]) for row in rows.values())
    head = f"{'':<{width}}  {'pieces/s':>9}  {'from - to':>19}  {'x nlputils':>11}  share of peak"
    lines = ["", *_peaks(results), "", head, "-" * len(head)]
    lines += [f"{row['label']:<{width}}  {_cells(row)}" for row in rows.values()]
    notes = [wrapped(f"- {note}", indent=2) for note in NOTES]
    return "\n".join([*lines, "", *_warnings(results), *notes])


def _peaks(results: Mapping[str, Any]) -> list[str]:
    lines = ["Fastest matrix products:"]
    for peak in results["peaks"].values():
        library = peak["facts"].get("library", peak["label"])
        lines.append(f"  {library}: {peak['absent'] or peak['failed'] or _rates(peak)}")
    return lines


def _rates(peak: Mapping[str, Any]) -> str:
    rates = (f"{rate / 1e9:,.1f} in {d}" for d, rate in peak["flops_per_second"].items())
    return f"{', '.join(rates)} (GFLOP/s, {peak['facts']['device']})"


def _cells(row: Mapping[str, Any]) -> str:
    if row["absent"]:
        return row["absent"]
    if "pieces_per_second" not in row:
        return f"failed: {row['failed']}"
    speed = row["pieces_per_second"]
    against = f"{row['against']['median']:.2f}" if "against" in row else "-"
    shares = ", ".join(f"{share:.0%} {dtype}" for dtype, share in row["share"].items())
    between = f"{speed['low']:,.0f} - {speed['high']:,.0f}"
    return f"{speed['median']:>9,.0f}  {between:>19}  {against:>11}  {shares or '-'}"


def _warnings(results: Mapping[str, Any]) -> list[str]:
    """Say what casts doubt on the numbers: a machine that was shared, a peak that was passed."""
    rows = [*results["contestants"].values(), *results["peaks"].values()]
    found = []
    if disturbed := [row["label"] for row in rows if row["others"] > _DISTURBED]:
        most = max(row["others"] for row in rows)
        found.append(
            f"Not alone: other processes used up to {most:.1f} cores while these had their turn: "
            f"{'; '.join(disturbed)}. Close other programs and measure again."
        )
    if passed := [row["label"] for row in rows if _own_share(row) > 1]:
        found.append(
            f"No peak: {'; '.join(passed)} did more work in a second than the fastest product of "
            "square matrices. Its library multiplies other shapes faster, or was disturbed."
        )
    return [line for text in found for line in (wrapped(text), "")]


def _own_share(row: Mapping[str, Any]) -> float:
    """Return the share of the peak in the row's own numbers: bfloat16 may well pass float32's."""
    return float(row.get("share", {}).get(row["facts"].get("dtype"), 0.0))
