// Reads the settings of a local start from the environment, before anything is started.
import { resolve } from 'node:path'
import { Refusal } from './refusal.ts'

export interface Settings {
  port: number
  /** Whether other machines of the network can call it. */
  isOpen: boolean
  /** The port of the debugger; undefined: there is no debugger. */
  inspectorPort: number | undefined
  dataDir: string
  delayMs: number
  databaseUrl: string | undefined
  redisUrl: string | undefined
}

const ports = { min: 1, max: 65_535 }
const delays = { min: 0, max: 60_000 }

export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const port = readWhole(env, { name: 'PORT', ...ports }) ?? 8787
  const inspectorPort = readWhole(env, { name: 'INSPECTOR_PORT', ...ports })
  if (inspectorPort === port) throw new Refusal('INSPECTOR_PORT must be another port than PORT')
  return {
    port,
    // Some shells set HOST to the name of the machine, which must not open anything.
    isOpen: env.HOST === '0.0.0.0',
    inspectorPort,
    dataDir: resolve(env.DATA_DIR || '.local'),
    delayMs: readWhole(env, { name: 'LOCAL_DELAY_MS', ...delays }) ?? 0,
    databaseUrl: readUrl(env, { name: 'DATABASE_URL', schemes: ['postgres:', 'postgresql:'] }),
    redisUrl: readUrl(env, { name: 'REDIS_URL', schemes: ['redis:', 'rediss:'] }),
  }
}

function readWhole(
  env: NodeJS.ProcessEnv,
  { name, min, max }: { name: string; min: number; max: number },
): number | undefined {
  const text = env[name]
  if (!text) return undefined
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (value >= min && value <= max) return value
  throw new Refusal(
    `${name} must be a whole number from ${min} to ${max}, not ${JSON.stringify(text)}`,
  )
}

/** Its errors never contain the value, which may have a password. */
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
