// Bundles and minifies the scripts of the page.

import { type InputOptions, type OutputOptions, type Plugin, rolldown } from 'rolldown'

export type ScriptOptions = {
  entry: string
  /** Of the whole page. */
  texts: object
  /** Names in the source → the expressions in their places. */
  define?: Record<string, string>
}

export type Script = { code: string; map: string }

/** The oldest browsers that the page supports. */
export const targets = ['chrome114', 'firefox125', 'safari17']

const english = /[\\/]strings[\\/]en\.json$/

/**
 * Of another language, in the place of the English ones. They are constants, so that a text is in the script that
 * shows it, and not in one for all.
 */
const constantsOf = (texts: object): string =>
  Object.entries(texts)
    .map(([name, text]) => `export const ${name} = ${JSON.stringify(text)}\n`)
    .join('')

const inputOptions = ({ entry, texts, define = {} }: ScriptOptions): InputOptions => ({
  input: entry,
  tsconfig: false,
  experimental: { nativeMagicString: true },
  transform: {
    target: targets,
    define,
    typescript: { removeClassFieldsWithoutInitializer: true },
  },
  optimization: { inlineConst: { mode: 'all', pass: 2 } },
  plugins: [
    {
      name: 'translation',
      load: (id) => (english.test(id) ? { code: constantsOf(texts), moduleType: 'js' } : null),
    },
  ],
})

/**
 * Browsers answer a repeated import of a module that could not be loaded with the same failure, so another attempt
 * needs another address: src/web/elements/load-part.ts sets its end.
 */
const importsAgain: Plugin = {
  name: 'imports-again',
  renderChunk(code, _chunk, _options, { magicString }) {
    const imports = [...code.matchAll(/(\bimport\(["'`]\.\/[^"'`]+\.js["'`])\)/g)]
    if (!magicString || imports.length === 0) return null
    for (const { index, 1: call = '' } of imports)
      magicString.appendLeft(index + call.length, ' + (globalThis.partAddressEnd ?? "")')
    return { code: magicString }
  },
}

const outputOptions: OutputOptions = {
  minify: { compress: true, mangle: true },
  comments: false,
  sourcemap: 'hidden',
  plugins: [importsAgain],
}

async function generate(options: ScriptOptions, output: OutputOptions) {
  const build = await rolldown(inputOptions(options))
  const made = await build.generate({ ...outputOptions, ...output })
  await build.close()
  return made.output.filter((part) => part.type === 'chunk')
}

/** One script without imports. */
export async function bundleScript(options: ScriptOptions): Promise<Script> {
  const [script] = await generate(options, { format: 'iife' })
  if (!script) throw new Error(`${options.entry} became no script`)
  return { code: script.code, map: script.map?.toString() ?? '' }
}

/**
 * A module and the parts that it imports when they are needed, by file names of their content. A part imports
 * what it shares with the module from there.
 */
export async function bundleModules(
  options: ScriptOptions,
): Promise<{ entry: string; files: Map<string, Script> }> {
  const names = '[name]-[hash:8].js'
  const parts = await generate(options, {
    format: 'esm',
    entryFileNames: names,
    chunkFileNames: names,
    hashCharacters: 'hex',
    // What is loaded at once is one script.
    codeSplitting: { groups: [{ name: 'main', tags: ['$initial'] }] },
  })
  const entry = parts.find(({ isEntry }) => isEntry)
  if (!entry) throw new Error(`${options.entry} became no module`)
  const files = parts.map(
    ({ fileName, code, map }) => [fileName, { code, map: map?.toString() ?? '' }] as const,
  )
  return { entry: entry.fileName, files: new Map(files) }
}
