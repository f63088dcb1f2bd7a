"""Data sets: a name in, typed frames out: fetched, verified, cleaned, split by group.

``registry`` says what there is, ``load`` gives a labelled set in three parts, ``load_file`` one's
own file likewise, ``read_texts`` a corpus for pretraining, ``fetch``, ``verify`` and ``provenance``
deal with the files.
"""

from nlputils.data.cards import DatasetCard, RemoteFile, registry
from nlputils.data.corpus import Corpus, labelled_texts, pretraining_corpus
from nlputils.data.download import fetch, verify
from nlputils.data.files import sha256_file, write_atomic
from nlputils.data.loading import Split, leak_rate, load, load_file, read_texts
from nlputils.data.places import cache_folder
from nlputils.data.provenance import SOURCE_WORDS, Provenance, provenance
from nlputils.data.root import course_root
from nlputils.data.splits import near_duplicate_groups, normalise, remove_overlap, split_groups

__all__ = [
    "SOURCE_WORDS",
    "Corpus",
    "DatasetCard",
    "Provenance",
    "RemoteFile",
    "Split",
    "cache_folder",
    "course_root",
    "fetch",
    "labelled_texts",
    "leak_rate",
    "load",
    "load_file",
    "near_duplicate_groups",
    "normalise",
    "pretraining_corpus",
    "provenance",
    "read_texts",
    "registry",
    "remove_overlap",
    "sha256_file",
    "split_groups",
    "verify",
    "write_atomic",
]
