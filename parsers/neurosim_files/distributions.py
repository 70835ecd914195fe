"""``weight_dist.csv`` and ``delta_dist.csv``: weights and their updates, one row an epoch, by ``train.py`` of NeuroSim V2.

Both have the same header, so only the file's name tells them apart. ``train.py`` writes the header of a network of eight
layers whatever the network is; a row holds the mean of each layer, then the standard deviation of each.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from nnsreport.parsers.builder import RunBuilder
from nnsreport.parsers.epochs import EPOCHS_BY_ROW
