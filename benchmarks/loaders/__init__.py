"""Who loads images: one module a library, all with the same names.

    NAME          as the table calls it
    DISTRIBUTION  what pip installs it as
    epoch(row, folder)
                  what gives an epoch's batches whenever it is iterated, of the work
                  that `ROWS` in work.py describes, by two threads or processes

The functions alone import the library, so this table can be read without it.
"""

from types import ModuleType

from benchmarks.loaders import by_hand, ours, timm_loader, torchvision_loader

OURS = ours.NAME
LOADERS: dict[str, ModuleType] = {
    module.NAME: module for module in (ours, by_hand, torchvision_loader, timm_loader)
}
