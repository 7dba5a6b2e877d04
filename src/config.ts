// Reads and validates the settings once. An error names the setting, but never shows its value.

import { z } from 'zod'
import { environments } from './domain/environment.ts'
import { mailSettings, requireHttps } from './mail-settings.ts'
import {
  count,
  isOrigin,
  isPostgresUrl,
  oneOf,
  secret,
  text,
  webAddress,
  whole,
} from './setting-values.ts'

const Settings = z
  .object({
    /**
     * `local` also allows every localhost origin. Tokens of one environment are invalid in the
     * others.
     */
    ENVIRONMENT: oneOf(...environments),
    /** Neon connection string. Secret. */
    DATABASE_URL: text.refine(
      isPostgresUrl,
      'must be a URL like postgres://user:password@host/database',
    ),
    /** Local use only: the endpoint to call instead of Neon's own. */
    NEON_FETCH_ENDPOINT: webAddress.optional(),
    UPSTASH_REDIS_REST_URL: webAddress,
    /** Secret. */
    UPSTASH_REDIS_REST_TOKEN: text,
    /** Signs access tokens. At least 32 bytes. Secret. */
    JWT_SECRET: secret,
    /** Still verifies tokens, so that JWT_SECRET can change without logging anyone out. Secret. */
    JWT_SECRET_PREVIOUS: secret.optional(),
    /** Seconds, at most a day. */
    ACCESS_TOKEN_TTL: whole(1, 86_400).default(3_600),
    /**
     * Seconds. A session that is not renewed for this long ends, and the room remembers a revoked one
     * for this long.
     */
    REFRESH_TOKEN_TTL: whole(60, 31_536_000).default(2_592_000),
    /**
     * Token of the operator's calls, at least 32 characters. Without it the calls do not exist.
     * Secret.
     */
    ADMIN_TOKEN: text
      .regex(/^[\x21-\x7e]{32,}$/, 'must have at least 32 characters of ASCII, without spaces')
      .optional(),
    /**
     * bcrypt's cost. CPU time of one password in workerd: 25 ms at 8, 45 at 9, 90 at 10, 185 at 11,
     * 350 at 12. After a raise, each account gets a new hash at its next login.
     */
    BCRYPT_COST: whole(4, 15).default(10),
    /** Access to the history and to the list of online users: everyone, or members only. */
    READ_ACCESS: oneOf('public', 'members').default('public'),
    /**
     * Exact origins of web pages, and of apps and extensions (`capacitor://localhost`), separated
     * by commas. The server's own origin is always allowed.
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
    /**
     * The name of the room's object. Another name is another room with an empty log: see
     * docs/recovery.md, "Moving the room".
     */
    ROOM_NAME: text
      .regex(/^[a-z0-9-]{1,64}$/, 'must have 1 to 64 of a-z, 0-9 and -')
      .default('room'),
    /**
     * The jurisdiction in which the room's storage has to stay. Another one is another room, as
     * another ROOM_NAME is.
     */
    JURISDICTION: oneOf('eu', 'fedramp', 'us').optional(),
    /**
     * A room that last started with a lower number begins a new log, with what Postgres has: to take
     * over from another room of the same name, or to open a sealed room again. See docs/recovery.md.
     */
    ROOM_GENERATION: whole(0, 1_000_000_000).default(0),
    /** Where the first request creates the room; choose a place near Postgres and Redis. */
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

    /**
     * Days. Older messages are deleted for good, from the room and from Postgres, within two hours
     * and at 1,000 a second. 0 keeps them for ever.
     */
    RETENTION_DAYS: whole(0, 36_500).default(0),

    /**
     * Seconds. Younger accounts are not established, so a room that lets only established people
     * post, or post links, refuses them. 0 makes every account established at once.
     */
    ESTABLISHED_AFTER: whole(0, 31_536_000).default(600),
    /**
     * Days for which a report keeps the text that was reported, for moderators to see what its author
     * has edited or deleted since. 0 keeps no text.
     */
    REPORT_SNAPSHOT_DAYS: whole(0, 30).default(0),
    /** Days after which entries of the audit log are deleted for good. */
    AUDIT_DAYS: whole(1, 3_650).default(365),

    /** Messages per user in any MESSAGE_WINDOW_MS. */
    MESSAGE_LIMIT: count.default(5),
    MESSAGE_WINDOW_MS: count.default(5_000),
    /** Edits and deletions per user in any 10 seconds. */
    CHANGE_LIMIT: count.default(20),
    /** Messages, edits and deletions of the whole room in any second. */
    ROOM_LIMIT: count.default(200),
    /**
     * Sends to connections without `chat.v1` that all commands may cause in any second. Each
     * command costs one send per such connection, so 2,000 of them leave 10 messages a second. One
     * core makes 20,000 to 45,000 sends a second. A quarter is reserved for senders without such
     * connections of their own.
     */
    ROOM_SENDS: count.default(20_000),
    /** Sockets in the room. */
    ROOM_SOCKETS: count.default(30_000),
    /** Sockets per user; one more closes the one that has been silent the longest. */
    USER_SOCKETS: count.default(10),
    /** Sockets per network address, which a school or an office may share. */
    ADDRESS_SOCKETS: count.default(1_000),
    /** Connects per user in any minute. */
    CONNECT_LIMIT: count.default(30),
    /** Failed logins in any 15 minutes: per account and address, per address, per account. */
    LOGIN_LIMIT_PAIR: count.default(10),
    LOGIN_LIMIT_ADDRESS: count.default(50),
    LOGIN_LIMIT_ACCOUNT: count.default(100),
    /**
     * New sessions per account in any hour, and correct passwords per account and address in any
     * hour.
     */
    SESSION_LIMIT: count.default(60),
    /** New accounts per address in any hour. */
    REGISTER_LIMIT: count.default(100),
    ...mailSettings,

    /**
     * The commit and the time of this build. `npm run deploy` gives them to each version of the
     * Worker, so that a rollback brings its own back.
     */
    BUILD_COMMIT: text
      .regex(/^[\w.-]{1,64}$/, 'must have 1 to 64 of letters, digits, ., _ and -')
      .optional(),
    BUILD_TIME: z.iso.datetime('must be a time like 2026-11-30T12:00:00.000Z').optional(),
  })
  .refine(
    ({ ENVIRONMENT, NEON_FETCH_ENDPOINT }) => ENVIRONMENT === 'local' || !NEON_FETCH_ENDPOINT,
    { path: ['NEON_FETCH_ENDPOINT'], error: 'is for local use only' },
  )
  .superRefine(requireHttps)

export type Config = z.infer<typeof Settings>

export const settingNames: string[] = Object.keys(Settings.shape)

/** Names each invalid setting and the reason, without its value. */
export class ConfigError extends Error {
  override name = 'ConfigError'
}

/** A blank setting counts as absent. */
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
