"""The course as a whole: its notebooks built, run headlessly, opened in JupyterLab, examined.

This folder stands outside the road of the data. It imports no model code: it runs notebooks.
"""
