"""The connector in a process that kills itself at one write to its store: run by test_kill_points.py.

Arguments: settings file, number of the write (0: none), `before` or `after` its commit. Everything else is the real
command: only the store that `bootstrap` is handed counts its writes.
"""

import os
import signal
import sys
from pathlib import Path

import uvloop

from cordboard import logs
from cordboard.cli.connector import work
from cordboard.connector import bootstrap
from cordboard.settings import load
from cordboard.web.serving import listen


def die():
    os.kill(os.getpid(), signal.SIGKILL)


class DyingStore:
    """A store that kills its process at its n-th write."""

    def __init__(self, store, number, moment):
        self.store = store
        self.left = number
        self.moment = moment

    def __getattr__(self, name):
        return getattr(self.store, name)

    async def write(self, work):
        self.left -= 1
        if self.left == 0 and self.moment == "before":
            die()
        result = await self.store.write(work)
        if self.left == 0:
            die()
        return result


def main(config, number, moment):
    logs.set_up(as_json=True)
    settings = load(Path(config))
    store = DyingStore(bootstrap.open_store(settings), int(number), moment)
    listening = listen(settings.connector.host, 0)
    uvloop.run(work(bootstrap.build(settings, store), listening, True))


if __name__ == "__main__":
    main(*sys.argv[1:])
