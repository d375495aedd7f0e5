"""What customers call their animals: species, breeds, ages."""

import re
from dataclasses import dataclass
from enum import StrEnum

from dev.practice_model.pet_traits import Coat, Size, read_coat, read_size
from dev.practice_model.portuguese import NUMBER, number


class Species(StrEnum):
    """The species that `register_pet` knows."""

    DOG = "dog"
    CAT = "cat"
    BIRD = "bird"
    RABBIT = "rabbit"
    OTHER = "other"


_SPECIES = {
    Species.DOG: r"cachorr(?:o|a|inho|inha)s?|cao|caes|caozinho|cadela|cadelinha|dog|doguinh[oa]|catioro",
    Species.CAT: r"gat(?:o|a|inho|inha)s?|felin[oa]|bichan[oa]",
    Species.BIRD: r"aves?|passaros?|passarinho|papagaio|calopsita|periquito|canario|agapornis|arara",
    Species.RABBIT: r"coelh(?:o|a|inho|inha)s?",
    Species.OTHER: r"hamster|porquinho|tartaruga|jabuti|iguana|furao|chinchila|peixe|gerbil|roedor|reptil",
}
SPECIES_WORD = "(?:" + "|".join(_SPECIES.values()) + ")"
_SPECIES_PATTERNS = tuple((species, re.compile(rf"\b(?:{pattern})\b")) for species, pattern in _SPECIES.items())
_FEMALE = re.compile(r"\b(?:cachorr(?:a|inha)|cadel(?:a|inha)|gat(?:a|inha)|coelh(?:a|inha)|minha|femea)\b")
_MALE = re.compile(r"\b(?:cachorr(?:o|inho)|cao|gat(?:o|inho)|coelh(?:o|inho)|meu|macho)\b")

_DOG_BREEDS = {
    "Golden Retriever": r"golden(?: retriever)?", "Labrador": r"labrador(?: retriever)?",
    "Shih Tzu": r"shi[ht]?[ -]?tzu|shitzu", "Poodle": r"poodle|pudou?l", "Pinscher": r"pinscher|pincher",
    "Yorkshire Terrier": r"york(?:shire)?(?: terrier)?", "Bulldog Francês": r"(?:bulldog|buldogue) frances|frenchie",
    "Bulldog Inglês": r"(?:bulldog|buldogue) ingles", "Pug": r"pug", "Beagle": r"beagle",
    "Pastor Alemão": r"pastor alemao", "Rottweiler": r"rott?weiler", "Border Collie": r"border(?: collie)?",
    "Dachshund": r"dachshund|salsicha|linguicinha", "Maltês": r"maltes", "Lhasa Apso": r"lhasa(?: apso)?",
    "Spitz Alemão": r"spitz(?: alemao)?|lulu da pomerania|pomerania", "Schnauzer": r"schnauzer",
    "Husky Siberiano": r"husky(?: siberiano)?", "Akita": r"akita", "Chow Chow": r"chow[ -]?chow",
    "Chihuahua": r"chihuahua", "Cocker Spaniel": r"cocker(?: spaniel)?", "Boxer": r"boxer", "Doberman": r"doberman",
    "Pit Bull": r"pit ?bull", "Dálmata": r"dalmata", "Basset Hound": r"basset(?: hound)?",
    "Bichon Frisé": r"bichon(?: frise)?", "Jack Russell": r"jack russell?(?: terrier)?", "Samoieda": r"samoieda",
    "Fila Brasileiro": r"fila brasileiro", "São Bernardo": r"sao bernardo", "Cane Corso": r"cane corso",
    "Weimaraner": r"weimaraner", "Bernese": r"bernese", "Vira-lata": r"vira[ -]?latas?|srd|caramelo",
}  # fmt: skip
_CAT_BREEDS = {
    "Persa": r"persa", "Siamês": r"siames(?:a)?", "Maine Coon": r"maine ?coon", "Angorá": r"angora",
    "Ragdoll": r"ragdoll", "Bengal": r"bengal", "Sphynx": r"sphynx", "Himalaio": r"himalaio",
    "British Shorthair": r"british(?: shorthair)?",
}  # fmt: skip
_BREEDS = {**_DOG_BREEDS, **_CAT_BREEDS}
BREED_WORD = "(?:" + "|".join(_BREEDS.values()) + ")"
_BREED_PATTERNS = tuple((breed, re.compile(rf"\b(?:{pattern})\b")) for breed, pattern in _BREEDS.items())

_YEARS = re.compile(rf"\b({NUMBER}|\d{{3,4}}) ?(?:anos?|aninhos?)\b(?: e ({NUMBER}) ?mes(?:es)?\b)?( e meio\b)?")
_MONTHS = re.compile(rf"\b({NUMBER}) ?(?:mes|meses|mesinhos)\b")
_SINCE = re.compile(r"\b(?:ha|faz|cada|por|durante)(?: uns| umas)? ?$")


@dataclass(frozen=True, slots=True)
class PetReading:
    """What a message tells of an animal, its name apart; `age` in years."""

    species: Species | None = None
    breed: str | None = None
    age: int | float | None = None
    article: str | None = None
    size: Size | None = None
    coat: Coat | None = None


def read_pet(folded: str, *, asks_size: bool = False, asks_coat: bool = False) -> PetReading:
    """Species, breed, age and "o" or "a" of the animal in a message; a breed tells the species when no word does.

    `asks_size` and `asks_coat` say what it answers, so that a bare "médio" is one or the other.
    """
    breed = next((breed for breed, pattern in _BREED_PATTERNS if pattern.search(folded)), None)
    species = species_of(folded)
    if species is None and breed is not None:
        species = Species.DOG if breed in _DOG_BREEDS else Species.CAT
    article = "a" if _FEMALE.search(folded) else "o" if _MALE.search(folded) else None
    return PetReading(
        species,
        breed,
        _age(folded),
        article,
        read_size(folded, asked=asks_size),
        read_coat(folded, asked=asks_coat, size_too=asks_size),
    )


def species_of(folded: str) -> Species | None:
    """The species a text names first in the order of the list, or None."""
    return next((species for species, pattern in _SPECIES_PATTERNS if pattern.search(folded)), None)


def _age(folded: str) -> int | float | None:
    for match in _YEARS.finditer(folded):
        if not _SINCE.search(folded[: match.start()]):
            months = number(match[2]) if match[2] else 6 if match[3] else 0
            return _years(number(match[1]) * 12 + months)
    for match in _MONTHS.finditer(folded):
        if not _SINCE.search(folded[: match.start()]):
            return _years(number(match[1]))
    return None


def _years(months: int) -> int | float:
    return months // 12 if months % 12 == 0 else round(months / 12, 2)
