"""The one error of a conversion, and how a reader learns what to do about it."""

from portal.files import UnreadableError as ConversionError

__all__ = ["ConversionError"]
