"""Technologies: transistors by node, roadmap and temperature, with the layout rules of the node."""

from nnsreport.engine.cost.technology.library import technology
from nnsreport.engine.cost.technology.rules import Constants, LayoutRules, constants, layout_rules
from nnsreport.engine.cost.technology.transistors import Roadmap, Structure, Technology

__all__ = [
    "Constants",
    "LayoutRules",
    "Roadmap",
    "Structure",
    "Technology",
    "constants",
    "layout_rules",
    "technology",
]
