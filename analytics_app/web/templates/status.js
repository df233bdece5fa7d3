// The page asks for itself again, and says so when nobody answers.
const gone = document.getElementById("gone")
async function look() {
  try {
    const answer = await fetch(location.href, {cache: "no-store", signal: AbortSignal.timeout(5000)})
    if (!answer.ok) throw new Error(answer.status)
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html")
    document.querySelector("main").replaceWith(fresh.querySelector("main"))
    document.title = fresh.title
    gone.hidden = true
  } catch {
    document.title = "✕ This server does not answer"
    gone.hidden = false
  }
  setTimeout(look, 2000)
}
setTimeout(look, 2000)
