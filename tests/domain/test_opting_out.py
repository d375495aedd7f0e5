"""A customer's plain word on invitations is read by code, and nothing else is taken for one."""

import pytest

from domain.opting_out import InvitationWish, invitation_wish, last_wish, only_wish


@pytest.mark.parametrize(
    "text",
    [
        "SAIR",
        "sair",
        " Sair. ",
        "SAIR, por favor!",
        "PARAR",
        "pare",
        "STOP",
        "descadastrar",
        "Não quero receber convites",
        "não quero mais receber convites",
        "nao quero receber mais mensagens",
        "Não quero receber promoções",
        "oi, não quero mais receber essas mensagens, obrigada",
        "não quero receber propaganda da loja",
        "pare de me mandar promoções",
        "não quero mais convites",
    ],
)
def test_words_that_end_the_invitations(text: str) -> None:
    """Each of these, as the whole message, means: no more invitations."""
    assert invitation_wish(text) is InvitationWish.NONE


@pytest.mark.parametrize(
    "text",
    ["VOLTAR", "voltar", "quero receber convites", "Quero voltar a receber os convites!", "quero mensagens de novo"],
)
def test_words_that_bring_them_back(text: str) -> None:
    """Each of these means: invitations again."""
    assert invitation_wish(text) is InvitationWish.AGAIN


@pytest.mark.parametrize(
    "text",
    [
        "",
        "🐾",
        "oi",
        "obrigado",
        "vou sair às 10h",
        "sair?",
        "o Rex pode sair às 11h?",
        "quero sair da lista de espera",
        "parar o banho não dá",
        "pode parar aí na frente?",
        "não quero receber convites, mas quero marcar um banho",
        "não quero banho",
        "quero voltar amanhã",
        "vou voltar",
        "quero receber o Rex às 10h",
        "quero mais um banho",
        "não quero mais",
        "quando posso voltar",
        "SAIR " * 40,
    ],
)
def test_everything_else_is_a_message_like_any_other(text: str) -> None:
    """A word inside a sentence, a question, or a wish beside it is for the assistant to read."""
    assert invitation_wish(text) is None


def test_of_several_messages_the_last_word_counts() -> None:
    """SAIR and then VOLTAR means to come back; a message of another kind beside them wants an answer of its own."""
    assert only_wish(["sair", "voltar"]) is InvitationWish.AGAIN
    assert only_wish(["sair", "quanto custa o banho?"]) is None
    assert only_wish([]) is None
    assert last_wish(["quanto custa o banho?", "sair", "oi"]) is InvitationWish.NONE
    assert last_wish(["oi"]) is None
