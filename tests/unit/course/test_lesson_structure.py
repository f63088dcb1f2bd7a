"""Each lesson has all its parts, in their order, in short cells, and says how long it takes."""

import re
from statistics import median

import jupytext
import pytest

# In the order in which they stand. A section is any part of the lesson that teaches.
PARTS = {
    "title": r"\A# \d\d \S",
    "question": r"^\*\*Question\.\*\* .*\?",
    "objectives": r"^After this lesson you can\n\n- \S.*\n- \S",
    "section": r"^## \S",
    "reflection": r"^## Reflection\n\n\w",
    "takeaways": r"^## Takeaways\n\n- \S",
    "exercises": r"^## Exercises\n\n1\. \S",
    "solutions": r"^<details><summary>Solutions</summary>\n\n1\. \S",
}
MINUTES = ("teaching_minutes", "exercise_minutes")
ENOUGH = 3
# Lines of a code cell that are not empty: the median, what is long, and what no cell may pass.
MEDIAN, LONG, LONGEST = 6, 20, 40
LONG_SHARE = 0.05


def faults(source):
    """Name what a lesson's source lacks or has at the wrong place."""
    notebook = jupytext.reads(source, fmt="py:percent")
    about = notebook.metadata.get("nlputils", {})
    text = "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    found = {name: re.search(pattern, text, re.M) for name, pattern in PARTS.items()}
    named = [name for name, match in found.items() if match is None]
    places = [match.start() for match in found.values() if match]
    if places != sorted(places):
        named.append("order")
    if not text.startswith(f"# {about.get('number')} "):
        named.append("number")
    asked, _, solved = text.partition("\n## Exercises")[2].partition("<details>")
    numbers = [re.findall(r"^(\d+)\. \S", part, re.M) for part in (asked, solved)]
    wanted = [str(place + 1) for place in range(max(ENOUGH, len(numbers[0])))]
    if numbers != [wanted, wanted]:
        named.append("a solution for each exercise")
    return named + [name for name in MINUTES if not is_minutes(about.get(name))]


def too_long(source):
    """Say in what a lesson's code cells are too long."""
    cells = jupytext.reads(source, fmt="py:percent").cells
    code = [cell.source.splitlines() for cell in cells if cell.cell_type == "code"]
    lines = [sum(bool(line.strip()) for line in cell) for cell in code]
    found = {
        "median": median(lines) > MEDIAN,
        "share of long cells": sum(n > LONG for n in lines) > LONG_SHARE * len(lines),
        "longest": max(lines) > LONGEST,
    }
    return [name for name, broken in found.items() if broken]


def is_minutes(value):
    return type(value) is int and value > 0


WHOLE = """\
# ---
# jupyter:
#   kernelspec: {display_name: Python 3, language: python, name: python3}
#   nlputils:
#     number: "04"
#     title: A toy
#     needs: []
#     gives: []
#     teaching_minutes: 20
#     exercise_minutes: 15
# ---

# %% [markdown]
# # 04 A toy
#
# **Question.** Toys are small. Is this one whole?
#
# After this lesson you can
#
# - see what a lesson has;
# - see what it lacks.

# %%
# ## Reflection
1 + 1

# %% [markdown]
# ## The work
#
# 1. A list that asks nothing.
#
# ## Reflection
#
# It is whole.
#
# ## Takeaways
#
# - A lesson has parts.
#
# ## Exercises
#
# 1. Count them.
# 2. Name them.

# %% [markdown]
# 3. Remove one.
#
# <details><summary>Solutions</summary>
#
# 1. Eight:
#
#     ```python
#     8
#     ```
#
# 2. See above.
# 3. A test fails.
#
# </details>
"""
REFLECTION = "# ## Reflection\n#\n# It is whole.\n#\n"
TAKEAWAYS = "# ## Takeaways\n#\n# - A lesson has parts.\n#\n"
OBJECTIVES = "# After this lesson you can\n#\n# - see what a lesson has;\n# - see what it lacks."
NO_SOLUTION = "a solution for each exercise"


@pytest.mark.parametrize("judge", [faults, too_long])
def test_each_lesson_has_all_parts_in_their_order_and_short_cells(project_root, judge):
    sources = sorted((project_root / "notebooks" / "src").glob("*.py"))
    assert sources
    found = {source.name: judge(source.read_text(encoding="utf-8")) for source in sources}
    assert {name: named for name, named in found.items() if named} == {}


@pytest.mark.parametrize(
    ("lengths", "broken"),
    [
        ([6] * 19 + [20], []),
        ([6] * 19 + [40], []),
        ([6] * 19 + [41], ["longest"]),
        ([6] * 18 + [21, 21], ["share of long cells"]),
        ([6] * 9 + [7] * 10, ["median"]),
    ],
)
def test_a_cell_that_is_too_long_is_named(lengths, broken):
    cells = ["# %%\n" + "\n".join(["1 + 1\n"] * length) for length in lengths]
    assert too_long("\n\n".join(cells)) == broken


def test_a_whole_lesson_has_no_fault():
    assert faults(WHOLE) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("# # 04 A toy", "# # A toy", "title"),
        ("# # 04 A toy", "# # 05 A toy", "number"),
        ("# **Question.**", "#", "question"),
        ("whole?", "whole.", "question"),
        ("After this lesson you can", "This lesson", "objectives"),
        ("# - see what a lesson has;\n", "", "objectives"),
        (OBJECTIVES, f"# ## Early\n#\n{OBJECTIVES}", "order"),
        (REFLECTION, "", "reflection"),
        ("# It is whole.\n#\n", "", "reflection"),
        (TAKEAWAYS, "", "takeaways"),
        ("# - A lesson has parts.\n#\n", "", "takeaways"),
        (REFLECTION + TAKEAWAYS, TAKEAWAYS + REFLECTION, "order"),
        ("## Exercises", "## Questions", "exercises"),
        ("<details><summary>Solutions", "<details><summary>Hints", "solutions"),
        ("# 3. Remove one.\n", "", NO_SOLUTION),
        ("# 3. A test fails.\n", "", NO_SOLUTION),
        ("#     teaching_minutes: 20\n", "", "teaching_minutes"),
        ("exercise_minutes: 15", "exercise_minutes: 0", "exercise_minutes"),
        ("exercise_minutes: 15", "exercise_minutes: short", "exercise_minutes"),
    ],
)
def test_a_part_that_is_missing_or_misplaced_is_named(old, new, fault):
    assert WHOLE.count(old) == 1
    assert fault in faults(WHOLE.replace(old, new))


def test_two_exercises_are_too_few():
    few = WHOLE.replace("# 3. Remove one.\n", "").replace("# 3. A test fails.\n", "")
    assert faults(few) == [NO_SOLUTION]
