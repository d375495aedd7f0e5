"""Kinds of alerts."""

import pytest

from domain.alerts import AlertKind
from domain.conversation import HandoffReason


@pytest.mark.parametrize("reason", list(HandoffReason))
def test_every_reason_of_a_hand_over_has_its_alert(reason: HandoffReason) -> None:
    """A new reason without a kind would fail the step that hands over."""
    assert AlertKind.of(reason).portuguese == reason.portuguese


@pytest.mark.parametrize("kind", list(AlertKind))
def test_every_kind_can_be_read(kind: AlertKind) -> None:
    """Operators read words, not names of constants."""
    assert kind.portuguese
    assert "_" not in kind.portuguese
