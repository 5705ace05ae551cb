// Saves each answer as it is given. Without this file the page's one button saves everything.
const form = document.getElementById("rating");
const said = document.getElementById("rating-saved");
const count = document.getElementById("rating-count");
const WAIT_AFTER_TYPING = 1500;
const WAIT_BETWEEN_MESSAGES = 5000;
const WAIT_BEFORE_SAYING_SAVING = 1000;
const WAIT_FOR_SAVES = 10000;
const LONGEST_WAIT = 60000;
const waiting = new Map();
const busy = new Set();
// What is not saved, by how often that was tried in vain.
const unsaved = new Map();
let lastSaid = 0;
let toSay;

// A live region that speaks at most once in five seconds; the last message always comes through.
function say(text, failed = false) {
  clearTimeout(toSay);
  const speak = () => {
    said.textContent = text;
    said.classList.toggle("rating-saved--failed", failed);
    lastSaid = Date.now();
  };
  const pause = failed ? 0 : WAIT_BETWEEN_MESSAGES - (Date.now() - lastSaid);
  if (pause > 0) toSay = setTimeout(speak, pause);
  else speak();
}

function key(row) {
  return row.querySelector('input[name^="drawn-"]').name.slice("drawn-".length);
}

// "Not relevant" is an answer once it has a reason.
function isComplete(radio) {
  const reason = radio.closest(".rating-row").querySelector('input[name^="reason-"]');
  return radio.value !== "not-relevant" || reason.value.trim() !== "";
}

function showProblems(row, problems) {
  for (const name of ["level", "reason", "note"]) {
    const place = document.getElementById(`${name}-${key(row)}-error`);
    place.lastElementChild.textContent = problems[name] || "";
    place.hidden = !problems[name];
  }
  row.classList.toggle("rating-row--problem", Object.keys(problems).length > 0);
}

// Above the table and in the list of areas; an area that is not in the role keeps saying so.
function showCount(answered) {
  count.textContent = answered;
  const total = Number(form.dataset.total);
  const here = document.querySelector('[class*="rating-areas__item--"]:has([aria-current])');
  if (!here) return;
  here.className = `rating-areas__item rating-areas__item--${Math.floor((answered * 8) / total)}`;
  here.querySelector(".rating-areas__state").textContent = answered === total ? "Done" : `${answered} of ${total}`;
}

function fieldsOf(row) {
  const fields = new URLSearchParams();
  for (const element of form.elements) {
    const isToken = element.type === "hidden" && !element.name.startsWith("drawn-");
    const isChosen = element.type !== "radio" || element.checked;
    if (element.name && !["checkbox", "submit"].includes(element.type) && isChosen && (isToken || row.contains(element))) {
      fields.append(element.name, element.value);
    }
  }
  return fields;
}

async function save(row) {
  clearTimeout(waiting.get(row));
  waiting.delete(row);
  if (busy.has(row)) {
    later(row, 200);
    return;
  }
  if (row.querySelector('input[name^="discard-"]')) return;
  const chosen = row.querySelector("input[type=radio]:checked");
  if (chosen && !isComplete(chosen)) return;
  busy.add(row);
  // Said of a slow save alone: it would keep "Saved" waiting for its turn.
  const slow = setTimeout(() => say("Saving"), WAIT_BEFORE_SAYING_SAVING);
  try {
    const response = await fetch(form.dataset.save, {
      method: "POST",
      body: fieldsOf(row),
      headers: { Accept: "application/json" },
      keepalive: true,
    });
    if (response.redirected) {
      say("Not saved: you are signed out. Choose Save and continue and sign in: nothing typed here is lost.", true);
      return;
    }
    if (response.status >= 500 || response.status === 429) throw new Error(String(response.status));
    if (![200, 409, 422].includes(response.status)) {
      say("Not saved. Choose Save and continue to see why.", true);
      return;
    }
    unsaved.delete(row);
    const reply = await response.json();
    for (const [pk, drawn] of Object.entries(reply.drawn)) form.elements[`drawn-${pk}`].value = drawn;
    showProblems(row, reply.problems[key(row)] || {});
    if (response.status === 422) {
      say("Not saved: see the message beside the answer.", true);
    } else if (response.status === 409) {
      say("Not saved: changed in another window. Choose Save and continue to compare.", true);
    } else {
      showCount([...form.querySelectorAll("input[type=radio]:checked")].filter(isComplete).length);
      if (unsaved.size === 0) say(`Saved ${reply.saved}`);
    }
  } catch {
    const tries = (unsaved.get(row) ?? 0) + 1;
    unsaved.set(row, tries);
    say("Not saved yet – trying again. Keep this page open.", true);
    // What is typed meanwhile is sent sooner.
    if (!waiting.has(row)) later(row, Math.min(1000 * 2 ** tries, LONGEST_WAIT));
  } finally {
    clearTimeout(slow);
    busy.delete(row);
  }
}

function later(row, wait) {
  clearTimeout(waiting.get(row));
  waiting.set(row, setTimeout(() => save(row), wait));
}

form.addEventListener("change", (event) => {
  const row = event.target.closest(".rating-row");
  if (!row || event.target.type === "checkbox") return;
  // The arrow keys walk through the answers of a statement; only where they stop is saved.
  later(row, event.target.type === "radio" ? 300 : 0);
  if (event.target.value === "not-relevant") say("Say why this is not relevant to your role: it is saved with your reason.");
});
form.addEventListener("input", (event) => {
  const row = event.target.closest(".rating-row");
  if (row && event.target.type !== "radio" && event.target.type !== "checkbox") later(row, WAIT_AFTER_TYPING);
});
// What waits for the same answer's save to come back, or could not be saved: the browser asks before it is lost.
window.addEventListener("beforeunload", (event) => {
  if (unsaved.size > 0 || [...waiting.keys()].some((row) => busy.has(row))) event.preventDefault();
});
// Going away: what waits is sent now, and outlives the page.
window.addEventListener("pagehide", () => {
  for (const row of [...waiting.keys()]) save(row);
});
// A save that is still on its way comes back first, or the page would disagree with its own earlier answer.
form.addEventListener("submit", (event) => {
  for (const wait of waiting.values()) clearTimeout(wait);
  waiting.clear();
  unsaved.clear();
  if (busy.size === 0) return;
  event.preventDefault();
  const giveUp = Date.now() + WAIT_FOR_SAVES;
  const submit = () => {
    if (busy.size > 0 && Date.now() < giveUp) {
      setTimeout(submit, 50);
      return;
    }
    // With the button that was pressed, which may say more than "save".
    busy.clear();
    form.requestSubmit(event.submitter);
  };
  submit();
});
