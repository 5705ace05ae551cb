// Passkeys: asks the browser for one and sends what it says. Each page says what to do where this does not run.
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (each) => each.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const known = (credentials) => (credentials || []).map((each) => ({ ...each, id: bytes(each.id) }));

async function create({ publicKey }) {
  const made = await navigator.credentials.create({
    publicKey: {
      ...publicKey,
      challenge: bytes(publicKey.challenge),
      user: { ...publicKey.user, id: bytes(publicKey.user.id) },
      excludeCredentials: known(publicKey.excludeCredentials),
      authenticatorSelection: { residentKey: "required", requireResidentKey: true, userVerification: "required" },
    },
  });
  return said(made, ["clientDataJSON", "attestationObject"]);
}

async function get({ publicKey }) {
  const found = await navigator.credentials.get({
    publicKey: {
      ...publicKey,
      challenge: bytes(publicKey.challenge),
      allowCredentials: known(publicKey.allowCredentials),
    },
  });
  return said(found, ["clientDataJSON", "authenticatorData", "signature", "userHandle"]);
}

function said(credential, names) {
  const parts = names.filter((name) => credential.response[name]).map((name) => [name, text(credential.response[name])]);
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response: Object.fromEntries(parts),
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

async function optionsOf(place, form) {
  if (place.dataset.passkeyOptions) {
    return JSON.parse(place.dataset.passkeyOptions);
  }
  const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
  return (await answer.json()).request_options;
}

function complain(form) {
  form.querySelector(".govuk-error-message")?.remove();
  const line = document.createElement("p");
  line.className = "govuk-error-message";
  line.setAttribute("role", "alert");
  line.textContent = "No passkey was used. Try again, or choose another way.";
  form.querySelector("button").before(line);
}

function start(place) {
  const form = place.closest("form") || place.querySelector("form");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const ask = place.dataset.passkey === "create" ? create : get;
      form.elements.credential.value = JSON.stringify(await ask(await optionsOf(place, form)));
    } catch {
      complain(form);
      return;
    }
    form.submit();
  });
  place.hidden = false;
}

if (window.PublicKeyCredential) {
  document.querySelectorAll("[data-passkey]").forEach(start);
  document.querySelectorAll("[data-passkey-without]").forEach((each) => {
    each.hidden = true;
  });
}
