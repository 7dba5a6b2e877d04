// `npm run deploy` (production) and `npm run deploy -- staging`: migrates the database, then
// deploys the Worker. Whatever is missing is said before anything is changed.

import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Unstable_Config } from 'wrangler'
import { readArguments, refuseArguments } from '../local/arguments.ts'
import { ConfigError, readConfig } from '../src/config.ts'
import { fillDatabase } from './fill-skeletons.ts'
import { migrateDatabase } from './migrate.ts'

export const requiredSecrets = [
  'DATABASE_URL',
  'UPSTASH_REDIS_REST_URL',
  'UPSTASH_REDIS_REST_TOKEN',
  'JWT_SECRET',
] as const

const targets = ['production', 'staging'] as const

export type Target = (typeof targets)[number]

/** What wrangler.toml says of one environment. */
export type WorkerConfig = Pick<
  Unstable_Config,
  'name' | 'vars' | 'durable_objects' | 'migrations' | 'ratelimits' | 'assets'
>

/** Runs a program of node_modules. What it says of failures goes to the terminal. */
export type Shell = {
  /** Why it failed, or null if it did it. */
  migrate(databaseUrl: string): Promise<string | null>
  /** Its output, or null if it failed. */
  ask(program: string, args: string[]): Promise<string | null>
  /** Whether it did it. */
  run(program: string, args: string[]): Promise<boolean>
  /** Fills in what older releases did not write. Why it failed, or null if it did it. */
  fill(databaseUrl: string): Promise<string | null>
}

type Place = { target: Target; config: WorkerConfig; databaseUrl: string | undefined }

export type Known = Place & {
  /** Names of the secrets that the Worker has; null: it would not say. */
  secrets: string[] | null
}

/** What stands in the way, a sentence each. */
export function obstacles({ target, config, databaseUrl, secrets }: Known): string[] {
  return [
    ...configObstacles(target, config),
    ...databaseObstacles(databaseUrl),
    ...secretObstacles(target, config, secrets),
  ]
}

function configObstacles(target: Target, config: WorkerConfig): string[] {
  const { vars, durable_objects, migrations, ratelimits, assets } = config
  const room = durable_objects.bindings.find(({ name }) => name === 'ROOM')
  const created = migrations.some((step) => step.new_sqlite_classes?.includes('ChatRoom'))
  const exposed = requiredSecrets.filter((name) => vars[name] !== undefined)
  const wrong = [
    vars.ENVIRONMENT !== target && `ENVIRONMENT must be "${target}"`,
    vars.NEON_FETCH_ENDPOINT && 'NEON_FETCH_ENDPOINT is for local use only',
    room?.class_name !== 'ChatRoom' && 'the Durable Object binding ROOM of ChatRoom is missing',
    !created && 'the migration that makes ChatRoom is missing',
    ...['EDGE_LIMIT', 'ADDRESS_LIMIT'].map(
      (limit) =>
        !ratelimits.some(({ name }) => name === limit) && `the rate limit ${limit} is missing`,
    ),
    assets?.binding !== 'ASSETS' && 'the assets with the binding ASSETS are missing',
    exposed.length > 0 && `${exposed.join(', ')} must be secrets, not vars`,
    settingsFault(vars),
  ]
  return wrong.filter((fault) => !!fault).map((fault) => `wrangler.toml, ${target}: ${fault}.`)
}

