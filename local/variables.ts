// The variables of the Worker on this machine, which replace those of wrangler.toml.

import type { MailBridge } from './mail.ts'
import type { NeonBridge } from './neon-http.ts'
import { originsOfNetwork } from './network.ts'
import type { Secrets } from './secrets.ts'
import type { Settings } from './settings.ts'
import type { UpstashBridge } from './upstash-http.ts'

/** Limits that protect a public server and would only hinder local tests. */
const loosened = {
  LOGIN_LIMIT_PAIR: '10000',
  LOGIN_LIMIT_ADDRESS: '10000',
  LOGIN_LIMIT_ACCOUNT: '10000',
  REGISTER_LIMIT: '100000',
  SESSION_LIMIT: '100000',
  ADDRESS_SOCKETS: '100000',
  MAIL_LIMIT: '100000',
  MAIL_LIMIT_RECIPIENT: '10000',
  RESET_LIMIT: '100000',
}

/** The services that the Worker calls. */
export interface Bridges {
  neon: NeonBridge
  upstash: UpstashBridge
  mail: MailBridge
}

export function workerVariables(
  { neon, upstash, mail }: Bridges,
  secrets: Secrets,
  given: Record<string, string>,
  { port, isOpen }: Pick<Settings, 'port' | 'isOpen'>,
): Record<string, string> {
  const origins = isOpen ? originsOfNetwork(port) : []
  const listed = [...origins, given.ALLOWED_ORIGINS].filter(Boolean).join(',')
  return {
    // Strangers of the network must not guess passwords faster than strangers of the internet.
    ...(isOpen ? {} : loosened),
    PUBLIC_URL: origins[0] ?? `http://localhost:${port}`,
    ...given,
    ...(listed && { ALLOWED_ORIGINS: listed }),
    DATABASE_URL: neon.connectionString,
    NEON_FETCH_ENDPOINT: neon.url,
    UPSTASH_REDIS_REST_URL: upstash.url,
    UPSTASH_REDIS_REST_TOKEN: upstash.token,
    MAIL_API_URL: mail.url,
    MAIL_API_TOKEN: mail.token,
    MAIL_API_FORMAT: 'resend',
    MAIL_FROM: 'Edge Chat <chat@example.com>',
    JWT_SECRET: secrets.jwtSecret,
    ADMIN_TOKEN: secrets.adminToken,
  }
}
