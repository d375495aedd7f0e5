/* What every page of the console does with a script; without it, pages are as they were loaded, and forms are sent.

   body[data-version]  the version this page is of        body[data-csrf]  for the forms in live parts
   [data-waiting]      how many wait: into the title      [data-chat]      stays scrolled to its end
   time[data-relative] "há 3 min", kept true */
(() => {
  "use strict";

  const body = document.body;
  const title = document.title;
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const made = (tag, fields, ...children) => {
    const element = Object.assign(document.createElement(tag), fields);
    element.append(...children);
    return element;
  };

  // Banners: one for each reason, in a place that is read aloud when something comes into it.
  const banners = made("div", { className: "banners" });
  banners.setAttribute("role", "status");
  banners.setAttribute("aria-live", "polite");
  body.append(banners);

  const unsay = (reason) => all(`[data-reason="${reason}"]`, banners).forEach((banner) => banner.remove());
  const say = (reason, ...words) => {
    if (banners.querySelector(`[data-reason="${reason}"]`)) return;
    const banner = made("p", { className: "banner warn" }, ...words);
    banner.dataset.reason = reason;
    banners.append(banner);
  };

  // The stream: its loss, its silence, another version, the end of the session.
  const SILENCE = 45_000; // the server gives a sign of life every 15 seconds
  const known = new WeakSet();
  let source = null;
  let heard = Date.now();
  let hasEnded = false;

  const signedOut = (words) => {
    hasEnded = true;
    source?.close();
    body.removeAttribute("sse-connect"); // htmx would try for ever
    unsay("connection");
    const here = encodeURIComponent(location.pathname + location.search);
    say("session", `${words} `, made("a", { href: `/console/entrar?destino=${here}`, textContent: "Entrar" }));
  };
  const compareVersion = (version) => {
    if (!body.dataset.version || version === body.dataset.version) return;
    const reload = made("button", { type: "button", className: "small", textContent: "Recarregar" });
    reload.addEventListener("click", () => location.reload());
    say("version", "Há uma versão nova: recarregue. ", reload);
  };
  const lost = () => {
    if (!hasEnded) say("connection", "Sem conexão; tentando de novo…");
  };
  // A stream that was refused says nothing of the reason: ask the same address, and look at the answer only.
  const askWhy = async (url) => {
    const asking = new AbortController();
    try {
      const answer = await fetch(url, { headers: { Accept: "text/event-stream" }, signal: asking.signal });
      if (answer.status === 401) signedOut("Sua sessão terminou, entre de novo.");
    } catch {
      // Away: the banner says so already.
    }
    asking.abort();
  };

  body.addEventListener("htmx:sseOpen", (event) => {
    source = event.detail.source;
    heard = Date.now();
    unsay("connection");
    if (known.has(source)) return;
    known.add(source);
    source.addEventListener("vivo", () => { heard = Date.now(); });
    source.addEventListener("versao", (message) => compareVersion(message.data));
    source.addEventListener("sessao", (message) => signedOut(message.data));
  });
  body.addEventListener("htmx:sseError", (event) => {
    lost();
    const failed = event.detail.source;
    if (failed.readyState === EventSource.CLOSED && !hasEnded) askWhy(failed.url);
  });
  addEventListener("offline", lost);
  addEventListener("online", () => {
    if (source?.readyState === EventSource.OPEN) unsay("connection");
  });
  setInterval(() => {
    if (hasEnded || source?.readyState !== EventSource.OPEN || Date.now() - heard < SILENCE) return;
    heard = Date.now();
    source.close(); // half a connection: what it was cut from never told us
    source.dispatchEvent(new Event("error")); // so that htmx opens it again
  }, 5_000);

  // Forms: one at a time, with the session's token and a deed, and what was typed stays.
  const busy = new WeakSet();
  const typed = new WeakSet();
  const buttons = (form) => [...form.elements].filter((one) => one.matches("button:not([type=button])"));
  const release = (form) => {
    busy.delete(form);
    for (const button of buttons(form)) {
      if (busy.delete(button)) button.disabled = false;
    }
  };
  const newId = () => {
    if (crypto.randomUUID) return crypto.randomUUID();
    const bytes = crypto.getRandomValues(new Uint8Array(16)); // over plain HTTP browsers have nothing better
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  };
  const fillTokens = () => {
    for (const input of all('input[name="csrf"]')) input.value ||= body.dataset.csrf ?? "";
    for (const input of all('input[name="deed"]')) input.value ||= newId();
  };

  document.addEventListener("input", (event) => typed.add(event.target));
  document.addEventListener("submit", (event) => {
    const form = event.target;
    fillTokens();
    if (busy.has(form)) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    busy.add(form);
    setTimeout(() => { // after the browser has read which button it was, and others have had their say
      if (event.defaultPrevented && !form.matches("[hx-post], [hx-get]")) return release(form);
      for (const button of buttons(form)) {
        if (button.disabled) continue;
        busy.add(button);
        button.disabled = true;
      }
    });
    setTimeout(release, 15_000, form);
  }, true);
  body.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.elt;
    if (!(form instanceof HTMLFormElement)) return;
    release(form);
    if (event.detail.successful) for (const field of form.elements) typed.delete(field);
  });
  for (const failure of ["htmx:sendError", "htmx:responseError"]) {
    body.addEventListener(failure, (event) => {
      const tells = event.target.closest("section")?.querySelector("[data-offline]"); // itself, beside the form
      if (!tells) say("request", "Não deu certo; tente de novo.");
    });
  }
  body.addEventListener("htmx:beforeRequest", () => unsay("request"));
  addEventListener("pageshow", () => [...document.forms].forEach(release));

  if (window.Idiomorph) {
    Idiomorph.defaults.callbacks.beforeAttributeUpdated = (name, node) => {
      if (name === "open") return !node.matches("details, dialog");
      if (name === "disabled") return !busy.has(node);
      if (name === "value" && node.matches('[name="csrf"], [name="deed"].deed')) return !node.value; // filled in here
      const field = node.closest("select") ?? node;
      return !(["value", "checked", "selected"].includes(name) && typed.has(field));
    };
  }

  // A chat: at its end, unless the reader went back to read.
  const scroller = (chat) => (chat.scrollHeight > chat.clientHeight + 1 ? chat : document.scrollingElement);
  const isAtEnd = (chat) => {
    const view = scroller(chat);
    const isReversed = getComputedStyle(view).flexDirection === "column-reverse"; // its end is at 0
    return (isReversed ? -view.scrollTop : view.scrollHeight - view.scrollTop - view.clientHeight) < 80;
  };
  const toEnd = (chat) => {
    const view = scroller(chat);
    view.scrollTop = view.scrollHeight;
    all(".new-messages").forEach((button) => button.remove());
  };
  const newest = (chat) => all('[id^="m-"]', chat).at(-1)?.id;
  const before = new Map();
  const offerEnd = (chat) => {
    if (document.querySelector(".new-messages")) return;
    const button = made("button", { type: "button", className: "new-messages primary", textContent: "Novas mensagens ↓" });
    button.addEventListener("click", () => toEnd(chat));
    banners.before(button);
  };
  const chats = () => all("[data-chat]");

  body.addEventListener("htmx:sseBeforeMessage", () => {
    for (const chat of chats()) before.set(chat, { atEnd: isAtEnd(chat), newest: newest(chat) });
  });
  document.addEventListener("scroll", () => {
    if (document.querySelector(".new-messages")) chats().filter(isAtEnd).forEach(toEnd);
  }, { capture: true, passive: true });

  // What is true of the page now: after it was loaded, and after each of its parts was painted.
  const age = (at) => {
    const seconds = (Date.now() - at) / 1000;
    const [size, unit] = [[86_400, "d"], [3_600, "h"], [60, "min"]].find(([most]) => Math.abs(seconds) >= most) ?? [];
    if (!size) return "agora";
    return `${seconds > 0 ? "há" : "em"} ${Math.floor(Math.abs(seconds) / size)} ${unit}`;
  };
  const keepTimes = () => {
    for (const time of all("time[data-relative]")) {
      const at = Date.parse(time.dateTime);
      if (!Number.isNaN(at) && time.textContent !== age(at)) time.textContent = age(at);
    }
  };
  const refresh = () => {
    fillTokens();
    keepTimes();
    const waiting = Number(document.querySelector("[data-waiting]")?.dataset.waiting ?? 0);
    document.title = waiting > 0 ? `(${waiting}) ${title}` : title;
  };
  body.addEventListener("htmx:sseMessage", () => {
    heard = Date.now();
    refresh();
    for (const chat of chats()) {
      const was = before.get(chat);
      if (was?.atEnd) toEnd(chat);
      else if (was && was.newest !== newest(chat)) offerEnd(chat);
    }
  });
  body.addEventListener("htmx:afterSettle", refresh);
  setInterval(keepTimes, 30_000);
  refresh();
  chats().forEach(toEnd);
})();

// Whoever signs out leaves nothing that was typed behind for the next at the same machine.
document.addEventListener("submit", (event) => {
  if (event.target.action.endsWith("/console/sair")) sessionStorage.clear();
});
