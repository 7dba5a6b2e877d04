// One direction of imports, held against what src/ says: worker → wire → http → room → postgres,
// redis, crypto → domain → contract. The table is the rule; whoever needs more changes it here.

import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { describe, expect, test } from 'vitest'

/** A folder's files may import each other. `types` are met by `import type` alone. */
type Row = { imports?: string[]; types?: string[]; packages?: string[] }

const pure = ['domain', 'contract']

const table: Record<string, Row> = {
  'worker.ts': { imports: ['wire.ts', 'http', 'room'], types: ['env.ts'] },
  'wire.ts': {
    imports: ['http', 'room', 'postgres', 'redis', 'crypto', ...pure, 'config.ts', 'journal.ts'],
    types: ['env.ts'],
  },
  // The room is another object, reached by RPC: only its calls are known.
  http: {
    imports: ['room/rpc.ts', 'postgres', 'redis', 'crypto', ...pure, 'journal.ts'],
    types: ['config.ts'],
    packages: ['hono', '@hono/zod-openapi', 'zod'],
  },
  // Postgres and Redis are handed to the room by the wire: it cannot wait for them by mistake.
  room: {
    imports: [...pure, 'journal.ts'],
    packages: ['cloudflare:workers', 'node:buffer', 'node:crypto'],
  },
  postgres: { imports: pure, packages: ['drizzle-orm', '@neondatabase/serverless'] },
  redis: { imports: pure, packages: ['@upstash/redis'] },
  crypto: { imports: pure, packages: ['bcryptjs', 'jose', 'zod', '@zxcvbn-ts/language-common'] },
  domain: { imports: ['contract'] },
  contract: { packages: ['@hono/zod-openapi', 'zod'] },
  'config.ts': { imports: ['domain'], packages: ['zod'] },
  'env.ts': { types: ['config.ts', 'room/rpc.ts', 'cloudflare:workers'] },
  'journal.ts': {},
  client: { types: ['contract'] },
  web: { imports: ['client', 'contract/visible.ts'], types: ['contract'] },
}

/** Path below src/ → text. */
type Sources = Record<string, string>

type Import = { from: string; typeOnly: boolean }

const src = join(import.meta.dirname, '../src')

function readSources(): Sources {
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  return Object.fromEntries(
    files
      .filter((file) => /\.tsx?$/.test(file))
      .map((file) => [posix.join(...file.split(/[\\/]/)), readFileSync(join(src, file), 'utf8')]),
  )
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|\s)\/\/.*$/gm, '$1')
}

