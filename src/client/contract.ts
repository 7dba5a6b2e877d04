// The types and constants that the client takes from the contract. The compiler checks the constants
// against the contract's tables. The build writes the types out, so that no schema is needed.

import type { CloseCode, closeCodes } from '../contract/close-codes.ts'
import type * as entities from '../contract/entities.ts'
import type * as frames from '../contract/frames.ts'
import type * as moderation from '../contract/moderation.ts'
import type * as records from '../contract/moderation-records.ts'
import type * as problems from '../contract/problems.ts'
import type * as reactions from '../contract/reactions.ts'
import type * as references from '../contract/references.ts'
import type * as finds from '../contract/routes/conversation.ts'
import type * as messageCalls from '../contract/routes/messages.ts'
import type * as peopleCalls from '../contract/routes/moderation-people.ts'
import type * as recordCalls from '../contract/routes/moderation-records.ts'
import type * as reactionCalls from '../contract/routes/reactions.ts'
import type * as sessionCalls from '../contract/routes/sessions.ts'
import type { limits } from '../contract/values.ts'
import type * as version from '../contract/version.ts'

export type Message = entities.Message
export type Referenced = references.Referenced
export type Member = entities.Member
export type User = entities.User
export type Position = entities.Position
export type ReadState = entities.ReadState
export type Room = moderation.Room
export type RoomChange = moderation.RoomChange
export type Role = Profile['role']
export type Restriction = moderation.Restriction
export type Restrictions = moderation.Restrictions
export type RestrictedPerson = moderation.RestrictedPerson
export type Profile = moderation.Profile
export type Report = records.Report
export type ReportStatus = Report['status']
export type AuditEntry = records.AuditEntry
export type Page = messageCalls.Page
export type ReactionSet = reactions.ReactionSet
export type PersonReactions = reactions.PersonReactions
export type PersonReactionsPage = reactionCalls.PersonReactionsPage
export type OwnReactionsPage = reactionCalls.OwnReactionsPage
export type Hit = finds.Hit
export type HitPage = finds.HitPage
export type MentionPage = finds.MentionPage
export type RestrictedPage = peopleCalls.RestrictedPage
export type ReportPage = recordCalls.ReportPage
export type AuditPage = recordCalls.AuditPage
export type Tokens = sessionCalls.Tokens
export type ProblemBody = problems.Problem
export type WireProblemCode = RoomEvents['error']['code']

/** The data of each event of the room. */
export type RoomEvents = { [E in frames.RoomEvent]: frames.RoomData<E> }
/** The data of each event of a client. */
export type ClientEvents = { [E in frames.ClientEvent]: frames.ClientData<E> }
/** A frame of the room. Live durable events carry `seq`. */
export type Frame = {
  [E in keyof RoomEvents]: { event: E; data: RoomEvents[E]; seq?: number }
}[keyof RoomEvents]

export const protocol: typeof version.protocol = 'chat.v1'
export const bearerPrefix: typeof version.bearerPrefix = 'bearer.'
export const canonicalPing: typeof frames.canonicalPing = '{"event":"ping","data":{}}'

/** Code points of a message that are shown with a reply to it. */
export const excerptMax: typeof limits.excerptMax = 140
/** How far unread messages are counted. */
export const unreadMax: typeof limits.unreadMax = 100

/** The status of each code. An answer with another status or code is not from the service. */
export const problemStatuses: {
  [C in problems.ProblemCode]: (typeof problems.problems)[C]['status']
} = {
  bad_json: 400,
  unauthenticated: 401,
  token_expired: 401,
  session_ended: 401,
  bad_credentials: 401,
  wrong_password: 403,
  reset_token_invalid: 403,
  not_the_author: 403,
  forbidden: 403,
  muted: 403,
  banned: 403,
  posting_closed: 403,
  account_inactive: 403,
  origin_not_allowed: 403,
  not_found: 404,
  method_not_allowed: 405,
  username_taken: 409,
  email_taken: 409,
  account_changed: 409,
  client_id_reused: 409,
  outdated: 412,
  too_large: 413,
  invalid: 422,
  content_refused: 422,
  upgrade_required: 426,
  rate_limited: 429,
  slow_mode: 429,
  room_busy: 503,
  unavailable: 503,
}

/** The close codes with this advice. */
type CodesAdvising<A> = {
  [C in CloseCode]: (typeof closeCodes)[C]['advice'] extends A ? C : never
}[CloseCode]

/** Why the client stops, for close codes after which it must not reconnect. */
export const stopReasons: Record<
  CodesAdvising<'do not reconnect'>,
  'fault' | 'refused' | 'replaced'
> = {
  1009: 'fault',
  4400: 'fault',
  4403: 'refused',
  4409: 'replaced',
}

/** How long to wait at least before reconnecting, in milliseconds. */
export const minimumWaits: Record<CodesAdvising<'wait a minute'>, 60_000> = {
  4429: 60_000,
  4503: 60_000,
}

/** The close code for a ban, and whatever else keeps the user or the page out. */
export const refusedCode: keyof typeof stopReasons = 4403

/** The close code for a token that is missing, bad or expired, or whose session has ended. */
export const unauthenticatedCode: CodesAdvising<'log in again'> = 4401
