#!/usr/bin/env python3
"""The file gets a name that people understand, and becomes MP3 where `lame` is installed."""

import json
import os
import shutil
import subprocess
import sys


def named(params: dict, call: dict) -> str:
    """`2026-11-25 10-30 +79161234567 101.wav` in the folder of the recording."""
    folder, name = os.path.split(params["path"])
    start = call["channel"]["start_time"][:16].replace(":", "-")
    path = os.path.join(folder, f"{start} {params['from']} {params['to']}{os.path.splitext(name)[1]}")
    if not os.path.exists(path):
        os.link(params["path"], path)
    return path


def as_mp3(path: str) -> str:
    lame = shutil.which("lame")
    if not path.endswith(".wav") or lame is None:
        return path
    subprocess.run([lame, "--quiet", "-V", "5", path, path[:-3] + "mp3"], check=True)  # noqa: S603
    return path[:-3] + "mp3"


for line in sys.stdin:
    question = json.loads(line)
    params, call = question["payload"]["params"], question["payload"]["call_full"]
    path = params["path"] if question["dry"] else as_mp3(named(params, call))
    print(json.dumps({"id": question["id"], "data": {"path": path}, "state": "success"}), flush=True)
