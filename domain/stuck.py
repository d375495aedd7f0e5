"""A step that keeps failing, as operators read it: what it does, and what is wrong, without anybody's words."""

from domain.addresses import masked

NOTED_FROM = 3
"""A step that has failed this often is shown: twice is a hiccup."""

LONGEST_ERROR = 500


def step_in_words(activity: str) -> str:
    """What an activity does, for somebody who has never heard of activities."""
    return _STEPS.get(activity, "passo interno")


def error_in_words(error_type: str) -> str:
    """What is wrong, by the error's type; an error nobody foresaw is called that."""
    return _ERRORS.get(error_type, "erro inesperado")


def shown_error(text: str) -> str:
    """An error's text as it is kept: no phone number in full, and not too long."""
    return masked(text)[:LONGEST_ERROR]


_STEPS = {
    "open_turn": "abrir a conversa e ler o que o cliente escreveu",
    "ask_model": "perguntar ao modelo",
    "run_tool": "consultar ou mudar a agenda a pedido do modelo",
    "send_reply": "enviar a resposta",
    "give_up_reply": "marcar a resposta como não enviada",
    "hand_over": "passar a conversa para uma pessoa",
    "record_while_waiting": "guardar o que o cliente escreveu",
    "record_phone_message": "guardar o que foi escrito no celular da loja",
    "resume_ai": "devolver a conversa à IA",
    "bury": "guardar como carta morta",
    "look_at_booking": "ver o que vem a seguir num agendamento",
    "take_booking_step": "avançar um agendamento",
    "notify_of_booking": "avisar o cliente sobre o agendamento",
    "drop_notice": "desistir de um aviso de agendamento",
    "plan_waiting_list": "ver quem está na lista de espera",
    "send_waiting_offer": "oferecer um horário a quem espera",
    "look_at_letter": "ver se a mensagem ainda deve sair",
    "send_letter": "enviar a mensagem",
    "give_up_letter": "marcar a mensagem como não enviada",
    "look_at_question": "ver a pergunta feita à loja",
    "ask_owners": "levar a pergunta à loja",
    "compose_answer": "escrever a resposta da loja para o cliente",
    "deliver_answer": "levar a resposta da loja ao cliente",
    "lapse_question": "encerrar a pergunta que ficou sem resposta",
    "is_with_person": "ver quem está com a conversa",
    "remember": "resumir o que já foi conversado",
    "next_invitation": "convidar o próximo cliente",
    "finish_campaign": "encerrar os convites",
    "tell_owners": "escrever o aviso para a dona ou o dono",
    "begin_handoff": "abrir o atendimento por uma pessoa",
    "plan_waiting": "marcar os prazos do atendimento",
    "note_standing": "guardar quem está atendendo",
    "write_reply": "guardar a resposta da pessoa",
    "write_note": "guardar a anotação",
    "carry_out_deadline": "avisar que um prazo passou",
    "summarise_handoff": "resumir a conversa para quem assume",
}

_ERRORS = {
    "ModelUnavailable": "o modelo não responde, ou pede para esperar",
    "ModelRefused": "o modelo recusa o pedido: confira a chave e o nome do modelo",
    "ChannelUnavailable": "o provedor do WhatsApp não responde",
    "SendOutcomeUnknown": "o provedor não confirmou se a mensagem saiu",
    "ChannelDisconnected": "o número da loja está desconectado",
    "ChannelRefused": "o WhatsApp recusa a mensagem",
    "PictureNotDrawn": "o gráfico não pôde ser desenhado",
    "StorageUnavailable": "o banco de dados não responde",
    "Misconfigured": "falta um ajuste, ou um contradiz outro",
    "TimeoutError": "o passo demorou demais",
}
