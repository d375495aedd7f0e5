"""Ids that cannot be taken for one another: a pet's id is not a contact's, says the type checker."""

from typing import NewType
from uuid import UUID

OrganizationId = NewType("OrganizationId", UUID)
InstanceId = NewType("InstanceId", UUID)
ContactId = NewType("ContactId", UUID)
ConversationId = NewType("ConversationId", UUID)
MessageId = NewType("MessageId", UUID)
PetId = NewType("PetId", UUID)
ServiceId = NewType("ServiceId", UUID)
ProfessionalId = NewType("ProfessionalId", UUID)
BookingId = NewType("BookingId", UUID)
OwnerNumberId = NewType("OwnerNumberId", UUID)
DeadLetterId = NewType("DeadLetterId", UUID)
TurnId = NewType("TurnId", UUID)
OrderId = NewType("OrderId", UUID)
LetterId = NewType("LetterId", UUID)
ProactiveId = NewType("ProactiveId", UUID)
CampaignId = NewType("CampaignId", UUID)
QuestionId = NewType("QuestionId", UUID)
OperatorId = NewType("OperatorId", UUID)
HandoffId = NewType("HandoffId", UUID)
NoteId = NewType("NoteId", UUID)
ReadyAnswerId = NewType("ReadyAnswerId", UUID)
DeedId = NewType("DeedId", UUID)
"""What an operator does once, however often the form is sent."""
