/** Asks what the schema in the editor would do with described people, or with a picture. */

const form = document.getElementById("dry-run-form");
const people = document.getElementById("people");
const result = document.getElementById("dry-run-result");
const csrf = document.querySelector("meta[name=csrf-token]").content;

function addPerson() {
  const person = document.getElementById("person").content.cloneNode(true);
  people.append(person);
  renumber();
}

function renumber() {
  [...people.children].forEach((person, place) => {
    person.querySelector("legend").textContent = `Person ${place + 1}`;
  });
}

function source() {
  return form.elements.source.value;
}

async function question() {
  const asked = {
    text: document.getElementById("text").value,
    lift: form.elements.lift.value,
    time: form.elements.time.value,
  };
  if (source() === "picture") {
    return { ...asked, jpeg: await base64(document.getElementById("picture").files[0]) };
  }
  const shown = (person) => [...person.querySelectorAll(":checked")].map((box) => box.value);
  return { ...asked, people: [...people.children].map(shown) };
}

function base64(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}

async function run() {
  const answer = await fetch(form.dataset.url, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf },
    body: JSON.stringify(await question()),
  });
  const text = await answer.text();
  if (answer.headers.get("content-type").startsWith("text/html")) {
    result.innerHTML = text;
  } else {
    say(JSON.parse(text).detail);
  }
}

function say(trouble) {
  const line = document.createElement("p");
  line.className = "alert";
  line.textContent = trouble;
  result.replaceChildren(line);
}

form.addEventListener("change", () => {
  for (const part of form.querySelectorAll("[data-source]")) {
    part.hidden = part.dataset.source !== source();
  }
  document.getElementById("picture").required = source() === "picture";
});
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button.primary");
  button.disabled = true;
  try {
    await run();
  } catch {
    say("The gateway gives no answer now; try again.");
  } finally {
    button.disabled = false;
  }
  result.focus();
});
people.addEventListener("click", (event) => {
  if (event.target.matches("[data-remove]")) {
    event.target.closest("li").remove();
    renumber();
    document.getElementById("add-person").focus();
  }
});
document.getElementById("add-person").addEventListener("click", addPerson);
addPerson();
