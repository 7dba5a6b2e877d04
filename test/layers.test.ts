// Imports go in one direction, as docs/architecture.md draws it. The table is the rule; the most specific
// row applies to a file.

import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { describe, expect, test } from 'vitest'

/** A folder's files may import each other. `types` are met by `import type` alone. */
type Row = { imports?: string[]; types?: string[]; packages?: string[] }

const pure = ['domain', 'contract']

/** Modules that all of http may use. */
const httpBase = ['system-clock.ts', 'http/problem-error.ts', 'http/problem-response.ts']

/** A folder of routes, with the other folders of routes that it builds on. */
function httpRoutes(...folders: string[]): Row {
  return {
    imports: [
      ...['http/middleware', 'http/backends', ...httpBase, ...folders],
      ...['room/rpc.ts', 'postgres', 'redis', 'crypto', ...pure, 'logger.ts'],
    ],
    types: ['http/app-env.ts', 'config.ts'],
    packages: ['hono', '@hono/zod-openapi', '@hono/zod-validator', 'zod'],
  }
}

/** A part of the room, with the other parts that it builds on. */
function roomPart(...parts: string[]): Row {
  return {
    imports: [
      ...parts.map((part) => `room/${part}`),
      ...['room/rpc.ts', 'room/clock', ...pure, 'logger.ts', 'system-clock.ts'],
    ],
    types: ['room/ports.ts'],
    packages: ['cloudflare:workers', 'node:buffer', 'node:crypto'],
  }
}

/** A part of the client, with the other parts that it uses. */
function clientPart(...parts: string[]): Row {
  const shared = ['contract', 'platform', 'problem', 'backoff', 'utf8-length']
  return {
    imports: [...shared.map((name) => `client/${name}.ts`), ...parts],
    types: ['client'],
  }
}

/** A part of the page, with the other parts that it uses. */
function webPart(...parts: string[]): Row {
  return {
    imports: ['web/elements', 'web/strings', 'client/problem.ts', 'contract/visible.ts', ...parts],
    types: ['client', 'contract'],
  }
}

