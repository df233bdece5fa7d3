// Live fragments, "select all" check boxes, and confirmations before actions that cannot be undone.

"use strict";

/**
 * Replace only the parts of a fragment that have changed, so that a text selection in the others is kept. Focus and
 * scroll position are kept in the changed parts too. Rows that were not in the fragment before are marked as new.
 */
function updateFragment(fragment, html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  const parts = [...template.content.children];
  if (parts.length !== fragment.children.length) return fragment.replaceChildren(...parts);
  const known = new Set([...fragment.querySelectorAll("[data-key]")].map((row) => row.dataset.key));
  parts.forEach((part, index) => {
    const old = fragment.children[index];
    if (old.isEqualNode(part)) return;
    for (const row of part.querySelectorAll("[data-key]")) row.classList.toggle("fresh", !known.has(row.dataset.key));
    const focused = old.contains(document.activeElement) && document.activeElement.getAttribute("href");
    const [oldBody, newBody] = [old, part].map((card) => card.querySelector("tbody"));
    if (oldBody && newBody) oldBody.replaceWith(newBody); // not the table's container: the user may be scrolling it
    else old.replaceWith(part);
    if (focused) fragment.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  });
}

const STALE_AFTER_MS = 5_000; // without an answer for so long, the page is no longer presented as current
// The longest wait for one answer. If it were shorter and the database hung, each open page would occupy more and more
// of the server's threads.
const REQUEST_TIMEOUT_MS = 60_000;

async function poll(fragment) {
  const { refresh, every } = fragment.dataset;
  const markStale = () => fragment.classList.add("stale");
  while (fragment.isConnected) {
    await new Promise((resolve) => setTimeout(resolve, every));
    if (document.hidden) continue;
    const timer = setTimeout(markStale, STALE_AFTER_MS);
    try {
      const answer = await fetch(refresh, {
        headers: { "X-Fragment": "1" },
        signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
      });
      if (answer.status === 401) return location.reload();
      const html = await answer.text();
      fragment.classList.toggle("stale", !answer.ok);
      if (answer.ok) updateFragment(fragment, html);
    } catch {
      markStale(); // the server did not answer; the next iteration tries again
    } finally {
      clearTimeout(timer);
    }
  }
}

document.querySelectorAll("[data-refresh]").forEach(poll);

// On a small screen the filters are collapsed, so that the list is visible without scrolling.
if (matchMedia("(max-width: 760px)").matches) document.querySelector(".filters[open]")?.removeAttribute("open");

document.addEventListener("change", ({ target }) => {
  if (!target.dataset.all) return;
  for (const box of document.getElementsByName(target.dataset.all)) box.checked = target.checked;
});

document.addEventListener("click", (event) => {
  const question = event.target.dataset.confirm;
  if (question && !confirm(question)) event.preventDefault();
});
