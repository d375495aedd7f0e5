// The practice phone's page. What people wrote reaches the document as text only, never as markup.

const $ = (id) => document.getElementById(id);
const ROLES = { owner: "Dona da loja", customer: "Cliente" };
const TICKS = {
  held: ["espera a loja conectar", "à espera da loja", "word"],
  queued: ["✓", "enviada", ""],
  accepted: ["✓✓", "recebida pela loja", ""],
  refused: ["não entregue", "não entregue", "word"],
  delivered: ["✓✓", "entregue", ""],
  read: ["✓✓", "lida", ""],
};
const STAND_INS = { audio: "Áudio de mentira (0:07)", image: "Foto de mentira", sticker: "", reaction: "👍" };
const KIND_WORDS = { audio: "Áudio", image: "Foto", sticker: "Figurinha", reaction: "Reação" };
const BOTTOM_SLACK = 80; // pixels from the end within which the chat still follows new messages

const state = { shops: new Map(), shop: null, chat: null, chats: new Map(), source: null, lastId: 0, sending: Promise.resolve() };

// Small words for the document and the server

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

async function call(method, path, body) {
  const options = { method, headers: {} };
  if (body !== undefined) {
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  const response = await fetch(path, options);
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return response.json();
}

const shopPath = () => `/instances/${encodeURIComponent(state.shop)}`;
const chatPath = () => `${shopPath()}/chats/${encodeURIComponent(state.chat.jid)}`;

function jidOf(typed) {
  const digits = typed.replace(/\D/g, "");
  const whole = digits.length === 10 || digits.length === 11 ? `55${digits}` : digits;
  return /^[1-9]\d{7,14}$/.test(whole) ? `${whole}@s.whatsapp.net` : null;
}

function phoneWords(jid) {
  const [number, server] = jid.split("@");
  if (server !== "s.whatsapp.net") return "número oculto";
  const parts = /^55(\d\d)(\d{4,5})(\d{4})$/.exec(number);
  return parts ? `(${parts[1]}) ${parts[2]}-${parts[3]}` : `+${number}`;
}

const initial = (name) => (Array.from(name.trim())[0] ?? "?").toUpperCase();

// The shop and its phone

function showShops() {
  const shops = [...state.shops.values()];
  $("no-shop").hidden = shops.length > 0;
  $("shop").hidden = $("somebody").hidden = shops.length === 0;
  $("shop-choice").hidden = shops.length < 2;
  $("shop-name").hidden = shops.length > 1;
  $("shops").replaceChildren(
    ...shops.map((shop) => {
      const option = element("option", "", shop.shop_name);
      option.value = shop.webhook_key;
      option.selected = shop.webhook_key === state.shop;
      return option;
    }),
  );
}

function showShop() {
  const shop = state.shops.get(state.shop);
  if (!shop) return;
  const open = shop.connection === "open";
  $("shop-name").textContent = shop.shop_name;
  $("connection").setAttribute("aria-checked", String(open));
  $("connection-word").textContent = open ? "conectado" : "desconectado";
  $("held").hidden = shop.held === 0;
  $("held").textContent = `${shop.held === 1 ? "1 aviso espera" : `${shop.held} avisos esperam`} o celular da loja voltar.`;
  $("trouble").hidden = shop.retrying === 0;
  $("trouble").textContent = `O AuZap ainda não recebeu (${shop.trouble ?? ""}). Tentando de novo…`;
  $("refused").hidden = shop.refused.length === 0;
  $("refused-title").textContent = "O AuZap recusou entregas; elas não se repetem";
  $("refused-list").replaceChildren(
    ...shop.refused.map((refusal) => {
      const who = refusal.jid ? phoneWords(refusal.jid) : "aviso da loja";
      return element("li", "", `${clock(refusal.at)} · ${who} · ${refusal.event} · ${refusal.reason}`);
    }),
  );
  showChats();
}

async function switchConnection() {
  const open = $("connection").getAttribute("aria-checked") === "true";
  await attempt(() => call("POST", `${shopPath()}/connection`, { state: open ? "close" : "open" }), "A troca não funcionou");
}

// The people one can be

function people() {
  const found = new Map();
  for (const preset of state.shops.get(state.shop)?.presets ?? []) {
    const jid = jidOf(preset.phone);
    if (jid) found.set(jid, { jid, name: preset.name, role: preset.role, last_text: "", unread: 0 });
  }
  for (const chat of state.chats.values()) {
    const known = found.get(chat.jid);
    found.set(chat.jid, { ...chat, name: chat.name || known?.name || "", role: known?.role });
  }
  if (state.chat && !found.has(state.chat.jid)) found.set(state.chat.jid, { last_text: "", unread: 0, ...state.chat });
  return [...found.values()];
}

function showChats() {
  const focused = document.activeElement?.dataset?.jid;
  $("chats").replaceChildren(
    ...people().map((person) => {
      const button = element("button");
      button.type = "button";
      button.dataset.jid = person.jid;
      button.setAttribute("aria-current", String(person.jid === state.chat?.jid));
      button.addEventListener("click", () => openChat(person, { focus: true }));
      const avatar = element("span", "avatar", initial(person.name || "?"));
      avatar.setAttribute("aria-hidden", "true");
      const words = element("span");
      const name = element("span", "name");
      name.append(element("span", "", person.name || phoneWords(person.jid)));
      if (person.role) name.append(element("span", "role", ROLES[person.role] ?? ""));
      words.append(name, element("span", "last", person.last_text || KIND_WORDS[person.last_kind] || phoneWords(person.jid)));
      button.append(avatar, words);
      if (person.unread > 0 && person.jid !== state.chat?.jid) {
        const unread = element("span", "unread", String(person.unread));
        unread.setAttribute("aria-label", `${person.unread} não lidas`);
        button.append(unread);
      }
      const item = element("li");
      item.append(button);
      return item;
    }),
  );
  if (focused) $("chats").querySelector(`[data-jid="${CSS.escape(focused)}"]`)?.focus();
  showWho();
}

function showWho() {
  const shop = state.shops.get(state.shop);
  const chosen = Boolean(state.chat && shop);
  $("who").hidden = $("composers").hidden = !chosen;
  $("hint").hidden = chosen && $("bubbles").childElementCount > 0;
  $("bubbles").hidden = !$("hint").hidden;
  document.body.classList.toggle("chatting", Boolean(state.chat));
  if (!chosen) return;
  const name = people().find((person) => person.jid === state.chat.jid)?.name || state.chat.name;
  state.chat.name = name;
  $("hint").textContent = "Mande um oi para a loja.";
  $("avatar").textContent = initial(shop.shop_name);
  $("who-shop").textContent = shop.shop_name;
  $("who-you").textContent = `Treino: você é ${name ? `${name}, ` : ""}${phoneWords(state.chat.jid)}`;
}

function openChat(person, { focus }) {
  state.chat = { jid: person.jid, name: person.name ?? "" };
  $("bubbles").replaceChildren();
  following = true;
  $("failure").hidden = true;
  history.replaceState(null, "", `#${encodeURIComponent(state.shop)}/${person.jid.split("@s.")[0]}`);
  showChats();
  listen(0);
  if (focus) $("text").focus();
}

// Messages

const clock = (at) => new Date(at).toLocaleTimeString("pt-BR", { hour: "2-digit", minute: "2-digit" });

function dayWords(at) {
  const day = new Date(at);
  if (day.toDateString() === new Date().toDateString()) return "Hoje";
  return day.toLocaleDateString("pt-BR", { day: "numeric", month: "long", year: "numeric" });
}

function ticks(message) {
  const [mark, meaning, shape] = TICKS[message.delivery];
  const made = element("span", `ticks ${shape} ${message.delivery}`, mark);
  made.setAttribute("role", "img");
  made.setAttribute("aria-label", meaning);
  made.title = meaning;
  return made;
}

function bubble(message) {
  const item = element("li", message.direction === "inbound" ? "mine" : message.author === "shop_phone" ? "hand" : "");
  item.id = `m-${message.id}`;
  item.dataset.seq = message.seq;
  item.dataset.day = dayWords(message.at);
  item.dataset.author = message.author;
  const box = element("div", "bubble");
  if (message.author === "shop_phone") box.append(element("span", "author", "Equipe, no celular da loja"));
  const sent = message.kind === "image" && message.author === "engine";
  const standIn = message.kind === "text" || sent ? "" : STAND_INS[message.kind];
  if (sent) {
    const picture = element("img", "sent-picture");
    picture.addEventListener("load", () => following && ($("bubbles").scrollTop = $("bubbles").scrollHeight));
    Object.assign(picture, { src: `${shopPath()}/pictures/${encodeURIComponent(message.id)}`, alt: message.text || "Imagem da loja" });
    box.append(picture);
  }
  if (message.kind === "sticker") {
    const picture = element("img", "picture");
    Object.assign(picture, { src: "/static/sticker.svg", alt: "Figurinha de mentira", width: 96, height: 96 });
    box.append(picture);
  }
  if (standIn) box.append(element("div", message.kind === "audio" || message.kind === "image" ? "stand-in" : "words", message.kind === "reaction" && message.text ? message.text : standIn));
  if (message.text && message.kind !== "reaction") box.append(element("div", "words", message.text));
  const meta = element("span", "meta", clock(message.at));
  meta.append(ticks(message));
  box.append(meta);
  item.append(box);
  return item;
}

function markTurn(item) {
  if (!item) return;
  const before = item.previousElementSibling;
  item.classList.toggle("turn", !before || before.dataset.author !== item.dataset.author);
  if (before?.dataset.day === item.dataset.day) delete item.dataset.dayLabel;
  else item.dataset.dayLabel = item.dataset.day;
}

function showMessage(message) {
  if (message.jid !== state.chat?.jid) return;
  const list = $("bubbles");
  const known = document.getElementById(`m-${message.id}`);
  if (known) {
    known.querySelector(".ticks").replaceWith(ticks(message));
  } else {
    const follows = following || message.direction === "inbound";
    const item = bubble(message);
    let before = list.lastElementChild;
    while (before && Number(before.dataset.seq) > message.seq) before = before.previousElementSibling;
    if (before) before.after(item);
    else list.prepend(item);
    markTurn(item);
    markTurn(item.nextElementSibling);
    $("hint").hidden = true;
    list.hidden = false;
    if (follows) list.scrollTop = list.scrollHeight;
  }
  if (message.direction === "outbound" && message.delivery !== "read") readSoon();
}

// The chat stays at its end when it grows, or when the composer takes room from it.
let following = true;
$("bubbles").addEventListener("scroll", () => {
  const list = $("bubbles");
  following = list.scrollHeight - list.scrollTop - list.clientHeight < BOTTOM_SLACK;
});
new ResizeObserver(() => {
  if (following) $("bubbles").scrollTop = $("bubbles").scrollHeight;
}).observe($("bubbles"));

let reading = false;
function readSoon() {
  if (reading || document.visibilityState !== "visible" || !state.chat) return;
  reading = true;
  setTimeout(async () => {
    reading = false;
    if (state.chat && document.visibilityState === "visible") await call("POST", `${chatPath()}/read`).catch(() => {});
  }, 150);
}

// Sending: one after the other, so that a burst arrives as it was typed

async function attempt(act, failed) {
  try {
    await act();
    $("failure").hidden = true;
  } catch {
    $("failure").textContent = `${failed}. Confira se o celular de treino está ligado e tente de novo.`;
    $("failure").hidden = false;
  }
}

function send(body) {
  const path = `${chatPath()}/messages`;
  const shown = body.text ? `Não saiu: “${body.text}”` : "Não saiu";
  state.sending = state.sending.then(() => attempt(() => call("POST", path, body), shown));
}

function composer(form, box, extra) {
  const grow = () => {
    box.style.height = "auto";
    box.style.height = `${box.scrollHeight + 2}px`;
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = box.value.trim();
    if (!text || !state.chat) return;
    send({ text, name: state.chat.name, ...extra });
    box.value = "";
    grow();
    box.focus();
  });
  box.addEventListener("input", grow);
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
}

