"""A text is shown whole and as it stands, whatever it holds."""

import html
import re

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from nlputils.plots import text_table


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=300))
def test_a_text_is_neither_cut_nor_read_as_html(text):
    shown = text_table(pd.DataFrame({"label": ["ham"], "text": [text]}))._repr_html_()
    cells = re.findall(r"<td>(.*?)</td>", shown, re.S)
    assert html.unescape(cells[1]).split() == html.unescape(html.escape(text)).split()
    assert cells[1].count("<") == 0


def test_columns_are_chosen_and_numbers_rounded():
    frame = pd.DataFrame({"text": ["a"], "margin": [1.23456], "group": ["x"]})
    shown = str(text_table(frame, ("margin", "text")))
    assert shown.split() == ["margin", "text", "1.23", "a"]
