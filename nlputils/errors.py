"""The one exception a learner should meet: what is wrong, where, and the way out."""


class CourseError(Exception):
    """A problem the reader can solve, told in a sentence or two.

    The message names the file or the value, what was expected, and what to do next. The command
    line prints it without a traceback; a notebook shows it as the last line.
    """