// What happens, as it happens

function listen(after) {
  state.source?.close();
  state.lastId = after;
  if (after === 0) state.chats.clear();
  const query = new URLSearchParams({ after: String(after) });
  if (state.chat) query.set("chat", state.chat.jid);
  const source = new EventSource(`${shopPath()}/events?${query}`);
  state.source = source;
  const on = (name, act) =>
    source.addEventListener(name, (event) => {
      if (source !== state.source) return;
      if (event.lastEventId) state.lastId = Number(event.lastEventId);
      act(JSON.parse(event.data));
    });
  on("instance", (shop) => {
    state.shops.set(shop.webhook_key, shop);
    showShop();
  });
  on("chat", (chat) => {
    state.chats.set(chat.jid, chat);
    showChats();
  });
  on("message", showMessage);
  on("reset", () => {
    state.chats.clear();
    $("bubbles").replaceChildren();
    showChats();
  });
  source.onopen = () => {
    $("line").hidden = true;
  };
  source.onerror = () => {
    $("line").hidden = false;
    if (source.readyState === EventSource.CLOSED) setTimeout(() => source === state.source && listen(state.lastId), 1500);
  };
}

function chooseShop(key) {
  state.shop = key;
  state.chat = null;
  state.chats.clear();
  $("bubbles").replaceChildren();
  showShops();
  showShop();
  listen(0);
}

