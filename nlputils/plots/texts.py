"""Texts to read: a table that keeps them whole, on the left, with their lines broken."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

_STYLE = (
    "<style>.texts table {table-layout: auto} .texts th, .texts td {text-align: left !important; "
    "white-space: normal; vertical-align: top}</style>"
)


class TextTable:
    """Rows with long texts, shown whole; pandas would cut them and set them on the right.

    Attributes:
        frame: What is shown.
    """

    def __init__(self, frame: pd.DataFrame) -> None:
        """Keep the rows."""
        self.frame = frame

    def __repr__(self) -> str:
        with pd.option_context("display.max_colwidth", None, "display.width", 1000):
            return self.frame.to_string(index=False)

    def _repr_html_(self) -> str:
        with pd.option_context("display.max_colwidth", None):
            table = self.frame.to_html(index=False, border=0, justify="left")
        return f'<div class="texts">{_STYLE}{table}</div>'

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))


def text_table(
    frame: pd.DataFrame, columns: Sequence[str] = ("label", "text"), *, digits: int = 2
) -> TextTable:
    """Show texts so that they can be read.

    Args:
        frame: Rows with texts; few enough to read.
        columns: Which columns, in this order.
        digits: Decimals of numbers.

    Returns:
        The table: last in a cell, it is shown without the index, and what looks like HTML in a
        text is shown as it stands.
    """
    return TextTable(frame[list(columns)].round(digits))
