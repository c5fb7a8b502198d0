"""`cordboard number`: what the numbering rules make of a number.

Out:  the number as `call_full` would show it, and the prefix that was taken off, as JSON.
"""

import json
import sys
from pathlib import Path

import msgspec

from cordboard.cli.replay import UsageError, choose_pbx, plan_of
from cordboard.numbers.prefixes import compact
from cordboard.settings import SettingsError, load


def number(text: str, *, config: Path | None = None, pbx: str | None = None) -> int:
    """Show what the numbering rules make of a number.

    Parameters
    ----------
    text
        The number as Asterisk gives it.
    config
        The settings with prefixes and internal numbers.
    pbx
        Which [[pbx]] of the settings; the first if absent.
    """
    try:
        settings = load(config)
        plan = plan_of(settings, choose_pbx(settings, pbx))
    except (SettingsError, UsageError) as error:
        print(f"cordboard number: {error}", file=sys.stderr)
        return SettingsError.exit_code if isinstance(error, SettingsError) else 2
    found = plan.number(text)
    prefix = compact(text).removesuffix(found.base) if not found.is_local else ""
    shown = {"number": msgspec.to_builtins(found), "prefix": prefix}
    print(json.dumps(shown, indent=2, ensure_ascii=False))
    return 0
