"""Who is who: the ninth digit, privacy ids, devices, and masks for logs."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.addresses import (
    Address,
    AddressKind,
    address_from_jid,
    canonical_phone,
    conversation_key,
    masked,
    phone_from_text,
    without_device,
)

AREAS = st.integers(11, 99).map(str)
OLD_MOBILES = st.from_regex(r"[6-9][0-9]{7}", fullmatch=True)
LANDLINES = st.from_regex(r"[2-5][0-9]{7}", fullmatch=True)


@given(st.one_of(st.text(), st.text("0123456789+-() ", max_size=20)))
def test_the_canonical_form_is_final(text: str) -> None:
    """Making it canonical twice changes nothing, and only ASCII digits are left."""
    once = canonical_phone(text)
    assert canonical_phone(once) == once
    assert once == "" or (once.isascii() and once.isdigit())


@given(AREAS, OLD_MOBILES)
def test_both_forms_of_a_brazilian_mobile_agree(area: str, subscriber: str) -> None:
    """With or without the ninth digit, it is the same person, as a number, an address or a Cloud API id."""
    short, long = f"55{area}{subscriber}", f"55{area}9{subscriber}"
    assert canonical_phone(short) == canonical_phone(long) == long
    expected = Address(kind=AddressKind.PHONE, value=long)
    assert address_from_jid(short) == address_from_jid(f"{long}:3@s.whatsapp.net") == expected


@given(AREAS, LANDLINES)
def test_landlines_stay_as_they_are(area: str, subscriber: str) -> None:
    """A landline with WhatsApp Business gets no ninth digit."""
    assert canonical_phone(f"55{area}{subscriber}") == f"55{area}{subscriber}"


@pytest.mark.parametrize("foreign", ["351912345678", "5491123456789", "14155552671", "972987654321"])
def test_other_countries_stay_as_they_are(foreign: str) -> None:
    """Only Brazil's numbers are completed."""
    assert canonical_phone(foreign) == foreign


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("(11) 98765-4321", "5511987654321"),
        ("11 8765-4321", "5511987654321"),
        ("+55 11 8765-4321", "5511987654321"),
        ("5511987654321", "5511987654321"),
        ("551187654321", "5511987654321"),
        ("011 98765-4321", "5511987654321"),
        ("(11) 3456-7890", "551134567890"),
        ("+351 912 345 678", "351912345678"),
        ("oi", None),
        ("", None),
        ("+", None),
        ("123", None),
        ("98765-4321", None),
        ("3456-7890", None),
        ("9" * 400, None),
    ],
)
def test_a_typed_phone_is_understood(typed: str, expected: str | None) -> None:
    """However a Brazilian types a number, it is the canonical one; what is none is None."""
    assert phone_from_text(typed) == expected


@given(st.one_of(st.text(), st.text("0123456789+-() ", max_size=30)))
def test_any_text_is_a_phone_or_none(text: str) -> None:
    """Nothing typed into a field for a phone can crash it."""
    phone = phone_from_text(text)
    assert phone is None or canonical_phone(phone) == phone


@pytest.mark.parametrize(
    ("jid", "kind", "value"),
    [
        ("5511987654321@s.whatsapp.net", "phone", "5511987654321"),
        ("551187654321@c.us", "phone", "5511987654321"),
        ("5511987654321:17@s.whatsapp.net", "phone", "5511987654321"),
        ("5511987654321_1:17@hosted", "phone", "5511987654321"),
        ("123456789012345@lid", "lid", "123456789012345"),
        ("123456789012345:99@hosted.lid", "lid", "123456789012345"),
        ("553190000008", "phone", "5531990000008"),
        ("BR.1000000000000003", "bsuid", "BR.1000000000000003"),
        ("US.ENT.11815799212886844830", "bsuid", "US.ENT.11815799212886844830"),
    ],
)
def test_an_address_names_a_person(jid: str, kind: str, value: str) -> None:
    """Each way WhatsApp names a person is read into one canonical identity."""
    assert address_from_jid(jid) == Address(kind=AddressKind(kind), value=value)


@pytest.mark.parametrize(
    "jid",
    [
        "",
        "@",
        "x@g.us",
        "1203630000@g.us",
        "status@broadcast",
        "1@newsletter",
        "0@s.whatsapp.net",
        "abc@s.whatsapp.net",
        "5511987654321@evil.example",
        "5511987654321@s.whatsapp.net@lid",
        "٥٥١١٩٨٧٦٥٤٣٢١@s.whatsapp.net",
        "٥٥١١٩٨٧٦",
        "BR.1000000003\n",
        "br.1000000003",
        "5511987654321\n",
        "1" * 30,
    ],
)
def test_what_names_no_person_is_none(jid: str) -> None:
    """Groups, broadcasts, other servers, other scripts' digits and trailing line breaks are nobody."""
    assert address_from_jid(jid) is None


def test_a_device_is_not_a_person() -> None:
    """The answer goes to the person, not to one device."""
    assert without_device("5511987654321:17@s.whatsapp.net") == "5511987654321@s.whatsapp.net"
    assert without_device("123@lid") == "123@lid"
    assert without_device("BR.12345:6") == "BR.12345:6"


def test_a_conversations_key_tells_nothing_and_tells_apart() -> None:
    """The key holds no digit run of the phone, and another instance, address or secret gives another."""
    address = Address(kind=AddressKind.PHONE, value="5511987654321")
    lid = Address(kind=AddressKind.LID, value="5511987654321")
    key = conversation_key(b"secret", UUID(int=1), address)
    assert "98765" not in key
    assert key == conversation_key(b"secret", UUID(int=1), address)
    others = {
        conversation_key(b"other", UUID(int=1), address),
        conversation_key(b"secret", UUID(int=2), address),
        conversation_key(b"secret", UUID(int=1), lid),
    }
    assert key not in others
    assert len(others) == 3


def test_a_masked_address_is_recognisable() -> None:
    """Enough is left to tell two customers apart in a log, and the server stays."""
    assert masked("5511987654321@s.whatsapp.net") == "5511*****4321@s.whatsapp.net"
    assert masked("BR.1000000000000003") == "BR.*****03"


@given(st.from_regex(r"[0-9]{4,20}", fullmatch=True))
def test_a_mask_hides_a_third_of_any_number(digits: str) -> None:
    """However short a number is, it cannot be read off its mask."""
    shown = masked(digits)
    assert len(shown) == len(digits)
    assert shown.count("*") >= len(digits) / 3
