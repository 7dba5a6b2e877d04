// The environment of the Hono app. `composition.ts` creates the services; handlers know nothing
// else.

import type { Config } from '../config.ts'
import type { Build } from '../contract/routes/health.ts'
import type { StoreFault } from '../contract/store-faults.ts'
import type { Tokens } from '../crypto/access-token.ts'
import type { AddressDigest } from '../crypto/address-digest.ts'
import type { RefreshTokens } from '../crypto/refresh-token.ts'
import type { Caller } from '../domain/session.ts'
import type { MailService, NoMail } from '../mail/mail-service.ts'
import type { Postgres } from '../postgres/client.ts'
import type { Redis } from '../redis/client.ts'
import type { RoomCalls } from '../room/rpc.ts'
import type { SystemClock } from '../system-clock.ts'
import type { FairQueue } from './auth/fair-queue.ts'
import type { ConnectCooldowns } from './socket/connect-cooldowns.ts'
import type { RefusalSocketLimit } from './socket/refusal-sockets.ts'

/** The room as the Worker reaches it. */
export type RoomStub = RoomCalls & { fetch(request: Request): Promise<Response> }

export type Stores = { postgres: Postgres; redis: Redis }

/** The result of a readiness check, or that one is running; `at` in milliseconds. */
export type StoreCheck =
  | { at: number; state: 'running' }
  | { at: number; state: 'done'; fault: StoreFault | null }

export type Services = Stores & {
  config: Config
  build: Build | null
  clock: SystemClock
  /** Returns a new stub each time, because a stub that failed stays broken. */
  room: () => RoomStub
  tokens: Tokens
  refreshTokens: RefreshTokens
  /** Rate limits per member or anonymous address, and per address. */
  edgeLimits: { caller: RateLimit; address: RateLimit }
  digestOfAddress: AddressDigest
  mail: MailService | NoMail
  /** The stores with shorter timeouts, for readiness checks. */
  probe: Stores
  /** The stores with longer timeouts, for work after the response. */
  background: Stores
  /** Runs bcrypt. Shared by all requests of this isolate. */
  passwordQueue: FairQueue
  /** Shared by all requests of this isolate. */
  storeChecks: Map<keyof Stores | 'fence', StoreCheck>
  /** Shared by all requests of this isolate. */
  refusalSocketLimit: RefusalSocketLimit
  /** Shared by all requests of this isolate. */
  connectCooldowns: ConnectCooldowns
}

/** The `Env` type parameter of Hono: the services, and what middleware adds to a request. */
export type AppEnv = {
  Bindings: Services
  Variables: {
    caller: Caller
    /** Set by `requireReader`; null: nobody is logged in. */
    reader: Caller | null
    /** When the access token of the request expires, in milliseconds. */
    expiresAt: number
    /** Set when the response depends on the session cookie. */
    cookieUsed: true | undefined
  }
}