/** The vars as the Worker will read them; the secrets, which nobody can read back, stood in for. */
function settingsFault(vars: Record<string, unknown>): string | undefined {
  const secrets = {
    DATABASE_URL: 'postgres://stand-in@stand-in/stand-in',
    UPSTASH_REDIS_REST_URL: 'https://stand-in',
    UPSTASH_REDIS_REST_TOKEN: 'stand-in',
    JWT_SECRET: 'stand-in'.repeat(4),
  } satisfies Record<(typeof requiredSecrets)[number], string>
  try {
    readConfig({ ...vars, ...secrets })
    return undefined
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
}

function databaseObstacles(url: string | undefined): string[] {
  if (!url) return ['DATABASE_URL is not set: it names the database to migrate.']
  if (!/^postgres(ql)?:\/\/\S+$/.test(url)) return ['DATABASE_URL is not a postgres:// URL.']
  return []
}

function secretObstacles(target: Target, { name }: WorkerConfig, secrets: string[] | null) {
  const put = `npx wrangler secret put NAME --env ${target}`
  if (!secrets)
    return [
      `The secrets of ${name} could not be listed: log in (npx wrangler login, or ` +
        `CLOUDFLARE_API_TOKEN), and before the first deploy set them: ${put}.`,
    ]
  const missing = requiredSecrets.filter((secret) => !secrets.includes(secret))
  if (missing.length === 0) return []
  return [`${name} lacks the secrets ${missing.join(', ')}: ${put}.`]
}

async function listSecrets(target: Target, shell: Shell): Promise<string[] | null> {
  const output = await shell.ask('wrangler', ['secret', 'list', '--env', target])
  if (output === null) return null
  try {
    const listed: { name: string }[] = JSON.parse(output)
    return listed.map(({ name }) => name)
  } catch {
    return null
  }
}

/** Says what stopped it, a sentence each; nothing: it is deployed. */
export async function deploy(place: Place, shell: Shell): Promise<string[]> {
  const found = obstacles({ ...place, secrets: await listSecrets(place.target, shell) })
  if (found.length > 0) return [...found, 'Nothing was changed.']
  const refusal = await shell.migrate(String(place.databaseUrl))
  if (refusal !== null)
    return [
      `The database cannot be reached, or refused the migration: ${refusal}. Nothing was deployed.`,
    ]
  const fill = () => shell.fill(String(place.databaseUrl))
  const unfilled = await fill()
  if (unfilled !== null)
    return [
      `The skeletons of usernames could not be filled in: ${unfilled}. Nothing was deployed. ` +
        'The database is migrated, and serves the old code as before.',
    ]
  if (!(await shell.run('wrangler', ['deploy', '--env', place.target])))
    return ['The deploy failed. The database is migrated, and serves the old code as before.']
  // The old code took names until now.
  const late = await fill()
  if (late === null) return []
  return [
    `It is deployed, but names of the last minutes may lack their skeletons: ${late}. ` +
      'Fill them in with `npm run db:fill`.',
  ]
}

const require = createRequire(import.meta.url)

/** The file behind a program's name, to be run by this very Node. */
function programFile(program: string): string {
  const manifest = join(import.meta.dirname, '../node_modules', program, 'package.json')
  const { bin }: { bin: Record<string, string> } = require(manifest)
  return join(dirname(manifest), bin[program] ?? '')
}

function start(program: string, args: string[], stdout: 'pipe' | 'inherit') {
  return spawn(process.execPath, [programFile(program), ...args], {
    stdio: ['inherit', stdout, 'inherit'],
  })
}

const nodeShell: Shell = {
  migrate: migrateDatabase,
  fill: fillDatabase,
  ask(program, args) {
    const child = start(program, args, 'pipe')
    let output = ''
    child.stdout?.on('data', (chunk) => {
      output += chunk
    })
    return new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code) => resolve(code === 0 ? output : null))
    })
  },
  run(program, args) {
    const child = start(program, args, 'inherit')
    return new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code) => resolve(code === 0))
    })
  },
}

const usage = `npm run deploy [-- staging | production]

Migrates the database that DATABASE_URL names, and deploys the Worker: production's, if nothing is said.
What is missing is said before anything is changed; docs/deploy.md tells the rest.`

function readTarget([name = 'production', ...rest]: string[]): Target | undefined {
  return rest.length === 0 ? targets.find((target) => target === name) : undefined
}

if (import.meta.main) {
  const target = readTarget(readArguments(usage, { allowPositionals: true }).positionals)
  if (!target) refuseArguments('There is nothing of this name to deploy to.', usage)
  const { unstable_readConfig } = await import('wrangler')
  const config = unstable_readConfig({ config: 'wrangler.toml', env: target })
  const databaseUrl = process.env.DATABASE_URL
  const stoppedBy = await deploy({ target, config, databaseUrl }, nodeShell)
  for (const sentence of stoppedBy) console.error(sentence)
  if (stoppedBy.length > 0) process.exit(1)
  console.log(`${config.name} is deployed.`)
}
