// The environment, read and checked once. A setting that is wrong is named, never shown.

import { z } from 'zod'
import { environments } from './domain/environment.ts'

const text = z.string('must be text')

function whole(min: number, max: number) {
  const must = `must be a whole number from ${min} to ${max}`
  return z.coerce
    .string()
    .regex(/^\d{1,10}$/, must)
    .transform(Number)
    .refine((number) => number >= min && number <= max, must)
}

const count = whole(1, 1_000_000_000)

const oneOf = <const Name extends string>(...names: Name[]) =>
  z.enum(names, `must be one of ${names.join(', ')}`)

const secret = text.refine(
  (secret) => new TextEncoder().encode(secret).length >= 32,
  'must have at least 32 bytes',
)

const webAddress = text.refine(
  (address) => /^https?:\/\//.test(address) && URL.canParse(address),
  'must be an https:// or http:// URL',
)

function isPostgresUrl(address: string): boolean {
  if (!/^postgres(ql)?:\/\/\S+$/.test(address)) return false
  const { username, hostname, pathname } = URL.parse(address) ?? {}
  return !!username && !!hostname && !!pathname && pathname !== '/'
}

/**
 * As browsers spell it: a page's, or that of an app or an extension, which has a scheme of its own and
 * no origin by the URL standard. A file has none, and a `*` would match nothing.
 */
function isOrigin(address: string): boolean {
  const { origin, protocol = '', host = '' } = URL.parse(address) ?? {}
  if (!/^[\w.:[\]-]+$/.test(host)) return false
  if (origin !== 'null') return origin === address
  return protocol !== 'file:' && address === `${protocol}//${host}`
}

const Settings = z
  .object({
    /** `local` also allows every localhost origin. Tokens of one environment open no other. */
    ENVIRONMENT: oneOf(...environments),
    /** Postgres as a connection string of Neon. Secret. */
    DATABASE_URL: text.refine(
      isPostgresUrl,
      'must be a URL like postgres://user:password@host/database',
    ),
    /** Only for local use: where Neon's HTTP protocol is spoken instead. */
    NEON_FETCH_ENDPOINT: webAddress.optional(),
    UPSTASH_REDIS_REST_URL: webAddress,
    /** Secret. */
    UPSTASH_REDIS_REST_TOKEN: text,
    /** Signs access tokens. At least 32 bytes. Secret. */
    JWT_SECRET: secret,
    /** Still verifies, so that JWT_SECRET can be changed without logging anyone out. Secret. */
    JWT_SECRET_PREVIOUS: secret.optional(),
    /** Seconds, at most a day: so long does the room remember which sessions were revoked. */
    ACCESS_TOKEN_TTL: whole(1, 86_400).default(3_600),
    /** Seconds. A session that is not renewed for so long has ended. */
    REFRESH_TOKEN_TTL: whole(60, 31_536_000).default(2_592_000),
    /** Opens the calls of the operator; without it they do not exist. 32 characters or more. Secret. */
    ADMIN_TOKEN: text
      .regex(/^[\x21-\x7e]{32,}$/, 'must have at least 32 characters of ASCII, without spaces')
      .optional(),
    /**
     * bcrypt's cost. CPU time of one password in workerd, measured: 25 ms at 8, 45 at 9, 90 at 10,
     * 185 at 11, 350 at 12. After a raise, each account gets a new hash when it logs in.
     */
    BCRYPT_COST: whole(4, 15).default(10),
    /** Who may read the history and who is online: everyone, or members only. */
    READ_ACCESS: oneOf('public', 'members').default('public'),
    /**
     * Exact origins of web pages, and of apps and extensions (`capacitor://localhost`), separated by
     * commas. The server's own is always allowed.
     */
    ALLOWED_ORIGINS: text
      .default('')
      .transform((list) =>
        list
          .split(',')
          .map((origin) => origin.trim())
          .filter(Boolean),
      )
      .refine(
        (origins) => origins.every(isOrigin),
        'must be origins, like https://chat.example.com, separated by commas',
      ),
    /** Where the room is placed by its first request: near Postgres and Redis. */
    LOCATION_HINT: oneOf(
      'wnam',
      'enam',
      'sam',
      'weur',
      'eeur',
      'apac',
      'oc',
      'afr',
      'me',
    ).optional(),

    /** Messages a user may send in any MESSAGE_WINDOW_MS. */
    MESSAGE_LIMIT: count.default(5),
    MESSAGE_WINDOW_MS: count.default(5_000),
    /** Edits and deletions a user may make in any 10 seconds. */
    CHANGE_LIMIT: count.default(20),
    /** Messages, edits and deletions the room takes in any second. */
    ROOM_LIMIT: count.default(200),
    /**
     * Sends to connections without `chat.v1` that these may cost in any second: each of them costs one
     * for every such connection, so 2,000 of them leave 10 messages a second. One core makes 20,000 to
     * 45,000 sends a second. A quarter is kept for senders without such connections of their own.
     */
    ROOM_SENDS: count.default(20_000),
    /** Sockets the room holds. */
    ROOM_SOCKETS: count.default(30_000),
    /** Sockets one user may hold; one more closes the longest silent. */
    USER_SOCKETS: count.default(10),
    /** Sockets that may come from one network address, which a school or an office may share. */
    ADDRESS_SOCKETS: count.default(1_000),
    /** Connects a user may make in any minute. */
    CONNECT_LIMIT: count.default(30),
    /** Failed logins in any 15 minutes: of one account from one address, of one address, of one account. */
    LOGIN_LIMIT_PAIR: count.default(10),
    LOGIN_LIMIT_ADDRESS: count.default(50),
    LOGIN_LIMIT_ACCOUNT: count.default(100),
    /**
     * Sessions that one account may begin in any hour, and right passwords of it that are checked
     * for one address.
     */
    SESSION_LIMIT: count.default(60),
    /** New accounts from one address in any hour. */
    REGISTER_LIMIT: count.default(100),
  })
  .refine(
    ({ ENVIRONMENT, NEON_FETCH_ENDPOINT }) => ENVIRONMENT === 'local' || !NEON_FETCH_ENDPOINT,
    { path: ['NEON_FETCH_ENDPOINT'], error: 'is for local use only' },
  )

export type Config = z.infer<typeof Settings>

export const settingNames: string[] = Object.keys(Settings.shape)

/** Says which setting is wrong and how, without its value. */
export class ConfigError extends Error {
  override name = 'ConfigError'
}

/** A blank setting counts as one that is missing. */
export function readConfig(env: Record<string, unknown>): Config {
  const given: Record<string, unknown> = Object.fromEntries(
    settingNames
      .map((name) => [name, env[name]] as const)
      .filter(([, value]) => typeof value !== 'string' || value.trim() !== ''),
  )
  const read = Settings.safeParse(given)
  if (read.success) return read.data
  const faults = read.error.issues.map(({ path, message }) => {
    const name = String(path[0])
    return given[name] === undefined ? `${name} is missing` : `${name} ${message}`
  })
  throw new ConfigError(`Configuration: ${[...new Set(faults)].join('; ')}`)
}
