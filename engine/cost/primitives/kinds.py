"""Kinds of gates and transistors."""

from __future__ import annotations

from enum import StrEnum


class Gate(StrEnum):
    """A static CMOS gate."""

    INVERTER = "inverter"
    NAND = "nand"
    NOR = "nor"


class Channel(StrEnum):
    """The polarity of a transistor."""

    NMOS = "nmos"
    PMOS = "pmos"
