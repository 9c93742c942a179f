"""The gunicorn worker: gthread, with an end to its queue of connections."""

from gunicorn.workers.gthread import ThreadWorker


class DrainingWorker(ThreadWorker):  # type: ignore[misc] # gunicorn has no types
    """Answers, when told to stop, also those whose connections wait to be accepted.

    gthread leaves them with the kernel, which resets them once the last worker is
    gone. Callers who come later are refused at once and can go elsewhere.
    """

    def set_accept_enabled(self, enabled: bool) -> None:
        """Start or stop accepting; on the way out, take on who is waiting."""
        super().set_accept_enabled(enabled)
        if not self.alive:
            for listener in self.sockets:
                self._accept_waiting(listener)
                listener.close()

    def _accept_waiting(self, listener: object) -> None:
        connections = -1
        while connections != self.nr_conns:
            connections = self.nr_conns
            self.accept(listener)
