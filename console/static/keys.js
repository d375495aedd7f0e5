/* The console by keyboard. Letters count only outside of fields, and can be switched off in the list of keys. */
(() => {
  "use strict";

  const PLACES = { f: ["/console/fila", "Fila"], c: ["/console/conversas", "Conversas"], a: ["/console/agenda", "Agenda"],
    p: ["/console/painel", "Painel"] };
  const KEYS = [["/", "ir para a busca"], ["j · k", "conversa seguinte · anterior, numa lista"],
    ...Object.entries(PLACES).map(([key, [, name]]) => [`g ${key}`, `ir para ${name}`]),
    ["Ctrl + Enter", "enviar o que está escrito"], ["?", "esta lista"]];
  const SWITCH = "auzap.letters-off";
  const PATIENCE = 1_500; // between g and its letter

  const areOn = () => {
    try {
      return localStorage.getItem(SWITCH) === null;
    } catch {
      return true; // a browser that stores nothing
    }
  };
  const switchTo = (on) => {
    try {
      if (on) localStorage.removeItem(SWITCH);
      else localStorage.setItem(SWITCH, "1");
    } catch {
      // as above: on they stay
    }
  };

  const element = (tag, fields, ...children) => {
    const made = Object.assign(document.createElement(tag), fields);
    made.append(...children);
    return made;
  };
  const list = () => {
    const rows = KEYS.map(([key, what]) => element("div", {}, element("dt", {}, element("kbd", { textContent: key })),
      element("dd", { textContent: what })));
    const letters = element("input", { type: "checkbox", checked: areOn() });
    letters.addEventListener("change", () => switchTo(letters.checked));
    const dialog = element("dialog", { className: "keys" }, element("h2", { id: "teclas", textContent: "Teclas" }),
      element("dl", {}, ...rows), element("label", {}, letters, " Usar letras como atalhos"),
      element("form", { method: "dialog" }, element("button", { textContent: "Fechar" })));
    dialog.setAttribute("aria-labelledby", "teclas");
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
  };

  const CONVERSATION = /^\/console\/conversas\/[0-9a-f-]{36}$/;
  const move = (step) => {
    const links = [...document.querySelectorAll("main a[href]")].filter(
      (link) => CONVERSATION.test(link.pathname) && link.offsetParent !== null);
    if (links.length === 0) return;
    const at = links.indexOf(document.activeElement);
    const next = at < 0 ? 0 : Math.min(Math.max(at + step, 0), links.length - 1);
    links[next].focus();
    links[next].scrollIntoView({ block: "nearest" });
  };
  const search = () => {
    const field = document.querySelector('main input[type="search"]');
    field?.focus();
    field?.select();
    return field !== null;
  };

  let goes = 0; // when g was pressed
  const press = (key) => {
    const isGoing = Date.now() - goes < PATIENCE;
    goes = 0;
    if (isGoing && Object.hasOwn(PLACES, key)) {
      location.assign(PLACES[key][0]);
      return true;
    }
    switch (key) {
      case "g": goes = Date.now(); return true;
      case "j": move(1); return true;
      case "k": move(-1); return true;
      case "/": return search();
      case "?": list(); return true;
      default: return false;
    }
  };

  document.addEventListener("keydown", (event) => {
    const field = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && field?.form) {
      event.preventDefault();
      field.form.requestSubmit(field.form.querySelector("button:not([type=button])"));
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat && event.key === "g") return;
    if (field || document.querySelector("dialog[open]") || (event.key !== "?" && !areOn())) return;
    if (press(event.key)) event.preventDefault();
  });
})();
