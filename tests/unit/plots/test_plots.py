"""Figures: what is drawn stands where the data say, and the text alternative says it in numbers."""

import itertools
import warnings

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure as MatplotlibFigure
from matplotlib.patches import FancyBboxPatch

from nlputils import plots
from nlputils.data import load
from nlputils.errors import CourseError
from nlputils.evaluate import Comparison, Score
from nlputils.plots.figure import CONTRAST, INK, contrast, ink_on, look, number, readable
from nlputils.plots.road import ROAD

LESSONS = [lesson for _, lessons in ROAD for lesson, _ in lessons]
MESSAGES = load("pocket_messages")


def score(value, low, high, metric="spam_f1"):
    return Score(metric, value, low, high, 300, (1,), (value,))


def difference(value, low, high, names=("bert", "svm"), metric="spam_f1"):
    return Comparison(metric, names, value, low, high, (0.9, 0.9 - value), 300, (1, 2))


def history():
    """Losses at steps 0 to 90; the validation loss at every third of them."""
    steps = np.arange(0, 100, 10)
    loss = 4.0 - 0.3 * np.arange(10)
    validation = np.where(np.arange(10) % 3 == 0, loss + 0.5, np.nan)
    return pd.DataFrame({"step": steps, "loss": loss, "val_loss": validation})


def few_labels():
    values = {"bert": (0.7, 0.8, 0.85), "svm": (0.6, 0.7, 0.9)}
    return pd.DataFrame(
        [
            {"n": n, "system": name, "value": v, "low": v - 0.06, "high": v + 0.04}
            for name, row in values.items()
            for n, v in zip((16, 64, 1024), row, strict=True)
        ]
    )


DRAWN = {
    "road_map": lambda: plots.road_map("05"),
    "label_counts": lambda: plots.label_counts(MESSAGES),
    "length_histogram": lambda: plots.length_histogram([3, 4, 5, 9], 4),
    "learning_curve": lambda: plots.learning_curve(history(), "step", ["loss", "val_loss"]),
    "levels": lambda: plots.learning_curve(history(), "step", "loss", levels={"counts": 3.0}),
    "low_label_curve": lambda: plots.low_label_curve(few_labels(), metric="spam-F1"),
    "scores": lambda: plots.scores({"svm": score(0.9, 0.8, 0.95)}),
    "comparison": lambda: plots.comparison(difference(0.05, 0.01, 0.09)),
    "heatmap": lambda: plots.heatmap([[1, 2], [3, 4]], ["a", "b"], ["c", "d"]),
    "token_strip": lambda: plots.token_strip(["a", "##b"], [0.1, -0.2]),
    "a piece longer than a line": lambda: plots.token_strip(["x" * 200, "b"], [1, 2]),
    "one cell": lambda: plots.heatmap([[0.25]], ["a"], ["b"]),
    "one length": lambda: plots.length_histogram([7]),
}


@pytest.fixture(params=DRAWN)
def figure(request):
    return DRAWN[request.param]()


def boxes(figure, artists):
    """Where artists are, in pixels."""
    canvas = FigureCanvasAgg(figure.figure)
    canvas.draw()
    return [artist.get_window_extent(canvas.get_renderer()) for artist in artists]


def collisions(found):
    """Pairs of boxes that cover each other by more than half a pixel."""
    return [
        (a, b)
        for a, b in itertools.combinations(found, 2)
        if min(a.x1, b.x1) - max(a.x0, b.x0) > 0.5 and min(a.y1, b.y1) - max(a.y0, b.y0) > 0.5
    ]


def written_in(axes):
    """All texts of a drawing: its title, the names and numbers of its axes, its labels."""
    # The numbers of an axis are written when it is drawn.
    axes.figure.draw_without_rendering()
    texts = [axes.title, axes.xaxis.label, axes.yaxis.label, *axes.texts]
    for axis, ends in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
        # Beyond its ends an axis keeps numbers that it does not draw.
        texts += [
            tick.label1
            for tick in axis.get_major_ticks()
            if tick.label1.get_visible() and min(ends) <= tick.get_loc() <= max(ends)
        ]
    return [text for text in texts if text.get_text()]


# Every figure


def test_every_public_figure_is_drawn_here():
    own = {"PALETTE", "Figure", "show", "style", "TextTable", "text_table"}
    assert set(plots.__all__) - own <= set(DRAWN)


