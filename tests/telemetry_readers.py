"""A StatsD server and an OTLP collector on loopback, which read back what is measured.

The collector is not a product: it reads OTLP over HTTP with the protocol's own classes (`opentelemetry-proto`).
"""

import gzip
import socket
import threading
from collections import Counter
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class StatsD:
    """Counters added up and gauges as they were set last, by name; `text` is all that arrived."""

    def __init__(self):
        self.counters, self.gauges, self.text = Counter(), {}, ""

    def take(self, packet):
        self.text += packet + "\n"
        for line in packet.splitlines():
            name, _, said = line.partition(":")
            value, kind, *_ = said.split("|")
            if kind == "c":
                self.counters[name] += float(value)
            if kind == "g":
                self.gauges[name] = float(value)

    def of(self, prefix):
        """The counters whose name begins so -> what follows the prefix."""
        return {name.removeprefix(prefix): value for name, value in self.counters.items() if name.startswith(prefix)}


@contextmanager
def statsd():
    """A StatsD server. Gives its port and what it has received; what is under way arrives before the block ends."""
    received = StatsD()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        address, last = listening.getsockname(), b"end-of-the-test"

        def listen():
            while (packet := listening.recv(65536)) != last:
                received.take(packet.decode())

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()

        def until_now():
            """All that was sent until now has been read: packets of loopback keep their order."""
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                sender.sendto(last, address)
            thread.join()

        yield address[1], received, until_now


class Collector:
    """Metrics and spans. A metric is (name, tags) -> its last value; `text` is all that arrived, as text."""

    def __init__(self):
        self.metrics, self.spans, self.text = {}, [], ""

    def take(self, path, body):
        from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
        from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

        if path.endswith("/v1/metrics"):
            request = ExportMetricsServiceRequest.FromString(body)
            for of in request.resource_metrics:
                for scope in of.scope_metrics:
                    for metric in scope.metrics:
                        self._take_metric(metric)
        elif path.endswith("/v1/traces"):
            request = ExportTraceServiceRequest.FromString(body)
            for of in request.resource_spans:
                for scope in of.scope_spans:
                    self.spans += scope.spans
        else:
            return
        self.text += str(request)

    def _take_metric(self, metric):
        for kind in ("sum", "gauge"):
            for point in getattr(metric, kind).data_points:
                self.metrics[metric.name, tuple(sorted(attributes(point).items()))] = point.as_double or point.as_int

    def named(self, prefix):
        """The spans whose names begin so."""
        return [span for span in self.spans if span.name.startswith(prefix)]


def attributes(of):
    """The attributes of a span or point."""
    return {one.key: one.value.string_value or one.value.int_value for one in of.attributes}


@contextmanager
def otlp():
    """An OTLP receiver over HTTP. Gives its address and what it has received."""
    received = Collector()

    class Receives(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.take(self.path, gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)
            self.send_response(200)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *said):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receives)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1], received
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
