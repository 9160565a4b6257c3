"""A way to a server that a test can close."""

import contextlib
import socket
import threading


class Forwarder:
    """A TCP port that leads to another, while it is open: what is behind it can be away for as long as a test wants."""

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._sockets: list[socket.socket] = []
        self._serve(self._listener)

    def _serve(self, listener: socket.socket) -> None:
        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    ours, _ = listener.accept()
                    theirs = socket.create_connection(self._target)
                    self._sockets += [ours, theirs]
                    for pair in ((ours, theirs), (theirs, ours)):
                        threading.Thread(target=copy, args=pair, daemon=True).start()

        def copy(source: socket.socket, target: socket.socket) -> None:
            with contextlib.suppress(OSError):
                while data := source.recv(65536):
                    target.sendall(data)
            self._cut(source, target)

        threading.Thread(target=accept, daemon=True).start()

    def _cut(self, *sockets: socket.socket) -> None:
        for one in sockets:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def stop(self) -> None:
        self._cut(self._listener, *self._sockets)
        self._sockets.clear()

    def start(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self._serve(self._listener)
