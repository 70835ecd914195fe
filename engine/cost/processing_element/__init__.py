"""Processing elements: sub-arrays with the adders, registers and buses between them."""

from nnsreport.engine.cost.processing_element.element import Mapping, ProcessingElement, processing_element
from nnsreport.engine.cost.processing_element.parts import Groups, LayerParts, layer_parts
from nnsreport.engine.cost.processing_element.reading import element_reads, summed_reads, taken_reads

__all__ = [
    "Groups",
    "LayerParts",
    "Mapping",
    "ProcessingElement",
    "element_reads",
    "layer_parts",
    "processing_element",
    "summed_reads",
    "taken_reads",
]
