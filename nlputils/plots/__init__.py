"""Figures in one style, each with its text alternative computed from its data.

Every function returns a ``Figure``; ``show`` puts it on the page together with its text. Colours
can be told apart by readers who are colour-blind, and no meaning hangs on colour alone.
"""

from nlputils.plots.counts import label_counts, length_histogram
from nlputils.plots.curves import learning_curve, low_label_curve
from nlputils.plots.figure import PALETTE, Figure, show, style
from nlputils.plots.results import comparison, scores
from nlputils.plots.road import road_map
from nlputils.plots.tables import heatmap, token_strip
from nlputils.plots.texts import TextTable, text_table

__all__ = [
    "PALETTE",
    "Figure",
    "TextTable",
    "comparison",
    "heatmap",
    "label_counts",
    "learning_curve",
    "length_histogram",
    "low_label_curve",
    "road_map",
    "scores",
    "show",
    "style",
    "text_table",
    "token_strip",
]
