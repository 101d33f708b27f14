// Portcullis in the browser: enhancements only. Every page does its work without this file.
// No framework and no htmx: pages are small, links are links, and the server draws every state.

const root = document.documentElement;
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const make = (tag, props = {}, ...children) => {
  const node = Object.assign(document.createElement(tag), props);
  node.append(...children);
  return node;
};
const isTyping = (target) =>
  target.isContentEditable ||
  target.matches("select, textarea, input:not([type=checkbox], [type=radio], [type=button])");

root.classList.add("js");

// What goes wrong in a script is told to the server, a few times at most.
let untold = 3;
addEventListener("error", ({ error, message, filename, lineno }) => {
  const csrf = document.querySelector("[name=csrf]")?.value;
  if (!error || !csrf || untold-- <= 0) return;
  const body = new URLSearchParams({ csrf, message, at: `${filename}:${lineno}` });
  fetch("/page-errors", { method: "POST", body });
});

// Toasts: results of what happens without a page load, said aloud too.
const toasts = make("div", { className: "toasts" });
toasts.setAttribute("role", "status");
document.body.append(toasts);
const toast = (text) => {
  const node = make("div", { className: "toast", textContent: text });
  toasts.append(node);
  setTimeout(() => node.remove(), 4000);
};

// Theme: kept in a cookie, so that the server can draw the next page in it without a flash.
const theme = () => document.cookie.match(/(?:^|; )theme=(light|dark)/)?.[1] ?? "";
const showTheme = (name = root.dataset.theme ?? "") => {
  if (name) root.dataset.theme = name;
  else delete root.dataset.theme;
  for (const item of all("[data-set-theme]"))
    item.setAttribute("aria-checked", String(item.dataset.setTheme === name));
};
showTheme(theme() || undefined);

// Menus: one open at a time; Escape and a click elsewhere close them.
const closeMenus = (except) => {
  for (const menu of all("details.menu[open]")) if (menu !== except) menu.open = false;
};

const copy = async (button) => {
  const text = button.dataset.copy || button.closest(".code")?.querySelector("code")?.textContent;
  try {
    await navigator.clipboard.writeText(text ?? "");
    toast("Copied");
  } catch {
    toast("The browser did not allow copying");
  }
};

document.addEventListener("click", (event) => {
  closeMenus(event.target.closest("details.menu"));
  const choice = event.target.closest("[data-set-theme]");
  if (choice) {
    const { setTheme } = choice.dataset;
    const age = setTheme ? 31536000 : 0;
    document.cookie = `theme=${setTheme}; path=/; max-age=${age}; samesite=lax`;
    showTheme(setTheme);
    closeMenus();
  }
  const button = event.target.closest("[data-copy]");
  if (button) copy(button);
  if (event.target.closest("[data-switcher]")) openSwitcher(event.target.form?.q.value);
});

// Relative times; the arithmetic is that of `When` in src/ui/time.rs.
// The server's clock counts: the reader's may be wrong, and a demo's stands still.
const ahead = (Date.parse(document.body.dataset.now) || Date.now()) - Date.now();
const relative = (at) => {
  const delta = Math.round((at - ahead - Date.now()) / 1000);
  const distance = Math.abs(delta);
  if (distance < 45) return delta > 0 ? "in a moment" : "just now";
  const [size, unit] =
    distance < 5400 ? [60, "minute"] : distance < 129600 ? [3600, "hour"] : [86400, "day"];
  if (distance >= 3888000) return null;
  const count = Math.max(1, Math.round(distance / size));
  const text = `${count} ${unit}${count === 1 ? "" : "s"}`;
  return delta > 0 ? `in ${text}` : `${text} ago`;
};
const refreshTimes = () => {
  for (const node of all("time[data-relative]")) {
    const text = relative(Date.parse(node.dateTime));
    if (text && text !== node.textContent) node.textContent = text;
  }
};
setInterval(() => document.hidden || refreshTimes(), 60000);

// Timelines that are wider than their window open at today.
for (const today of all(".today line")) {
  const scroll = today.closest(".scroll");
  const at = today.getBoundingClientRect().left - scroll.getBoundingClientRect().left;
  scroll.scrollLeft = at - scroll.clientWidth / 2;
}

// Forms: sent once; a changed filter sends its form; a date of one's own picks "Until a date".
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "1";
  event.submitter?.setAttribute("aria-busy", "true");
});
addEventListener("pageshow", () => {
  for (const form of all("form[data-sent]")) {
    delete form.dataset.sent;
    for (const button of all("[aria-busy]", form)) button.removeAttribute("aria-busy");
  }
  refreshTimes();
});
document.addEventListener("change", ({ target }) => {
  if (target.matches("[data-autosubmit]")) target.form.requestSubmit();
  if (target.matches("[data-all]"))
    for (const box of all("tbody .pick input", target.closest("table"))) box.checked = target.checked;
  const durations = target.closest("[data-durations]");
  if (!durations) return;
  const date = durations.querySelector("[type=date]");
  const own = durations.querySelector("[value=custom]");
  if (target === date && date.value) own.checked = true;
  date.required = own.checked;
  if (target === own) date.focus();
});

