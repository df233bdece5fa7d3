// Live fragments, "all of these" check boxes, and a question before what cannot be undone.

"use strict";

/** Replace only the parts that changed, so that a selection elsewhere survives; focus and scroll survive within, too. */
function renew(fragment, html) {
  const fresh = document.createElement("template");
  fresh.innerHTML = html;
  const parts = [...fresh.content.children];
  if (parts.length !== fragment.children.length) return fragment.replaceChildren(...parts);
  const known = new Set([...fragment.querySelectorAll("[data-key]")].map((row) => row.dataset.key));
  parts.forEach((part, place) => {
    const old = fragment.children[place];
    if (old.isEqualNode(part)) return;
    for (const row of part.querySelectorAll("[data-key]")) row.classList.toggle("fresh", !known.has(row.dataset.key));
    const focused = old.contains(document.activeElement) && document.activeElement.getAttribute("href");
    const [gone, come] = [old, part].map((card) => card.querySelector("tbody"));
    if (gone && come) gone.replaceWith(come); // the table itself stays: a finger may be moving it
    else old.replaceWith(part);
    if (focused) fragment.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  });
}

const LATE = 5_000; // ms without an answer: what stands there is no longer what is
const LOST = 60_000; // ms; asked again sooner, each page would hold more and more threads of a server whose database hangs

async function follow(fragment) {
  const { refresh, every } = fragment.dataset;
  const fade = () => fragment.classList.add("stale");
  while (fragment.isConnected) {
    await new Promise((resolve) => setTimeout(resolve, every));
    if (document.hidden) continue;
    const late = setTimeout(fade, LATE);
    try {
      const answer = await fetch(refresh, { headers: { "X-Fragment": "1" }, signal: AbortSignal.timeout(LOST) });
      if (answer.status === 401) return location.reload();
      const html = await answer.text();
      fragment.classList.toggle("stale", !answer.ok);
      if (answer.ok) renew(fragment, html);
    } catch {
      fade(); // the server is away; the next round tries again
    } finally {
      clearTimeout(late);
    }
  }
}

document.querySelectorAll("[data-refresh]").forEach(follow);

// Where the screen is small, the list comes before the ways to narrow it.
if (matchMedia("(max-width: 760px)").matches) document.querySelector(".filters[open]")?.removeAttribute("open");

document.addEventListener("change", ({ target }) => {
  if (!target.dataset.all) return;
  for (const box of document.getElementsByName(target.dataset.all)) box.checked = target.checked;
});

document.addEventListener("click", (event) => {
  const question = event.target.dataset.confirm;
  if (question && !confirm(question)) event.preventDefault();
});
