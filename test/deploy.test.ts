import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Unstable_Config } from 'wrangler'
import { deploy } from '../deploy/deploy.ts'
import {
  type DeployState,
  preflightFailures,
  requiredSecrets,
  type Target,
  type WorkerConfig,
} from '../deploy/preflight.ts'
import type { Shell } from '../deploy/shell.ts'
import { awaitReady } from '../deploy/smoke.ts'

let configs: Record<Target, Unstable_Config>

beforeAll(async () => {
  const { unstable_readConfig } = await import('wrangler')
  const read = (env: Target) => unstable_readConfig({ config: 'wrangler.toml', env })
  configs = { production: read('production'), staging: read('staging') }
})

function known(
  changes: Partial<DeployState> = {},
  config: Partial<WorkerConfig> = {},
): DeployState {
  const target = changes.target ?? 'production'
  return {
    target,
    config: { ...configs[target], ...config },
    databaseUrl: 'postgresql://me:secret@db.test/chat',
    chatUrl: undefined,
    secrets: [...requiredSecrets],
    ...changes,
  }
}

/** Does nothing and records what it was asked to do. */
function shellThat({
  lists = JSON.stringify(requiredSecrets.map((name) => ({ name }))),
  fails = '',
}) {
  const calls: string[] = []
  const shell: Shell = {
    async migrate() {
      calls.push('migrate')
      return fails === 'migrate' ? 'connect ECONNREFUSED' : null
    },
    async ask(program, args) {
      calls.push([program, ...args].join(' '))
      return program === fails ? null : lists
    },
    async run(program, args) {
      calls.push([program, ...args].join(' '))
      return program !== fails
    },
    async fill() {
      calls.push('fill')
      return null
    },
  }
  return { shell, calls }
}

describe('the checks before a deploy', () => {
  test.each(['production', 'staging'] as const)('pass for %s as it is committed', (target) => {
    expect(preflightFailures(known({ target }))).toEqual([])
  })

  test('the name without an environment is no deployed Worker, so a bare `wrangler deploy` replaces none', async () => {
    const { unstable_readConfig } = await import('wrangler')
    const { name } = unstable_readConfig({ config: 'wrangler.toml' })
    expect(name).toBe('edge-chat-local')
    expect(Object.values(configs).map((config) => config.name)).toEqual([
      'edge-chat',
      'edge-chat-staging',
    ])
  })

  test.each(['chat.example.com', '*', 'null', 'https://chat.example.com/'])(
    'report the origin %s in a sentence',
    (origin) => {
      const vars = { ...configs.production.vars, ALLOWED_ORIGINS: origin }
      expect(preflightFailures(known({}, { vars }))).toEqual([
        'wrangler.toml, production: Configuration: ALLOWED_ORIGINS must be origins, like https://chat.example.com, separated by commas.',
      ])
    },
  )

  test('report a missing or invalid database URL', () => {
    expect(preflightFailures(known({ databaseUrl: undefined }))).toEqual([
      'DATABASE_URL is not set: it names the database to migrate.',
    ])
    const [said, ...more] = preflightFailures(known({ databaseUrl: 'mysql://me:secret@db.test' }))
    expect(said).toBe('DATABASE_URL is not a postgres:// URL.')
    expect(more).toEqual([])
  })

  test('name all missing secrets at once', () => {
    expect(preflightFailures(known({ secrets: ['JWT_SECRET', 'DATABASE_URL'] }))).toEqual([
      'edge-chat lacks the secrets UPSTASH_REDIS_REST_URL, UPSTASH_REDIS_REST_TOKEN: npx wrangler secret put NAME --env production.',
    ])
  })

  test('report settings of mail that are not complete', () => {
    const faultsOf = (vars: Record<string, string>, config: Partial<WorkerConfig> = {}) =>
      preflightFailures(
        known({}, { vars: { ...configs.production.vars, ...vars }, ...config }),
      ).map((sentence) => sentence.replace('wrangler.toml, production: ', ''))
    const sender = { MAIL_FROM: 'Chat <chat@example.com>', PUBLIC_URL: 'https://chat.example.com' }
    const binding = { send_email: [{ name: 'MAIL' }] }
    expect(faultsOf(sender, binding)).toEqual([])
    expect(faultsOf({}, binding)).toEqual(['mail needs MAIL_FROM.', 'mail needs PUBLIC_URL.'])
    expect(faultsOf(sender)).toEqual(['mail needs MAIL_API_URL or the binding MAIL of send_email.'])
    expect(faultsOf({ ...sender, MAIL_API_URL: 'https://mail.test', MAIL_API_TOKEN: 'a' })).toEqual(
      [
        'MAIL_API_TOKEN must be a secret, not a var.',
        'MAIL_API_URL needs the secret MAIL_API_TOKEN.',
      ],
    )
  })

  test('report secrets that cannot be listed', () => {
    const [said] = preflightFailures(known({ target: 'staging', secrets: null }))
    expect(said).toMatch(/^The secrets of edge-chat-staging could not be listed: log in/)
  })

  test('report everything that an environment of wrangler.toml lacks', () => {
    const bare = { durable_objects: { bindings: [] }, migrations: [], ratelimits: [] }
    expect(preflightFailures(known({}, { ...bare, assets: undefined }))).toEqual([
      'wrangler.toml, production: the Durable Object binding ROOM of ChatRoom is missing.',
      'wrangler.toml, production: durable_objects.code_update_strategy must be deferred.',
      'wrangler.toml, production: the migration that makes ChatRoom is missing.',
      'wrangler.toml, production: the rate limit EDGE_LIMIT is missing.',
      'wrangler.toml, production: the rate limit ADDRESS_LIMIT is missing.',
      'wrangler.toml, production: the assets with the binding ASSETS are missing.',
    ])
  })

  test('report vars of another environment, invalid vars, and secrets among them', () => {
    const vars = {
      ENVIRONMENT: 'local',
      ALLOWED_ORIGINS: 'https://chat.test/',
      JWT_SECRET: 'known to all',
    }
    const said = preflightFailures(known({}, { vars }))
    expect(said).toHaveLength(3)
    expect(said[0]).toContain('ENVIRONMENT must be "production"')
    expect(said[1]).toContain('JWT_SECRET must be secrets, not vars')
    expect(said[2]).toContain('ALLOWED_ORIGINS must be origins')
    expect(said.join()).not.toContain('known to all')
  })
})