// Lists by keyboard: j and k move, Enter follows (the row's link has the focus), x picks.
const step = (by) => {
  const rows = all("table[data-keys] tbody tr");
  if (!rows.length) return;
  const at = rows.findIndex((row) => row.classList.contains("at"));
  const row = rows[Math.min(Math.max(at + by, 0), rows.length - 1)];
  rows[at]?.classList.remove("at");
  row.classList.add("at");
  row.querySelector("a")?.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
};
document.addEventListener("keydown", (event) => {
  const menu = document.querySelector("details.menu[open]");
  if (menu) {
    const items = all(".menu-list :is(a, button)", menu);
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") {
      menu.open = false;
      menu.querySelector("summary").focus();
    } else if (by && items.length) {
      const at = items.indexOf(document.activeElement);
      items[at < 0 && by < 0 ? items.length - 1 : (at + by + items.length) % items.length].focus();
      event.preventDefault();
    }
    return;
  }
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    return openSwitcher();
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (isTyping(event.target) || event.target.closest("dialog")) return;
  if (event.key === "/") {
    event.preventDefault();
    openSwitcher();
  } else if (event.key === "j") step(1);
  else if (event.key === "k") step(-1);
  else if (event.key === "x") document.querySelector("tr.at .pick input")?.click();
});

// Quick switcher: the search field's dialog.
const ICONS = { entitlement: "key", service: "key", request: "inbox", page: "link", action: "plus" };
const PER_KIND = 5;
let switcher;

// At most five of a kind, kinds in the order of their best, which the server says.
const grouped = (items) => {
  const kinds = new Map();
  const local = items.filter((item) => item.href.startsWith("/") && !item.href.startsWith("//"));
  for (const item of local) {
    const kind = kinds.get(item.kind) ?? [];
    if (kind.length < PER_KIND) kinds.set(item.kind, [...kind, item]);
  }
  return kinds;
};

const icon = (kind) => {
  const ns = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(ns, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(ns, "use");
  use.setAttribute("href", `${document.body.dataset.icons}#${ICONS[kind] ?? kind}`);
  svg.append(use);
  return svg;
};

const buildSwitcher = () => {
  const input = make("input", { type: "text", autocomplete: "off", spellcheck: false });
  input.placeholder = "Go to a person, group, role, app or page";
  const list = make("ul", { id: "switcher-list" });
  const hint = make("p");
  const dialog = make("dialog", { className: "switcher" }, input, list, hint);
  dialog.setAttribute("aria-label", "Go to");
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Found");
  hint.setAttribute("role", "status");
  for (const [name, value] of [
    ["role", "combobox"],
    ["aria-label", "Go to"],
    ["aria-controls", list.id],
    ["aria-expanded", "true"],
    ["aria-autocomplete", "list"],
  ])
    input.setAttribute(name, value);
  document.body.append(dialog);

  let timer, request, cameFrom;
  const options = () => all("[role=option]", list);
  const current = () => options().find((o) => o.getAttribute("aria-selected") === "true");
  const select = (option) => {
    current()?.setAttribute("aria-selected", "false");
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) input.setAttribute("aria-activedescendant", option.id);
    else input.removeAttribute("aria-activedescendant");
  };
  const draw = (kinds) => {
    list.replaceChildren();
    let count = 0;
    for (const [kind, items] of kinds) {
      const head = make("li", { className: "kind-head", textContent: kind });
      head.setAttribute("role", "presentation");
      list.append(head);
      for (const item of items) {
        const option = make("li", { id: `switcher-${count++}` }, icon(kind), item.label);
        if (item.detail) option.append(make("span", { textContent: item.detail }));
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.dataset.href = item.href;
        list.append(option);
      }
    }
    select(options()[0]);
    hint.textContent = count ? "" : "Nothing by that name. Enter searches everything.";
    hint.hidden = count > 0;
  };
  const ask = async () => {
    const query = input.value;
    request?.abort();
    if (!query.trim()) return clear();
    request = new AbortController();
    try {
      const answer = await fetch(`/search.json?q=${encodeURIComponent(query)}`, {
        signal: request.signal,
        headers: { accept: "application/json" },
      });
      if (!answer.ok) throw new Error(String(answer.status));
      draw(grouped(await answer.json()));
    } catch (error) {
      if (error.name === "AbortError") return;
      clear("The list did not arrive. Enter searches everything.");
    }
  };
  const clear = (text = "Type a name. ↑ ↓ choose, Enter goes, Esc closes.") => {
    list.replaceChildren();
    select();
    hint.textContent = text;
    hint.hidden = false;
  };
  const go = (option) => {
    location.href = option?.dataset.href ?? `/search?q=${encodeURIComponent(input.value)}`;
  };
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, 120);
  });
  input.addEventListener("keydown", (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const found = options();
    if (by && found.length) {
      event.preventDefault();
      select(found[(found.indexOf(current()) + by + found.length) % found.length]);
    } else if (event.key === "Enter" && (current() || input.value.trim())) go(current());
  });
  dialog.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) go(option);
    else if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener("close", () => cameFrom?.focus());
  return (query = "") => {
    if (dialog.open) return;
    closeMenus();
    cameFrom = document.activeElement;
    input.value = query;
    dialog.showModal();
    input.select();
    ask();
  };
};
const openSwitcher = (query) => {
  switcher ??= buildSwitcher();
  switcher(query);
};
