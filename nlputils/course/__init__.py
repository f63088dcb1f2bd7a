"""The course as a whole: its notebooks built, run headlessly, opened in JupyterLab, examined.

This folder stands outside the road of the data. It imports no model code: it runs notebooks.
"""

import sys

# Whoever imports nbformat imports jsonschema, and that compiles a grammar of international web
# addresses if this package is there: two seconds for each process, for a check that no notebook
# asks for. A name bound to None is, to Python, a package that is not installed.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
