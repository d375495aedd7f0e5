"""Finds the pet's name in what a customer writes, and leaves the customer's own name alone."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from dev.practice_model.pet_words import BREED_WORD, SPECIES_WORD
from dev.practice_model.portuguese import composed, fold, words

_OWNER = re.compile(
    r"\b(?:meu nome e|me chamo|sou (?:[oa] )?|aqui (?:quem fala )?e (?:[oa] )?|quem fala e (?:[oa] )?)"
    r"\s?[a-z]+(?: [a-z]+)?|\bfalo com (?:[oa] )?[a-z]+"
)
_NAME = re.compile(r"[a-z][a-z'-]{0,29}")
_PET = rf"(?:{SPECIES_WORD}|pet|bichinh[oa]|filhote)"
_CALLED = (
    re.compile(rf"\bnome (?:(?:del[ea]|d[oa] (?:meu |minha )?{_PET}) )?(?:e |eh |: ?)?(?:[oa] )?(?=[a-z])"),
    re.compile(r"\b(?:se chama|chama-se|chamad[oa]) (?:de )?(?:[oa] )?(?=[a-z])"),
)
_BY_KIND = re.compile(rf"\b(?:{_PET}|{BREED_WORD})(?: {BREED_WORD})?,? (?:[oa] )?(?=[a-z])")
_FOR = re.compile(r"\b(?:para|pr[oa]|p/)(?: [oa]| meu| minha)? (?=[a-z])")
_ARTICLE = re.compile(r"\b(?:[oa]|d[oa]|com|e|eh|levar|meu|minha) (?=[a-z])")
_KIND_WORD = re.compile(rf"{_PET}|{BREED_WORD}")
_VERB = re.compile(r".+(?:ando|endo|indo|ou|eu|iu|ava|aram|eram|ar|er|ir)")
_NO_NAME = frozenset(
    words(
        """
        a o as os e eh um uma uns umas de do da dos das em no na nos nas ao com sem por para pra pro que se
        meu minha meus minhas nosso nossa seu sua ele ela eles elas dele dela voce voces vc eu me mim isso
        esse essa este esta isto la ai aqui ali muito mais menos ja ainda agora hoje amanha ontem depois antes
        dia manha tarde noite semana mes ano anos meses hora horas horario horarios agenda segunda terca
        quarta quinta sexta sabado domingo feira janeiro fevereiro marco abril maio junho julho agosto
        setembro outubro novembro dezembro natal feriado fim final inicio periodo proximo proxima vez opcao
        primeiro primeira ultimo ultima mesmo mesma consulta consultas banho tosa vacina vacinas vacinacao
        exame checkup check retorno servico servicos atendimento emergencia veterinario veterinaria vet dr dra
        doutor doutora loja clinica petshop shop cliente clientes atendente pessoa humano humana equipe alguem
        gente dono dona gerente filho filha marido esposa mae pai amigo amiga nome raca idade especie preco
        valor pix cartao whatsapp zap telefone numero endereco pagamento favor obrigado obrigada valeu sim nao
        ok oi ola bom boa tudo bem certo perfeito otimo pode poderia posso quero queria gostaria preciso
        precisa precisava tem tenho ter ta sao ser foi era vai vou quer quanto custa qual quais quando onde
        como porque chama chamada chamado macho femea adulto adulta idoso idosa filhote pequeno pequena medio
        media grande gigante porte pelo raiva dose lindo linda fofo fofa ansioso bravo brava animal animais
        bicho bichinho pet pets caso todos todas outro outra marca agende dois duas tres quatro cinco
        combinado fechado beleza blz show
        """
    )
)


@dataclass(frozen=True, slots=True)
class NameReading:
    """A pet's name as it should be written, and the "o" or "a" said before it."""

    name: str
    article: str | None = None


def read_name(
    text: str, *, taken: Collection[str] = (), known: Collection[str] = (), asked: bool = False
) -> NameReading | None:
    """The pet a message names: a `known` one, or a new name; `taken` are folded words that are no names (services).

    `asked` says that the message answers "qual é o nome?", so that a bare "rex" is a name.
    """
    text = composed(text)
    folded = _OWNER.sub(lambda found: " " * len(found[0]), fold(text))
    mentioned = words(folded)
    for name in known:
        if _in_order(words(fold(name)), mentioned):
            before = re.search(rf"\b(?:d|pr|n)?([oa]) {re.escape(fold(name))}\b", folded)
            return NameReading(name, before[1] if before else None)
    reader = _Reader(text, folded, frozenset(taken))
    return (
        reader.first(*_CALLED, strict=False)
        or reader.first(_BY_KIND, strict=reader.has_capitals)
        or reader.first(_FOR, strict=False)
        or (reader.first(_ARTICLE, strict=True) if reader.has_capitals else None)
        or (reader.bare() if asked and "?" not in text else None)
    )


@dataclass(frozen=True, slots=True)
class _Reader:
    text: str
    folded: str
    taken: frozenset[str]

    @property
    def has_capitals(self) -> bool:
        """Whether the writer tells names by capitals: not all small, not all big, the first letter apart."""
        return not self.text.isupper() and any(letter.isupper() for letter in self.text[1:])

    def first(self, *patterns: re.Pattern[str], strict: bool) -> NameReading | None:
        for pattern in patterns:
            for match in pattern.finditer(self.folded):
                found = self._name_at(match.end(), strict=strict)
                if found is not None:
                    article = re.search(
                        r"\b(?:pr|d)?([oa]) $|\b(minha |chamada |dela )|\b(meu |chamado |dele )", match[0]
                    )
                    said = (article[1] or ("a" if article[2] else "o")) if article else None
                    return NameReading(found, said)
        return None

    def bare(self) -> NameReading | None:
        kinds = [match.span() for match in _KIND_WORD.finditer(self.folded)]
        for match in _NAME.finditer(self.folded):
            inside = any(start <= match.start() < end for start, end in kinds)
            found = None if inside else self._name_at(match.start(), strict=False)
            if found is not None:
                return NameReading(found)
        return None

    def _name_at(self, start: int, *, strict: bool) -> str | None:
        parts: list[str] = []
        while len(parts) < 3 and (match := _NAME.match(self.folded, start)):
            word = self.text[match.start() : match.end()]
            capital = word[0].isupper() and not self.text.isupper()
            if not self._may_be_name(match[0], capital) or ((strict or parts) and not capital):
                break
            parts.append(word if capital else word.capitalize())
            if self.folded[match.end() : match.end() + 1] != " ":
                break
            start = match.end() + 1
        return " ".join(parts) or None

    def _may_be_name(self, word: str, capital: bool) -> bool:
        plain = word not in _NO_NAME and word not in self.taken and not _KIND_WORD.fullmatch(word)
        return plain and len(word) > 1 and (capital or not _VERB.fullmatch(word))


def _in_order(name: list[str], mentioned: list[str]) -> bool:
    return bool(name) and any(mentioned[at : at + len(name)] == name for at in range(len(mentioned)))
