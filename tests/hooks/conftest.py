"""Customizations in four languages, written into a folder, and asked as the connector asks them."""

import os
import shutil
import stat
import sys

import pytest

from cordboard.hooks.entries import customizations_of
from cordboard.settings import Hook, Hooks, Settings

#: the same rule in every language: the line decides the source; `LINE` "hang" never answers
PYTHON_WORKER = """#!/usr/bin/env python3
import json, sys
for line in sys.stdin:
    question = json.loads(line)
    params = {k: v for k, v in question["payload"].items() if k not in ("call_full", "call_stage")}
    answer = {"data": {"CRM_SOURCE": "WEB" if params.get("LINE_NUMBER") == "1" else "CALL"}, "state": "success"}
    print(json.dumps({"id": question["id"], **answer}), flush=True)
"""
SHELL_ONE_SHOT = """#!/bin/sh
read -r question
case "$question" in *'"LINE_NUMBER":"1"'*) source=WEB;; *) source=CALL;; esac
printf '{"data": {"CRM_SOURCE": "%s"}, "state": "success"}' "$source"
"""
NODE_WORKER = """#!/usr/bin/env node
const lines = require('readline').createInterface({input: process.stdin});
lines.on('line', (line) => {
  const {id, payload} = JSON.parse(line);
  const source = payload.LINE_NUMBER === '1' ? 'WEB' : 'CALL';
  console.log(JSON.stringify({id, data: {CRM_SOURCE: source}, state: 'success'}));
});
"""
PHP_FILE = """<?php
function source_of(string $line): string { return $line === '1' ? 'WEB' : 'CALL'; }
return ['data' => ['CRM_SOURCE' => source_of($params['LINE_NUMBER'] ?? '')], 'state' => 'success'];
"""
FUNCTION = """
def source(payload):
    line = payload.get("LINE_NUMBER")
    return {"data": {"CRM_SOURCE": "WEB" if line == "1" else "CALL"}, "state": "success"}
"""


class Folder:
    """A folder of customizations under test."""

    def __init__(self, path):
        self.path = path
        self.hooks = []
        self.made = []

    def program(self, name, text):
        file = self.path / name
        # the Python of the tests: another one may be a shell script that puts things into the environment
        file.write_text(text.replace("#!/usr/bin/env python3", f"#!{sys.executable}"), encoding="utf-8")
        file.chmod(file.stat().st_mode | stat.S_IXUSR)
        return file

    def file(self, name, text):
        (self.path / name).write_text(text, encoding="utf-8")
        return self.path / name

    def hook(self, point, **how):
        self.hooks.append(Hook(point=point, **how))

    def settings(self, **hooks):
        return Settings(hooks=Hooks(folder=str(self.path), **hooks), hook=tuple(self.hooks))

    def customizations(self, **hooks):
        made = customizations_of(self.settings(**hooks))
        self.made.append(made)
        return made


@pytest.fixture
async def folder(tmp_path):
    path = tmp_path / "hooks.d"
    path.mkdir()
    folder = Folder(path)
    yield folder
    for made in folder.made:
        await made.close()


needs_php = pytest.mark.skipif(shutil.which("php") is None, reason="php is not installed: php-cli")
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can run a program under another account")
