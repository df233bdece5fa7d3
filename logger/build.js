// The one build: src/ into the readable file, the small one, and the module for bundlers. Usage: node build.js [folder]

import { mkdir, readFile, writeFile } from 'node:fs/promises'
import swc from '@swc/core'
import { rollup } from 'rollup'
import { minify } from 'terser'

const here = new URL('.', import.meta.url)
const { version } = JSON.parse(await readFile(new URL('package.json', here), 'utf8'))
const banner = `/*! userlogger/${version} MIT */`

/** The library's name on the wire is the only thing that the build puts into the code. */
const named = { name: 'version', transform: (code) => code.replaceAll(/\bLIB\b/g, `'userlogger/${version}'`) }

async function bundle(input, format) {
  const built = await rollup({ input: new URL(input, here).pathname, plugins: [named] })
  const { output } = await built.generate({ format, strict: false, exports: 'auto', generatedCode: 'es2015' })
  return banner + '\n' + output[0].code
}

/** Which letters short names begin and go on with: names of small letters, in an order found by trying, pack best. */
const [FIRST, NEXT] = ['etoalsdnrbpcymukjvzifghwqx', 'stoeahcvqbnxgdirfujlymwzpk']
const nth_identifier = { get: (n) => FIRST[n % 26] + (n < 26 ? '' : NEXT[Math.floor(n / 26) - 1]) }
/** What the pieces say to each other, never on the wire and never to the page. */
const INTERNAL = /^(envelope|flying|stored|guarded|last)$/

/**
 * Two minifiers, for each shortens what the other leaves; the second one gives the names. `let` and arrows throughout
 * pack better than mixtures with `const` and `function`, which have done their work by then.
 */
async function small(code) {
  const compress = { ecma: 2022, passes: 3, unsafe_arrows: true, keep_fargs: false, pure_getters: true }
  const uniform = code.replaceAll('const ', 'let ').replace('(function () {', '(() => {')
  const shorter = await swc.minify(uniform, { ecma: 2022, compress: { ...compress, sequences: false }, mangle: false, format: { comments: 'some' } })
  const mangle = { nth_identifier, properties: { regex: INTERNAL } }
  return (await minify(shorter.code, { ecma: 2022, compress, mangle, format: { comments: /^!/ } })).code
}

/** Every file of the build by its name. */
export async function build() {
  const readable = await bundle('src/script.js', 'iife')
  return {
    'UserLogger.js': readable,
    'UserLogger.min.js': await small(readable),
    'UserLogger.mjs': await bundle('src/index.js', 'es'),
    'UserLogger.d.ts': await readFile(new URL('src/UserLogger.d.ts', here), 'utf8'),
  }
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const folder = new URL((process.argv[2] || '../static') + '/', here)
  await mkdir(folder, { recursive: true })
  for (const [name, code] of Object.entries(await build())) await writeFile(new URL(name, folder), code)
}
