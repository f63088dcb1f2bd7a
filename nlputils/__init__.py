"""The road from text to a fine-tuned Transformer, one folder for each stage.

The folders follow the road of the data: ``data`` -> ``text`` -> ``models`` -> ``train`` ->
``evaluate`` -> ``explain`` -> ``plots`` -> ``lesson``. A folder imports only folders before it.
``course`` stands outside: it runs the notebooks. Importing ``nlputils`` imports no TensorFlow.
"""

__version__ = "0.1.0"
