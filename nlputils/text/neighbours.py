"""Vectors from counting: which pieces stand near each other, and what that says of their meaning.

Pieces with like neighbours have like meanings (Harris 1954, "Distributional Structure"). A network
that starts from such vectors need not find them out by gradient descent.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse

from nlputils.errors import CourseError

# Rows counted at a time: enough to be quick, little enough for the memory.
_BLOCK = 32768


def count_neighbours(
    rows: np.ndarray, vocabulary_size: int, *, special: int, window: int = 5
) -> scipy.sparse.csr_matrix:
    """Count how often each two pieces stand near each other in packed rows.

    Neighbours at a distance of d places count 1/d (Pennington, Socher & Manning 2014, "GloVe",
    section 4.2). A ``[SEP]`` between two texts takes a place and is not counted.

    Args:
        rows: int array [rows, length], e.g. from `nlputils.text.pack`.
        vocabulary_size: number of pieces.
        special: the first so many ids are special tokens, and have no neighbours.
        window: the largest distance, at least 1.

    Returns:
        A symmetric matrix, float32 [vocabulary, vocabulary].

    Raises:
        CourseError: ``window`` is below 1, or an id does not belong to the vocabulary.
    """
    if window < 1:
        raise CourseError(f"window={window}: a distance of at least 1 place was expected.")
    largest = int(rows.max(initial=0))
    if largest >= vocabulary_size:
        raise CourseError(
            f"The rows hold id {largest}, the vocabulary {vocabulary_size} pieces: count with the "
            "tokenizer that made the rows."
        )
    shape = (vocabulary_size, vocabulary_size)
    counts = scipy.sparse.csr_matrix(shape, dtype=np.float32)
    for start in range(0, len(rows), _BLOCK):
        block = np.asarray(rows[start : start + _BLOCK])
        for distance in range(1, min(window, block.shape[1] - 1) + 1):
            left, right = block[:, :-distance].ravel(), block[:, distance:].ravel()
            kept = (left >= special) & (right >= special)
            left, right = left[kept], right[kept]
            weight = np.full(len(left), 1 / distance, dtype=np.float32)
            counts += scipy.sparse.csr_matrix((weight, (left, right)), shape=shape)
    return (counts + counts.T).tocsr()


def positive_information(counts: scipy.sparse.csr_matrix) -> scipy.sparse.csr_matrix:
    """Turn neighbour counts into how much more often than by chance two pieces stand together.

    That is the positive part of the pointwise mutual information, ln(n_ij n / (n_i n_j)), with the
    frequencies of the neighbours raised to 0.75: rare ones would stand out too far (Levy, Goldberg
    & Dagan 2015, "Improving Distributional Similarity", sections 2.1 and 3.2).

    Args:
        counts: from `count_neighbours`.

    Returns:
        float32 [vocabulary, vocabulary], in nats; 0 where chance explains the count.
    """
    found = counts.tocoo()
    total = np.asarray(counts.sum(axis=1), dtype=np.float64).ravel()
    smooth = total**0.75
    information = np.log(
        found.data.astype(np.float64) * smooth.sum() / (total[found.row] * smooth[found.col])
    )
    kept = information > 0
    return scipy.sparse.csr_matrix(
        (information[kept].astype(np.float32), (found.row[kept], found.col[kept])),
        shape=counts.shape,
    )


def count_vectors(information: scipy.sparse.csr_matrix, width: int, *, seed: int = 0) -> np.ndarray:
    """Turn what counting neighbours told into one short vector for each piece.

    A truncated singular value decomposition keeps the ``width`` strongest directions of the
    information; each is weighted by the root of its singular value (Levy, Goldberg &
    Dagan 2015, section 3.3).

    Args:
        information: from `positive_information`.
        width: numbers in a vector, below the number of pieces.
        seed: of the decomposition, which is a randomised one (Halko, Martinsson & Tropp 2011).

    Returns:
        float32 [vocabulary, width]; zeros for pieces that nothing is known of.

    Raises:
        CourseError: the width is out of range, or nothing is known of any piece.
    """
    # Here, because all of `nlputils.text` would wait for it.
    from sklearn.utils.extmath import randomized_svd

    size = information.shape[0]
    if not 0 < width < size or not information.nnz:
        raise CourseError(
            f"width={width}, {size} pieces, {information.nnz // 2} pairs of neighbours: a width "
            "from 1 to below the number of pieces, and at least one pair, were expected."
        )
    left, strength, _ = randomized_svd(information, width, n_iter=4, random_state=seed)
    vectors = np.asarray(left * np.sqrt(strength), dtype=np.float32)
    vectors[np.diff(information.indptr) == 0] = 0  # and not what rounding made of it
    return vectors


def nearest(vectors: np.ndarray, index: int, k: int = 4) -> np.ndarray:
    """Find the vectors that point in the most similar direction (cosine similarity).

    Args:
        vectors: float [n, width].
        index: the row to find neighbours of.
        k: how many.

    Returns:
        The k row numbers, the most similar first, without ``index``.

    Raises:
        CourseError: there is no such row, or there are not k others.
    """
    if not (0 <= index < len(vectors) and 0 < k < len(vectors)):
        raise CourseError(
            f"index={index}, k={k}: there are {len(vectors)} vectors, so an index below this and "
            "fewer neighbours than this were expected."
        )
    length = np.linalg.norm(vectors, axis=1)
    likeness = vectors @ vectors[index] / np.where(length > 0, length, 1)
    likeness[index] = -np.inf
    return likeness.argsort(kind="stable")[::-1][:k]
