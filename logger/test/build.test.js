// What is committed in static/ is what logger/ builds, and it is small.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { build } from '../build.js'

const GATE = 10_000
const built = await build()

test('static/ holds what logger/ builds; `npm run build` makes it so', () => {
  for (const [name, code] of Object.entries(built)) {
    assert.equal(readFileSync(new URL(`../../static/${name}`, import.meta.url), 'utf8'), code, name)
  }
})

test(`UserLogger.min.js stays under ${GATE} bytes by gzip -9`, (t) => {
  const size = execFileSync('gzip', ['-9nc'], { input: built['UserLogger.min.js'] }).length
  t.diagnostic(`${size} bytes`)
  assert.ok(size < GATE, `${size} bytes`)
})

test('UserLogger.js keeps its comments, and neither file loads another', () => {
  assert.ok(built['UserLogger.js'].includes('/** Nothing may follow'))
  for (const code of [built['UserLogger.js'], built['UserLogger.min.js']]) assert.doesNotMatch(code, /\bimport\b|\bexport\b|\beval\b|new Function/)
})

test('the logger listens to neither unload nor beforeunload, prevents nothing, sets no cookie', () => {
  assert.doesNotMatch(built['UserLogger.min.js'], /unload|preventDefault|stopPropagation|\.cookie|\.style\b/)
})

test('the module exports the class, under the name that the types declare', () => {
  assert.match(built['UserLogger.mjs'], /export \{ UserLogger \};/)
  assert.match(built['UserLogger.d.ts'], /export declare class UserLogger /)
})

test('npm pack gives a package with module, script and types', () => {
  const folder = mkdtempSync(join(tmpdir(), 'logger-'))
  const report = execFileSync('npm', ['pack', '--json', '--pack-destination', folder], { cwd: new URL('..', import.meta.url), encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  const files = JSON.parse(report.slice(report.indexOf('[')))[0].files.map(({ path }) => path)
  for (const name of Object.keys(built)) assert.ok(files.includes(`dist/${name}`), name)
})
