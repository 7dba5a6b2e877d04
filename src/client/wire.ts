// All that the client takes from the contract: types, and literals that the compiler holds against
// its tables. The declarations of the build have them written out, so that nobody needs the schemas.

import type { CloseCode, closeCodes } from '../contract/close-codes.ts'
import type * as entities from '../contract/entities.ts'
import type * as frames from '../contract/frames.ts'
import type * as problems from '../contract/problems.ts'
import type * as messageCalls from '../contract/routes/messages.ts'
import type * as sessionCalls from '../contract/routes/sessions.ts'
import type * as version from '../contract/version.ts'

export type Message = entities.Message
export type Member = entities.Member
export type User = entities.User
export type Position = entities.Position
export type Page = messageCalls.Page
export type Tokens = sessionCalls.Tokens
export type ProblemBody = problems.Problem
export type WireProblemCode = Told['error']['code']

/** What the room says, by event. */
export type Told = { [E in frames.RoomEvent]: frames.RoomData<E> }
/** What a client says, by event. */
export type Said = { [E in frames.ClientEvent]: frames.ClientData<E> }
/** Live durable events carry `seq`. */
export type Frame = { [E in keyof Told]: { event: E; data: Told[E]; seq?: number } }[keyof Told]

export const protocol: typeof version.protocol = 'chat.v1'
export const bearerPrefix: typeof version.bearerPrefix = 'bearer.'
export const canonicalPing: typeof frames.canonicalPing = '{"event":"ping","data":{}}'

/** The status of each code. Nothing else that says `code` is a refusal of the service. */
export const problemStatus: {
  [C in problems.ProblemCode]: (typeof problems.problems)[C]['status']
} = {
  bad_json: 400,
  unauthenticated: 401,
  token_expired: 401,
  session_ended: 401,
  bad_credentials: 401,
  wrong_password: 403,
  not_the_author: 403,
  account_inactive: 403,
  origin_not_allowed: 403,
  not_found: 404,
  method_not_allowed: 405,
  username_taken: 409,
  email_taken: 409,
  account_changed: 409,
  client_id_reused: 409,
  too_large: 413,
  invalid: 422,
  upgrade_required: 426,
  rate_limited: 429,
  room_busy: 503,
  unavailable: 503,
}

type Advised<A> = {
  [C in CloseCode]: (typeof closeCodes)[C]['advice'] extends A ? C : never
}[CloseCode]

/** Why the client stops at a close that forbids to reconnect. */
export const stops: Record<Advised<'do not reconnect'>, 'fault' | 'refused' | 'replaced'> = {
  1009: 'fault',
  4400: 'fault',
  4403: 'refused',
  4409: 'replaced',
}

/** How long to stay away at least, in milliseconds. */
export const waits: Record<Advised<'wait a minute'>, 60_000> = { 4429: 60_000, 4503: 60_000 }

/** The token is missing, bad or expired, or its session has ended. */
export const unauthenticated: Advised<'log in again'> = 4401
