"""Physics of memory devices: one effect a file, arrays in and arrays out.

Conductances are either relative to the device's ``conductance_max_s`` or in siemens, as each function says. What is
random takes its numbers as an argument, so every function is pure; :mod:`nnsreport.engine.crossbar.conductance` draws
them and puts the effects in order.
"""
