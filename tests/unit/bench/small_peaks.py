"""`nlputils.bench.worker` as it is, but for its peaks: small matrices, each multiplied twice.

The sizes that are measured in earnest take a minute on one thread.
"""

import sys

from nlputils.bench import peak, worker

peak.SIZES = {"cpu": (64, 128), "gpu": (64, 128)}
peak._SECONDS = 0.0

if __name__ == "__main__":
    sys.exit(worker.main())
