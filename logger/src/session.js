// What the tab remembers from one page to the next, in sessionStorage. Nothing is written before consent.

export function openSession(server) {
  const key = 'userlogger ' + server
  let state = {}
  try {
    state = JSON.parse(sessionStorage[key] || '{}')
  } catch {
    // Storage is blocked: the session is this page.
  }
  return {
    state,
    save(changes) {
      Object.assign(state, changes)
      try {
        sessionStorage[key] = JSON.stringify(state)
      } catch {
        // As above.
      }
    },
    /** Forget everything but the word that was given. */
    forget(consent) {
      for (const name in state) delete state[name]
      this.save({ consent })
    },
  }
}
