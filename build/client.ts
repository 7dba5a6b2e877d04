// Builds the client into dist/client: one minified ES module, and its declarations. The compiler
// writes the contract's types out, so that a consumer needs neither the schemas nor zod.

import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { rolldown } from 'rolldown'

const root = join(import.meta.dirname, '..')
const source = join(root, 'src/client')
/** Public modules → their exports at run time. Their declarations may use each other and `contract`. */
const published = {
  'chat-client': ['ChatClient'],
  'chat-options': [],
  rest: ['ChatRest'],
  moderation: [],
  problem: ['ChatProblem'],
  state: [],
  events: [],
  platform: [],
}
const modules = Object.keys(published)
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

/** Bytes of the module, gzipped. */
export const sizeMax = 11.25 * 1024

/** @returns the bytes of the module, and of it gzipped */
export async function buildClient(outDir: string): Promise<{ bytes: number; gzipped: number }> {
  const clashes = namesOfEnvironment(internal.split(' '))
  if (clashes.length > 0) throw new Error(`These are names of the environment, too: ${clashes}`)
  rmSync(outDir, { recursive: true, force: true })
  mkdirSync(outDir, { recursive: true })
  // Below the root, where the compiler finds the packages.
  mkdirSync(join(root, 'dist'), { recursive: true })
  const work = mkdtempSync(join(root, 'dist/client-build-'))
  try {
    const declarations = declare(work)
    for (const [name, text] of Object.entries(declarations))
      writeFileSync(join(outDir, `${name}.d.ts`), text)
    const code = await bundle(work)
    writeFileSync(join(outDir, 'index.js'), code)
    return { bytes: Buffer.byteLength(code), gzipped: gzipSync(code, { level: 9 }).length }
  } finally {
    rmSync(work, { recursive: true })
  }
}

async function bundle(work: string): Promise<string> {
  const input = join(work, 'index.ts')
  writeFileSync(
    input,
    valuesFrom((name) => `${source}/${name}.ts`),
  )
  const build = await rolldown({
    input,
    tsconfig: false,
    transform: { target: 'es2022', typescript: { removeClassFieldsWithoutInitializer: true } },
  })
  const mangleProps = { include: new RegExp(`^(${inside})$`) }
  const minify = { compress: true, mangle: true, mangleProps }
  const { output } = await build.generate({ format: 'esm', minify, comments: false })
  await build.close()
  return output[0].code
}

/** Name of the declaration → its text. */
function declare(work: string): Record<string, string> {
  const contractTypes = typesOfContract()
  // The type of a function's result is declared by its structure, without a name of the contract.
  const writtenOut = contractTypes.map(
    ({ name }) => `export const ${name} = writtenOut<contract.${name}>()\n`,
  )
  const probe = `import type * as contract from '${source}/contract.ts'
declare function writtenOut<T>(): { [K in keyof T]: T[K] }
${writtenOut.join('')}`
  writeFileSync(join(work, 'probe.ts'), probe)

  const settings = {
    extends: '../../tsconfig.json',
    compilerOptions: {
      noEmit: false,
      declaration: true,
      emitDeclarationOnly: true,
      noErrorTruncation: true,
      rootDir: root,
      outDir: 'out',
    },
    include: [],
    files: ['probe.ts', ...modules.map((name) => join(source, `${name}.ts`))],
  }
  writeFileSync(join(work, 'tsconfig.json'), JSON.stringify(settings))
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  execFileSync(process.execPath, [compiler, '-p', work], { stdio: 'inherit' })

  const probed = readFileSync(join(work, 'out', work.slice(root.length), 'probe.d.ts'), 'utf8')
  const contract = contractTypes.map(({ name, own }) => own ?? structureOf(name, probed))
  const declared = modules.map((name) => {
    const text = readFileSync(join(work, `out/src/client/${name}.d.ts`), 'utf8')
    return [name, text.replaceAll(/(from '\.\/[\w-]+)\.ts'/g, "$1.js'")]
  })
  for (const [name, text] of declared) {
    const clash = new RegExp(`^[^*]*\\b(${inside})\\??[:(<]`, 'm').exec(text ?? '')
    if (clash) throw new Error(`${clash[1]} is public in ${name}, and must keep its name`)
  }
  const types = [...modules, 'contract'].map((name) => `export type * from './${name}.js'\n`)
  const index = valuesFrom((name) => `./${name}.js`) + types.join('')
  return { ...Object.fromEntries(declared), contract: contract.join(''), index }
}

function valuesFrom(path: (name: string) => string): string {
  const given = Object.entries(published).filter(([, names]) => names.length > 0)
  return given.map(([name, names]) => `export { ${names} } from '${path(name)}'\n`).join('')
}

/** `own`: the declaration itself, without references to other modules. */
function typesOfContract(): { name: string; own: string | null }[] {
  const text = readFileSync(join(source, 'contract.ts'), 'utf8')
  const declarations = text.matchAll(/^export type (\w+) = ([\s\S]+?)(?=\n(?:\n|\/\*\*|export ))/gm)
  return [...declarations].map(([own, name = '', type = '']) => ({
    name,
    own: /\b[a-z]\w*\.[A-Z]/.test(type) ? null : `${own};\n`,
  }))
}

function structureOf(name: string, probed: string): string {
  const found = new RegExp(`^export declare const ${name}: (\\{.*?^\\});$`, 'ms').exec(probed)
  if (!found?.[1] || /\bimport\(|\bcontract\./.test(found[1]))
    throw new Error(`The compiler did not write ${name} out`)
  return `export type ${name} = ${found[1]};\n`
}

if (import.meta.main) {
  const { bytes, gzipped } = await buildClient(join(root, 'dist/client'))
  console.log(`dist/client/index.js: ${bytes} bytes, ${gzipped} gzipped (at most ${sizeMax})`)
  if (gzipped > sizeMax) process.exitCode = 1
}