def test_a_figure_is_drawn_without_a_warning(figure):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert figure.png().startswith(b"\x89PNG")


def test_a_figure_has_a_text_of_whole_sentences(figure):
    assert figure.alt.endswith(".")
    assert len(figure.alt) > 20
    assert "  " not in figure.alt
    assert "\n" not in figure.alt
    assert "nan" not in figure.alt.split()


def test_drawing_leaves_no_trace(figure):
    """Neither in the reader's settings nor among pyplot's figures."""
    before = dict(mpl.rcParams)
    figure.png()
    DRAWN["scores"]()
    assert dict(mpl.rcParams) == before
    assert plt.get_fignums() == []


@pytest.mark.parametrize("name", sorted(set(DRAWN) - {"one cell", "a piece longer than a line"}))
def test_all_text_can_be_read_on_white(name):
    """Text in fields of another colour has tests of its own below."""
    axes = DRAWN[name]().figure.axes[0]
    coloured = name in ("heatmap", "token_strip", "road_map")
    texts = [axes.title, axes.xaxis.label, axes.yaxis.label, *axes.get_xticklabels()]
    texts += axes.get_yticklabels() + ([] if coloured else list(axes.texts))
    assert all(contrast(text.get_color(), "white") >= CONTRAST for text in texts)


# Colours


def test_the_palette_is_that_of_okabe_and_ito():
    """Their published values, without the yellow."""
    rgb = [(0, 114, 178), (213, 94, 0), (0, 158, 115), (204, 121, 167)]
    rgb += [(230, 159, 0), (86, 180, 233), (0, 0, 0)]
    assert [tuple(round(255 * part) for part in to_rgb(c)) for c in plots.PALETTE] == rgb


def test_series_differ_in_more_than_colour():
    looks = [look(place) for place in range(len(plots.PALETTE))]
    for key in ("color", "marker", "linestyle"):
        assert len({str(one[key]) for one in looks}) == len(looks)
    assert look(len(looks)) == look(0)


@pytest.mark.parametrize(
    ("one", "other", "ratio"), [("black", "white", 21), ("#767676", "white", 4.54), (INK, INK, 1)]
)
def test_contrast_by_known_values(one, other, ratio):
    assert contrast(one, other) == pytest.approx(ratio, abs=0.005)
    assert contrast(other, one) == contrast(one, other)


def test_text_in_the_colour_of_its_series_is_dark_enough():
    for color in plots.PALETTE:
        assert contrast(readable(color), "white") >= CONTRAST
    assert readable("#0072B2") == "#0072b2"
    assert contrast("#E69F00", "white") < CONTRAST


@given(st.tuples(*[st.floats(0, 1)] * 3))
def test_there_is_an_ink_for_every_field(face):
    assert contrast(ink_on(face), face) >= CONTRAST


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (3.0, "3"), (1020, "1,020"), (6.6161, "6.62"), (0.00312, "0.00312"), (-2, "-2")],
)
def test_numbers_as_a_reader_expects_them(value, text):
    assert number(value) == text


# Showing


@pytest.fixture
def shown(monkeypatch):
    """What ``show`` hands to the notebook."""
    kept = []
    monkeypatch.setattr(
        "nlputils.plots.figure.display", lambda bundle, raw: kept.append((bundle, raw))
    )
    return kept


def test_a_figure_is_shown_with_its_text(shown):
    figure = plots.scores({'the "best" & <only>': score(0.9, 0.8, 0.95)})
    plots.show(figure)
    ((bundle, raw),) = shown
    image = BeautifulSoup(bundle["text/html"], "html.parser").img
    assert raw is True
    assert image["alt"] == bundle["text/plain"] == figure.alt
    assert image["src"].startswith("data:image/png;base64,iVBOR")
    assert figure._repr_mimebundle_() == bundle


@pytest.mark.parametrize("alt", [None, "", "  \n"])
def test_a_figure_without_text_is_refused(shown, alt):
    with pytest.raises(CourseError, match="no alt text"):
        plots.show(MatplotlibFigure(), alt)
    with pytest.raises(CourseError, match="no alt text"):
        plots.Figure(MatplotlibFigure(), alt or "")._repr_mimebundle_()
    assert shown == []


