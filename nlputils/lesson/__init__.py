"""What a notebook needs of the course itself: its first output, its records, its claims.

``start`` prints where the numbers come from, ``record`` keeps a score under a name, ``claim``
checks a sentence of the text against the run, ``artefact`` and ``needed`` hand results from lesson
to lesson. The same calls work in JupyterLab and under ``nlputils run``.
"""

from nlputils.lesson.claims import ClaimCannotFail, ClaimFailed, claim
from nlputils.lesson.folders import artefact, checkpoints, needed, progress
from nlputils.lesson.opening import start
from nlputils.lesson.records import record, record_name

__all__ = [
    "ClaimCannotFail",
    "ClaimFailed",
    "artefact",
    "checkpoints",
    "claim",
    "needed",
    "progress",
    "record",
    "record_name",
    "start",
]
