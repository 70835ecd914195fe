"""Processing elements: sub-arrays with the adders, registers and buses between them."""

from nnsreport.engine.cost.processing_element.costs import PartCosts
from nnsreport.engine.cost.processing_element.element import Mapping, ProcessingElement, processing_element
from nnsreport.engine.cost.processing_element.parts import Groups, LayerParts, Likeness, layer_parts
from nnsreport.engine.cost.processing_element.reading import ClockedElement, clocked_element

__all__ = [
    "ClockedElement",
    "Groups",
    "LayerParts",
    "Likeness",
    "Mapping",
    "PartCosts",
    "ProcessingElement",
    "clocked_element",
    "layer_parts",
    "processing_element",
]
