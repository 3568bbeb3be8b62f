/** Line numbers beside the schema, and links from its problems to their lines. */

const text = document.getElementById("text");
const lines = document.querySelector(".lines");

function number() {
  const count = text.value.split("\n").length;
  lines.textContent = Array.from({ length: count }, (_, line) => line + 1).join("\n");
  follow();
}

function follow() {
  lines.scrollTop = text.scrollTop;
}

function show(line) {
  const before = text.value.split("\n").slice(0, line - 1);
  const start = before.reduce((sum, one) => sum + one.length + 1, 0);
  const end = text.value.indexOf("\n", start);
  text.focus();
  text.setSelectionRange(start, end < 0 ? text.value.length : end);
  const height = text.scrollHeight / text.value.split("\n").length;
  text.scrollTop = Math.max(0, (line - 4) * height);
}

text.addEventListener("input", number);
text.addEventListener("scroll", follow);
document.addEventListener("click", (event) => {
  const line = event.target.dataset?.line;
  if (line) {
    event.preventDefault();
    show(Number(line));
  }
});
number();
