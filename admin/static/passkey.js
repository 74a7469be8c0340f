// Passkeys: asks the server for a challenge, the browser for an answer, and hands the answer back (S-05).

const csrf = document.querySelector('meta[name="csrf-token"]').content;

const fromText = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
const toText = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

async function send(address, body) {
  const answer = await fetch(address, {
    method: "POST",
    headers: { Accept: "application/json", "Content-Type": "application/json", "X-CSRFToken": csrf },
    body,
    credentials: "same-origin",
  });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

const withIds = (list) => (list || []).map((each) => ({ ...each, id: fromText(each.id) }));

async function show(options) {
  const publicKey = {
    ...options,
    challenge: fromText(options.challenge),
    allowCredentials: withIds(options.allowCredentials),
  };
  const made = await navigator.credentials.get({ publicKey });
  return answerOf(made, {
    authenticatorData: toText(made.response.authenticatorData),
    signature: toText(made.response.signature),
    userHandle: made.response.userHandle ? toText(made.response.userHandle) : null,
  });
}

async function add(options) {
  const publicKey = {
    ...options,
    challenge: fromText(options.challenge),
    user: { ...options.user, id: fromText(options.user.id) },
    excludeCredentials: withIds(options.excludeCredentials),
  };
  const made = await navigator.credentials.create({ publicKey });
  return answerOf(made, { attestationObject: toText(made.response.attestationObject) });
}

const answerOf = (made, response) => ({
  id: made.id,
  rawId: toText(made.rawId),
  type: made.type,
  clientExtensionResults: made.getClientExtensionResults(),
  response: { clientDataJSON: toText(made.response.clientDataJSON), ...response },
});

async function go(section) {
  const fault = section.querySelector("[data-fault]");
  const name = section.querySelector("[name=name]");
  fault.hidden = true;
  try {
    const options = await send(section.dataset.options, "{}");
    const answer = await (section.dataset.passkey === "add" ? add(options) : show(options));
    await send(section.dataset.answer, JSON.stringify(name ? { ...answer, name: name.value } : answer));
    location.assign(section.dataset.to);
  } catch {
    fault.textContent = fault.dataset.fault;
    fault.hidden = false;
  }
}

for (const section of document.querySelectorAll("[data-passkey]")) {
  const button = section.querySelector("[data-go]");
  button.disabled = !("PublicKeyCredential" in window);
  button.addEventListener("click", () => go(section));
}
