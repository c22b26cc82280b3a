"""Which encoding a file is in, and its bytes as UTF-8.

UTF-8 is tried first and strictly, GB18030 second: UTF-8 text decodes as GB18030 without an error and
into nonsense, never the other way round (standards.md section 4). GB18030 contains GBK and GB 2312.
"""

import codecs
from pathlib import Path

from ingest.connectors.formats import FileBroken

BLOCK = 1 << 20  # bytes decoded at a time
TOLD_APART = frozenset({"auto", "utf-8", "utf8", "utf-8-sig", "gb18030", "gbk", "gb2312"})
MEND = "ask the department to export the file again as UTF-8 or GB18030 text"


def encoding_of(path: Path, declared: str = "auto") -> str:
    """`utf-8-sig` if the whole file is UTF-8, else `gb18030`; a declared codec of another family as it is.

    A file that starts with UTF-8's mark and then is not UTF-8 raises FileBroken.
    """
    if declared not in TOLD_APART:
        return declared
    decoder = codecs.getincrementaldecoder("utf-8")()
    offset = pending = 0
    with path.open("rb") as file:
        try:
            while block := file.read(BLOCK):
                pending = len(decoder.getstate()[0])
                decoder.decode(block)
                offset += len(block)
            pending = len(decoder.getstate()[0])
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as fault:
            file.seek(0)
            if file.read(len(codecs.BOM_UTF8)) == codecs.BOM_UTF8:
                at = offset - pending + fault.start
                raise _broken(path, "is not UTF-8, though the file begins with its mark", at) from None
            return "gb18030"
    return "utf-8-sig"


class Utf8Stream:
    """A file's text as UTF-8 bytes, decoded while it is read.

    A byte order mark is left out, a final line break added where it is missing.
    """

    def __init__(self, path: Path, encoding: str, undecodable: str = "strict") -> None:
        self._path, self._encoding = path, encoding
        self._file = path.open("rb")
        self._decoder = codecs.getincrementaldecoder(encoding)(undecodable)
        self._rest, self._tail = b"", b""
        self._offset, self._ended, self._started = 0, False, False

    def read(self, size: int) -> bytes:
        """`size` bytes, fewer at the end."""
        chunks, ready = [self._rest], len(self._rest)
        while ready < size and not self._ended:
            chunks.append(self._decode())
            ready += len(chunks[-1])
        data = b"".join(chunks)
        self._rest = data[size:]
        return data[:size]

    def __enter__(self) -> "Utf8Stream":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def _decode(self) -> bytes:
        raw = self._file.read(BLOCK)
        pending = len(self._decoder.getstate()[0])
        try:
            text = self._decoder.decode(raw, final=not raw)
        except UnicodeDecodeError as fault:
            at = self._offset - pending + fault.start
            raise _broken(self._path, f"is neither UTF-8 nor {self._encoding}", at) from None
        self._offset += len(raw)
        if text and not self._started:
            text, self._started = text.removeprefix("\ufeff"), True
        done = text.encode()
        self._tail = done[-1:] or self._tail
        if not raw:
            self._ended = True
            done += b"\n" if self._tail not in (b"", b"\n", b"\r") else b""
        return done


def _broken(path: Path, what: str, offset: int) -> FileBroken:
    """The error for the byte at `offset`, with its line: a line break is one byte in both encodings."""
    line, left = 1, offset
    with path.open("rb") as file:
        while left and (block := file.read(min(BLOCK, left))):
            line, left = line + block.count(b"\n"), left - len(block)
    return FileBroken(f"{path.name}: byte {offset} (line {line}) {what}; {MEND}")
