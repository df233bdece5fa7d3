// Which answers acknowledge a batch, and which drop it.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { logMany, stuck } from './page.js'

for (const status of [400, 403, 415]) {
  test(`${status} drops the batch, declares it as lost, and continues`, async () => {
    const page = await stuck((body) => ({ status: body.actions.length ? status : 200 }), 3)
    assert.deepEqual(page.posted.at(-1).body.lost, [[0, 2, 'http4xx']])
    assert.equal(page.user.stats().lost, 3)
    page.answer = () => ({ status: 200 })
    page.user.log('step')
    await page.tick(5000)
    assert.deepEqual(page.stored().map((action) => action.seq), [3])
    assert.ok(page.warnings.some((warning) => warning.includes(status)))
  })
}

for (const status of [200, 400, 403, 413, 415]) {
  test(`${status} that is not the server's own answer keeps the batch`, async () => {
    const page = await stuck(() => ({ status, foreign: true }))
    assert.deepEqual([page.user.stats().pending, page.user.stats().acked, page.user.stats().lost], [1, 0, 0])
    await page.tick(30_000)
    assert.deepEqual(page.warnings.length, 1)
    page.answer = () => ({ status: 200 })
    await page.tick(60_000)
    assert.deepEqual(page.stored().map((action) => action.seq), [0])
  })
}

test('a refused declaration of loss is sent until it is acknowledged, one for all batches of the page', async () => {
  const page = await stuck(() => ({ status: 400 }))
  logMany(page, 3)
  await page.tick(60_000)
  page.answer = () => ({ status: 200 })
  await page.tick(60_000)
  const declared = page.posted.filter((post) => post.answered === 200).map(({ body }) => body.lost)
  assert.deepEqual(declared, [[[0, 3, 'http4xx']]])
  assert.deepEqual(page.storedBatches(), [])
})
