/** Uploads a creative as the body of a request, and shows how far it is. */

const form = document.getElementById("upload");
const { file, name, seconds } = form.elements;
const csrf = document.querySelector("meta[name=csrf-token]").content;
const progress = form.querySelector(".progress");
const alert = form.querySelector("[role=alert]");

function isVideo() {
  return file.files[0]?.type.startsWith("video/") || /\.mkv$/i.test(file.files[0]?.name ?? "");
}

function send(url, content) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest(); // fetch tells nothing of an upload's progress
    request.open("POST", url);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.setRequestHeader("X-CSRF-Token", csrf);
    request.upload.onprogress = (event) => show(event.loaded / event.total);
    request.onload = () => resolve({ status: request.status, text: request.responseText });
    request.onerror = () => reject(new Error("The upload broke off; try again."));
    request.send(content);
  });
}

function show(part) {
  progress.hidden = false;
  const bar = progress.querySelector("progress");
  const words = progress.querySelector("[role=status]");
  if (part < 1) {
    bar.value = part;
    words.textContent = `Uploading: ${Math.round(100 * part)} %`;
  } else {
    bar.removeAttribute("value");
    words.textContent = "Encoding; a video takes a while.";
  }
}

function fail(message) {
  progress.hidden = true;
  alert.textContent = message;
  alert.hidden = false;
}

function detail(text) {
  try {
    return JSON.parse(text).detail;
  } catch {
    return "The gateway gives no answer now; try again.";
  }
}

file.addEventListener("change", () => {
  seconds.disabled = isVideo();
  if (!name.value && file.files[0]) {
    const stem = file.files[0].name.replace(/\.[^.]*$/, "");
    name.value = stem.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^[^A-Za-z0-9]+/, "").slice(0, 64);
  }
});
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  alert.hidden = true;
  const content = file.files[0];
  const most = Number(form.dataset.mostBytes);
  if (content.size > most) {
    fail(`The file has ${Math.ceil(content.size / 2 ** 20)} MiB; at most ${most / 2 ** 20} are taken.`);
    return;
  }
  const query = new URLSearchParams({ name: name.value });
  if (!isVideo()) {
    query.set("seconds", seconds.value);
  }
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    const answer = await send(`${form.dataset.url}?${query}`, content);
    if (answer.status === 200) {
      location.reload();
    } else {
      fail(detail(answer.text));
    }
  } catch (error) {
    fail(error.message);
  } finally {
    button.disabled = false;
  }
});
