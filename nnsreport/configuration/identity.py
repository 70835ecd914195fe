"""What makes two runs the same: every setting, and the contents of the files they name."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from nnsreport.configuration.dump import flatten
from nnsreport.configuration.schema import Configuration
from nnsreport.errors import ConfigurationError

_CHUNK = 1 << 20
_PATHS = frozenset(
    {
        *("network.file", "data.test", "data.calibration", "device.table"),
        *("adc.range_file", "adc.table_file", "adc.transfer_file", "adc.errors.inl_file"),
        *("cost.parameter_file", "cost.network_file", "cost.traces", "cost.parameters.converter"),
    }
)


def file_hashes(configuration: Configuration) -> dict[str, str]:
    """Return the SHA-256 of each file that the configuration names.

    Parameters
    ----------
    configuration : Configuration
        Its files exist.

    Returns
    -------
    dict of str to str
        By a name such as ``network.sha256``. A folder's hash is made of the names and sizes of its files: image folders
        are large.

    Raises
    ------
    ConfigurationError
        A file cannot be read.
    """
    files = {
        "network.sha256": configuration.network.file,
        "data.test_sha256": configuration.data.test,
        "data.calibration_sha256": configuration.data.calibration,
        "device.table_sha256": configuration.device.table,
        "adc.range_file_sha256": configuration.adc.range_file,
        "adc.table_file_sha256": configuration.adc.table_file,
        "adc.transfer_file_sha256": configuration.adc.transfer_file,
        "adc.errors.inl_file_sha256": configuration.adc.errors.inl_file,
        "cost.parameter_file_sha256": configuration.cost.parameter_file,
        "cost.network_file_sha256": configuration.cost.network_file,
        "cost.traces_sha256": configuration.cost.traces,
        "cost.parameters.converter_sha256": configuration.cost.parameters.converter,
    }
    return {name: _readable_hash(path) for name, path in files.items() if path is not None}


def configuration_hash(configuration: Configuration, hashes: Mapping[str, str]) -> str:
    """Return the hash that two runs of the same configuration share.

    Parameters
    ----------
    configuration : Configuration
        Its settings count, except where files lie.
    hashes : Mapping of str to str
        Of :func:`file_hashes`: they count instead of paths.

    Returns
    -------
    str
        SHA-256 in hexadecimal, of canonical JSON.
    """
    settings = {name: value for name, value in flatten(configuration).items() if name not in _PATHS}
    identity = {**settings, **hashes}
    text = json.dumps(identity, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _readable_hash(path: Path) -> str:
    try:
        return _hash_path(path)
    except OSError as error:
        raise ConfigurationError(f"cannot be read ({error.strerror})", path=error.filename or path) from error


def _hash_path(path: Path) -> str:
    digest = hashlib.sha256()
    if path.is_dir():
        for file in sorted(entry for entry in path.rglob("*") if entry.is_file()):
            digest.update(f"{file.relative_to(path)}\0{file.stat().st_size}\n".encode())
        return digest.hexdigest()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