def test_what_is_no_figure_is_refused(shown):
    with pytest.raises(CourseError, match=r"axes\.figure"):
        plots.show(MatplotlibFigure().add_subplot(), "An empty box.")


def test_a_figure_of_pyplot_is_closed_so_that_it_is_not_shown_twice(shown):
    own, kept = plt.figure(), plt.figure()
    plots.show(own, alt="An  empty\nbox.")
    assert shown[0][0]["text/plain"] == "An empty box."
    assert plt.get_fignums() == [kept.number]
    plt.close(kept)


def test_a_figure_is_saved_whole(tmp_path):
    figure = DRAWN["heatmap"]()
    assert figure.save(tmp_path / "new" / "a.png").read_bytes() == figure.png()
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["a.png"]


# Scores and comparisons


def lines_of(figure):
    """The data of each line: its x values and its y values."""
    return [(line.get_xdata(), line.get_ydata()) for line in figure.figure.axes[0].lines]


def test_scores_stand_where_they_are_the_best_on_top():
    rows = {"low": score(0.7, 0.6, 0.75), "top": score(0.9, 0.8, 0.95)}
    figure = plots.scores(rows, title="Spam")
    bar, point, second_bar, second_point = lines_of(figure)
    axes = figure.figure.axes[0]
    assert np.allclose(bar, [[80, 95], [0, 0]])
    assert np.allclose(point, [[90], [0]])
    assert np.allclose(second_bar, [[60, 75], [1, 1]])
    assert np.allclose(second_point, [[70], [1]])
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["top", "low"]
    assert axes.get_ylim()[0] > axes.get_ylim()[1]
    assert figure.alt == (
        "Spam. Points with 95 % intervals: spam-F1 (%) of 2 systems, the best first: "
        "top 90.0 [80.0, 95.0]; low 70.0 [60.0, 75.0]."
    )


def test_of_rates_of_error_the_lowest_is_the_best():
    rows = {"many": score(0.2, 0.1, 0.3, "ham_fpr"), "few": score(0.01, 0.0, 0.02, "ham_fpr")}
    figure = plots.scores(rows)
    assert "the best first: few 1.0 [0.0, 2.0]; many" in figure.alt
    assert "lower is better" in figure.figure.axes[0].get_xlabel()


def test_what_is_no_percentage_is_not_multiplied():
    figure = plots.scores({"svm": score(0.8, 0.7, 0.9, "mcc")})
    assert np.allclose(lines_of(figure)[0][0], [0.7, 0.9])
    assert "svm 0.800 [0.700, 0.900]" in figure.alt


def test_a_difference_that_can_be_told_is_filled_and_another_hollow():
    clear, unclear = difference(0.05, 0.01, 0.09), difference(-0.01, -0.05, 0.03, ("gpt", "svm"))
    figure = plots.comparison([clear, unclear])
    axes = figure.figure.axes[0]
    zero, _, first, _, second = axes.lines
    assert list(zero.get_xdata()) == [0, 0]
    assert (first.get_xdata()[0], second.get_xdata()[0]) == (5.0, -1.0)
    assert first.get_markerfacecolor() == first.get_color()
    assert second.get_markerfacecolor() == "white"
    assert [text.get_text() for text in axes.texts] == [
        "bert ahead\n5.0 [1.0, 9.0]",
        "not distinguishable\n-1.0 [-5.0, 3.0]",
    ]
    assert f"{clear.text}." in figure.alt
    assert f"{unclear.text}." in figure.alt


@pytest.mark.parametrize("rows", [1, 2, 9])
def test_verdicts_beside_their_rows_cover_nothing(rows):
    """Each stands at the height of its row, to the right of the drawing."""
    items = [
        difference(-0.1 * place, -0.9, 0.1, (f"a system with a name {place}", "svm"))
        for place in range(rows)
    ]
    figure = plots.comparison(items, title="Differences")
    axes = figure.figure.axes[0]
    assert collisions(boxes(figure, written_in(axes))) == []
    frame = axes.get_window_extent()
    assert all(box.x0 > frame.x1 for box in boxes(figure, axes.texts))
    assert [text.xy[1] for text in axes.texts] == list(range(rows))


