// What a call is answered with. The wire makes it; the calls know nothing else.

import type { Config } from '../config.ts'
import type { PartFault } from '../contract/part-faults.ts'
import type { AddressDigest } from '../crypto/address-digest.ts'
import type { RefreshTokens } from '../crypto/refresh-token.ts'
import type { Tokens } from '../crypto/token.ts'
import type { Caller } from '../domain/session.ts'
import type { Postgres } from '../postgres/client.ts'
import type { Redis } from '../redis/client.ts'
import type { RoomCalls } from '../room/rpc.ts'
import type { ClosedSockets } from './closed-sockets.ts'
import type { WaitingAccounts } from './waiting-accounts.ts'

/** The room as the Worker reaches it. */
export type Room = RoomCalls & { fetch(request: Request): Promise<Response> }

export type Stores = { postgres: Postgres; redis: Redis }

/** What was found of a store, or that a look is under way; `at` in milliseconds. */
export type Finding =
  | { at: number; state: 'looking' }
  | { at: number; state: 'found'; fault: PartFault | null }

export type Parts = Stores & {
  config: Config
  /** A new stub each time: one that failed stays broken. */
  room: () => Room
  tokens: Tokens
  refreshTokens: RefreshTokens
  /** How often one member may call, or strangers from one address; and all from one address. */
  edge: { caller: RateLimit; address: RateLimit }
  digestOfAddress: AddressDigest
  /** The stores once more, with less patience, for whoever only asks how they are. */
  watched: Stores
  /** The stores once more, with more patience, for what is done after the answer. */
  background: Stores
  /** Of this isolate. */
  findings: Map<keyof Stores, Finding>
  /** Of this isolate. */
  closedSockets: ClosedSockets
  /** Of this isolate. */
  waitingAccounts: WaitingAccounts
}

/** What Hono calls its environment: the parts, and who a checked token speaks for. */
export type Wired = {
  Bindings: Parts
  Variables: {
    caller: Caller
    /** When the token that was shown expires, in milliseconds. */
    expiresAt: number
    /** Set when the answer depends on the cookie. */
    cookieShown: true | undefined
  }
}
