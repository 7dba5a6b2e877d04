// Makes one page of history from two places: the room's log first, then the archive below it, then
// a second read of the room for changes since the first one. Messages are ordered by id, the higher
// revision of a message wins, and deleted messages are removed last.

import type { Message, Position } from '../contract/entities.ts'
import type { Page } from '../contract/routes/messages.ts'
import type { ErasureMode } from '../contract/values.ts'
import { erasedName } from '../contract/values.ts'
import { idBefore } from './ids.ts'
import type { StoredMessage } from './message.ts'
import { type TotalsOf, withReactions } from './reactions.ts'

/** The room's share of a page. All rows are newest first. */
export type RoomShare = {
  session: Position
  /** Undeleted messages of the contiguous tail; at most `limit + 1`. */
  rows: StoredMessage[]
  /** The archive's share is below this id; null: there is no bound. */
  floor: string | null
  /**
   * Messages below `floor` that the archive lacks or has in an older state, deleted ones included:
   * at most `limit + 1` that are not deleted. A room of the previous release may return all
   * messages that it holds below `floor`.
   */
  strays: StoredMessage[]
  /** Set when the list of strays was cut: below this id the archive's states may be outdated. */
  straysCutAt: string | null
  /**
   * Set when the room stopped reading at this id, because so many messages above it were deleted.
   */
  endsAt?: string
}

/**
 * The messages that the archive lacks or has in an older state, deleted ones included, newest first. The
 * archive has all others.
 */
export type Unflushed = {
  rows: StoredMessage[]
  /** Set when the list was cut: below this id the archive's states may be outdated. */
  cutAt: string | null
}

/** Which messages are asked for; null: there is no bound. */
export type IdRange = {
  /** This id or a greater one. */
  from: string | null
  /** A smaller id. */
  below: string | null
}

/** All messages of a user from one id to another, both included. */
export type PurgedRange = { user_id: string; from_id: string; to_id: string }

export function isInRange(
  { id, user_id }: Pick<StoredMessage, 'id' | 'user_id'>,
  range: PurgedRange,
): boolean {
  return range.user_id === user_id && range.from_id <= id && id <= range.to_id
}

/** A message of a page, for the second read. */
export type MessageVersion = Pick<StoredMessage, 'id' | 'user_id' | 'revision'>

/** What the room knows of the undeleted messages above an id. */
export type IdsAfter = {
  /** When it was read: what came later is not in it. */
  session: Position
  /** The room has all from this id on; null: it has none. */
  from: string | null
  /** Oldest first, with those below `from` that the archive may lack. */
  ids: string[]
}

/** The changes to the messages of a page since the first read. */
export type Overlay = {
  /** The messages that have a higher revision now. */
  newer: StoredMessage[]
  /** Erased accounts: Postgres may still have the name and the texts. */
  ended: { user_id: string; remains: ErasureMode }[]
  /**
   * Messages that were deleted together: Postgres may still have the texts. A room of the release
   * before does not send it.
   */
  purged?: PurgedRange[]
  /** The reactions to these messages that the room has: the archive's are not newer. Absent as `purged`. */
  reactions?: TotalsOf[]
  /** The room has the reactions to all messages from this id on; null: of none. Absent as `purged`. */
  reactionsFrom?: string | null
}

export type HistoryPage = { messages: StoredMessage[]; nextCursor: string | null }

/** The page in the form of the API. @param position the one for which it is true */
export function toPage(
  page: { messages: Message[]; nextCursor: string | null; previousCursor: string | null },
  position: Position,
): Page {
  const { messages, nextCursor: next_cursor, previousCursor: previous_cursor } = page
  return { messages, next_cursor, previous_cursor, position, session: position }
}

/**
 * Where the page of what is newer continues. @param before the cursor of this page; null: it is the newest
 */
export function newerCursor(before: string | null, messages: Message[]): string | null {
  return before === null ? null : (messages[0]?.id ?? idBefore(before))
}

/** Whether the room alone can answer. */
export function answeredByRoom(share: RoomShare, limit: number): boolean {
  return share.rows.length > limit || share.endsAt !== undefined
}