@pytest.mark.parametrize(
    ("names", "low", "high"),
    [
        (("LSTM", "naive Bayes"), -0.142, 0.061),
        (("bidirectional LSTM in order", "shuffled"), -0.074, 0.231),
    ],
)
def test_numbers_below_a_comparison_stand_apart(names, low, high):
    """The names and the verdicts leave the drawing little width."""
    figure = plots.comparison(difference(-0.04, low, high, names))
    axes = figure.figure.axes[0]
    below = axes.get_xticklabels()
    numbers = [text for text in written_in(axes) if text in below]
    places = sorted(boxes(figure, numbers), key=lambda box: box.x0)
    assert len(places) >= 3
    assert all(right.x0 - left.x1 > 15 for left, right in itertools.pairwise(places))


def test_results_of_two_metrics_are_not_drawn_together():
    two = {"a": score(0.9, 0.8, 1.0), "b": score(0.9, 0.8, 1.0, "mcc")}
    with pytest.raises(CourseError, match="mcc, spam_f1"):
        plots.scores(two)
    pair = [difference(0.1, 0.0, 0.2), difference(0.1, 0.0, 0.2, metric="mcc")]
    for wrong in (pair, []):
        with pytest.raises(CourseError, match="one metric"):
            plots.comparison(wrong)


# Curves


def test_a_learning_curve_holds_its_rows_and_leaves_out_missing_ones():
    figure = plots.learning_curve(history(), "step", ["loss", "val_loss"], title="Run")
    (steps, loss), (few, validation) = lines_of(figure)
    assert list(steps) == list(range(0, 100, 10))
    assert np.allclose(loss, 4.0 - 0.3 * np.arange(10))
    assert list(few) == [0, 30, 60, 90]
    assert np.allclose(validation, [4.5, 3.6, 2.7, 1.8])
    assert figure.alt == (
        "Line chart: Run. 2 lines. loss: 4 at step 0, 1.3 at step 90; lowest 1.3, highest 4. "
        "validation loss: 4.5 at step 0, 1.8 at step 90; lowest 1.8, highest 4.5."
    )


def test_names_stand_beside_the_ends_of_their_lines_and_apart():
    """Four series end within a hundredth of each other, one of them early."""
    frame = pd.DataFrame({"step": range(10)})
    for place, name in enumerate("abcd"):
        frame[name] = np.linspace(1 + place, 2 + place / 100, 10)
    frame.loc[6:, "d"] = np.nan
    figure = plots.learning_curve(frame, "step", list("abcd"))
    texts = figure.figure.axes[0].texts
    found = boxes(figure, texts)
    assert collisions(found) == []
    assert max(box.x0 for box in found) - min(box.x0 for box in found) < 1
    assert {text.get_text() for text in texts} == set("abcd")
    heights = {text.get_text(): box.y0 for text, box in zip(texts, found, strict=True)}
    assert heights["a"] < heights["b"] < heights["c"] < heights["d"]
    assert all(contrast(text.get_color(), "white") >= CONTRAST for text in texts)


def test_levels_are_drawn_and_said():
    figure = plots.learning_curve(history(), "step", "loss", levels={"frequencies": 3.0})
    assert [list(y) for _, y in lines_of(figure)][1] == [3.0, 3.0]
    assert figure.alt.endswith("A dashed line at 3: frequencies.")
    assert "frequencies: 3" in {text.get_text() for text in figure.figure.axes[0].texts}


def test_a_short_line_carries_its_name_itself():
    frame = pd.DataFrame({"step": [0, 10, 40, 100], "long": [4.0, 3, 2, 1]})
    frame["short"] = [4.0, 3.9, np.nan, np.nan]
    (axes,) = plots.learning_curve(frame, "step", ["long", "short"]).figure.axes
    assert {text.get_text(): text.xy[0] for text in axes.texts} == {"long": 100, "short": 10}


