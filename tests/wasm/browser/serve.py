#!/usr/bin/env python3
"""Opens driver.html in a headless Chromium, and prints what it has found.

    python3 serve.py CASE FOLDER...

The files of these folders are served together. What the page posts is written to the working folder
under the name to which it was posted; "result" is printed, and ends it.
"""

import http.server
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading

SECONDS = 120


def handler_for(folders, done):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            name = self.path.partition("?")[0].lstrip("/")
            files = [folder / name for folder in folders if (folder / name).is_file()]
            if not files:
                self.send_error(404)
                return
            body = files[0].read_bytes()
            self.send_response(200)
            self.send_header("Content-Type", TYPES.get(files[0].suffix) or "application/octet-stream")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self):
            name = pathlib.Path(self.path).name
            pathlib.Path(name).write_bytes(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(204)
            self.end_headers()
            if name == "result":
                done.set()

        def log_message(self, *_):
            pass

    return Handler


TYPES = {".html": "text/html", ".mjs": "text/javascript", ".wasm": "application/wasm"}


def main():
    case, *folders = sys.argv[1:]
    done = threading.Event()
    handler = handler_for([pathlib.Path(folder) for folder in folders], done)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server, \
            tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/driver.html?{case}"
        browser = subprocess.Popen(
            ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
             f"--user-data-dir={profile}", url], start_new_session=True, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            in_time = done.wait(SECONDS)
        finally:
            os.killpg(browser.pid, signal.SIGTERM)  # it may be a script that has started another
            browser.wait()
            server.shutdown()
    print(pathlib.Path("result").read_text(encoding="utf-8") if in_time else "no result in time")


if __name__ == "__main__":
    main()
