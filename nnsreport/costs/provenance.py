"""Where the numbers of a chip or a sweep come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nnsreport.configuration.dump import flatten
from nnsreport.configuration.identity import file_hashes
from nnsreport.configuration.reader import ResolvedConfiguration
from nnsreport.engine.cost.corrections import Fidelity
from nnsreport.store.environment import git_commit, software
from nnsreport.store.folder import now

MODEL = (
    "DNN+NeuroSim V1.4: J. Lee, A. Lu, W. Li, S. Yu, 'NeuroSim V1.4: Extending Technology Support for Digital "
    "Compute-in-Memory Toward 1nm Node', IEEE Transactions on Circuits and Systems I: Regular Papers, 2024"
)
_SECTIONS = ("cost.", "network.")

Provenance = Mapping[str, object]


def provenance(resolved: ResolvedConfiguration, command: Sequence[str], notes: Sequence[str] = ()) -> Provenance:
    """Return what is needed to trace or repeat an estimation.

    Parameters
    ----------
    resolved : ResolvedConfiguration
        What was asked for.
    command : sequence of str
        The command line.
    notes : sequence of str
        What a reader of the results should know.

    Returns
    -------
    Mapping of str to object
        Plain values: model, names of its corrections, time, command, software, git commit, settings, SHA-256 of files,
        presets and notes.
    """
    settings = {name: value for name, value in flatten(resolved.configuration).items() if name.startswith(_SECTIONS)}
    hashes = file_hashes(resolved.configuration)
    return {
        "model": MODEL,
        "corrections": sorted(Fidelity(resolved.configuration.cost.fidelity).corrections),
        "created": now(),
        "command": list(command),
        "software": software(),
        "git commit": git_commit(resolved.source.parent),
        "settings": settings,
        "files": {name: digest for name, digest in hashes.items() if name.startswith(_SECTIONS)},
        "references": {f"{used.section} {used.name}": f"{used.title}: {used.citation}" for used in resolved.presets},
        "notes": list(notes),
    }
