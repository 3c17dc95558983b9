#!/usr/bin/env python3
"""A proxy before a real S3 store that does what no real one does on demand.

usage: s3faults.py PORT_FILE LOG_FILE UPSTREAM_PORT [RULE...]

Listens on a free loopback port, which it writes to PORT_FILE, and passes each request on to
127.0.0.1:UPSTREAM_PORT. A RULE is "COUNT METHOD PATTERN FAULT": the next COUNT requests of that
method whose path and query match the regular expression get the fault, the others are passed on.
LOG_FILE gets one line a request: METHOD PATH FAULT.

Faults:
  status:CODE:NAME[:SECONDS]  not passed on; answered so, with S3's error NAME and a Retry-After
  error200:NAME      not passed on; 200 with the error as its body
  hidden200:NAME     passed on; 200 with the error as its body all the same
  body:TEXT          not passed on; 200 with that body
  garbage            not passed on; 200 with a body that is no XML
  truncate           passed on; the connection is closed in the middle of the body
  reset              passed on; the connection is reset in the middle of the body
  lost               passed on; the connection is closed without an answer
  refuse             not passed on; the connection is closed without an answer
  no-etag            passed on; the ETag header is dropped
  etag:VALUE         passed on; the ETag header is replaced
  whole              passed on; the 206 becomes a 200 without a Content-Range
  shift              passed on; Content-Range is moved by one byte
"""

import http.client
import http.server
import re
import socket
import struct
import sys
import threading

LOCK = threading.Lock()


class Rule:
    def __init__(self, text):
        count, self.method, pattern, self.fault = text.split(" ", 3)
        self.left = int(count)
        self.pattern = re.compile(pattern)

    def applies(self, method, path):
        if self.left == 0 or self.method != method or not self.pattern.search(path):
            return False
        self.left -= 1
        return True


class Proxy(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    rules = []
    upstream = 0
    log = None

    def fault(self):
        with LOCK:
            found = next((r.fault for r in self.rules if r.applies(self.command, self.path)), "")
            print(self.command, self.path, found, file=self.log, flush=True)
        return found

    def forward(self, body):
        connection = http.client.HTTPConnection("127.0.0.1", self.upstream)
        connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        answer = connection.getresponse()
        data = answer.read()
        connection.close()
        return answer, data

    def hang_up(self, reset):
        if reset:  # an RST instead of a FIN
            self.connection.setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.wfile.flush()
        self.connection.close()

    def send(self, status, headers, data, cut=None, reset=False):
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data if cut is None else data[:cut])
        if cut is not None:
            self.hang_up(reset)

    def send_error_body(self, status, name, extra=()):
        data = f"<?xml version='1.0'?><Error><Code>{name}</Code></Error>".encode()
        self.send(status, [("Content-Length", str(len(data))), *extra], data)

    def pass_on(self, body, fault):
        answer, data = self.forward(body)
        headers = [(n, v) for n, v in answer.getheaders()
                   if n.lower() not in ("transfer-encoding", "connection", "content-length")]
        length = answer.getheader("Content-Length") or str(len(data))
        if fault == "no-etag" or fault.startswith("etag:"):
            headers = [(n, v) for n, v in headers if n.lower() != "etag"]
        if fault.startswith("etag:"):
            headers.append(("ETag", fault.split(":", 1)[1]))
        status = answer.status
        if fault == "whole":
            headers = [(n, v) for n, v in headers if n.lower() != "content-range"]
            status = 200
        if fault == "shift":
            headers = [(n, re.sub(r"bytes (\d+)", lambda m: f"bytes {int(m[1]) + 1}", v))
                       for n, v in headers]
        if self.command != "HEAD":
            length = str(len(data))
        if status != 204:
            headers.append(("Content-Length", length))
        cut = len(data) // 2 if fault in ("truncate", "reset") else None
        self.send(status, headers, data, cut, fault == "reset")

    def serve(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = self.fault()
        name = (fault.split(":") + ["", "", ""])[1:4]
        if fault.startswith("status:"):
            self.send_error_body(int(name[0]), name[1],
                                 [("Retry-After", name[2])] if name[2] else [])
        elif fault.startswith("error200:"):
            self.send_error_body(200, name[0])
        elif fault.startswith("hidden200:"):
            self.forward(body)
            self.send_error_body(200, name[0])
        elif fault == "garbage" or fault.startswith("body:"):
            data = fault.partition(":")[2].encode() or b"<p>Hello!"
            self.send(200, [("Content-Length", str(len(data)))], data)
        elif fault in ("lost", "refuse"):
            if fault == "lost":
                self.forward(body)
            self.hang_up(False)
        else:
            self.pass_on(body, fault)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = serve

    def log_message(self, *args):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass  # clients that hang up are what this is for


def main():
    port_file, log_file, upstream, *rules = sys.argv[1:]
    Proxy.rules = [Rule(r) for r in rules]
    Proxy.upstream = int(upstream)
    Proxy.log = open(log_file, "a", encoding="utf-8")
    server = Server(("127.0.0.1", 0), Proxy)
    with open(port_file, "w", encoding="ascii") as f:
        f.write(f"{server.server_address[1]}\n")
    server.serve_forever()


main()
