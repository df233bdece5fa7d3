// Fetch this page again every two seconds; if the server does not answer, say so above its last known state.
const gone = document.getElementById("gone")
async function refresh() {
  try {
    const answer = await fetch(location.href, {cache: "no-store", signal: AbortSignal.timeout(5000)})
    if (!answer.ok) throw new Error(answer.status)
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html")
    document.querySelector("main").replaceWith(fresh.querySelector("main"))
    document.title = fresh.title
    gone.hidden = true
  } catch {
    document.title = "✕ The server is not responding"
    gone.hidden = false
  }
  setTimeout(refresh, 2000)
}
setTimeout(refresh, 2000)
