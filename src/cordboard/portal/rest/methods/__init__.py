"""This package holds the REST methods, one file per namespace; importing it fills the registry.

Every module here is imported: a new method needs its file and nothing else.
"""

import importlib
import pkgutil

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")
