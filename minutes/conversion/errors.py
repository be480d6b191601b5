"""The one error of a conversion, and how a reader learns what to do about it."""


class ConversionError(Exception):
    """The file cannot become Markdown; `message` (lazy, German) says what is wrong and what to do."""

    def __init__(self, message: object) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return str(self.message)
