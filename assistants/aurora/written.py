"""What an owner's words may be made of, as the tools take them."""

from datetime import time
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from assistants.client_ai.agenda import as_people_write_it, on_the_shop_clock
from domain.texts import cleaned


def _one_line(text: str) -> str:
    line = " ".join(cleaned(text).split())
    if not line:
        raise ValueError("está vazio")
    return line


def _readable(text: str) -> str:
    if not (read := cleaned(text)):
        raise ValueError("está vazio")
    return read


OneLine = Annotated[str, AfterValidator(_one_line)]
"""A line break could pass for a line of a summary or of the prompt."""
Words = Annotated[str, AfterValidator(_readable)]
"""A text of several lines."""
ShopTime = Annotated[time | None, BeforeValidator(as_people_write_it), AfterValidator(on_the_shop_clock)]
"""A time of day on the shop's clock: "14:00", "9h30"."""
