"""Numbers that are spelled out: before "reais" and "horas", after "às", before what is counted, and anywhere."""

import re

_SPELLED = """
    uma=1 dois=2 duas=2 três=3 tres=3 quatro=4 cinco=5 seis=6 sete=7 oito=8 nove=9 dez=10 onze=11 doze=12 treze=13
    quatorze=14 catorze=14 quinze=15 dezesseis=16 dezessete=17 dezoito=18 dezenove=19 vinte=20 trinta=30 quarenta=40
    cinquenta=50 sessenta=60 setenta=70 oitenta=80 noventa=90 cem=100 cento=100 duzentos=200 trezentos=300
    quatrocentos=400 quinhentos=500 seiscentos=600 setecentos=700 oitocentos=800 novecentos=900 mil=1000
"""
_NUMBERS = {word: int(value) for word, value in re.findall(r"(\w+)=(\d+)", _SPELLED)}
_WORD = "(?:" + "|".join(sorted(_NUMBERS, key=len, reverse=True)) + ")"
_SEVERAL = rf"\b{_WORD}\b(?: (?:e )?{_WORD}\b){{0,5}}"
_COUNTED = re.compile(
    rf"{_SEVERAL}(?= (?:reais|horas?)\b)|(?<=às ){_WORD}\b(?: e {_WORD}\b)?",
    re.IGNORECASE,
)


def in_digits(text: str) -> str:
    """`text` with the numbers before "reais" and "horas", and after "às", in digits."""
    return _COUNTED.sub(lambda match: _digits(match[0].lower()), text)


def spelled_numbers(text: str) -> frozenset[int]:
    """The value of each number word that stands in a text in small letters; "uma" may be an article, and is none."""
    return frozenset(_NUMBERS[word] for word in re.findall(r"\w+", text) if word in _NUMBERS and word != "uma")


def in_digits_before(text: str, noun: str) -> str:
    """`text` with the numbers before that noun (a pattern) in digits; "uma" stays: it is an article as well."""
    return re.sub(
        rf"(?!uma\b){_SEVERAL}(?= (?:{noun}))", lambda match: _digits(match[0].lower()), text, flags=re.IGNORECASE
    )


def _digits(words: str) -> str:
    total = 0
    for word in words.split():
        value = _NUMBERS.get(word, 0)
        total = (total or 1) * value if value == 1000 else total + value
    return str(total)
