// The environment of the Worker: bindings as wrangler.toml names them, and settings as text.

import type { DurableObject } from 'cloudflare:workers'
import type { Config } from './config.ts'
import type { RoomCalls } from './room/rpc.ts'

export type Env = {
  ROOM: DurableObjectNamespace<DurableObject & RoomCalls>
  ASSETS: Fetcher
  /** Calls of one member, or of unauthenticated clients of one address. */
  EDGE_LIMIT: RateLimit
  /** All calls from one address. */
  ADDRESS_LIMIT: RateLimit
  /** Sends mails; undefined: MAIL_API_URL does, or nothing. */
  MAIL?: SendEmail
} & { [Name in keyof Config]?: string }
