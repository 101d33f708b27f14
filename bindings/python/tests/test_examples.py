"""The server of examples/todo/python answers every case of examples/todo as it says."""

import importlib.util
import json
import threading
import unittest
from http.client import HTTPConnection
from pathlib import Path

EXAMPLE = Path(__file__).parents[3] / "examples/todo"


class Todo(unittest.TestCase):
    def test_every_case_is_answered_as_it_says(self) -> None:
        spec = importlib.util.spec_from_file_location("todo_server", EXAMPLE / "python/server.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        server = module.server(0)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            cases = json.loads((EXAMPLE / "cases.json").read_text("utf-8"))
            self.assertEqual(len(cases), 17)
            for case in cases:
                with self.subTest(who=case["who"], ask=case["ask"], body=case.get("body")):
                    self.ask(server.server_port, case)
        finally:
            server.shutdown()
            thread.join()
            server.server_close()

    def ask(self, port: int, case: dict) -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=10)
        method, path = case["ask"].split(" ")
        headers = {} if case["who"] is None else {"remote-user": case["who"]}
        connection.request(method, path, json.dumps(case["body"]) if "body" in case else None, headers)
        response = connection.getresponse()
        text = response.read()
        connection.close()
        self.assertEqual(response.status, case["status"])
        if "answer" in case:
            self.assertEqual(json.loads(text), case["answer"])
        if "ids" in case:
            self.assertEqual([todo["id"] for todo in json.loads(text)], case["ids"])


if __name__ == "__main__":
    unittest.main()