function openFromAddress() {
  const [shop, phone] = location.hash.slice(1).split("/").map(decodeURIComponent);
  if (!state.shops.has(shop)) return false;
  chooseShop(shop);
  const jid = phone?.includes("@") ? phone : phone && jidOf(phone);
  if (jid) openChat(people().find((person) => person.jid === jid) ?? { jid }, { focus: false });
  return true;
}

async function start() {
  const shops = await call("GET", "/instances").catch(() => []);
  if (shops.length === 0) {
    setTimeout(start, 2000);
    return;
  }
  for (const shop of shops) state.shops.set(shop.webhook_key, shop);
  if (!openFromAddress()) chooseShop(shops[0].webhook_key);
}

composer($("composer"), $("text"), {});
composer($("shop-composer"), $("shop-text"), { from_phone: true });
for (const button of document.querySelectorAll(".extra")) {
  button.addEventListener("click", () => state.chat && send({ kind: button.dataset.kind, name: state.chat.name }));
}
$("connection").addEventListener("click", switchConnection);
$("shops").addEventListener("change", () => chooseShop($("shops").value));
$("somebody").addEventListener("submit", (event) => {
  event.preventDefault();
  const jid = jidOf($("new-phone").value);
  $("new-phone").setCustomValidity(jid ? "" : "Digite o telefone com DDD.");
  if (!jid) return $("new-phone").reportValidity();
  openChat({ jid, name: $("new-name").value.trim() }, { focus: true });
  $("somebody").reset();
});
$("new-phone").addEventListener("input", () => $("new-phone").setCustomValidity(""));
$("back").addEventListener("click", () => {
  state.chat = null;
  history.replaceState(null, "", location.pathname);
  showChats();
  listen(0);
});
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && readSoon());
window.addEventListener("hashchange", openFromAddress);
start();
