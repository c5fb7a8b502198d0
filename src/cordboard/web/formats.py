"""Formats: moments, lengths, sums and telephone numbers as one person reads them.

In:   values of the store (microseconds since the epoch, seconds, digits), and the person's language and time zone.
Out:  text.
Surprise: a telephone number is only ever written differently here; what is copied and stored stays as it was.
"""

import re
from copy import copy
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import phonenumbers
from babel import Locale
from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_decimal

from cordboard.web.words import PSEUDO, translations

SECOND = 1_000_000
#: what people write between the digits of a number
SEPARATORS = re.compile(r"[\s().\-\u2010-\u2015]")


@dataclass(frozen=True, slots=True)
class Formats:
    """One person's way of writing."""

    language: str
    zone: ZoneInfo
    #: microseconds since the epoch: what "today" is measured from
    now: int

    @property
    def locale(self) -> str:
        """Whose dates and sums: the language's own; the pseudo-language has none."""
        return "en" if self.language == PSEUDO else self.language

    def moment(self, micros: int) -> datetime:
        return datetime.fromtimestamp(micros / SECOND, self.zone)

    def clock(self, micros: int) -> str:
        """Hours and minutes: 14:02."""
        return format_time(self.moment(micros), "HH:mm", locale=self.locale)

    def seconds(self, micros: int) -> str:
        """The time with seconds: 14:02:31."""
        return format_time(self.moment(micros), "HH:mm:ss", locale=self.locale)

    def decimal(self, number: float) -> str:
        """A count or a measure with at most one decimal: 1,204 or 0.3."""
        return format_decimal(round(number, 1), locale=self.locale)

    def day(self, micros: int) -> str:
        """Today, yesterday, or the date; the year only where it is another one."""
        then, today = self.moment(micros).date(), self.moment(self.now).date()
        say = translations(self.language).gettext
        if then == today:
            return say("Today")
        if then == today - timedelta(days=1):
            return say("Yesterday")
        skeleton = "d MMMM" if then.year == today.year else "d MMMM y"
        return format_date(then, skeleton, locale=self.locale)

    def day_inside(self, micros: int) -> str:
        """The day as it stands inside a sentence: today, yesterday, 3 March."""
        word = self.day(micros)
        return word[:1].lower() + word[1:] if word[:1].isalpha() else word

    def exact(self, micros: int) -> str:
        """Date and time with seconds and zone, for the tip over a shorter one."""
        return format_datetime(self.moment(micros), "d MMMM y, HH:mm:ss zzz", locale=self.locale)

    def iso(self, micros: int) -> str:
        return self.moment(micros).isoformat(timespec="seconds")

    def length(self, seconds: int) -> str:
        """A length of time as a timer shows it: 0:38, 4:12, 1:02:03."""
        return length(seconds)

    def running(self, since: int) -> str:
        """What a timer that began then shows now."""
        return length(max(0, self.now - since) // SECOND)

    def money(self, amount: float, currency: str) -> str:
        """A sum without its cents: pages compare sizes, they are no invoices."""
        pattern = copy(Locale.parse(self.locale).currency_formats["standard"])
        pattern.frac_prec = (0, 0)
        return pattern.apply(amount, self.locale, currency=currency, currency_digits=False)

    def phone(self, number: str) -> str:
        """A number in its country's international writing; a short or odd one as it is."""
        return written_phone(number)


def length(seconds: int) -> str:
    minutes, rest = divmod(max(0, int(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


@lru_cache(maxsize=10_000)
def written_phone(number: str) -> str:
    plain = SEPARATORS.sub("", number)
    digits = plain.removeprefix("+")
    if not digits.isdigit() or len(digits) < 10:
        return number
    # A Russian trunk prefix is still common in rows of an exchange: 8 495 … is +7 495 …
    if len(digits) == 11 and digits.startswith("8") and not plain.startswith("+"):
        digits = "7" + digits[1:]
    try:
        parsed = phonenumbers.parse("+" + digits)
    except phonenumbers.NumberParseException:
        return number
    if not phonenumbers.is_possible_number(parsed):
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
