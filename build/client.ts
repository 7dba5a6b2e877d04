// Builds the package of the client into packages/client/dist: a minified ES module for each entry, and the
// declarations. `npm pack` and `npm publish` run it.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { type Plugin, rolldown } from 'rolldown'
import { declare, valuesFrom } from './client-declarations.ts'

const root = join(import.meta.dirname, '..')
const source = join(root, 'src/client')
/** Public modules → their exports at run time. Their declarations may use each other and `contract`. */
const published = {
  'chat-client': ['ChatClient'],
  'chat-options': [],
  rest: ['ChatRest'],
  'rest-options': [],
  moderation: [],
  problem: ['ChatProblem'],
  state: [],
  events: [],
  platform: [],
}
/** Modules with an entry of their own in the package, by their paths below `src`. */
const entries = ['client/react', 'element/element']
/**
 * Properties that only the modules of the client use: the build gives them short names, wherever they
 * stand. So none may be a property of an object of the environment, such as `find` of an array.
 */
const internal =
  'accept adopt aheadMs applyFrame belowId changes checkAlive current disconnect dropLoads during ' +
  'editOf emit erase follow fromId handlers interrupt isGone isLoadingOlder isRunning isSelf ' +
  'isWanted list load loadNewest nameOf newerPage newest newestId olderPage oldestId onClose ' +
  'onClosed onDeletion onFrame onMarked onMessage onRefusal onSynced onWelcome ownId pausedUntil ' +
  'pending prepend refuse replaceMessages rest review sender setKey showTarget snapshot start ' +
  'stateChanged statusChanged stop stopAllTyping stopTyping targetChanged targets transmit ' +
  'transmitMark update upsert urlFor wakeAt'
const inside = internal.replaceAll(' ', '|')

/** Those of the names that objects of the environment have. */
export function namesOfEnvironment(names: string[]): string[] {
  const iterators = [
    [].values(),
    new Map().values(),
    (function* () {})(),
    (async function* () {})(),
  ]
  const classes = [Array, Map, Set, String, Promise, Date, RegExp, Function, Error, Object]
  const ofWeb = [
    URL,
    URLSearchParams,
    Headers,
    Request,
    Response,
    AbortController,
    EventTarget,
    Event,
  ]
  const prototypes = [...classes, ...ofWeb, ReadableStream, Blob].map(({ prototype }) => prototype)
  const objects = [...iterators, ...prototypes, ...classes, JSON, Math, crypto, performance]
  return names.filter((name) => objects.some((object) => name in object))
}

/** Module of the package → the bytes that it may have, gzipped. `element` holds the client. */
export const sizeMax: Record<string, number> = {
  index: 12.75 * 1024,
  react: 0.5 * 1024,
  element: 17.25 * 1024,
}

type Sizes = Record<string, { bytes: number; gzipped: number }>

/** @returns the sizes of the modules */
export async function buildClient(outDir: string): Promise<Sizes> {
  const clashes = namesOfEnvironment(internal.split(' '))
  if (clashes.length > 0) throw new Error(`These are names of the environment, too: ${clashes}`)
  rmSync(outDir, { recursive: true, force: true })
  mkdirSync(outDir, { recursive: true })
  // Below the root, where the compiler finds the packages.
  mkdirSync(join(root, 'dist'), { recursive: true })
  const work = mkdtempSync(join(root, 'dist/client-build-'))
  try {
    const declarations = declare(work, { published, entries, inside })
    for (const [name, text] of Object.entries(declarations))
      writeFileSync(join(outDir, `${name}.d.ts`), text)
    const sizes: Sizes = {}
    for (const input of [
      indexOfPackage,
      ...entries.map((path) => join(root, 'src', `${path}.ts`)),
    ]) {
      const name = basename(input, '.ts')
      const code = await bundle(input)
      writeFileSync(join(outDir, `${name}.js`), code)
      const gzipped = gzipSync(code, { level: 9 }).length
      sizes[name] = { bytes: Buffer.byteLength(code), gzipped }
    }
    return sizes
  } finally {
    rmSync(work, { recursive: true })
  }
}

/** The module that exports all public values. It is in no file. */
export const indexOfPackage = 'index'
const index: Plugin = {
  name: 'index-of-package',
  resolveId: (id) => (id === indexOfPackage ? id : null),
  load: (id) =>
    id === indexOfPackage ? valuesFrom(published, (name) => `${source}/${name}.ts`) : null,
}

/** The hook uses the client of the application. */
const clientOfPackage: Plugin = {
  name: 'client-of-package',
  resolveId: (id, importer) =>
    importer?.endsWith('/react.ts') && id === './chat-client.ts'
      ? { id: './index.js', external: true }
      : null,
}

/**
 * @param input a path, or `indexOfPackage`
 * @returns one minified module, which imports at most React and the client
 */
export async function bundle(input: string): Promise<string> {
  const build = await rolldown({
    input,
    tsconfig: false,
    external: ['react'],
    plugins: [index, clientOfPackage],
    transform: { target: 'es2022', typescript: { removeClassFieldsWithoutInitializer: true } },
  })
  const mangleProps = { include: new RegExp(`^(${inside})$`) }
  const minify = { compress: true, mangle: true, mangleProps }
  const { output } = await build.generate({ format: 'esm', minify, comments: false })
  await build.close()
  return output[0].code
}

if (import.meta.main) {
  const sizes = await buildClient(join(root, 'packages/client/dist'))
  for (const [name, { bytes, gzipped }] of Object.entries(sizes)) {
    const most = sizeMax[name] ?? 0
    console.error(`${name}.js: ${bytes} bytes, ${gzipped} gzipped (at most ${most})`)
    if (gzipped > most) process.exitCode = 1
  }
}
