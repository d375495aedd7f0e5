"""The custom search attributes of our workflows, by name and type; the server has to know each of them.

SQL visibility has room for 10 of Keyword and 3 of each other type. Never a phone number, never a provider's message id:
search attributes are not encrypted.
"""

from __future__ import annotations

from temporalio.common import SearchAttributeKey

AUZAP_ORGANIZATION = SearchAttributeKey.for_keyword("AuzapOrganization")
AUZAP_STATE = SearchAttributeKey.for_keyword("AuzapState")
AUZAP_ASSIGNEE = SearchAttributeKey.for_keyword("AuzapAssignee")
AUZAP_DUE_AT = SearchAttributeKey.for_datetime("AuzapDueAt")
AUZAP_MESSAGES = SearchAttributeKey.for_keyword_list("AuzapMessages")

SCHEDULED_START = SearchAttributeKey.for_datetime("TemporalScheduledStartTime")
"""The server's own: when a run was due by the schedule that started it."""

# (name, type as the `temporal` CLI spells it)
ALL_SEARCH_ATTRIBUTES: tuple[tuple[str, str], ...] = (
    (AUZAP_ORGANIZATION.name, "Keyword"),
    (AUZAP_STATE.name, "Keyword"),
    (AUZAP_ASSIGNEE.name, "Keyword"),
    (AUZAP_DUE_AT.name, "Datetime"),
    (AUZAP_MESSAGES.name, "KeywordList"),
)
