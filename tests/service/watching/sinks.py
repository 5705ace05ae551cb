"""A server of the tests' own that takes down what is sent to a Sentry and to a collector of traces."""

import gzip
import json
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import brotli
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

# What is packed otherwise fails the test: nothing would be found in it.
READERS = {"identity": bytes, "gzip": gzip.decompress, "br": brotli.decompress}


@contextmanager
def sink():
    """A server that answers 200 to everything: its port, and a list of the paths, headers and bodies that it was sent."""
    taken = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            read = READERS[self.headers.get("Content-Encoding", "identity")]
            taken.append((self.path, str(self.headers), read(body)))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1], taken
        server.shutdown()


def events_in(taken):
    """The events of Sentry's envelopes, whose third line is the event."""
    bodies = [body for path, _, body in taken if path.startswith("/api/")]
    return [json.loads(body.splitlines()[2]) for body in bodies]


def spans_in(taken):
    """The spans of OpenTelemetry's requests, by name."""
    asked = [ExportTraceServiceRequest.FromString(body) for path, _, body in taken if path == "/v1/traces"]
    groups = [each for every in asked for each in every.resource_spans]
    return {span.name: span for group in groups for scope in group.scope_spans for span in scope.spans}, groups


def named(port):
    """The environment that has a portal send to the server at this port."""
    address = f"127.0.0.1:{port}"
    return {"SENTRY_DSN": f"http://key@{address}/1", "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{address}"}
