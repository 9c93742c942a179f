"""How many connections a worker may hold, by how many files a process may open."""

import resource

# gunicorn's own default.
MAX_CONNECTIONS = 1000
# For the model, metrics, logs, listening sockets and pipes; a loaded worker has about 30 open.
RESERVED = 100


class TooFewDescriptors(RuntimeError):
    """A process may open too few files to serve with all its threads."""

    def __init__(self, allowed: int, needed: int) -> None:
        super().__init__(f"a process may open {allowed} files (ulimit -n), {needed} are needed")
        self.allowed = allowed
        self.needed = needed


def fit_connections(threads: int) -> int:
    """Return how many connections a worker may hold; allow more open files if that is possible.

    A worker that ran out of files would end, and lose whatever it is answering. Each
    connection takes one, and each thread may open another while it answers: a file that it
    sends, or a connection to where rates are counted. Raises
    `TooFewDescriptors` unless there are more connections than threads.
    """
    allowed = _raise_limit(RESERVED + threads + MAX_CONNECTIONS)
    connections = min(MAX_CONNECTIONS, allowed - RESERVED - threads)
    if connections <= threads:
        raise TooFewDescriptors(allowed, RESERVED + 2 * threads + 1)
    return connections


def _raise_limit(wanted: int) -> int:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return wanted
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if allowed > soft:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    return allowed
