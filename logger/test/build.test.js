// The files in static/ are what logger/ builds, and the minified script is small.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { build } from '../build.js'

const MAX_BYTES = 13_700
const built = await build()

test('static/ holds what `npm run build` builds', () => {
  for (const [name, code] of Object.entries(built)) {
    assert.equal(readFileSync(new URL(`../../static/${name}`, import.meta.url), 'utf8'), code, name)
  }
})

test(`UserLogger.min.js stays under ${MAX_BYTES} bytes by gzip -9`, (t) => {
  const size = execFileSync('gzip', ['-9nc'], { input: built['UserLogger.min.js'] }).length
  t.diagnostic(`${size} bytes`)
  assert.ok(size < MAX_BYTES, `${size} bytes`)
})

test('UserLogger.js keeps its comments, and neither script loads other code', () => {
  assert.ok(built['UserLogger.js'].includes('// What must not leave the browser'))
  for (const code of [built['UserLogger.js'], built['UserLogger.min.js']]) assert.doesNotMatch(code, /\bimport\b|\bexport\b|\beval\b|new Function/)
})

test('the logger does not listen to unload or beforeunload, prevents no default action, sets no cookie and no style', () => {
  assert.doesNotMatch(built['UserLogger.min.js'], /unload|preventDefault|stopPropagation|\.cookie|\.style\b/)
})

test('the module exports the class under the name that the types declare', () => {
  assert.match(built['UserLogger.mjs'], /export \{ UserLogger \};/)
  assert.match(built['UserLogger.d.ts'], /export declare class UserLogger /)
})

test('npm pack includes module, scripts and types', () => {
  const folder = mkdtempSync(join(tmpdir(), 'logger-'))
  const report = execFileSync('npm', ['pack', '--json', '--pack-destination', folder], { cwd: new URL('..', import.meta.url), encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  const files = JSON.parse(report.slice(report.indexOf('[')))[0].files.map(({ path }) => path)
  for (const name of Object.keys(built)) assert.ok(files.includes(`dist/${name}`), name)
})
