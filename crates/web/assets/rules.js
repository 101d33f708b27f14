// Rules while they are typed: asks the server what there is to say, and goes to a line.
// Without this file the same is said when the form is sent.

const form = document.querySelector("[data-rules]");
const panel = document.querySelector("#said");
const { rules, cases, csrf } = form?.elements ?? {};
const make = (tag, props = {}, ...children) => {
  const node = Object.assign(document.createElement(tag), props);
  node.append(...children);
  return node;
};

const row = (word, level, { line, column, pointer, message }) => {
  const item = make("li", {}, make("span", { className: `chip ${level}`, textContent: word }), " ");
  if (line) {
    const link = make("a", { href: "#rules", textContent: `line ${line}, column ${column}` });
    Object.assign(link.dataset, { line, column });
    item.append(link, " ");
  }
  if (pointer) item.append(make("code", { textContent: pointer }), " ");
  item.append(message);
  return item;
};

const LEVELS = { error: "bad", warning: "warn", note: "" };
const draw = ({ sound, diagnostics, findings, cases: failed }) => {
  const rows = [
    ...diagnostics.map((it) => row("cannot be read", "bad", it)),
    ...failed.map(({ case: at, message }) =>
      row("failed", "bad", { pointer: at === null ? "" : `case ${at + 1}`, message }),
    ),
    ...findings.map((it) =>
      row(it.severity, LEVELS[it.severity], { ...it, message: `${it.message}; ${it.suggestion}` }),
    ),
  ];
  const text = sound ? "It can be saved." : "It cannot be saved like this.";
  panel.replaceChildren(
    make("h3", { textContent: "Findings" }),
    make("p", { className: "muted", textContent: rows.length ? text : "Nothing is wrong with it." }),
    make("ul", {}, ...rows.slice(0, 50)),
  );
};

let timer, request;
const ask = async () => {
  request?.abort();
  request = new AbortController();
  let parsed = [];
  try {
    parsed = cases.value.trim() ? JSON.parse(cases.value) : [];
  } catch ({ message }) {
    return draw({ sound: false, diagnostics: [], findings: [], cases: [{ case: null, message }] });
  }
  try {
    const answer = await fetch("/rules/check.json", {
      method: "POST",
      signal: request.signal,
      headers: {
        accept: "application/json",
        "content-type": "application/json",
        "x-csrf-token": csrf.value,
      },
      body: JSON.stringify({ rules: rules.value, cases: parsed }),
    });
    if (answer.ok) draw(await answer.json());
  } catch {
    // What is said when the form is sent is enough.
  }
};

form?.addEventListener("input", ({ target }) => {
  if (target !== rules && target !== cases) return;
  clearTimeout(timer);
  timer = setTimeout(ask, 500);
});

panel?.addEventListener("click", (event) => {
  const { line, column } = event.target.dataset;
  if (!line || !rules) return;
  event.preventDefault();
  const lines = rules.value.split("\n");
  const start = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0);
  const at = start + Number(column) - 1;
  rules.focus();
  rules.setSelectionRange(at, start + lines[line - 1].length);
  rules.scrollTop = (line - 4) * (rules.scrollHeight / lines.length);
});