const release = {
  build: { commit: 'adc022b', time: '2026-11-30T12:00:00.000Z' },
  delaySeconds: undefined,
}

describe('a deploy', () => {
  test('checks first, then migrates, then deploys', async () => {
    const { shell, calls } = shellThat({})
    expect(await deploy(known({ target: 'staging' }), release, shell)).toEqual([])
    expect(calls).toEqual([
      'wrangler secret list --env staging',
      'migrate',
      'fill',
      'wrangler deploy --env staging --var BUILD_COMMIT:adc022b --var BUILD_TIME:2026-11-30T12:00:00.000Z',
      'fill',
    ])
  })

  test('deploys nothing when the skeletons of names cannot be filled in, and gives the reason', async () => {
    const { shell, calls } = shellThat({})
    shell.fill = async () => 'it is full'
    const [said] = await deploy(known(), release, shell)
    expect(said).toMatch(
      /^What older releases did not write could not be filled in: it is full\. Nothing/,
    )
    expect(calls.at(-1)).toBe('migrate')
  })

  test('fails when names that the old code took meanwhile cannot be filled in', async () => {
    const { shell } = shellThat({})
    const reasons = [null, 'it is full']
    shell.fill = async () => reasons.shift() ?? null
    expect(await deploy(known(), release, shell)).toEqual([
      'It is deployed, but names of the last minutes may lack their skeletons, and messages may not be found: it is full. ' +
        'Fill them in with `npm run db:fill`.',
    ])
  })

  test.each([
    ['a secret is missing', { lists: '[]' }],
    ['the secrets cannot be listed', { fails: 'wrangler' }],
    ['the list is no list', { lists: 'Not logged in.' }],
  ])('changes nothing when %s', async (_, trouble) => {
    const { shell, calls } = shellThat(trouble)
    const said = await deploy(known(), release, shell)
    expect(said).toHaveLength(2)
    expect(said[1]).toBe('Nothing was changed.')
    expect(calls).toEqual(['wrangler secret list --env production'])
  })

  test('deploys nothing when the migration failed', async () => {
    const { shell, calls } = shellThat({ fails: 'migrate' })
    expect(await deploy(known(), release, shell)).toEqual([
      'The database cannot be reached, or refused the migration: connect ECONNREFUSED. Nothing was deployed.',
    ])
    expect(calls.at(-1)).toBe('migrate')
  })

  test('says that the database is ahead when the deploy failed', async () => {
    const { shell } = shellThat({})
    shell.run = async (program) => program !== 'wrangler'
    const [said] = await deploy(known(), release, shell)
    expect(said).toMatch(/^The deploy failed\. The database is migrated/)
  })
})

describe('the smoke test', () => {
  const few = { tries: 3, pauseMs: 1, timeoutMs: 5_000 }
  let stop = async () => {}

  afterEach(() => stop())

  async function serve(answer: RequestListener): Promise<string> {
    const server = createServer(answer)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    stop = async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  test('waits for ready', async () => {
    const answers = [
      [503, '{"status":"unavailable"}'],
      [200, '{"status":"degraded"}'],
      [200, '{"status":"ready"}'],
    ] as const
    const asked: (string | undefined)[] = []
    const url = await serve(({ url: path }, response) => {
      const [status, body] = answers[asked.length] ?? [500, '']
      asked.push(path)
      response.writeHead(status).end(body)
    })
    expect(await awaitReady(url, undefined, few)).toEqual({
      ready: true,
      sentence: `${url} is ready.`,
    })
    expect(asked).toEqual(['/ready', '/ready', '/ready'])
  })

  test('gives up, and shows the last answer', async () => {
    const url = await serve((_, response) => response.end('{"status":"degraded"}'))
    const { ready, sentence } = await awaitReady(url, undefined, few)
    expect(ready).toBe(false)
    expect(sentence).toBe(`${url} was not ready in 3 tries; at last: 200 {"status":"degraded"}`)
  })

  test('accepts neither another page nor a missing answer', async () => {
    const page = await serve((_, response) => response.end('<h1>ready</h1>'))
    expect((await awaitReady(page, undefined, few)).ready).toBe(false)
    await stop()
    expect((await awaitReady(page, undefined, { ...few, tries: 1 })).sentence).toContain(
      'ECONNREFUSED',
    )
    const silent = await serve(() => {})
    const { sentence } = await awaitReady(silent, undefined, {
      tries: 1,
      pauseMs: 1,
      timeoutMs: 50,
    })
    expect(sentence).toContain('timeout')
  })
})
