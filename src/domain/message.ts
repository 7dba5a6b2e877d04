// Defines a message and its changes. Every change raises the revision, and a deletion is final.

import type { Member, Message } from '../contract/entities.ts'
import type { RoomFrame } from '../contract/frames.ts'
import type { StaffMember } from '../contract/moderation.ts'
import type { Refusal } from '../contract/problems.ts'
import type { MessageReactions } from '../contract/reactions.ts'
import type { Referenced } from '../contract/references.ts'
import type { ErasureMode } from '../contract/values.ts'
import { erasedName } from '../contract/values.ts'
import { idTime } from './ids.ts'
import type { MessageReferences } from './references.ts'
import { isStaff, outranks } from './roles.ts'

/** A message as the room and the archive store it. Its id contains the time of its creation. */
export type StoredMessage = {
  id: string
  user_id: string
  username: string
  content: string
  /** Milliseconds since the epoch. */
  updated_at: number | null
  is_deleted: boolean
  revision: number
  client_id: string | null
  /** Absent or null: it refers to nothing, or is deleted. */
  references?: MessageReferences | null
  /** Absent: there are none, or where the message was read does not have them. */
  reactions?: MessageReactions | undefined
}

type Composition = {
  id: string
  clientId: string | null
  references?: MessageReferences | null
}

export function compose(
  author: Member,
  content: string,
  { id, clientId, references = null }: Composition,
): StoredMessage {
  return {
    id,
    user_id: author.id,
    username: author.username,
    content,
    updated_at: null,
    is_deleted: false,
    revision: 1,
    client_id: clientId,
    ...(references && { references }),
  }
}

/** The outcome of a requested change: a new state, the same state, or a refusal. */
export type Change =
  | { kind: 'changed'; message: StoredMessage }
  | { kind: 'unchanged'; message: StoredMessage }
  | { kind: 'refused'; refusal: Refusal }

export const noSuchMessage = 'There is no such message: it may have been deleted.'

const notFound: Change = {
  kind: 'refused',
  refusal: { code: 'not_found', detail: noSuchMessage },
}
const notTheAuthor: Change = { kind: 'refused', refusal: { code: 'not_the_author' } }

const notOutranked: Change = {
  kind: 'refused',
  refusal: {
    code: 'forbidden',
    detail: 'You may delete only your own messages, and those of people of a lower rank.',
  },
}

function revise(message: StoredMessage, now: number, change: Partial<StoredMessage>): Change {
  const before = message.updated_at ?? idTime(message.id)
  return {
    kind: 'changed',
    message: {
      ...message,
      ...change,
      updated_at: Math.max(now, before + 1),
      revision: message.revision + 1,
    },
  }
}

export function edited(
  message: StoredMessage | undefined,
  by: Member,
  content: string,
  now: number,
): Change {
  if (!message || message.is_deleted) return notFound
  if (message.user_id !== by.id) return notTheAuthor
  if (message.content === content) return { kind: 'unchanged', message }
  return revise(message, now, { content })
}

/** Authors delete their own messages, and staff those of people of a lower rank. */
export function deleted(
  message: StoredMessage | undefined,
  { by, staff, now }: { by: Member; staff: StaffMember[]; now: number },
): Change {
  const actor = { kind: 'member', id: by.id } as const
  const mayDelete =
    message?.user_id === by.id || (message && outranks(staff, actor, message.user_id))
  if (!message || (message.is_deleted && !mayDelete)) return notFound
  if (mayDelete) return tombstone(message, now)
  return isStaff(staff, actor) ? notOutranked : notTheAuthor
}

/**
 * The deleted state of a message. It does not check the author. Deleting again is neither a change
 * nor an error, so that a retry is safe.
 */
export function tombstone(message: StoredMessage | undefined, now: number): Change {
  if (!message) return notFound
  if (message.is_deleted) return { kind: 'unchanged', message }
  return revise(message, now, { content: '', is_deleted: true, references: null })
}

/** When the message last changed, in milliseconds. */
export function changedAt(message: StoredMessage): number {
  return message.updated_at ?? idTime(message.id)
}

const iso = (ms: number) => new Date(ms).toISOString()

/** @param referenced the message that it replies to, as it is now, if that is at hand */
export function toWire(message: StoredMessage, referenced?: Referenced): Message {
  const { reply_to, mentions = [], mentions_room } = message.references ?? {}
  const { is_deleted, reactions } = message
  return {
    id: message.id,
    user_id: message.user_id,
    username: message.username,
    content: message.content,
    created_at: iso(idTime(message.id)),
    updated_at: message.updated_at === null ? null : iso(message.updated_at),
    is_deleted,
    revision: message.revision,
    ...(message.client_id !== null && { client_id: message.client_id }),
    ...(reply_to && { reply_to }),
    ...(reply_to && referenced && { referenced }),
    ...(mentions.length > 0 && { mentions }),
    ...(mentions_room && { mentions_room }),
    ...(!is_deleted && reactions && { reactions }),
  }
}

/** The frame for a change to a message that the receiver already has. */
export function changeFrame(
  message: StoredMessage,
): Extract<RoomFrame, { event: 'message_edited' | 'message_deleted' }> {
  const { id: message_id, revision } = message
  if (message.is_deleted) return { event: 'message_deleted', data: { message_id, revision } }
  return {
    event: 'message_edited',
    data: {
      message_id,
      content: message.content,
      updated_at: iso(changedAt(message)),
      revision,
    },
  }
}

/** The frame for an erased account. `mode` says what happened to its messages. */
export function erasureFrame(
  userId: string,
  mode: ErasureMode,
): Extract<RoomFrame, { event: 'user_erased' }> {
  return {
    event: 'user_erased',
    data: { user_id: userId, username: erasedName, messages: mode },
  }
}
