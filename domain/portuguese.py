"""Small grammar of the words a shop counts."""


def plural(noun: str) -> str:
    """The plural of a noun as services are named: banho → banhos, vacinação → vacinações, hotel → hotéis."""
    endings = (("ão", "ões"), ("el", "éis"), ("al", "ais"), ("m", "ns"), ("r", "res"), ("z", "zes"), ("s", "s"))
    for singular, ending in endings:
        if noun.endswith(singular):
            return noun[: -len(singular)] + ending
    return noun + "s"


def counted(count: int, noun: str) -> str:
    """ "1 tosa", "8 banhos"."""
    return f"{count} {noun if count == 1 else plural(noun)}"