/**
 * How many rows to read from the archive, so that those hidden by strays cannot leave the page
 * short.
 */
export function archiveShare(share: RoomShare, limit: number): number {
  const hidden = share.strays.filter((stray) => stray.is_deleted).length
  return limit + 1 - share.rows.length + hidden
}

export function pageOfShare(share: RoomShare, limit: number): HistoryPage {
  const messages = share.rows.slice(0, limit)
  const isFull = share.rows.length > limit
  return { messages, nextCursor: (isFull ? messages.at(-1)?.id : share.endsAt) ?? null }
}

/**
 * The room's share alone, with a cursor to continue from later, for when the archive is unavailable.
 */
export function pageWithoutArchive(share: RoomShare): HistoryPage {
  return { messages: share.rows, nextCursor: share.floor }
}

const isUndeleted = (message: StoredMessage) => !message.is_deleted

type Merging = {
  limit: number
  /** How many rows were requested: fewer rows mean that the archive has no more. */
  asked: number
  /** Which of the newest states belong on the page. */
  isWanted?: (message: StoredMessage) => boolean
}

/** @param archived the archive's rows below `share.floor`, newest first, all of them wanted */
export function mergePage(
  share: Pick<RoomShare, 'rows' | 'strays' | 'straysCutAt'>,
  archived: StoredMessage[],
  { limit, asked, isWanted = isUndeleted }: Merging,
): HistoryPage {
  const seenTo = archived.length < asked ? '' : (archived.at(-1)?.id ?? '')
  const bound =
    share.straysCutAt !== null && share.straysCutAt > seenTo ? share.straysCutAt : seenTo

  const byId = new Map<string, StoredMessage>()
  for (const row of [...archived, ...share.strays]) {
    if (row.id < bound) continue
    const known = byId.get(row.id)
    // Of a message that the room has, only the archive may have the reactions.
    if (!known || row.revision > known.revision)
      byId.set(row.id, withReactions(row, known?.reactions))
    else byId.set(row.id, withReactions(known, row.reactions))
  }
  const below = [...byId.values()].filter(isWanted).sort((a, b) => (a.id < b.id ? 1 : -1))

  const all = [...share.rows, ...below]
  const messages = all.slice(0, limit)
  if (all.length > limit) return { messages, nextCursor: messages.at(-1)?.id ?? null }
  return { messages, nextCursor: bound === '' ? null : bound }
}

/** Whether a message is still there as of the second read. */
export function isShown({ newer, ended, purged = [] }: Overlay) {
  const deleted = new Set(newer.flatMap(({ id, is_deleted }) => (is_deleted ? id : [])))
  const erased = new Set(
    ended.flatMap(({ user_id, remains }) => (remains === 'delete' ? user_id : [])),
  )
  return (shown: MessageVersion): boolean =>
    !deleted.has(shown.id) &&
    !erased.has(shown.user_id) &&
    !purged.some((range) => isInRange(shown, range))
}

/** Gives messages as of the second read, deleted ones too. */
export function currentStates(overlay: Overlay) {
  const newer = new Map(overlay.newer.map((message) => [message.id, message]))
  const ended = new Set(overlay.ended.map(({ user_id }) => user_id))
  const reactions = new Map(overlay.reactions?.map((totals) => [totals.message_id, totals]))
  const isStillThere = isShown(overlay)
  return (shown: StoredMessage): StoredMessage => {
    const { counts, revision = 0 } = reactions.get(shown.id) ?? {}
    const inRoom = counts && { counts, revision }
    const known = withReactions(newer.get(shown.id) ?? shown, shown.reactions)
    const message = withReactions(known, inRoom)
    const username = ended.has(message.user_id) ? erasedName : message.username
    if (message.is_deleted || !isStillThere(message))
      return { ...message, username, content: '', is_deleted: true, references: null }
    return username === message.username ? message : { ...message, username }
  }
}

/** The page as of the second read. It may have become short. */
export function overlaid({ messages, nextCursor }: HistoryPage, overlay: Overlay): HistoryPage {
  const now = messages.map(currentStates(overlay)).filter(({ is_deleted }) => !is_deleted)
  return { messages: now, nextCursor }
}