const table: Record<string, Row> = {
  'worker.ts': {
    imports: ['handler.ts', 'room-composition.ts', 'room', 'system-clock.ts'],
    types: ['env.ts'],
  },
  'handler.ts': { imports: ['composition.ts', 'http'], types: ['env.ts', 'system-clock.ts'] },
  'composition.ts': {
    imports: [
      ...['connect-stores.ts', 'http', 'room', 'postgres', 'redis', 'crypto', 'mail', ...pure],
      ...['config.ts', 'logger.ts', 'system-clock.ts'],
    ],
    types: ['env.ts'],
  },
  'room-composition.ts': {
    imports: [
      ...['composition.ts', 'connect-stores.ts', 'room', 'postgres', 'redis', ...pure],
      ...['config.ts'],
    ],
    types: ['env.ts', 'http/app-env.ts', 'system-clock.ts'],
  },
  'connect-stores.ts': {
    imports: ['system-clock.ts', 'postgres', 'redis'],
    types: ['config.ts', 'http/app-env.ts'],
  },
  // app.ts puts the folders below together. They see the room only through its RPC interface.
  http: {
    imports: ['http', ...pure],
    packages: ['hono', '@hono/zod-openapi'],
  },
  'http/app-env.ts': {
    types: [
      'http/auth',
      'http/socket',
      'system-clock.ts',
      'room/rpc.ts',
      'postgres',
      'redis',
      'crypto',
      'mail',
      ...pure,
      'config.ts',
    ],
  },
  'http/problem-error.ts': { types: ['contract', 'room/rpc.ts'] },
  'http/problem-response.ts': {
    imports: ['http/problem-error.ts', 'contract', 'logger.ts'],
    types: ['http/app-env.ts'],
    packages: ['hono', '@hono/zod-openapi'],
  },
  'http/backends': {
    imports: [...httpBase, 'room/rpc.ts', 'postgres', 'redis', 'domain', 'logger.ts'],
    types: ['http/app-env.ts'],
    packages: ['hono'],
  },
  'http/middleware': {
    imports: ['http/backends', ...httpBase, ...pure, 'logger.ts'],
    types: ['http/app-env.ts', 'config.ts'],
    packages: ['hono'],
  },
  'http/auth': httpRoutes(),
  'http/account': httpRoutes('http/auth', 'http/messages', 'mail'),
  'http/admin': httpRoutes('http/auth'),
  'http/conversation': httpRoutes('http/messages'),
  'http/docs': httpRoutes(),
  'http/health': httpRoutes(),
  'http/members': httpRoutes(),
  'http/messages': httpRoutes(),
  'http/moderation': httpRoutes(),
  'http/reactions': httpRoutes('http/messages'),
  'http/socket': httpRoutes(),
  // The room as a whole, then its parts, from the lowest to the highest. composition.ts passes
  // Postgres and Redis to the room, which cannot wait for them by mistake.
  room: { ...roomPart(), imports: ['room', ...pure, 'logger.ts', 'system-clock.ts'] },
  'room/clock': roomPart(),
  'room/log': roomPart(),
  'room/outbox': roomPart('log'),
  'room/access/revocations.ts': roomPart(),
  'room/limits/slow-mode.ts': roomPart(),
  'room/limits/windows.ts': roomPart(),
  'room/limits/rate-limits.ts': roomPart('limits/slow-mode.ts', 'limits/windows.ts'),
  'room/presence': roomPart('outbox', 'cached-json.ts'),
  'room/frames/flood-limits.ts': roomPart(),
  'room/read-markers/read-markers.ts': roomPart('log', 'outbox'),
  'room/connections': roomPart(
    ...['presence', 'access/revocations.ts', 'frames/flood-limits.ts'],
    'read-markers/read-markers.ts',
  ),
  'room/broadcast': roomPart('connections', 'presence', 'log', 'limits/rate-limits.ts'),
  'room/limits/posting-rules.ts': roomPart('limits/rate-limits.ts', 'log'),
  'room/access/access.ts': roomPart('access/revocations.ts', 'log'),
  'room/moderation/moderator.ts': roomPart('log'),
  'room/moderation/audit.ts': roomPart('moderation/moderator.ts', 'broadcast', 'log'),
  'room/sequencer': roomPart('broadcast', 'connections', 'presence', 'log', 'outbox'),
  'room/presence/join-leave.ts': roomPart('sequencer', 'connections', 'presence', 'outbox'),
  'room/messages': roomPart(
    ...['sequencer', 'broadcast', 'presence', 'log', 'access/access.ts', 'limits/rate-limits.ts'],
    ...['limits/posting-rules.ts', 'moderation/moderator.ts', 'moderation/audit.ts'],
    'cached-json.ts',
  ),
  'room/read-markers': roomPart(
    ...['access/access.ts', 'broadcast', 'connections', 'log', 'read-markers'],
  ),
  'room/reactions': roomPart(
    ...['access/access.ts', 'access/revocations.ts', 'sequencer', 'broadcast', 'log'],
    'limits/rate-limits.ts',
  ),
  'room/frames/oversized-frames.ts': roomPart(),
  'room/access': roomPart(
    ...['sequencer', 'broadcast', 'connections', 'presence', 'log', 'outbox'],
    ...['limits/rate-limits.ts', 'frames/oversized-frames.ts', 'access', 'read-markers'],
  ),
  'room/moderation': roomPart(
    ...['access', 'messages', 'sequencer', 'broadcast', 'presence', 'log', 'outbox'],
    ...['limits/rate-limits.ts', 'moderation/moderator.ts', 'moderation/audit.ts'],
  ),
  'room/frames': roomPart(
    ...['access', 'messages', 'sequencer', 'broadcast', 'connections', 'log'],
    ...['limits/rate-limits.ts', 'limits/posting-rules.ts', 'frames/flood-limits.ts'],
    ...['read-markers', 'reactions'],
  ),
  'room/limits': roomPart('limits/rate-limits.ts', 'presence', 'log'),
  'room/expiry': roomPart('sequencer', 'log', 'outbox'),
  'room/recovery': roomPart(
    ...['access/revocations.ts', 'sequencer', 'connections', 'log', 'outbox', 'read-markers'],
    'reactions',
  ),
  'room/maintenance': roomPart(
    ...['access', 'connections', 'presence', 'log', 'outbox', 'limits', 'expiry', 'recovery'],
    ...['moderation', 'read-markers'],
  ),
  postgres: { imports: pure, packages: ['drizzle-orm', '@neondatabase/serverless'] },
  redis: { imports: pure, packages: ['@upstash/redis'] },
  crypto: { imports: pure, packages: ['bcryptjs', 'jose', 'zod', '@zxcvbn-ts/language-common'] },
  domain: { imports: ['contract'] },
  contract: { packages: ['@hono/zod-openapi', 'zod'] },
  mail: { imports: ['logger.ts', 'system-clock.ts'], types: ['config.ts', 'mail-settings.ts'] },
  'config.ts': {
    imports: ['domain', 'setting-values.ts', 'mail-settings.ts'],
    packages: ['zod'],
  },
  'mail-settings.ts': { imports: ['contract', 'setting-values.ts'], packages: ['zod'] },
  'setting-values.ts': { packages: ['zod'] },
  'env.ts': { types: ['config.ts', 'room/rpc.ts', 'cloudflare:workers'] },
  'logger.ts': {},
  'system-clock.ts': {},
  // The public modules of the client, then its parts, from the lowest to the highest.
  client: { imports: ['client'], types: ['contract'] },
  'client/react.ts': { imports: ['client/chat-client.ts'], types: ['client'], packages: ['react'] },
  'client/http': clientPart(),
  'client/connection': clientPart('client/http'),
  'client/sending': clientPart(),
  'client/room-state': clientPart('client/sending'),
  // The component for pages of other sites.
  element: {
    imports: ['client', 'web/elements/dom.ts', 'web/elements/linked-text.ts', 'web/text/links.ts'],
  },
  // The page as a whole, then its parts, from the lowest to the highest.
  web: { imports: ['web', 'client'], types: ['contract'] },
  'web/app': {},
  'web/notifications': webPart(
    'web/text',
    'web/conversation/rows.ts',
    'web/conversation/watch-attention.ts',
    'web/settings/settings.ts',
    'web/settings/setting-values.ts',
  ),
  'web/settings': webPart('web/text', 'web/browser-storage.ts', 'web/notifications/permission.ts'),
  'web/strings': {},
  'web/text': {
    imports: ['client/problem.ts', 'contract/visible.ts', 'web/strings'],
    types: ['client'],
  },
  'web/elements': { imports: ['web/strings'], types: ['client', 'contract'] },
  'web/virtual-list': webPart(),
  'web/text-input': webPart('web/text'),
  'web/connection-bar': webPart('web/text'),
  'web/people': webPart(),
  'web/permissions.ts': { types: ['client'] },
  'web/mutated.ts': { types: ['client'] },
  'web/pinned': webPart('web/text', 'web/permissions.ts'),
  'web/person-card': webPart('web/text', 'web/text-input', 'web/permissions.ts'),
  'web/emoji': webPart(),
  'web/composer': webPart(
    ...['web/text', 'web/text-input', 'web/emoji', 'web/browser-storage.ts', 'web/mutated.ts'],
  ),
  'web/search': webPart('web/text', 'web/text-input', 'web/mutated.ts'),
  'web/conversation': webPart(
    'web/text',
    'web/text-input',
    'web/virtual-list',
    'web/browser-storage.ts',
    'web/permissions.ts',
    'web/mutated.ts',
    'web/reactions',
  ),
  'web/reactions': webPart('web/text', 'web/mutated.ts'),
  'web/moderation': webPart(
    ...['web/permissions.ts', 'web/text', 'web/text-input', 'web/emoji', 'web/mutated.ts'],
  ),
  'web/login': webPart('web/text', 'web/text-input'),
  'web/account': webPart('web/text', 'web/text-input', 'web/browser-storage.ts'),
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

const covers = (granted: string[] | undefined, to: string): boolean =>
  granted?.some((name) => to === name || to.startsWith(`${name}/`)) ?? false

/** The name of the most specific row that covers a file: `http/auth` before `http`. */
const rowOf = (file: string): string | undefined =>
  Object.keys(table)
    .filter((name) => covers([name], file))
    .sort((one, other) => other.length - one.length)[0]

function straying(sources: Sources): string[] {
  return Object.entries(sources).flatMap(([file, text]) => {
    const name = rowOf(file)
    const row = name === undefined ? undefined : table[name]
    if (!row) return [`${file} is in no row of the table`]
    return importsOf(text).flatMap(({ from, typeOnly }) => {
      const to = target(file, from)
      const relative = from.startsWith('.')
      const allowed =
        (relative && rowOf(to) === name) ||
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
    .filter(([file]) => covers(pure, file))
    .flatMap(([file, text]) => {
      const code = withoutComments(text)
      return impurities.flatMap((sign) => {
        const hit = sign.exec(code)?.[0]
        return hit === undefined ? [] : [`${file}: ${hit}`]
      })
    })
}

/** Time comes in: as a clock in http and the room, as an argument in the stores and crypto. */
function readsTime(sources: Sources): string[] {
  return Object.entries(sources)
    .filter(([file]) =>
      covers(
        [
          'http',
          'postgres',
          'redis',
          'crypto',
          'mail',
          'composition.ts',
          'room-composition.ts',
          'connect-stores.ts',
          'room',
        ],
        file,
      ),
    )
    .filter(([file]) => file !== 'system-clock.ts')
    .filter(([, text]) =>
      /\bDate\.now\b|\bnew Date\(\s*\)|\bset(?:Timeout|Interval)\b/.test(withoutComments(text)),
    )
    .map(([file]) => file)
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

  test('reads the time in system-clock.ts alone', () => {
    expect(readsTime(sources)).toEqual([])
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
    [
      'http/auth/a.ts',
      "import { b } from '../account/b.ts'",
      'http/auth/a.ts imports http/account/b.ts',
    ],
    [
      'http/backends/a.ts',
      "import { b } from '../middleware/b.ts'",
      'http/backends/a.ts imports http/middleware/b.ts',
    ],
    ['client/a.ts', "import { b } from '../contract/b.ts'", 'client/a.ts imports contract/b.ts'],
    [
      'web/people/a.ts',
      "import { b } from '../account/b.ts'",
      'web/people/a.ts imports web/account/b.ts',
    ],
    ['contract/a.ts', "import { Hono } from 'hono'", 'contract/a.ts imports hono'],
    ['domain/a.ts', "import { t } from 'node:timers'", 'domain/a.ts imports node:timers'],
    ['utils/a.ts', '', 'utils/a.ts is in no row of the table'],
  ])('%s that strays: %j', (file, text, complaint) => {
    expect(straying({ [file]: text })).toEqual([complaint])
  })

  test('what the table allows', () => {
    const allowed = {
      'http/auth/a.ts':
        "import type { Config } from '../../config.ts'\nimport { h } from '../../room/rpc.ts'\nimport { f } from 'hono/factory'",
      'http/account/a.ts': "import { b } from '../auth/b.ts'",
      'client/a.ts': "import type { Frame } from '../contract/frames.ts'",
      'web/composer/a.ts': "import { b } from '../elements/b.ts'\nimport { c } from './c.ts'",
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

  test('a time that is read outside of the clock', () => {
    const timed = {
      'http/auth/a.ts': 'const now = Date.now() // no',
      'system-clock.ts': 'setTimeout(f, 1)',
      'redis/b.ts': 'new Date(now)',
      'postgres/c.ts': 'new Date()',
    }
    expect(readsTime(timed)).toEqual(['http/auth/a.ts', 'postgres/c.ts'])
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
