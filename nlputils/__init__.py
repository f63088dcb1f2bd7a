"""The road from text to a fine-tuned Transformer, one folder for each stage.

The folders follow the road of the data: ``data`` -> ``text`` -> ``models`` -> ``train`` ->
``evaluate`` -> ``explain`` -> ``plots`` -> ``lesson``. A folder imports only folders before it.
``course`` stands outside: it runs the notebooks. Importing ``nlputils`` imports no TensorFlow.
"""

import warnings

# tqdm looks for notebook widgets as soon as a download library imports it; the course shows
# progress as plain lines, so their absence is nothing a learner should read about.
warnings.filterwarnings("ignore", message="IProgress not found")

__version__ = "0.1.0"
