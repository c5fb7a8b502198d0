"""
StoreError
├── StoreUnreachable   the database cannot be opened: path, rights, server
├── StoreLocked        another process owns it
├── StoreOld           its schema is newer than this program
├── StoreForeign       it holds the tables of the other half
└── StoreWriteFailed   passing: nothing of the work was kept, trying again can help
"""


class StoreError(Exception):
    """The database cannot be used; the message names it, the reason and what to do."""

    retry = False
    #: for metrics and screens
    label = "store"
    #: of the command line
    exit_code = 4


class StoreUnreachable(StoreError):
    """The database cannot be opened."""

    label = "unreachable"


class StoreLocked(StoreError):
    """Another process owns the database; two writers would not see each other's calls."""

    label = "locked"
    exit_code = 3


class StoreOld(StoreError):
    """The database was written by a newer program."""

    label = "newer-schema"


class StoreForeign(StoreError):
    """The database belongs to the other half of the program."""

    label = "foreign"
    exit_code = 3


class StoreWriteFailed(StoreError):
    """The commit failed; nothing of the work was kept."""

    retry = True
    label = "write-failed"
