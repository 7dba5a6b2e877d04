// What the environment says about a local start, checked before anything is started.
import { resolve } from 'node:path'
import { Refusal } from './refusal.ts'

export interface Settings {
  port: number
  dataDir: string
  delayMs: number
  databaseUrl: string | undefined
  redisUrl: string | undefined
}

const maxPort = 65_535
const maxDelayMs = 60_000

export function readSettings(env: NodeJS.ProcessEnv): Settings {
  return {
    port: readWhole(env, { name: 'PORT', min: 1, max: maxPort, otherwise: 8787 }),
    dataDir: resolve(env.DATA_DIR || '.local'),
    delayMs: readWhole(env, { name: 'LOCAL_DELAY_MS', min: 0, max: maxDelayMs, otherwise: 0 }),
    databaseUrl: readUrl(env, { name: 'DATABASE_URL', schemes: ['postgres:', 'postgresql:'] }),
    redisUrl: readUrl(env, { name: 'REDIS_URL', schemes: ['redis:', 'rediss:'] }),
  }
}

function readWhole(
  env: NodeJS.ProcessEnv,
  { name, min, max, otherwise }: { name: string; min: number; max: number; otherwise: number },
): number {
  const text = env[name]
  if (!text) return otherwise
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (value >= min && value <= max) return value
  throw new Refusal(
    `${name} must be a whole number from ${min} to ${max}, not ${JSON.stringify(text)}`,
  )
}

/** Never repeats what it read: it may hold a password. */
function readUrl(
  env: NodeJS.ProcessEnv,
  { name, schemes }: { name: string; schemes: string[] },
): string | undefined {
  const text = env[name]
  if (!text) return undefined
  const url = URL.parse(text)
  if (url?.hostname && schemes.includes(url.protocol)) return text
  throw new Refusal(`${name} must be a URL that begins with ${schemes[0]}//`)
}
