// Settings of the Worker from the environment of `npm start`, such as MESSAGE_LIMIT. They override those
// of wrangler.toml, and are checked before anything is started.
import { ConfigError, readConfig, settingNames } from '../src/config.ts'
import { Refusal } from './refusal.ts'

export interface GivenSettings {
  /** The settings that apply. Blank ones count as absent. */
  taken: Record<string, string>
  /** Names of settings that a local start does not use. */
  left: string[]
}

/**
 * Settings that a local start decides by itself. If a shell has set them, it did so for a deploy or for
 * another program, and secrets of production must not get into the files of a local start.
 */
const ownSettings = {
  ENVIRONMENT: 'local',
  DATABASE_URL: 'postgres://local:local@127.0.0.1/chat',
  NEON_FETCH_ENDPOINT: 'http://127.0.0.1',
  UPSTASH_REDIS_REST_URL: 'http://127.0.0.1',
  UPSTASH_REDIS_REST_TOKEN: 'local',
  JWT_SECRET: 'local'.repeat(7),
  JWT_SECRET_PREVIOUS: undefined,
  ADMIN_TOKEN: undefined,
  MAIL_FROM: undefined,
  MAIL_API_URL: undefined,
  MAIL_API_TOKEN: undefined,
  MAIL_API_FORMAT: undefined,
  BUILD_COMMIT: undefined,
  BUILD_TIME: undefined,
}
const isOwn = (name: string) => Object.hasOwn(ownSettings, name)

export function readGivenSettings(env: NodeJS.ProcessEnv): GivenSettings {
  const set = settingNames.filter((name) => env[name]?.trim())
  const taken = set.filter((name) => !isOwn(name)).map((name) => [name, env[name]?.trim()])
  const given: GivenSettings = {
    taken: Object.fromEntries(taken),
    left: set.filter((name) => isOwn(name) && !isAnswered(name, env)),
  }
  try {
    readConfig({ ...given.taken, ...ownSettings })
    return given
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    throw new Refusal(error.message.replace('Configuration', 'The environment'))
  }
}

/** DATABASE_URL has a meaning of its own for a start; see settings.ts. */
function isAnswered(name: string, { ENVIRONMENT }: NodeJS.ProcessEnv): boolean {
  return name === 'DATABASE_URL' || (name === 'ENVIRONMENT' && ENVIRONMENT === 'local')
}
