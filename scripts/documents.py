"""Documents: writes the parts of a page that the program itself tells, so that no page shows what is not so.

    python scripts/documents.py            writes them anew
    python scripts/documents.py --check    exit code 1, and the names, if a page is stale

In:   pages with a place `<!-- made: NAME -->` … `<!-- end -->`.
Out:  the same pages; between the marks stands what the function NAME of BLOCKS says, as a code block.

Everything about the example call comes from one capture: `cordboard replay` reads it, and a flow is told its stages.
"""

import csv
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from cordboard.asterisk.cel_csv import CsvRows
from cordboard.calls.tracker import CallTracker
from cordboard.crm.bitrix24.flows import call_flow
from cordboard.crm.bitrix24.mapping import Terms
from cordboard.flow.after_finish import FindReminders
from cordboard.flow.play import play
from cordboard.flow.questions import Done, FindUsers, Finish, Finished, Hide, NextStages, Question, Register, Registered
from cordboard.flow.situation import News, situation_of
from cordboard.numbers.plan import NumberingPlan
from cordboard.settings import load

ROOT = Path(__file__).resolve().parent.parent
CAPTURE = ROOT / "src/cordboard/demo/captures/asterisk22/in-answered"
SETTINGS = ROOT / "docs/explanation/example.toml"
PAGES = (ROOT / "docs/explanation/a-call-from-end-to-end.md",)
SHOWN = ("eventtype", "at", "channame", "cid_num", "exten", "appname")


@cache
def replayed(every: str) -> list[dict[str, Any]]:
    """What `cordboard replay` prints for the example call."""
    command = [Path(sys.executable).with_name("cordboard"), "replay", CAPTURE / "cel.csv"]
    run = subprocess.run(
        [*map(str, command), "--every", every, "--config", str(SETTINGS)], capture_output=True, text=True, check=True
    )
    return [json.loads(line) for line in run.stdout.splitlines()]


def rows() -> str:
    """The rows that Asterisk wrote, the columns that matter."""
    with (CAPTURE / "cel.csv").open(encoding="utf-8", newline="") as file:
        table = [dict(row, at=clock(float(row["eventtime"]))) for row in csv.DictReader(file)]
    wide = {name: max(len(name), *(len(row[name]) for row in table)) for name in SHOWN}
    lines = ["  ".join(name.ljust(wide[name]) for name in SHOWN)]
    lines += ["  ".join(row[name].ljust(wide[name]) for name in SHOWN) for row in table]
    return "\n".join(line.rstrip() for line in lines)


def native() -> str:
    """The first native event of the call, as its bytes came over AMI."""
    text = (CAPTURE / "ami.log").read_bytes().decode().replace("\r\n", "\n")
    return next(block for block in text.split("\n\n") if block.startswith("Event: Newchannel"))


def steps() -> str:
    """Each event that changed something, with the changes and their rules."""
    lines: list[str] = []
    for step in replayed("event"):
        if "changes" not in step or not step["changes"]:
            continue
        lines.append(f"{step['event']} {step['at'][11:23]}")
        lines += [change_line(change) for change in step["changes"]]
    return "\n".join(lines)


def change_line(change: dict[str, Any]) -> str:
    old, new = (json.dumps(change[key], ensure_ascii=False) for key in ("old", "new"))
    return f"    {change['path']}: {old} → {new}   (rule {change['rule']})"


def stages() -> str:
    """The stages in order, and what a stage says of the call in short."""
    lines: list[str] = []
    for line in replayed("stage"):
        call = line["call_full"]
        channel = call["channel"]
        told = f"state {channel['state']}, was_answered {channel['was_answered']}, to {channel['to']['original']}"
        lines.append(f"{line['stage']:22} {line['at'][11:23]}  {told}, result {call['result']}")
    return "\n".join(lines)


def call_full() -> str:
    """The whole object at the end of the call."""
    return json.dumps(replayed("end")[0]["call_full"], indent=2, ensure_ascii=False)


def questions() -> str:
    """What the flow of this call asks a portal that knows 101 as user 2 and the client as contact 7."""
    answers: dict[type[Question], Any] = {
        FindUsers: {"101": 2},
        Register: Registered(id="externalCall.1", entity_type="CONTACT", entity_id="7"),
        Finish: Finished(activity_id="1"),
        Hide: Done(),
        FindReminders: (),
    }
    flow = call_flow(Terms(pbx="main", connection="portal"))
    return "\n".join(question_line(*pair) for pair in play(flow, news(), answers).pairs)


def question_line(question: Question, answer: object) -> str:
    """A question and its answer; of news only the stages they tell."""
    told: object = answer.stages if isinstance(answer, News) else answer
    asked = type(question).__name__ if isinstance(question, NextStages) else question
    return f"{asked}\n    → {told}"


def news() -> list[News]:
    """The stages of the example call, told to a flow one by one."""
    settings = load(SETTINGS)
    plan = NumberingPlan(
        settings.numbers.prefixes, settings.numbers.internal, settings.pbx[0].trunks, settings.pbx[0].lines
    )
    tracker = CallTracker(plan, timezone="UTC")
    told: list[News] = []
    rows = CsvRows(timezone="UTC")
    for event in [*rows.feed((CAPTURE / "cel.csv").read_text(encoding="utf-8")), *rows.finish()]:
        for stage in tracker.feed(event).stages:
            situation = situation_of(stage.linkedid, stage.at, stage.call_full(), stage.facts())
            told.append(News(situation, (str(stage.name),), final=str(stage.name) == "call_ended"))
    return told


BLOCKS: dict[str, Callable[[], str]] = {
    "rows": rows,
    "native": native,
    "steps": steps,
    "stages": stages,
    "call_full": call_full,
    "questions": questions,
}


def clock(epoch: float) -> str:
    return datetime.fromtimestamp(epoch, UTC).strftime("%H:%M:%S.%f")[:-3]


def fresh(page: str) -> str:
    """The page with every marked part made anew."""
    out: list[str] = []
    parts = page.split("<!-- made: ")
    out.append(parts[0])
    for part in parts[1:]:
        name, _, rest = part.partition(" -->")
        _, _, after = rest.partition("<!-- end -->")
        language = "json" if name == "call_full" else ""
        out.append(f"<!-- made: {name} -->\n```{language}\n{BLOCKS[name]()}\n```\n<!-- end -->{after}")
    return "".join(out)


def main(arguments: list[str]) -> int:
    stale: list[str] = []
    for path in PAGES:
        page = path.read_text(encoding="utf-8")
        if (wanted := fresh(page)) != page:
            stale.append(path.relative_to(ROOT).as_posix())
            if "--check" not in arguments:
                path.write_text(wanted, encoding="utf-8")
    print("\n".join(stale) or "every document is fresh")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