/** `import … from` and `export … from` over any lines, bare imports, and `import('…')`. */
function importsOf(text: string): Import[] {
  const code = withoutComments(text)
  const clauses = code.matchAll(
    /^(?:import|export)\b(\s+type\b(?!\s*,|\s+from\b))?(?:[\w$\s{},*]*\bfrom)?\s*['"]([^'"]+)['"]/gm,
  )
  const calls = code.matchAll(/\b(?:import|require)\(\s*['"`]([^'"`]+)/g)
  return [
    ...[...clauses].map(([, type, from = '']) => ({ from, typeOnly: type !== undefined })),
    ...[...calls].map(([, from = '']) => ({ from, typeOnly: false })),
  ]
}

/** A file of src by its path, a file outside by a path that leads out, a package by its name. */
function target(file: string, from: string): string {
  if (from.startsWith('.')) return posix.join(posix.dirname(file), from)
  const [first = '', second = ''] = from.split('/')
  return first.startsWith('@') ? `${first}/${second}` : first
}

const partOf = (file: string): string => file.split('/')[0] ?? file

const covers = (granted: string[] | undefined, to: string): boolean =>
  granted?.some((name) => to === name || to.startsWith(`${name}/`)) ?? false

function straying(sources: Sources): string[] {
  return Object.entries(sources).flatMap(([file, text]) => {
    const row = table[partOf(file)]
    if (!row) return [`${file} is in no row of the table`]
    return importsOf(text).flatMap(({ from, typeOnly }) => {
      const to = target(file, from)
      const relative = from.startsWith('.')
      const allowed =
        (relative && partOf(to) === partOf(file)) ||
        covers(relative ? row.imports : row.packages, to) ||
        (typeOnly && covers(row.types, to))
      return allowed ? [] : [`${file} imports ${to}${typeOnly ? ' (type)' : ''}`]
    })
  })
}

/** Each cycle once, as the way around it. */
function cycles(sources: Sources): string[] {
  const found: string[] = []
  const done = new Set<string>()
  const visit = (file: string, way: string[]): void => {
    if (way.includes(file)) found.push([...way.slice(way.indexOf(file)), file].join(' → '))
    if (way.includes(file) || done.has(file)) return
    for (const { from } of importsOf(sources[file] ?? ''))
      if (from.startsWith('.')) visit(target(file, from), [...way, file])
    done.add(file)
  }
  for (const file of Object.keys(sources)) visit(file, [])
  return found
}

function defaultExports(sources: Sources): string[] {
  return Object.keys(sources).filter((file) =>
    /^export default\b|\bas default\b/m.test(withoutComments(sources[file] ?? '')),
  )
}

const impurities = [
  /\bDate\.now\b/,
  /\b(?:new )?Date\(\s*\)/,
  /\bMath\.random\b/,
  /\bperformance\b/,
  /\bfetch\(/,
  /\bcrypto\b/,
  /\b(?:setTimeout|setInterval|queueMicrotask)\b/,
  /\b(?:console|process|navigator|caches)\./,
]

function impure(sources: Sources): string[] {
  return Object.entries(sources)
    .filter(([file]) => pure.includes(partOf(file)))
    .flatMap(([file, text]) => {
      const code = withoutComments(text)
      return impurities.flatMap((sign) => {
        const hit = sign.exec(code)?.[0]
        return hit === undefined ? [] : [`${file}: ${hit}`]
      })
    })
}

describe('src', () => {
  const sources = readSources()

  test('imports as the table allows', () => {
    expect(Object.keys(sources).length).toBeGreaterThan(50)
    expect(straying(sources)).toEqual([])
  })

  test('has no cycle', () => {
    expect(cycles(sources)).toEqual([])
  })

  test('has one default export, the Worker', () => {
    expect(defaultExports(sources)).toEqual(['worker.ts'])
  })

  test('keeps I/O, clock and randomness out of domain and contract', () => {
    expect(impure(sources)).toEqual([])
  })
})

describe('what the check sees', () => {
  test('every form of import', () => {
    const text = `
      // import { no } from './comment.ts'
import one from './one.ts'
import type { Two } from './two.ts'
import {
  three,
  type Three,
} from './three.ts'
export * from './four.ts'
export type { Five } from './five.ts'
import './six.ts'
import { type Seven } from './seven.ts'
import type from './eight.ts'
export const text = 'a word from "elsewhere"'
const nine = await import('./nine.ts')`
    expect(importsOf(text)).toEqual([
      { from: './one.ts', typeOnly: false },
      { from: './two.ts', typeOnly: true },
      { from: './three.ts', typeOnly: false },
      { from: './four.ts', typeOnly: false },
      { from: './five.ts', typeOnly: true },
      { from: './six.ts', typeOnly: false },
      { from: './seven.ts', typeOnly: false },
      { from: './eight.ts', typeOnly: false },
      { from: './nine.ts', typeOnly: false },
    ])
  })

  test.each([
    [
      'domain/a.ts',
      "import {\n  b,\n} from '../postgres/b.ts'",
      'domain/a.ts imports postgres/b.ts',
    ],
    ['postgres/a.ts', "import { b } from '../redis/b.ts'", 'postgres/a.ts imports redis/b.ts'],
    ['http/a.ts', "import { B } from '../room/room.ts'", 'http/a.ts imports room/room.ts'],
    ['room/a.ts', "export * from '../../local/b.ts'", 'room/a.ts imports ../local/b.ts'],
    ['http/a.ts', "import { c } from '../config.ts'", 'http/a.ts imports config.ts'],
    ['client/a.ts', "import { b } from '../contract/b.ts'", 'client/a.ts imports contract/b.ts'],
    ['contract/a.ts', "import { Hono } from 'hono'", 'contract/a.ts imports hono'],
    ['domain/a.ts', "import { t } from 'node:timers'", 'domain/a.ts imports node:timers'],
    ['utils/a.ts', '', 'utils/a.ts is in no row of the table'],
  ])('%s that strays: %j', (file, text, complaint) => {
    expect(straying({ [file]: text })).toEqual([complaint])
  })

  test('what the table allows', () => {
    const allowed = {
      'http/a.ts':
        "import type { Config } from '../config.ts'\nimport { h } from '../room/rpc.ts'\nimport { f } from 'hono/factory'",
      'client/a.ts': "import type { Frame } from '../contract/frames.ts'",
    }
    expect(straying(allowed)).toEqual([])
  })

  test('a cycle, of types too', () => {
    const three = {
      'room/a.ts': "import { b } from './b.ts'",
      'room/b.ts': "import { c } from './c.ts'",
      'room/c.ts': "import type { A } from './a.ts'",
    }
    expect(cycles(three)).toEqual(['room/a.ts → room/b.ts → room/c.ts → room/a.ts'])
  })

  test('a default export, the clock, chance and the network', () => {
    expect(defaultExports({ 'room/a.ts': 'const a = 1\nexport default a' })).toEqual(['room/a.ts'])
    const dirty = {
      'domain/a.ts': 'export const a = () => Date.now() + Math.random() // fetch(',
      'contract/b.ts': 'const now = new Date()\nawait fetch(url)',
      'room/c.ts': 'Date.now()',
      'domain/d.ts': '// crypto.randomUUID() comes in\nnew Date(ms)',
    }
    expect(impure(dirty)).toEqual([
      'domain/a.ts: Date.now',
      'domain/a.ts: Math.random',
      'contract/b.ts: new Date()',
      'contract/b.ts: fetch(',
    ])
  })
})
