"""API keys: how they are made, the operator's file of their hashes, and how one is recognized.

A key is 256 random bits, so that its SHA-256 tells nothing that helps to find it: nobody can try
2^256 keys, however fast each trial is. Slow hashes and salts are for what people choose; NIST asks
for neither above 112 bits (https://pages.nist.gov/800-63-3/sp800-63b.html, 5.1.2.2).

As the authority file, this one is read by the process that forks the workers: all of them know
the same keys, and a file that is broken when it is read again changes nothing.
"""

import hmac
import os
import re
import secrets
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import structlog

from analysis.errors import WhosaidError
from service.rates import parse_rates

MAX_FAULTS = 20
MAX_FILE_BYTES = 1024 * 1024
MAX_KEYS = 1000
"""Each request is compared with every key: so many take well below a millisecond."""

# Tells people, and tools that look for leaked secrets, what it is.
_PREFIX = "whosaid_"
_KEY_BYTES = 32
# Whoever mistakes a key for an id shall not find it in the log.
_ID = re.compile(rf"(?!{_PREFIX})[A-Za-z0-9][A-Za-z0-9._-]{{0,63}}")
_ID_RULE = "1 to 64 letters, digits, dots, dashes and underscores, beginning with a letter or digit"
_HASH = re.compile(r"sha256:([0-9a-f]{64})")

log = structlog.stdlib.get_logger()


@dataclass(frozen=True, slots=True)
class Key:
    """A key that is accepted, as the file has it.

    Attributes:
        id: What logs and limits call it.
        digest: The SHA-256 of the key.
        rates: The rates that its holder has in place of everybody's.
    """

    id: str
    digest: bytes
    rates: str | None = None


class InvalidKeys(ValueError):
    """A file of keys that cannot be used: its first `MAX_FAULTS` faults.

    They tell lines and kinds of faults, and quote nothing, so that they may be logged: somebody
    may have put a key there.
    """

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class InvalidKeyId(WhosaidError):
    """What shall be the id of a key cannot be one."""

    def __init__(self) -> None:
        super().__init__(f"the id is not {_ID_RULE}")


def make_key() -> str:
    """Return a new key. Nothing keeps it."""
    return _PREFIX + secrets.token_urlsafe(_KEY_BYTES)


def render_line(key_id: str, key: str) -> str:
    """Return the line of the file that accepts a key. Raises InvalidKeyId."""
    if not _ID.fullmatch(key_id):
        raise InvalidKeyId
    return f"{key_id} sha256:{_hash(key).hex()}"


def find_key(keys: Sequence[Key], offered: str) -> Key | None:
    """Return the one of these keys that was offered, if it is one.

    All are compared, each in constant time: how long it takes tells neither how near a guess is
    nor which key it was.
    """
    digest = _hash(offered)
    matching = [key for key in keys if hmac.compare_digest(key.digest, digest)]
    return matching[0] if matching else None


def load_keys(path: Path) -> tuple[Key, ...]:
    """Read a file of keys, or raise one `InvalidKeys` that lists its bad lines.

    On each line of it stand an id, `sha256:` with a hash, and perhaps rates, parted by white
    space; what begins with `#` is a comment. Ids and hashes are each there once.
    """
    keys: list[Key] = []
    faults: list[str] = []
    for number, line in enumerate(_read_text(path).splitlines(), start=1):
        if line.strip() and not line.lstrip().startswith("#"):
            try:
                keys.append(_parse_line(line))
            except ValueError as error:
                faults.append(f"line {number}: {error}")
    faults.extend(_find_contradictions(keys))
    if faults or not keys:
        raise InvalidKeys(tuple(faults[:MAX_FAULTS]) or ("the file holds no key",))
    return tuple(keys)


_kept: dict[Path, tuple[Key, ...]] = {}


def keep_keys(path: str | None) -> None:
    """Read the file of keys, if there is one, for this process and those that it forks.

    Raises InvalidKeys, and keeps what was read before.
    """
    if path is not None:
        keys = _kept[Path(path)] = load_keys(Path(path))
        log.info("keys_read", keys=len(keys))


def refresh_keys(path: str | None) -> None:
    """Read the file of keys again; one that is broken is logged, and the last good one kept."""
    try:
        keep_keys(path)
    except InvalidKeys as error:
        log.critical("keys_refused", faults=error.faults)


def find_keys(path: str | None) -> tuple[Key, ...]:
    """Return what this process keeps of the file of keys, or else read it now.

    Without a file there are none. Raises InvalidKeys only where nothing was kept.
    """
    if path is None:
        return ()
    kept = _kept.get(Path(path))
    return load_keys(Path(path)) if kept is None else kept


def _hash(key: str) -> bytes:
    # What a header holds beyond ASCII is in no key, but has to be hashed all the same.
    return sha256(key.encode("utf-8", "surrogatepass")).digest()


def _parse_line(line: str) -> Key:
    """Return what a line holds. Raises ValueError, which quotes nothing of it."""
    key_id, written, rates = (*line.split(maxsplit=2), "", "")[:3]
    if not _ID.fullmatch(key_id):
        raise ValueError(f"the id is not {_ID_RULE}")
    if not (match := _HASH.fullmatch(written)):
        raise ValueError("after the id stands no sha256: with 64 hexadecimal digits")
    return Key(key_id, bytes.fromhex(match[1]), parse_rates(rates.strip()) if rates else None)


def _find_contradictions(keys: Sequence[Key]) -> Iterator[str]:
    if len(keys) > MAX_KEYS:
        yield f"the file has more than {MAX_KEYS} keys"
    if len({key.id for key in keys}) < len(keys):
        yield "two keys have the same id"
    if len({key.digest for key in keys}) < len(keys):
        yield "two keys are the same"


def _read_text(path: Path) -> str:
    try:
        # Opening a pipe would wait for somebody to write.
        if not path.is_file():
            raise InvalidKeys(("there is no such file",))
        with path.open("rb") as file:
            stored = file.read(MAX_FILE_BYTES + 1)
            mode = os.fstat(file.fileno()).st_mode
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InvalidKeys((f"the file cannot be read: {reason}",)) from error
    if len(stored) > MAX_FILE_BYTES:
        raise InvalidKeys((f"the file is longer than {MAX_FILE_BYTES} bytes",))
    if mode & stat.S_IROTH:
        log.warning("keys_readable_by_everybody")
    try:
        return stored.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidKeys(("the file is not UTF-8",)) from None