def test_few_labels_are_drawn_with_their_intervals():
    figure = plots.low_label_curve(few_labels(), metric="spam-F1", title="Few")
    axes = figure.figure.axes[0]
    bert, svm = axes.containers
    assert np.allclose(bert[0].get_ydata(), [70, 80, 85])
    assert np.allclose(svm[0].get_ydata(), [60, 70, 90])
    # The two are set a little apart; their middle is the number of labels.
    middle = np.sqrt(np.asarray(bert[0].get_xdata()) * np.asarray(svm[0].get_xdata()))
    assert np.allclose(middle, [16, 64, 1024])
    bars = [segment[:, 1] for segment in bert[2][0].get_segments()]
    assert np.allclose(bars, [[64, 74], [74, 84], [79, 89]])
    assert [axes.xaxis.get_major_formatter()(x, 0) for x in axes.get_xticks()] == [
        "16",
        "64",
        "1,024",
    ]
    assert figure.alt == (
        "Line chart with 95 % intervals on a logarithmic axis: Few. spam-F1 (%) of 2 lines. "
        "bert: 70 [64, 74] with 16, 80 [74, 84] with 64, 85 [79, 89] with 1,024 labels. "
        "svm: 60 [54, 64] with 16, 70 [64, 74] with 64, 90 [84, 94] with 1,024 labels."
    )


@pytest.mark.parametrize(
    ("draw", "words"),
    [
        (lambda: plots.learning_curve(history(), "step", "accuracy"), r"lacks \['accuracy'\]"),
        (lambda: plots.learning_curve(history(), "epoch", "loss"), r"lacks \['epoch'\]"),
        (lambda: plots.learning_curve(history().assign(loss=np.nan), "step", "loss"), "no number"),
        (lambda: plots.low_label_curve(few_labels().drop(columns="low")), r"lacks \['low'\]"),
        (lambda: plots.low_label_curve(few_labels().assign(n=0)), "positive"),
        (lambda: plots.low_label_curve(few_labels().iloc[:0]), "positive"),
    ],
)
def test_a_frame_that_does_not_fit_is_refused(draw, words):
    with pytest.raises(CourseError, match=words):
        draw()


# Counts


def test_bars_are_as_long_as_the_counts():
    figure = plots.label_counts(MESSAGES)
    counts = MESSAGES.describe()
    axes = figure.figure.axes[0]
    for part, bars in zip(("train", "validation", "test"), axes.containers, strict=True):
        assert [bar.get_width() for bar in bars] == [counts.loc[part, k] for k in ("ham", "spam")]
        ham, spam = counts.loc[part, "ham"], counts.loc[part, "spam"]
        assert f"{part}: {ham:,} ham, {spam:,} spam" in figure.alt
    assert len({bars.patches[0].get_hatch() for bars in axes.containers}) == 3
    assert [text.get_text() for text in axes.get_legend().get_texts()] == [
        "train",
        "validation",
        "test",
    ]


def shares(axes):
    """Left end, right end and height of each bar of a histogram."""
    return [(bar.get_x(), bar.get_x() + bar.get_width(), bar.get_height()) for bar in axes.patches]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 400), min_size=1, max_size=60), st.integers(1, 300))
def test_right_of_the_cut_are_exactly_the_longer_texts(lengths, cut):
    figure = plots.length_histogram(lengths, cut)
    axes = figure.figure.axes[0]
    _, line = (line.get_xdata()[0] for line in axes.lines)
    bars = shares(axes)
    assert line == cut + 0.5
    assert sum(height for _, _, height in bars) == pytest.approx(100)
    assert all(right <= line or left >= line for left, right, _ in bars)
    longer = 100 * sum(length > cut for length in lengths) / len(lengths)
    assert sum(height for left, _, height in bars if left >= line) == pytest.approx(longer)
    assert axes.texts[1].get_text() == f"cut at {cut}: {longer:.1f} % are longer"
    assert f"{longer:.1f} % are longer than the cut at {cut}" in figure.alt


def test_lengths_of_several_series_stand_one_above_the_other_as_shares():
    """Series of different sizes can be compared: the bars of each add up to 100 %."""
    figure = plots.length_histogram({"ham": [1, 2, 3, 3], "spam": [10, 20]}, unit="words")
    ham, spam = figure.figure.axes
    assert [height for _, _, height in shares(ham) if height] == [25, 25, 50]
    assert [height for _, _, height in shares(spam) if height] == [50, 50]
    assert [axes.get_ylabel() for axes in (ham, spam)] == ["% of ham", "% of spam"]
    assert figure.alt == (
        "Histogram of text lengths in words. ham: 4 texts, median 2.5, longest 3 words. "
        "spam: 2 texts, median 15, longest 20 words."
    )


