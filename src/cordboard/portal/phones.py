"""Numbers by the numbering plans of the world: E.164, how people write them, and what remains without the country.

In:   a cleaned number and the portal's country. Out: text; the number itself where no plan knows it.
"""

from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat

from cordboard.portal.crm.phone_key import index_key

__all__ = ["e164_digits", "formatted", "line_e164", "second_key"]


@lru_cache(maxsize=10_000)
def parse(text: str, country: str) -> PhoneNumber | None:
    """The number, if some country has such numbers; `7495…` without a plus is tried with one, too."""
    for attempt in (text, f"+{text}"):
        try:
            number = phonenumbers.parse(attempt, country or None)
        except NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return number
    return None


def e164_digits(text: str, country: str) -> str:
    """`8 495 123-45-67` → `74951234567`; the index key where no plan fits: how exclusions are compared."""
    number = parse(text, country)
    return phonenumbers.format_number(number, PhoneNumberFormat.E164).lstrip("+") if number else index_key(text)


def formatted(text: str, country: str) -> str:
    """The number as people write it internationally."""
    number = parse(text, country)
    return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL) if number else text


def line_e164(line: str, country: str) -> str:
    """A line in E.164, or its own name."""
    number = parse(line, country)
    return phonenumbers.format_number(number, PhoneNumberFormat.E164) if number else line


@lru_cache(maxsize=10_000)
def second_key(caller: str, line: str) -> str:
    """The caller's national number, if the line is an international one; else empty."""
    try:
        ours = phonenumbers.parse("+" + line.strip().lstrip("+"), None)  # raises for a free name, as `trunk-1`
        if not phonenumbers.is_valid_number(ours):
            return ""
        theirs = phonenumbers.parse(caller, phonenumbers.region_code_for_number(ours))
    except NumberParseException:
        return ""
    return index_key(phonenumbers.national_significant_number(theirs)) if phonenumbers.is_valid_number(theirs) else ""
