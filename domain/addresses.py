"""Who is writing: WhatsApp addresses, and when two of them are the same person.

WhatsApp names a person by phone (`5511987654321@s.whatsapp.net`, or a bare Cloud API `wa_id`), by a privacy id
(`…@lid`) or by a business-scoped user id (`BR.1234…`). Brazilian mobile numbers come with and without the ninth
digit, so identity is decided on a canonical form, while answers go to the address exactly as it came.
"""

import hashlib
import hmac
import re
from enum import StrEnum
from uuid import UUID

import phonenumbers

from domain.frozen import Frozen

_BRAZIL_WITHOUT_NINTH = re.compile(r"55([0-9]{2})([6-9][0-9]{7})")
_SHORTEST_BRAZILIAN = 12
_PHONE_SERVERS = ("s.whatsapp.net", "c.us", "hosted")
_LID_SERVERS = ("lid", "hosted.lid")
_BSUID = re.compile(r"[A-Z]{2}\.(?:[A-Z]+\.)?[A-Za-z0-9]{5,128}")


class AddressKind(StrEnum):
    """What an address is made of."""

    PHONE = "phone"
    LID = "lid"
    BSUID = "bsuid"


class Address(Frozen):
    """One identity of a contact, in canonical form: a phone has country code and, in Brazil, its ninth digit."""

    kind: AddressKind
    value: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.value}"


def canonical_phone(digits: str) -> str:
    """The one form of a phone number: digits only, country code first, a Brazilian mobile with its ninth digit.

    Mobile numbers in Brazil got a leading 9 between 2012 and 2016; WhatsApp kept many accounts without it. Subscriber
    numbers that begin with 6-9 were the mobile range before, so those, and only those, are completed.
    """
    digits = re.sub(r"[^0-9]", "", digits)  # not \D: \d takes the digits of every script
    match = _BRAZIL_WITHOUT_NINTH.fullmatch(digits)
    return f"55{match[1]}9{match[2]}" if match else digits


def phone_from_text(text: str, *, region: str = "BR") -> str | None:
    """The canonical phone a person typed ("(11) 98765-4321", "+55 11 8765-4321"), or None when it is no phone."""
    try:
        number = phonenumbers.parse(text, region)
        digits = canonical_phone(f"{number.country_code}{phonenumbers.national_significant_number(number)}")
        if digits.startswith("55") and len(digits) < _SHORTEST_BRAZILIAN:
            return None  # without its area code: possible, says the library, but somebody else's
        return digits if phonenumbers.is_possible_number(phonenumbers.parse(f"+{digits}")) else None
    except phonenumbers.NumberParseException:
        return None


def dialled(phone: str) -> str:
    """A canonical phone as people write it: "+55 11 98765-4321"."""
    try:
        number = phonenumbers.parse(f"+{phone}")
    except phonenumbers.NumberParseException:
        return phone
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def address_from_jid(jid: str) -> Address | None:
    """The identity in a WhatsApp address, or None when it names no person (group, broadcast, newsletter, rubbish).

    `user:17@server` is device 17 of `user`; a bare number is a Cloud API `wa_id`; `BR.…` is a business-scoped id.
    """
    if "@" not in jid:
        if re.fullmatch(r"[0-9]{6,20}", jid):
            return Address(kind=AddressKind.PHONE, value=canonical_phone(jid))
        return Address(kind=AddressKind.BSUID, value=jid) if _BSUID.fullmatch(jid) else None
    user, _, server = jid.partition("@")
    user = user.partition(":")[0].partition("_")[0]
    if not re.fullmatch(r"[0-9]{5,20}", user):
        return None
    if server in _PHONE_SERVERS:
        return Address(kind=AddressKind.PHONE, value=canonical_phone(user))
    if server in _LID_SERVERS:
        return Address(kind=AddressKind.LID, value=user)
    return None


def without_device(jid: str) -> str:
    """The address of the person, not of one of the person's devices: `5511…:17@s.whatsapp.net` without `:17`."""
    user, at, server = jid.partition("@")
    return f"{user.partition(':')[0]}{at}{server}" if at else jid


def conversation_key(secret: bytes, instance_id: UUID, address: Address) -> str:
    """An opaque, stable name for the conversation of an address with a WhatsApp instance.

    Workflow ids are never encrypted, so nothing of the phone may be in it: a keyed hash (HMAC-SHA-256, 128 bits).
    """
    return _keyed(secret, f"{instance_id}|{address}")


def _keyed(secret: bytes, named: str) -> str:
    return hmac.new(secret, named.encode(), hashlib.sha256).hexdigest()[:32]


def message_key(secret: bytes, instance_id: UUID, provider_message_id: str) -> str:
    """An opaque, stable name for a message of a WhatsApp instance, by which its conversation is found in Temporal.

    Search attributes are never encrypted, and a Cloud API id holds the phone: a keyed hash, as of conversations.
    """
    return _keyed(secret, f"message|{instance_id}|{provider_message_id}")


def masked(address: str) -> str:
    """An address fit for a log: `5511987654321@s.whatsapp.net` becomes `5511*****4321@s.whatsapp.net`.

    At least a third of every number is hidden, whatever its length, and the whole of a business-scoped id but its end.
    """
    if _BSUID.fullmatch(address):
        return f"{address[:3]}*****{address[-2:]}"
    return re.sub(r"\d{4,}", lambda m: _half_hidden(m[0]), address)


def _half_hidden(digits: str) -> str:
    shown = min(4, len(digits) // 3)
    return f"{digits[:shown]}{'*' * (len(digits) - 2 * shown)}{digits[-shown:]}"
