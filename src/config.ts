// The environment, read and checked once. A setting that is wrong is named, never shown.

import { z } from 'zod'

const seconds = z.coerce.number().int().positive()
const count = z.coerce.number().int().positive()
const blankAsAbsent = (value: unknown) => (value === '' ? undefined : value)
const secret = z
  .string()
  .refine((text) => new TextEncoder().encode(text).length >= 32, 'must have at least 32 bytes')

const Settings = z.object({
  /** `local` also allows every localhost origin. */
  ENVIRONMENT: z.enum(['local', 'staging', 'production']),
  /** Postgres as a connection string of Neon. Secret. */
  DATABASE_URL: z.string().regex(/^postgres(ql)?:\/\/\S+$/, 'must be a postgres:// URL'),
  /** Only for local use: where Neon's HTTP protocol is spoken instead. */
  NEON_FETCH_ENDPOINT: z.preprocess(blankAsAbsent, z.url().optional()),
  UPSTASH_REDIS_REST_URL: z.url(),
  /** Secret. */
  UPSTASH_REDIS_REST_TOKEN: z.string().min(1),
  /** Signs access tokens. At least 32 bytes. Secret. */
  JWT_SECRET: secret,
  /** Still verifies, so that JWT_SECRET can be changed without logging anyone out. Secret. */
  JWT_SECRET_PREVIOUS: z.preprocess(blankAsAbsent, secret.optional()),
  /** Seconds. */
  ACCESS_TOKEN_TTL: seconds.default(86_400),
  /** bcrypt's cost: 10 takes about 90 ms of CPU, each step doubles it. */
  BCRYPT_COST: z.coerce.number().int().min(4).max(15).default(10),
  /** Who may read the history and who is online: everyone, or members only. */
  READ_ACCESS: z.enum(['public', 'members']).default('public'),
  /** Exact origins of web pages, separated by commas. The server's own is always allowed. */
  ALLOWED_ORIGINS: z
    .string()
    .default('')
    .transform((list) =>
      list
        .split(',')
        .map((origin) => origin.trim())
        .filter(Boolean),
    )
    .pipe(
      z.array(
        z
          .url()
          .refine(
            (url) => new URL(url).origin === url,
            'must be origins, like https://chat.example.com',
          ),
      ),
    ),
  /** Where the room is placed by its first request: near Postgres and Redis. */
  LOCATION_HINT: z.preprocess(
    blankAsAbsent,
    z.enum(['wnam', 'enam', 'sam', 'weur', 'eeur', 'apac', 'oc', 'afr', 'me']).optional(),
  ),

  /** Messages a user may send in any MESSAGE_WINDOW_MS. */
  MESSAGE_LIMIT: count.default(5),
  MESSAGE_WINDOW_MS: count.default(5_000),
  /** Edits and deletions a user may make in any 10 seconds. */
  CHANGE_LIMIT: count.default(20),
  /** Messages the room takes in any second. */
  ROOM_LIMIT: count.default(200),
  /** Sockets the room holds. */
  ROOM_SOCKETS: count.default(30_000),
  /** Sockets one user may hold; one more closes the longest silent. */
  USER_SOCKETS: count.default(10),
  /** Connects a user may make in any minute. */
  CONNECT_LIMIT: count.default(30),
  /** Failed logins in any 15 minutes: of one account from one address, of one address, of one account. */
  LOGIN_LIMIT_PAIR: count.default(10),
  LOGIN_LIMIT_ADDRESS: count.default(50),
  LOGIN_LIMIT_ACCOUNT: count.default(100),
  /** New accounts from one address in any hour. */
  REGISTER_LIMIT: count.default(100),
})

export type Config = z.infer<typeof Settings>

/** Says which setting is wrong and how, without its value. */
export class ConfigError extends Error {
  override name = 'ConfigError'
}

export function readConfig(env: Record<string, unknown>): Config {
  const read = Settings.safeParse(env)
  if (read.success) return read.data
  const faults = read.error.issues.map((issue) => {
    const name = issue.path.join('.')
    return env[name] === undefined ? `${name} is missing` : `${name}: ${issue.message}`
  })
  throw new ConfigError(`Configuration: ${[...new Set(faults)].join('; ')}`)
}
