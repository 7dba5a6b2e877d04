// The calls of moderation. The room decides by the role of the user, and refuses with `forbidden`.

import type {
  AuditPage,
  Profile,
  Report,
  ReportPage,
  ReportStatus,
  RestrictedPage,
  Restrictions,
  Role,
  Room,
  RoomChange,
} from './contract.ts'
import { areAll, hasList, isList, isNothing, isUser } from './http/http-request.ts'

/** A mute or a ban. */
export type RestrictionRequest = {
  /** An ISO time in the future; null: for good. */
  until: string | null
  /** For the person and the audit log. */
  reason?: string | null
}

export type Words = {
  terms: string[]
  /** Names this version of the list; null where the platform does not show the header. */
  etag: string | null
}

/** Calls are for moderators, unless they say otherwise. Pages are newest first; `cursor` is a `next_cursor`. */
export type Moderation = {
  /** For everyone. While the client is online, `ChatState.room` has it. */
  readonly room: () => Promise<Room>
  /** Absent values stay as they are. */
  readonly changeRoom: (change: RoomChange) => Promise<Room>
  readonly pin: (messageId: string) => Promise<Room>
  readonly unpin: (messageId: string) => Promise<void>
  /** The word list: messages with one of these terms are refused. */
  readonly words: () => Promise<Words>
  /** Replaces the word list. With `etag`, @throws ChatProblem `outdated` if it has changed since. */
  readonly setWords: (terms: readonly string[], etag?: string | null) => Promise<Words>
  /** For owners. */
  readonly setRole: (userId: string, role: Role) => Promise<Room>
  readonly mute: (userId: string, order: RestrictionRequest) => Promise<Restrictions>
  readonly unmute: (userId: string) => Promise<void>
  readonly ban: (userId: string, order: RestrictionRequest) => Promise<Restrictions>
  readonly unban: (userId: string) => Promise<void>
  /** Deletes all messages that a person sent from the ISO time `since` on, for good. */
  readonly purge: (
    userId: string,
    order: { since: string; reason?: string | null },
  ) => Promise<{ messages: number }>
  /** For everyone; moderators also get the restrictions. */
  readonly profile: (userId: string) => Promise<Profile>
  /** The people who are muted or banned, in the order of their ids. */
  readonly restricted: (cursor?: string | null) => Promise<RestrictedPage>
  /** `status`: `open` by default. */
  readonly reports: (ask?: { status?: ReportStatus; cursor?: string | null }) => Promise<ReportPage>
  readonly closeReport: (id: string, status: ReportStatus) => Promise<Report>
  readonly audit: (cursor?: string | null) => Promise<AuditPage>
  /** Reports a message to the moderators. For everyone. */
  readonly report: (messageId: string, reason?: string | null) => Promise<void>
}

const isRoom = ({ staff, pins, revision }: Room) =>
  isList(staff) && isList(pins) && areAll('number', revision)
/** null is an object, too. */
const areRestrictions = ({ mute, ban }: Restrictions) => areAll('object', mute, ban)
const isPurged = ({ messages }: { messages: number }) => areAll('number', messages)
const isReport = ({ id, status }: Report) => areAll('string', id, status)

// The declarations of the package lack the modules of `http`, so this type names none of theirs.
type Call = <Answer>(
  target: [method: string, path: string, ifMatch?: string | null],
  isExpected: (body: never) => boolean,
  body?: object,
) => Promise<Answer>

/**
 * @internal
 * @param call makes a request with the access token
 */
export function createModeration(call: Call): Moderation {
  const pinned = (messageId: string) => `/room/pins/${messageId}`
  const of = (userId: string, what: string) => `/users/${userId}/${what}`
  const below = (cursor: string | null | undefined, before = '?') =>
    cursor ? `${before}cursor=${encodeURIComponent(cursor)}` : ''

  return {
    room: () => call(['GET', '/room'], isRoom),
    changeRoom: (change) => call(['PATCH', '/room'], isRoom, change),
    pin: (id) => call(['PUT', pinned(id)], isRoom),
    unpin: (id) => call(['DELETE', pinned(id)], isNothing),
    words: () => call(['GET', '/room/words', null], hasList('terms')),
    setWords: (terms, etag = null) =>
      call(['PUT', '/room/words', etag], hasList('terms'), { terms }),
    setRole: (id, role) => call(['PUT', of(id, 'role')], isRoom, { role }),
    mute: (id, order) => call(['PUT', of(id, 'mute')], areRestrictions, order),
    unmute: (id) => call(['DELETE', of(id, 'mute')], isNothing),
    ban: (id, order) => call(['PUT', of(id, 'ban')], areRestrictions, order),
    unban: (id) => call(['DELETE', of(id, 'ban')], isNothing),
    purge: (id, order) => call(['POST', of(id, 'purge')], isPurged, order),
    profile: (id) => call(['GET', `/users/${id}`], isUser),
    restricted: (cursor) =>
      call(['GET', `/users?restricted=true${below(cursor, '&')}`], hasList('users')),
    reports: ({ status = 'open', cursor } = {}) =>
      call(['GET', `/reports?status=${status}${below(cursor, '&')}`], hasList('reports')),
    closeReport: (id, status) => call(['PATCH', `/reports/${id}`], isReport, { status }),
    audit: (cursor) => call(['GET', `/audit${below(cursor)}`], hasList('entries')),
    report: (id, reason) => call(['POST', `/messages/${id}/report`], isNothing, { reason }),
  }
}