def test_the_median_is_a_line_with_its_number():
    figure = plots.length_histogram({"ham": [1, 2, 3, 3], "spam": [10, 21]}, unit="words")
    assert [axes.lines[0].get_xdata()[0] for axes in figure.figure.axes] == [2.5, 15.5]
    labels = [[text.get_text() for text in axes.texts] for axes in figure.figure.axes]
    assert labels == [["median 2.5"], ["median 15.5"]]
    assert plots.length_histogram([7]).figure.axes[0].get_ylabel() == "% of texts"


def test_a_median_among_the_longest_texts_stands_in_their_bar():
    figure = plots.length_histogram({"ham": [5] * 1000, "spam": [40, 50, 60]})
    spam = figure.figure.axes[1]
    left, right, height = shares(spam)[-1]
    assert height == 100
    assert left < spam.lines[0].get_xdata()[0] < right
    assert spam.texts[0].get_text() == "median 50"


@pytest.mark.parametrize(
    ("ham", "spam", "cut"),
    [
        ([16] * 9 + [5, 40], [24, 24, 30], None),
        ([16] * 9 + [5, 40], [24, 24, 30], 32),
        ([1, 1, 2], [1, 1, 200], 128),
        ([4], [5], 4),
        ([90, 100, 110], [300], 10),
        ([5] * 1000, [40, 50, 60], 5),
        ([1], [400], 300),
    ],
    ids=["no cut", "median before cut", "far left", "on the cut", "beyond", "last bar", "few"],
)
def test_labels_of_a_histogram_cover_no_text_and_no_bar(ham, spam, cut):
    figure = plots.length_histogram({"ham": ham, "spam": spam}, cut, title="Lengths")
    texts = [text for axes in figure.figure.axes for text in written_in(axes)]
    found = boxes(figure, texts)
    assert collisions(found) == []
    page = figure.figure.bbox
    assert all(page.x0 <= box.x0 and box.x1 <= page.x1 for box in found)
    for axes in figure.figure.axes:
        highest = max(bar.y1 for bar in boxes(figure, axes.patches))
        assert all(label.y0 >= highest for label in boxes(figure, axes.texts))
        assert max(axes.get_yticks()) <= 100


@pytest.mark.parametrize("nothing", [[], {}, {"ham": [1], "spam": []}])
def test_no_lengths_are_refused(nothing):
    with pytest.raises(CourseError, match="no lengths"):
        plots.length_histogram(nothing)


# Tables


def test_a_heat_map_shows_the_matrix_with_its_first_row_on_top():
    figure = plots.heatmap([[50, 3], [4, 43]], ["ham", "spam"], ["no", "yes"], title="Errors")
    axes = figure.figure.axes[0]
    assert axes.collections[0].get_array().tolist() == [[50, 3], [4, 43]]
    assert axes.get_ylim() == (2, 0)
    assert [text.get_text() for text in axes.texts] == ["50", "3", "4", "43"]
    assert axes.collections[0].get_cmap().name == "Blues"
    assert figure.alt == (
        "Errors. Heat map of 2 rows and 2 columns. ham: no 50, yes 3; spam: no 4, yes 43."
    )


def test_of_a_large_heat_map_the_text_names_the_largest_cells():
    table = np.zeros((20, 20))
    table[3, 7], table[19, 0] = 0.9, 0.8
    names = [f"t{place}" for place in range(20)]
    figure = plots.heatmap(table, names, names)
    assert len(figure.figure.axes[0].texts) == 0
    assert "from 0 to 0.9. Largest: t3 / t7 0.9, t19 / t0 0.8, " in figure.alt


@pytest.mark.parametrize("low", [0, -1])
def test_numbers_in_a_heat_map_can_be_read_on_their_colours(low):
    figure = plots.heatmap(np.linspace(low, 1, 100).reshape(10, 10), range(10), list("abcdefghij"))
    axes = figure.figure.axes[0]
    faces = axes.collections[0].get_facecolor()
    ratios = [contrast(t.get_color(), face) for t, face in zip(axes.texts, faces, strict=True)]
    assert len(ratios) == 100
    assert min(ratios) >= CONTRAST


@pytest.mark.parametrize("matrix", [[[1, 2]], [[1], [2]], [1, 2], []])
def test_a_matrix_that_its_names_do_not_fit_is_refused(matrix):
    with pytest.raises(CourseError, match=r"2 rows and 2 columns are named"):
        plots.heatmap(matrix, ["a", "b"], ["c", "d"])


