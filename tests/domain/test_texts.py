"""Texts from outside are safe to store; texts of ours are cut without loss."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.texts import MODEL_SIGHT, cleaned, folded, shown_to_model, split_for_channel

ANYTHING = st.text(st.characters(codec=None), max_size=60)
SURROGATES = st.text(st.one_of(st.characters(categories=["Cs"]), st.characters(max_codepoint=0x9F)), max_size=20)


@given(st.one_of(ANYTHING, SURROGATES))
def test_a_cleaned_text_can_always_be_stored(text: str) -> None:
    """It is UTF-8, without NUL or other controls, trimmed, and cleaning it again changes nothing."""
    clean = cleaned(text)
    clean.encode()
    assert json.loads(json.dumps(clean)) == clean
    assert not any(ord(c) < 32 and c not in "\t\n" for c in clean)
    assert clean == clean.strip()
    assert cleaned(clean) == clean


@pytest.mark.parametrize("emoji", ["👩‍⚕️", "👨‍👩‍👧‍👦", "🏳️‍🌈", "🐕‍🦺", "❤️", "👍🏽", "🇧🇷", "1️⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"])
def test_emoji_stay_whole(emoji: str) -> None:
    """Joiners, skin tones, flags and variation selectors are part of an emoji."""
    assert cleaned(f"oi {emoji} tchau") == f"oi {emoji} tchau"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\x00b", "ab"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\u2028b\u2029c\x85d\x0be", "a\nb\nc\nd\ne"),
        ("a\tb", "a\tb"),
        ("\u202eabc\u202c", "abc"),
        ("\u2066abc\u2069", "abc"),
        ("a\x1b[31mb", "a[31mb"),
        ("\ud83d", "�"),
        ("\ud83d\ude00", "😀"),
        ("\ufeffoi\u200b", "oi"),
        ("  ção  ", "ção"),
    ],
)
def test_what_is_harmful_goes_and_what_was_said_stays(text: str, expected: str) -> None:
    """Controls, direction overrides and invisible characters go; line breaks of every kind become one."""
    assert cleaned(text) == expected


def _said(text: str) -> str:
    return "".join(text.split())


@given(st.text(st.sampled_from("ab.!? \n…é😀"), max_size=400), st.integers(1, 60))
def test_splitting_loses_nothing_and_keeps_the_limit(text: str, limit: int) -> None:
    """All that is not space arrives, in order, in parts of which none is too long or empty."""
    parts = split_for_channel(text, limit)
    assert all(0 < len(part) <= limit for part in parts)
    assert _said("".join(parts)) == _said(text)


def test_a_text_is_cut_at_sentence_ends() -> None:
    """A part ends where a sentence does, else at a space, else anywhere."""
    assert split_for_channel("Uma frase. Outra frase. Mais uma.", 25) == ["Uma frase. Outra frase.", "Mais uma."]
    assert split_for_channel("palavras sem ponto nenhum", 15) == ["palavras sem", "ponto nenhum"]
    assert split_for_channel("a" * 25, 10) == ["a" * 10, "a" * 10, "a" * 5]
    assert split_for_channel("curta", 10) == ["curta"]
    assert split_for_channel("  \n ", 10) == []


def test_the_model_is_told_that_a_message_goes_on() -> None:
    """Up to the limit it sees everything, beyond it the beginning and how long it was."""
    assert shown_to_model("a" * MODEL_SIGHT) == "a" * MODEL_SIGHT
    shown = shown_to_model("a" * (MODEL_SIGHT + 1))
    assert shown == "a" * MODEL_SIGHT + f"\n[mensagem cortada: tinha {MODEL_SIGHT + 1} caracteres]"


def test_folded_texts_compare_as_people_do() -> None:
    """Accents, capitals, punctuation and spacing make no difference."""
    assert folded("Consulta  VeterinÁria!") == folded("consulta veterinaria") == "consulta veterinaria"
    assert folded("É, AÇÃO…") == "e acao"


@given(ANYTHING)
def test_folding_twice_changes_nothing_more(text: str) -> None:
    """A folded text is its own folded form."""
    assert folded(folded(text)) == folded(text)
