"""A to-do list over HTTP in which the rules of ../rules.json decide every answer.

`pip install ../../../bindings/python`, then `python server.py` and `curl -H 'remote-user: ann' localhost:8302/todos`.
"""

from __future__ import annotations

import json
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock
from typing import Any

from portcullis_rules import Rules

RULES = Rules.parse((Path(__file__).parent.parent / "rules.json").read_text("utf-8"))


class Refusal(Exception):
    def __init__(self, status: int) -> None:
        self.status = status


class Todos:
    def __init__(self) -> None:
        self.all: dict[int, dict[str, Any]] = {}
        self.made = 0

    def may(self, who: str, action: str, todo: dict[str, Any]) -> bool:
        """The one question: a to-do, and who asks."""
        return RULES.can(action, "todo", {**todo, "subject.id": who})

    def find(self, who: str, action: str, number: int) -> dict[str, Any]:
        """One to-do to do something with: not found for who may not read it, forbidden for who may."""
        todo = self.all.get(number)
        if todo is None or not self.may(who, "read", todo):
            raise Refusal(404)
        if not self.may(who, action, todo):
            raise Refusal(403)
        return todo

    def list(self, who: str) -> tuple[int, Any]:
        return 200, [todo for todo in self.all.values() if self.may(who, "read", todo)]

    def create(self, who: str, body: Any) -> tuple[int, Any]:
        """The owner is who asks, never what the body says."""
        if not isinstance(body, dict) or not {"text"} <= body.keys() <= {"text", "helpers", "shared"}:
            raise Refusal(400)
        text, helpers, shared = body["text"], body.get("helpers", []), body.get("shared", False)
        names = isinstance(helpers, list) and all(isinstance(name, str) for name in helpers)
        if not (isinstance(text, str) and names and isinstance(shared, bool)):
            raise Refusal(400)
        todo = {"id": self.made + 1, "owner": who, "text": text, "helpers": helpers, "shared": shared, "done": False}
        if not self.may(who, "create", todo):
            raise Refusal(403)
        self.made += 1
        self.all[self.made] = todo
        return 201, todo

    def complete(self, who: str, number: int) -> tuple[int, Any]:
        todo = self.find(who, "complete", number)
        todo["done"] = True
        return 200, todo

    def delete(self, who: str, number: int) -> tuple[int, Any]:
        del self.all[self.find(who, "delete", number)["id"]]
        return 204, None

    def answer(self, who: str | None, method: str, path: str, body: bytes) -> tuple[int, Any]:
        if not who:
            raise Refusal(401)
        if (method, path) == ("GET", "/todos"):
            return self.list(who)
        if (method, path) == ("POST", "/todos"):
            try:
                return self.create(who, json.loads(body))
            except ValueError:
                raise Refusal(400) from None
        if method == "POST" and (found := re.fullmatch(r"/todos/([0-9]{1,9})/complete", path)):
            return self.complete(who, int(found[1]))
        if method == "DELETE" and (found := re.fullmatch(r"/todos/([0-9]{1,9})", path)):
            return self.delete(who, int(found[1]))
        raise Refusal(404)


def server(port: int) -> ThreadingHTTPServer:
    todos, lock = Todos(), Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            # Who asks. In your program this comes from its sign-in; here from the header of a proxy that signs people in.
            who = self.headers.get("remote-user")
            body = self.rfile.read(min(int(self.headers.get("content-length") or 0), 65536))
            try:
                with lock:
                    status, answer = todos.answer(who, self.command, self.path, body)
            except Refusal as refusal:
                status, answer = refusal.status, None
            text = b"" if answer is None else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_POST = do_DELETE = do_GET

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)


if __name__ == "__main__":
    print("http://localhost:8302/todos")
    server(8302).serve_forever()
