"""Printed sentences in lines that fit the page.

JupyterLab breaks a printed line that is wider than its page wherever the page ends, inside words
and numbers too. So what the course prints breaks its lines itself.
"""

import re
import textwrap

# What a page of JupyterLab shows in a window of 1280 pixels, the file browser open.
WIDTH = 90


class _Wrapper(textwrap.TextWrapper):
    # A break inside [1.2, 5.0] or (n = 300, 2 seeds) would tear apart what is read at one glance.
    wordsep_simple_re = re.compile(r"(\s+)(?![^\[\]()]{0,30}[\])])")


def wrapped(text: str, indent: int = 4) -> str:
    """Break the lines of a text between words, so that each fits the page.

    Only for what a person reads: records keep a sentence in one line.

    Args:
        text: One line or several; each is broken on its own.
        indent: How many spaces stand before the lines that go on with a broken one.

    Returns:
        The text. A word that is longer than a line stays whole, and what fits stays as it is.
    """
    wrapper = _Wrapper(
        WIDTH, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False
    )
    lines = text.split("\n")
    return "\n".join(line if len(line) <= WIDTH else wrapper.fill(line) for line in lines)
