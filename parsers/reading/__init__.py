"""Files to lines: compression, encodings, colours, labels, times and indentation; line numbers stay the file's own."""

from nnsreport.parsers.reading.files import (
    CHUNK_BYTES,
    is_larger,
    lines_of,
    plain_head,
    read_bytes,
    read_chunks,
    read_head,
    read_log,
)
from nnsreport.parsers.reading.text import LogText

__all__ = [
    "CHUNK_BYTES",
    "LogText",
    "is_larger",
    "lines_of",
    "plain_head",
    "read_bytes",
    "read_chunks",
    "read_head",
    "read_log",
]
