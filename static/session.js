// Warns before a sign-in ends. Other windows may have prolonged it, so the server is asked before anything is said.
// The admin's pages have words of their own; the others get them when they are needed, so that no page is heavier for them.
const { address, left } = document.querySelector("script[data-left]").dataset;
const dialog = document.getElementById("session-warning") ?? document.createElement("dialog");
const AHEAD = 120;
const ASK_EVERY = 15;
let ends = Date.now() + left * 1000;
let asked = 0;
let told = "";
let extend, time, failed;

function find() {
  dialog.id = "session-warning";
  dialog.role = "alertdialog";
  dialog.setAttribute("aria-labelledby", "session-title");
  dialog.setAttribute("aria-describedby", "session-text");
  extend = dialog.querySelector("form");
  time = dialog.querySelector("[data-time]");
  failed = dialog.querySelector("[data-failed]");
  extend?.addEventListener("submit", (event) => {
    event.preventDefault();
    failed.textContent = "";
    ask({ method: "POST", body: new FormData(extend) }).catch(() => {
      failed.textContent = "That did not work. Try again.";
    });
  });
}

function show(state) {
  for (const part of dialog.querySelectorAll("[data-when]")) part.hidden = !part.dataset.when.includes(state);
  if (told === state) return;
  if (!dialog.open) dialog.showModal();
  dialog.querySelector("h2").focus();
  told = state;
}

// In steps, so that a screen reader does not read out every second.
function say(seconds) {
  const said = seconds > 60 ? "2 minutes" : seconds > 40 ? "1 minute" : seconds > 20 ? "40 seconds" : "20 seconds";
  if (time.textContent !== said) time.textContent = said;
}

async function ask(options) {
  asked = Date.now();
  const reply = await fetch(address, { redirect: "manual", ...options });
  if (!extend) {
    document.body.append(dialog);
    dialog.innerHTML = await (await fetch(`${address}warning/`)).text();
    find();
  }
  if (reply.type === "opaqueredirect") return show("ended");
  const { left, more, token } = await reply.json();
  ends = Date.now() + left * 1000;
  for (const field of dialog.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = token;
  if (left > AHEAD) {
    told = failed.textContent = "";
    dialog.close();
  } else if (told !== "last" || more) {
    show(more ? "idle" : "last");
  }
}

setInterval(() => {
  const seconds = (ends - Date.now()) / 1000;
  if (seconds > AHEAD || told === "ended") return;
  if (time) say(seconds);
  if (Date.now() - asked > (seconds > 0 ? ASK_EVERY : 2) * 1000) ask().catch(() => {});
}, 1000);

// Escape is an answer too: somebody is there.
dialog.addEventListener("cancel", (event) => {
  if (told !== "idle") return;
  event.preventDefault();
  extend.requestSubmit();
});
find();
