// Checks what a deploy needs before it changes anything: wrangler.toml, the database URL and secrets.

import type { Unstable_Config } from 'wrangler'
import { ConfigError, readConfig } from '../src/config.ts'
import { mailFaults } from './mail-preflight.ts'

export const requiredSecrets = [
  'DATABASE_URL',
  'UPSTASH_REDIS_REST_URL',
  'UPSTASH_REDIS_REST_TOKEN',
  'JWT_SECRET',
] as const

export const targets = ['production', 'staging'] as const

export type Target = (typeof targets)[number]

/** The part of wrangler.toml for one environment. */
export type WorkerConfig = Pick<
  Unstable_Config,
  'name' | 'vars' | 'durable_objects' | 'migrations' | 'ratelimits' | 'assets' | 'send_email'
>

export type DeployInput = {
  target: Target
  config: WorkerConfig
  databaseUrl: string | undefined
  /** The address of the service; undefined: the deploy does not wait for its room. */
  chatUrl: string | undefined
}

export type DeployState = DeployInput & {
  /** Names of the secrets that the Worker has; null: they could not be listed. */
  secrets: string[] | null
}

/** The reasons not to deploy, one sentence each. */
export function preflightFailures({
  target,
  config,
  databaseUrl,
  chatUrl,
  secrets,
}: DeployState): string[] {
  return [
    ...configFailures(target, config),
    ...mailFaults(config, secrets).map((fault) => inConfig(target, fault)),
    ...databaseFailures(databaseUrl),
    ...addressFailures(chatUrl),
    ...secretFailures(target, config, secrets),
  ]
}

function configFailures(target: Target, config: WorkerConfig): string[] {
  const { vars, durable_objects, migrations, ratelimits, assets } = config
  const room = durable_objects.bindings.find(({ name }) => name === 'ROOM')
  const created = migrations.some((step) => step.new_sqlite_classes?.includes('ChatRoom'))
  const exposed = requiredSecrets.filter((name) => vars[name] !== undefined)
  const wrong = [
    vars.ENVIRONMENT !== target && `ENVIRONMENT must be "${target}"`,
    vars.NEON_FETCH_ENDPOINT && 'NEON_FETCH_ENDPOINT is for local use only',
    room?.class_name !== 'ChatRoom' && 'the Durable Object binding ROOM of ChatRoom is missing',
    durable_objects.code_update_strategy?.mode !== 'deferred' &&
      'durable_objects.code_update_strategy must be deferred',
    !created && 'the migration that makes ChatRoom is missing',
    ...['EDGE_LIMIT', 'ADDRESS_LIMIT'].map(
      (limit) =>
        !ratelimits.some(({ name }) => name === limit) && `the rate limit ${limit} is missing`,
    ),
    assets?.binding !== 'ASSETS' && 'the assets with the binding ASSETS are missing',
    exposed.length > 0 && `${exposed.join(', ')} must be secrets, not vars`,
    settingsFault(vars),
  ]
  return wrong.filter((fault) => !!fault).map((fault) => inConfig(target, String(fault)))
}

const inConfig = (target: Target, fault: string) => `wrangler.toml, ${target}: ${fault}.`

/** Validates the vars as the Worker will, with placeholders for the secrets, which cannot be read. */
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

function databaseFailures(url: string | undefined): string[] {
  if (!url) return ['DATABASE_URL is not set: it names the database to migrate.']
  if (!/^postgres(ql)?:\/\/\S+$/.test(url)) return ['DATABASE_URL is not a postgres:// URL.']
  return []
}

function addressFailures(url: string | undefined): string[] {
  if (!url || (URL.canParse(url) && /^https?:\/\/[^/]/.test(url))) return []
  return ['CHAT_URL is not an address like https://chat.example.com.']
}

function secretFailures(target: Target, { name }: WorkerConfig, secrets: string[] | null) {
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
