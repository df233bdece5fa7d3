// Builds src/ into the readable script, the minified script, the module for bundlers, and its type declarations.
// Usage: node build.js [folder]; the default folder is ../static.

import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { rollup } from 'rollup'
import { minify } from 'terser'

const here = new URL('.', import.meta.url)
const { version } = JSON.parse(await readFile(new URL('package.json', here), 'utf8'))
const banner = `/*! userlogger/${version} MIT */`

/**
 * Rollup plugin: puts the name of each source file above its code, and replaces LIB by the library's name and version,
 * which each batch carries in `lib`.
 */
const annotate = {
  name: 'annotate',
  transform(code, path) {
    const withVersion = code.replaceAll(/\bLIB\b/g, `'userlogger/${version}'`)
    return `// ---- ${basename(path)} ----\n${withVersion}`
  },
}

/**
 * Bundle one entry file with everything it imports; comments are kept.
 * @param {string} input path of the entry file, relative to this folder
 * @param {'iife' | 'es'} format a script or a module
 */
async function bundle(input, format) {
  const built = await rollup({ input: new URL(input, here).pathname, plugins: [annotate] })
  const { output } = await built.generate({ format, strict: false, generatedCode: 'es2015' })
  return `${banner}\n${output[0].code}`
}

/**
 * The same script, smaller: terser shortens local names and removes whitespace and all comments except the banner. No
 * function here is used as a constructor except UserLogger, which uses `this`, so the others may become arrow functions.
 */
async function minified(code) {
  const result = await minify(code, { ecma: 2020, compress: { passes: 3, unsafe_arrows: true }, format: { comments: /^!/ } })
  return result.code
}

/** Build everything. Resolves to the contents of each file by its name. */
export async function build() {
  const script = await bundle('src/script.js', 'iife')
  return {
    'UserLogger.js': script,
    'UserLogger.min.js': await minified(script),
    'UserLogger.mjs': await bundle('src/index.js', 'es'),
    'UserLogger.d.ts': await readFile(new URL('src/UserLogger.d.ts', here), 'utf8'),
  }
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const folder = new URL((process.argv[2] || '../static') + '/', here)
  await mkdir(folder, { recursive: true })
  for (const [name, code] of Object.entries(await build())) await writeFile(new URL(name, folder), code)
}
