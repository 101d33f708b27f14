// What forms do while somebody fills them in. Fields in which something is chosen by its name
// complete from /pick.json, by the combobox pattern of the ARIA guide; a preview follows its form.
// Without this file names are read when the form is sent, and a button shows the preview.

const make = (tag, props = {}, ...children) => {
  const node = Object.assign(document.createElement(tag), props);
  node.append(...children);
  return node;
};
let count = 0;

// Completes `input`; `choose` takes what was chosen.
const complete = (input, kind, choose) => {
  const list = make("ul", { id: `pick-${(count += 1)}`, className: "options", hidden: true });
  const said = make("span", { className: "sr" });
  const box = make("span", { className: "pick" });
  input.replaceWith(box);
  box.append(input, list, said);
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Found");
  said.setAttribute("role", "status");
  input.autocomplete = "off";
  for (const [name, value] of [
    ["role", "combobox"],
    ["aria-autocomplete", "list"],
    ["aria-controls", list.id],
    ["aria-expanded", "false"],
  ])
    input.setAttribute(name, value);

  let timer, request, offers = [], at = -1;
  const close = () => {
    clearTimeout(timer);
    request?.abort();
    list.hidden = true;
    mark(-1);
    input.setAttribute("aria-expanded", "false");
  };
  const mark = (next) => {
    list.children[at]?.setAttribute("aria-selected", "false");
    at = next;
    const option = list.children[at];
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) input.setAttribute("aria-activedescendant", option.id);
    else input.removeAttribute("aria-activedescendant");
  };
  const take = (index) => {
    const offer = offers[index];
    close();
    choose(offer);
  };
  const draw = () => {
    list.replaceChildren(
      ...offers.map((offer, index) => {
        const option = make("li", { id: `${list.id}-${index}` }, offer.label);
        option.append(make("span", { className: "muted", textContent: offer.detail }));
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        return option;
      }),
    );
    at = -1;
    list.hidden = !offers.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
    said.textContent = offers.length ? `${offers.length} found` : "Nothing by that name";
  };
  const ask = async () => {
    request?.abort();
    const text = input.value.trim();
    if (!text || !kind()) return close();
    request = new AbortController();
    const { signal } = request;
    const at = new URLSearchParams(location.search).get("at");
    const query = new URLSearchParams({ kind: kind(), q: text, ...(at && { at }) });
    try {
      const answer = await fetch(`/pick.json?${query}`, { signal, headers: { accept: "application/json" } });
      if (!answer.ok) return close();
      offers = await answer.json();
      if (!signal.aborted && document.activeElement === input) draw();
    } catch {
      // What is typed is read when the form is sent.
    }
  };
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, 120);
  });
  input.addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by) {
      event.preventDefault();
      if (list.hidden) ask();
      else mark((at < 0 && by < 0 ? offers.length - 1 : at + by + offers.length) % offers.length);
    } else if (event.key === "Enter" && at >= 0) {
      event.preventDefault();
      take(at);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    }
  });
  input.addEventListener("blur", close);
  // The press must not take the focus away before the choice is made.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) take([...list.children].indexOf(option));
  });
};

for (const input of document.querySelectorAll("input[data-pick]")) {
  const { pick, pickUnless } = input.dataset;
  const other = () => input.form.elements.what?.value === pickUnless;
  complete(input, () => (pickUnless && other() ? "" : pick), (offer) => {
    input.value = offer.text;
  });
}

// Several: each that is chosen becomes a ticked box; what is pasted as a list is read when sent.
for (const field of document.querySelectorAll("div[data-pick]")) {
  const { pick, name } = field.dataset;
  const picked = field.querySelector(".picked");
  const list = field.querySelector("textarea");
  const input = make("input", { type: "text", id: list.id });
  for (const said of ["aria-describedby", "aria-invalid"])
    if (list.hasAttribute(said)) input.setAttribute(said, list.getAttribute(said));
  list.id = `${name}-pasted`;
  list.required = false;
  list.hidden = true;
  list.setAttribute("aria-label", "Pasted list");
  list.before(input);
  complete(input, () => pick, (offer) => {
    input.value = "";
    const there = [...picked.querySelectorAll("[type=checkbox]")].find((box) => box.value === offer.id);
    if (there) {
      there.checked = true;
      return;
    }
    const box = make("input", { type: "checkbox", name, value: offer.id, checked: true });
    const detail = make("span", { className: "muted", textContent: offer.detail });
    const label = make("label", { className: "check" }, box, make("span", {}, `${offer.label} `, detail));
    picked.append(make("li", {}, label));
  });
  input.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text");
    if (!/[\n,;\t]/.test(text.trim())) return;
    event.preventDefault();
    list.value += text;
    list.hidden = false;
    list.focus();
  });
  // What was typed and not chosen is read when sent, as without this file.
  list.form.addEventListener("formdata", ({ formData }) => {
    if (input.value.trim()) formData.append(name, input.value);
  });
}

for (const form of document.querySelectorAll("form[data-preview]")) {
  let request;
  form.addEventListener("change", async ({ target }) => {
    if (!target.name?.startsWith("until")) return;
    request?.abort();
    request = new AbortController();
    const { signal } = request;
    const query = new URLSearchParams(
      [...new FormData(form)].filter(([name]) => name.startsWith("until")),
    );
    try {
      const answer = await fetch(`${form.dataset.preview}?${query}`, { signal, headers: { accept: "text/html" } });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const shown = page.querySelector(".preview > div");
      if (shown && !signal.aborted) form.querySelector(".preview > div").replaceChildren(...shown.childNodes);
    } catch {
      // What was chosen is previewed when the page is next drawn, and counts either way.
    }
  });
}