def strip_texts(figure, tokens):
    """The texts in the boxes and those below them."""
    texts = figure.figure.axes[0].texts
    return texts[:: len(texts) // len(tokens)], texts[1::2] if len(texts) > len(tokens) else []


def test_the_search_for_collisions_finds_a_planted_one():
    figure = plots.token_strip(["one", "two"], [1.5, 2.5])
    texts = figure.figure.axes[0].texts
    assert collisions(boxes(figure, texts)) == []
    texts[3].set_text("a value that is far too long")
    assert len(collisions(boxes(figure, texts))) == 1


LETTERS = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=60)
VALUES = st.one_of(
    st.floats(-1e-7, 1e-7), st.floats(-1, 1), st.floats(-1e6, 1e6), st.integers(-(10**6), 10**6)
)


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(LETTERS, VALUES), min_size=1, max_size=25))
def test_pieces_and_values_never_cover_each_other(pairs):
    tokens, values = zip(*pairs, strict=True)
    figure = plots.token_strip(tokens, values)
    assert collisions(boxes(figure, figure.figure.axes[0].texts)) == []
    inside, _ = strip_texts(figure, tokens)
    frames = boxes(figure, list(figure.figure.axes[0].patches))
    for text, frame in zip(boxes(figure, inside), frames, strict=True):
        assert frame.x0 <= text.x0
        assert text.x1 <= frame.x1


def test_a_strip_says_each_piece_and_value():
    figure = plots.token_strip(["un", "##do", "!"], [0.5, -0.25, 0], value_name="attribution")
    inside, below = strip_texts(figure, ["un", "##do", "!"])
    assert [text.get_text() for text in inside] == ["un", "##do", "!"]
    assert [text.get_text() for text in below] == ["0.500", "-0.250", "0.000"]
    assert figure.alt == ("3 tokens in a row, each with its attribution: un 0.5, ##do -0.25, ! 0.")


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([101, 2003], ["101", "2,003"]),
        ([0.0233, -0.00041], ["0.0233", "-0.0004"]),
        ([0.0233, -0.00001], ["0.0233", "0.0000"]),
        ([12345.6, 1.2], ["12,346", "1"]),
        ([1.2e-5, 3e-6], ["1.2e-05", "3e-06"]),
        ([0.0, 0.0], ["0", "0"]),
    ],
)
def test_values_of_a_strip_share_their_decimals(values, texts):
    figure = plots.token_strip(["a", "b"], values)
    assert [text.get_text() for text in strip_texts(figure, "ab")[1]] == texts


def test_signs_have_colours_and_the_pieces_can_be_read_on_them():
    values = np.linspace(-1, 1, 21)
    figure = plots.token_strip(["t"] * 21, values)
    faces = [patch.get_facecolor()[:3] for patch in figure.figure.axes[0].patches]
    inside, _ = strip_texts(figure, ["t"] * 21)
    assert faces[0][2] > faces[0][0] + 0.2
    assert faces[-1][0] > faces[-1][2] + 0.2
    ratios = [contrast(t.get_color(), face) for t, face in zip(inside, faces, strict=True)]
    assert min(ratios) >= CONTRAST


def test_a_long_piece_is_cut_in_the_picture_and_whole_in_the_text():
    figure = plots.token_strip(["x" * 200, "b"])
    shown = figure.figure.axes[0].texts[0].get_text()
    assert shown == "x" * 39 + "…"
    assert "x" * 200 in figure.alt


@pytest.mark.parametrize("name", ["$$", "$100 or $200", r"$\frac$"])
def test_dollar_signs_of_the_data_are_not_read_as_formulas(name):
    for figure in (
        plots.token_strip([name], [1]),
        plots.scores({name: score(0.9, 0.8, 0.95)}),
        plots.heatmap([[1, 2]], [name], [name, "b"]),
        plots.comparison(difference(0.05, 0.01, 0.09, (name, "svm"))),
    ):
        assert figure.png()
        assert name in figure.alt


@pytest.mark.parametrize(("tokens", "values"), [([], None), (["a"], [1, 2]), (["a"], [[1]])])
def test_pieces_and_values_that_do_not_fit_are_refused(tokens, values):
    with pytest.raises(CourseError, match="give one for each"):
        plots.token_strip(tokens, values)


