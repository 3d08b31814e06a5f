"""The one way in which a file is refused: a sentence about the file, in the reader's language."""

from kartoteka.platform.kernel.errors import Invalid

MAX_COLUMNS = 1000


def refusal(sentence: str, about: str = "file") -> Invalid:
    """This function will make the error that says why a file cannot be read."""
    return Invalid({about: [sentence]})
