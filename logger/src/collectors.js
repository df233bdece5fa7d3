// What happens before an action and is still being collected: the mouse path, the last scroll.

const collectors = []

/** Register a function that logs what it has collected so far. */
export function beforeEachAction(collector) {
  collectors.push(collector)
}

/** Log all of it: before each action and before a batch is sealed, so that actions are in the order of their times. */
export function completePrecedingActions() {
  for (const collector of collectors) collector()
}
