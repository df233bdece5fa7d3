// Ids, hashes, assignment to conditions, constants and tasks.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hash, uuid7 } from '../src/util.js'
import { Page } from './page.js'

test('a UUIDv7 has the right format, begins with its time, and is unique', () => {
  const made = Array.from({ length: 1000 }, () => uuid7(1_767_225_600_000))
  assert.ok(made.every((id) => /^019b76da-a800-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/.test(id)))
  assert.equal(new Set(made).size, 1000)
  assert.ok(uuid7(1) < uuid7(2))
})

/** Chi-square statistic of counts against equal shares. */
const chiSquare = (counts) => {
  const share = counts.reduce((a, b) => a + b) / counts.length
  return counts.reduce((sum, n) => sum + (n - share) ** 2 / share, 0)
}
const users = Array.from({ length: 2000 }, (_, i) => 'p' + String(i).padStart(4, '0'))
const draw = (variable, user, n) => hash(['study', variable, user].join(' ')) % n

for (const n of [2, 3, 4, 5]) {
  test(`one of ${n} conditions is assigned about equally often`, () => {
    const counts = Array(n).fill(0)
    for (const user of users) counts[draw('condition_1', user, n)]++
    assert.ok(chiSquare(counts) < 18.5, `${counts}`) // 1 in 1000 for 4 degrees of freedom
  })
}

test('two conditions are assigned independently of each other and of the order of the participants', () => {
  const pairs = [0, 0, 0, 0]
  const steps = [0, 0, 0, 0]
  users.forEach((user, i) => {
    pairs[draw('condition_1', user, 2) * 2 + draw('condition_2', user, 2)]++
    if (i) steps[draw('condition_1', users[i - 1], 2) * 2 + draw('condition_1', user, 2)]++
  })
  assert.ok(chiSquare(pairs) < 16.3, `${pairs}`)
  assert.ok(chiSquare(steps) < 16.3, `${steps}`)
})

test('hashes are the same in every version, so that a participant keeps the assigned condition', () => {
  assert.equal(hash('checkout-2026 condition_1 p017'), 2_270_737_927)
  assert.equal(hash('ünï 😀'), 18_586_552)
})

test('assign without a user warns, and is the same on every page', () => {
  const assigned = [1, 2].map(() => {
    const page = new Page()
    const value = page.logger().assign('condition_1', ['A', 'B', 'C'])
    assert.deepEqual(page.warnings, ['UserLogger: assign: no user'])
    return value
  })
  assert.deepEqual(assigned, ['A', 'A'])
})

test('assign gives a user the same value on every page, sets a constant, and logs an action', async () => {
  const page = new Page()
  const value = page.logger({ constants: { user: 'p017' } }).assign('condition_1', ['A', 'B', 'C'])
  await page.tick(5000)
  const { body } = page.posted.at(-1)
  assert.equal(body.const.condition_1, value)
  assert.deepEqual(body.actions.map(({ name, variable, value, values }) => [name, variable, value, values]), [['assign', 'condition_1', value, ['A', 'B', 'C']]])
  const again = new Page().logger({ constants: { user: 'p017' } }).assign('condition_1', ['A', 'B', 'C'])
  assert.equal(again, value)
})

test('an action logged before a constant changed keeps the old value', async () => {
  const page = new Page()
  const logger = page.logger({ constants: { user: 'before', keep: 1 } })
  logger.log('step')
  logger.setUser('after')
  logger.log('step')
  await page.tick(5000)
  assert.deepEqual(page.posted.map(({ body }) => body.const), [{ user: 'before', keep: 1 }, { user: 'after', keep: 1 }])
})

test('a constant replaces an action’s field of the same name', async () => {
  const page = new Page()
  page.logger({ constants: { user: 'p1' } }).log('step', { user: 'somebody', other: 1 })
  await page.tick(5000)
  assert.deepEqual([page.posted[0].body.actions[0].user, page.posted[0].body.actions[0].other], ['p1', 1])
})

test('every action from startTask to endTask carries the task, also on the next page', async () => {
  const page = new Page()
  const logger = page.logger()
  logger.log('out')
  logger.startTask('search')
  logger.log('in')
  await logger.flush()
  const next = page.next()
  next.logger().log('in')
  next.user.endTask()
  next.user.log('out')
  await next.tick(5000)
  const tasks = [page, next].flatMap((one) => one.stored().map(({ name, task }) => [name, task]))
  assert.deepEqual(tasks, [['out', undefined], ['task_start', 'search'], ['in', 'search'], ['in', 'search'], ['task_end', 'search'], ['out', undefined]])
})

test('logged properties cannot replace name, seq, times and view of an action', async () => {
  const page = new Page()
  page.logger().log('step', { name: 'x', seq: 99, t: -1, timestamp: 0, view: 7 })
  await page.tick(5000)
  const [{ name, seq, t, timestamp, view }] = page.posted[0].body.actions
  assert.deepEqual([name, seq, t, timestamp, view], ['step', 0, 0, 1_767_225_600_000, 0])
})
