"""A worker of gunicorn's that refuses what is new as soon as it is asked to stop."""

from gunicorn.workers.gthread import ThreadWorker


class ClosingWorker(ThreadWorker):
    """Lets go of the listening socket when it stops accepting, and not only once its last request is answered.

    Whoever connects meanwhile would otherwise wait for nobody, and be cut off in the end. While another process holds the socket
    (a worker of after a reload, systemd) that one answers.
    """

    def set_accept_enabled(self, enabled):
        super().set_accept_enabled(enabled)
        if not self.alive:
            for listener in self.sockets:
                listener.close()
