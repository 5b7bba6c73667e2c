"""The one error that a user of the package can cause and mend."""


class Fault(Exception):
    """A missing or unusable input. The message says what is wrong, where, and what to do; it is shown without a traceback."""
