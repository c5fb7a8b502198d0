"""Which client a number means, and where the call's activity will lie.

In:   the contacts and companies with this number, their open deals and repeat leads, a lead in work.
Out:  `Match`: the primary entity (shown on the card), the bindings (the first owns the activity) and the reasons.
The surprise: a contact always beats its company as primary, yet an open deal owns the activity before either.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

__all__ = ["Client", "Entity", "Match", "OpenDeal", "match", "primary_of", "sort_bindings"]

#: kind and id, as in the wire's CRM_ENTITY_TYPE and CRM_ENTITY_ID
Entity = tuple[str, int]


@dataclass(frozen=True, slots=True)
class OpenDeal:
    """A deal in work, not recurring."""

    id: int
    modified: int = 0
    created: int = 0

    @property
    def age(self) -> tuple[int, int, int]:
        """The latest is the greatest."""
        return self.modified, self.created, self.id


@dataclass(frozen=True, slots=True)
class Client:
    """A contact or company that has the number."""

    kind: str
    id: int
    #: of a contact
    company_id: int | None = None
    deals: tuple[OpenDeal, ...] = ()
    #: open leads of a returning customer
    repeat_leads: tuple[int, ...] = ()

    @property
    def rank(self) -> tuple[int, tuple[int, int, int], int, int]:
        """The smallest is proposed: an open deal (the latest first), a repeat lead, then the order of the index."""
        latest = max((deal.age for deal in self.deals), default=(0, 0, 0))
        priority = 1 if self.deals else 3 if self.repeat_leads else 4
        modified, created, number = latest
        return priority, (-modified, -created, -number), -TYPE_IDS[self.kind], self.id


@dataclass(frozen=True, slots=True)
class Match:
    """What the search found."""

    primary: Entity | None = None
    bindings: list[Entity] = field(default_factory=list[Entity])
    has_open_deal: bool = False
    has_repeat_lead: bool = False
    #: contact and company a new lead or deal will be bound to
    contact_id: int | None = None
    company_id: int | None = None
    reasons: list[str] = field(default_factory=list[str])


def match(clients: Iterable[Client], lead_in_work: int | None = None) -> Match:
    """Choose among all that have the number; the lead counts only where there is neither contact nor company."""
    ranked = sorted(clients, key=lambda client: client.rank)
    if not ranked:
        if lead_in_work is None:
            return Match(reasons=["no client has this number"])
        lead = ("LEAD", lead_in_work)
        return Match(lead, [lead], reasons=["a lead in work has this number"])
    contact = next((client for client in ranked if client.kind == "CONTACT"), None)
    company = next((client for client in ranked if client.kind == "COMPANY"), None)
    bound = [client for client in (company, contact_beside(company, contact)) if client is not None]
    # a deal of the client in sight forbids a new lead, though it may not be where the activity lies
    chosen = [client for client in (contact, company) if client is not None]
    primary = contact or company
    assert primary is not None
    return Match(
        primary=(primary.kind, primary.id),
        bindings=sort_bindings(entity for client in bound for entity in bindings_of(client)),
        has_open_deal=any(client.deals for client in chosen),
        has_repeat_lead=any(client.repeat_leads for client in chosen),
        contact_id=contact.id if contact else None,
        company_id=company.id if company else None,
        reasons=[why(primary, len(ranked))],
    )


def contact_beside(company: Client | None, contact: Client | None) -> Client | None:
    """The contact is bound beside a company only where it belongs to it."""
    if company is None or (contact is not None and contact.company_id == company.id):
        return contact
    return None


def bindings_of(client: Client) -> list[Entity]:
    """The client with its open deals, or without any its repeat leads."""
    deals = [("DEAL", deal.id) for deal in sorted(client.deals, key=lambda deal: deal.age, reverse=True)]
    return [(client.kind, client.id), *(deals or [("LEAD", lead) for lead in client.repeat_leads])]


def sort_bindings(entities: Iterable[Entity]) -> list[Entity]:
    """Deals, leads, contact, company; each once."""
    return sorted(dict.fromkeys(entities), key=lambda entity: ORDER.index(entity[0]))


def primary_of(bindings: Iterable[Entity]) -> Entity | None:
    """The primary among bindings: contact, lead, company; a deal never is."""
    possible = [entity for entity in bindings if entity[0] in PRIMARY_ORDER]
    return min(possible, key=lambda entity: PRIMARY_ORDER.index(entity[0]), default=None)


def why(primary: Client, found: int) -> str:
    kind = primary.kind.lower()
    if primary.deals:
        reason = f"{kind} {primary.id} has an open deal"
    elif primary.repeat_leads:
        reason = f"{kind} {primary.id} has an open repeat lead"
    else:
        reason = f"{kind} {primary.id} has this number"
    return f"{reason}, chosen among {found}" if found > 1 else reason


TYPE_IDS = {"CONTACT": 3, "COMPANY": 4}
PRIMARY_ORDER: Sequence[str] = ("CONTACT", "LEAD", "COMPANY")
ORDER: Sequence[str] = ("DEAL", "LEAD", "CONTACT", "COMPANY")
