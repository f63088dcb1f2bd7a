"""The encoder the course ships: how it is made, and the card that says so."""

from nlputils.shipping.making import Recipe, make_encoder

__all__ = ["Recipe", "make_encoder"]
