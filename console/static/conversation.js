// A conversation's page: ready answers go into the message, characters are counted, what is being typed survives a lost
// page, and older messages stay above the live ones. Without it every form still works.
(() => {
  "use strict";

  const drafts = {
    key: (form) => `rascunho-${form.dataset.draft}`,
    keep(form) {
      const text = form.querySelector("textarea").value;
      if (text) sessionStorage.setItem(this.key(form), text);
      else sessionStorage.removeItem(this.key(form));
    },
    restore(form) {
      const field = form.querySelector("textarea");
      if ("sent" in form.dataset) sessionStorage.removeItem(this.key(form));
      else if (!field.value) field.value = sessionStorage.getItem(this.key(form)) ?? "";
      count(field);
    },
  };

  function count(field) {
    const shown = document.querySelector(`[data-count="${field.id}"]`);
    if (shown) shown.textContent = [...field.value].length.toLocaleString("pt-BR");
  }

  function insert(button) {
    const field = document.getElementById(button.dataset.into);
    const text = document.getElementById(button.dataset.insert).textContent;
    field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
    field.value = field.value.slice(0, field.maxLength);
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function offline(form, isAway) {
    const banner = form?.closest("section")?.querySelector("[data-offline]");
    if (!banner) return;
    banner.textContent = isAway
      ? "O sistema não respondeu. O que você digitou continua aqui: tente de novo em alguns segundos."
      : "";
    banner.hidden = !isAway;
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-insert]");
    if (button) insert(button);
  });

  document.addEventListener("input", (event) => {
    if (event.target.matches("textarea")) count(event.target);
    const form = event.target.closest("form[data-draft]");
    if (form) drafts.keep(form);
  });

  // Enter writes a line; with Ctrl or Command it sends.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.target.id !== "texto") return;
    const button = document.getElementById("botao-enviar");
    if (button && !button.disabled) event.target.form.requestSubmit(button);
  });

  document.addEventListener("htmx:beforeRequest", (event) => offline(event.target.closest("form"), false));
  for (const away of ["htmx:responseError", "htmx:sendError", "htmx:timeout"])
    document.addEventListener(away, (event) => offline(event.target.closest("form"), true));

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id !== "responder" && event.target.id !== "anotar") return;
    event.target.querySelectorAll("form[data-draft]").forEach((form) => drafts.restore(form));
    event.target.querySelector("form[data-draft] textarea")?.focus();
  });

  // The live part holds the newest messages; those it drops go to the older ones, where these are shown.
  let held = null;
  document.addEventListener("htmx:sseBeforeMessage", (event) => {
    if (event.target.id !== "historico" || !document.getElementById("antigas").hasChildNodes()) return;
    held = [...event.target.querySelectorAll(".dia")].map((day) => day.cloneNode(true));
  });
  document.addEventListener("htmx:sseMessage", (event) => {
    if (event.target.id !== "historico" || held === null) return;
    const older = document.getElementById("antigas");
    const first = event.target.querySelector(".falas > li")?.id;
    const dropped = [];
    let met = false;
    for (const day of held) {
      const lines = [...day.querySelectorAll(".falas > li")];
      const at = lines.findIndex((line) => line.id === first);
      if (at >= 0) lines.slice(at).forEach((line) => line.remove());
      met ||= at >= 0;
      if (day.querySelector(".falas > li")) dropped.push(day);
      if (met) break;
    }
    held = null;
    if (met) dropped.forEach((day) => older.append(unnamed(day)));
    else older.replaceChildren(); // more is new than was shown: what is above would no longer fit
  });

  function unnamed(day) {
    [day, ...day.querySelectorAll("[id]")].forEach((part) => part.removeAttribute("id"));
    return day;
  }

  document.querySelectorAll("form[data-draft]").forEach((form) => drafts.restore(form));
  if (matchMedia("(max-width: 59.99rem)").matches) document.getElementById("ficha-dobra")?.removeAttribute("open");
})();
