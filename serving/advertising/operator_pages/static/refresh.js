/**
 * Parts of a page that are asked for anew every few seconds, while the page is seen, the focus is
 * not in them, and nobody has paused them.
 */

for (const part of document.querySelectorAll("[data-refresh]")) {
  const isPaused = pauseButton(part);
  const again = () => setTimeout(refresh, 1000 * part.dataset.seconds);

  async function refresh() {
    if (document.hidden || isPaused() || part.contains(document.activeElement)) {
      again();
      return;
    }
    const answer = await fetch(part.dataset.refresh).catch(() => null);
    if (answer?.status === 401) {
      location.reload(); // to the login
      return;
    }
    if (answer?.ok) {
      part.innerHTML = await answer.text();
    }
    part.classList.toggle("stale", !answer?.ok);
    again();
  }

  again();
}

/** Puts a button before a part; the answer tells whether it is pressed. */
function pauseButton(part) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet pause";
  button.textContent = "Pause updates";
  button.setAttribute("aria-pressed", "false");
  const isPressed = () => button.getAttribute("aria-pressed") === "true";
  button.addEventListener("click", () => button.setAttribute("aria-pressed", String(!isPressed())));
  part.before(button);
  return isPressed;
}