# The road


WRITTEN = ("00", "01", "03", "05")


@pytest.fixture(scope="module")
def partly_written(tmp_path_factory):
    """A course folder in which four lessons have a notebook, and some other files lie about."""
    root = tmp_path_factory.mktemp("course")
    (root / "notebooks" / "src").mkdir(parents=True)
    (root / "data").mkdir()
    (root / "data" / "datasets.toml").touch()
    names = [*(f"{number}_lesson.ipynb" for number in WRITTEN), "02_notes.md", "src/04_next.py"]
    for name in names:
        (root / "notebooks" / name).touch()
    return root


@pytest.fixture(scope="module", params=[None, *LESSONS])
def road(request, partly_written):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NLPUTILS_ROOT", str(partly_written))
        return request.param, plots.road_map(request.param)


def cards_of(figure):
    """The frame of each lesson, by its number."""
    patches = figure.figure.axes[0].patches
    frames = [patch for patch in patches if isinstance(patch, FancyBboxPatch)]
    return dict(zip(LESSONS, frames, strict=True))


def test_on_the_road_nothing_covers_anything(road):
    """Neither text on text, nor the sign on a card, nor a title beyond the edge of its card."""
    _, figure = road
    axes = figure.figure.axes[0]
    cards = boxes(figure, [patch for patch in axes.patches if isinstance(patch, FancyBboxPatch)])
    texts = boxes(figure, axes.texts)
    assert len(cards) == 16
    assert collisions(texts) == []
    assert collisions(cards) == []
    for text in texts:
        for card in cards:
            crosses = collisions([text, card])
            inside = card.x0 <= text.x0 and text.x1 <= card.x1
            inside = inside and card.y0 <= text.y0 and text.y1 <= card.y1
            assert inside or not crosses
    page = figure.figure.bbox
    assert all(page.x0 <= b.x0 and b.x1 <= page.x1 for b in texts + cards)
    assert all(page.y0 <= b.y0 and b.y1 <= page.y1 for b in texts + cards)


def test_the_sign_stands_below_the_readers_card(road):
    here, figure = road
    axes = figure.figure.axes[0]
    signs = [text for text in axes.texts if text.get_text() == "you are here"]
    assert len(signs) == (here is not None)
    if here is None:
        assert "You are here" not in figure.alt
        return
    assert f"You are here: lesson {here}." in figure.alt
    mark = next(text for text in axes.texts if text.get_text() == here)
    sign, card = boxes(figure, [signs[0], mark])
    assert 0 < card.y0 - sign.y1 < 60
    assert contrast(signs[0].get_color(), "white") >= CONTRAST


def test_written_lessons_behind_the_reader_are_ticked_and_not_by_colour_alone(road):
    here, figure = road
    marks = [text.get_text() for text in figure.figure.axes[0].texts]
    ticked = {mark[:2] for mark in marks if mark.endswith("✓")}
    assert ticked == {number for number in WRITTEN if here is not None and number < here}


def test_lessons_to_be_written_stand_in_dashed_frames_and_are_named_in_the_text(road):
    """Whose notebook the reader has open is written, whatever lies in the folder."""
    here, figure = road
    whole = {number for number, card in cards_of(figure).items() if card.get_linestyle() == "-"}
    assert whole == {*WRITTEN, *([here] if here else [])}
    for lesson, title in (pair for _, lessons in ROAD for pair in lessons):
        name = f"{lesson} {title}".replace("\n", " ")
        later = f"{name} (dashed: to be written)"
        assert name in figure.alt
        assert (later in figure.alt) == (lesson not in whole)


def test_the_road_looks_into_the_folder_of_the_course(project_root):
    cards = cards_of(plots.road_map("01"))
    whole = {number for number, card in cards.items() if card.get_linestyle() == "-"}
    assert whole == {path.name[:2] for path in (project_root / "notebooks").glob("*.ipynb")}


def test_the_road_names_all_lessons_in_its_text():
    alt = plots.road_map().alt
    assert ",".join(LESSONS) == "00,01,02,03,04,05,06,07,08,09,10,11,12,13,14,15"
    assert [lesson for lesson in LESSONS if f"{lesson} " not in alt] == []
    with pytest.raises(CourseError, match="no lesson '16'"):
        plots.road_map("16")
