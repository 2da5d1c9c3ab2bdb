"""A server on loopback: plain addresses, and what huggingface_hub asks of a hub."""

import contextlib
import hashlib
import http.server
import re
import threading

COMMIT = "0" * 39 + "1"
ON_HUB = re.compile(r"/([\w.-]+/[\w.-]+)/resolve/[^/]+/([\w./-]+)")


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers from `server.files`: paths to bytes, a hub's as "/org/name/file"."""

    def log_message(self, *args):
        pass

    def do_HEAD(self):
        self.answer(body=False)

    def do_GET(self):
        self.answer(body=True)

    def answer(self, body):
        on_hub = ON_HUB.fullmatch(self.path)
        path = "/".join(["", *on_hub.groups()]) if on_hub else self.path
        self.server.asked.append((self.command, path))
        content = self.server.files.get(path)
        if content is None:
            known = on_hub and any(
                name.startswith(f"/{on_hub[1]}/") for name in self.server.files
            )
            self.send_response(404)
            missing = "Entry" if known else "Repo"
            self.send_header("X-Error-Code", f"{missing}NotFound")
        else:
            self.send_response(200)
            self.send_header("ETag", f'"{hashlib.sha256(content).hexdigest()}"')
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("Content-Length", str(len(content or b"")))
        self.end_headers()
        if body and content:
            cut = self.server.cut
            self.wfile.write(content if cut is None else content[:cut])


@contextlib.contextmanager
def serving(files):
    """Serve files on a free port; gives the server, its address as `.url`.

    `.files` may be changed meanwhile, `.asked` lists the requests, and `.cut` ends
    every body after so many bytes.
    """
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.files, server.asked, server.cut = dict(files), [], None
    server.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
