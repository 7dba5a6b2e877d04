// The changes of one command to the reactions of each message, until they are written: however many people
// choose something, the totals of a message are written once.

import type { ReactionCounts } from '../../contract/reactions.ts'
import { noSuchMessage } from '../../domain/message.ts'
import {
  type ArchivedReactions,
  countsAfter,
  countsOf,
  type ReactionSetOf,
  refusalOfReactions,
} from '../../domain/reactions.ts'
import type { Clock } from '../clock/clock.ts'
import type { Erasures } from '../log/erasures/erasures.ts'
import type { ExpiryFloor } from '../log/expiry-floor.ts'
import type { Messages } from '../log/messages/messages.ts'
import { type ChangedSet, type SetKey, setKey } from '../log/reactions/reaction-sets.ts'
import type { ReactionTotals } from '../log/reactions/reaction-totals.ts'
import type { Totals } from '../log/reactions/totals-row.ts'
import type { RoomSettings } from '../log/room-settings/room-settings.ts'
import type { Outcome } from '../rpc.ts'
import { accepted, refused } from '../sequencer/command.ts'

export type DraftState = {
  clock: Clock
  messages: Pick<Messages, 'find' | 'current' | 'oldestId'>
  erasures: Pick<Erasures, 'find'>
  expiryFloor: Pick<ExpiryFloor, 'isExpired'>
  reactionTotals: ReactionTotals
  roomSettings: Pick<RoomSettings, 'current'>
}

type Draft = {
  authorId: string
  /** Of the room; undefined: it has none. */
  totals: Totals | undefined
  /** Of the room, or else of the archive. */
  revision: number
  counts: ReactionCounts
  /** Sets that only the archive has had, and the room writes with the first change; null: it has them. */
  loaded: Map<string, string[]> | null
  /** By person. */
  changed: Map<string, string[]>
}

const notFound = refused({ code: 'not_found', detail: noSuchMessage }).outcome
/** Of a message that the room forgot meanwhile. Another try loads its reactions. */
const forgotten = refused({ code: 'unavailable', retryAfterMs: 1_000 }).outcome

const isSame = (one: string[], other: string[]) =>
  one.length === other.length && one.every((emoji) => other.includes(emoji))

/** @param asked all sets that may be chosen: they are read at once */
export function createDrafts(
  { clock, messages, erasures, expiryFloor, reactionTotals, roomSettings }: DraftState,
  asked: readonly SetKey[],
) {
  const { sets } = reactionTotals
  const inRoom = sets.among(asked)
  const drafts = new Map<string, Draft>()
  const written: ChangedSet[] = []

  /** @returns null: there is no such message, or it is deleted */
  function authorOf(
    id: string,
    totals: Totals | undefined,
    archived: ArchivedReactions | undefined,
  ): string | null {
    const now = messages.current(id, archived?.message)
    if (!now) return totals?.author_id ?? null
    const isErased = !messages.find(id) && erasures.find(now.user_id)?.remains === 'delete'
    return now.is_deleted || isErased ? null : now.user_id
  }

  function open(id: string, archived: ArchivedReactions | undefined): Outcome<Draft> {
    const known = drafts.get(id)
    if (known) return accepted(known).outcome
    if (expiryFloor.isExpired(id)) return notFound
    const totals = reactionTotals.find(id)
    const authorId = authorOf(id, totals, archived)
    if (authorId === null) return notFound
    const draft = totals ? draftOf(totals, authorId) : newDraft(id, authorId, archived)
    if (!draft) return forgotten
    drafts.set(id, draft)
    return accepted(draft).outcome
  }

  function draftOf(totals: Totals, authorId: string): Draft {
    const { revision, counts } = totals
    return { authorId, totals, revision, counts, loaded: null, changed: new Map() }
  }

  /** @returns null: the room has forgotten what only the archive has */
  function newDraft(
    id: string,
    authorId: string,
    archived: ArchivedReactions | undefined,
  ): Draft | null {
    const isInTail = messages.oldestId !== null && id >= messages.oldestId
    if (!archived && !isInTail) return null
    // The archive may not know an erasure yet.
    const loaded = (archived?.sets ?? []).filter(({ user_id }) => !erasures.find(user_id))
    const revision = archived?.message?.reactions?.revision ?? 0
    const byPerson = new Map(loaded.map(({ user_id, reactions }) => [user_id, reactions]))
    const counts = countsOf(loaded)
    const changed = new Map<string, string[]>()
    return { authorId, totals: undefined, revision, counts, loaded: byPerson, changed }
  }

  return {
    /** The messages whose reactions have changed. */
    changed: (): string[] =>
      [...drafts].flatMap(([id, { changed }]) => (changed.size > 0 ? id : [])),

    /** The revision that the totals will have. */
    revisionOf(messageId: string): number {
      const { revision = 0, changed } = drafts.get(messageId) ?? {}
      return changed?.size ? revision + 1 : revision
    },

    /** @returns what the person has chosen now */
    choose(
      messageId: string,
      { user_id, reactions }: ReactionSetOf,
      archived: ArchivedReactions | undefined,
    ): Outcome<string[]> {
      const opened = open(messageId, archived)
      if (!opened.ok) return opened
      const draft = opened.value
      const { changed, loaded } = draft
      const stored = loaded?.get(user_id) ?? inRoom.get(setKey({ messageId, userId: user_id }))
      const before = changed.get(user_id) ?? stored ?? []
      const asked = [...new Set(reactions)]
      const allowed = roomSettings.current.reactions
      const refusal = refusalOfReactions(asked, { allowed, before })
      if (refusal) return refused(refusal).outcome
      if (isSame(asked, before)) return accepted(before).outcome
      draft.counts = countsAfter(draft.counts, before, asked)
      changed.set(user_id, asked)
      return accepted(asked).outcome
    },

    /** `writeSets` must follow. @returns undefined: nothing has changed */
    writeTotals(messageId: string, tell: boolean): Totals | undefined {
      const draft = drafts.get(messageId)
      if (!draft || draft.changed.size === 0) return undefined
      const { authorId, totals, revision, counts, loaded, changed } = draft
      for (const [user_id, reactions] of loaded ?? [])
        if (!changed.has(user_id)) written.push({ messageId, user_id, reactions, revision })
      const next = revision + 1
      for (const [user_id, reactions] of changed)
        written.push({ messageId, user_id, reactions, revision: next })
      const now = { message_id: messageId, author_id: authorId, counts, revision: next }
      return reactionTotals.change({ ...now, at: clock.wall() }, tell, totals ?? revision)
    },

    /** Those that all written totals count. */
    writeSets(): void {
      sets.write(written)
    },
  }
}
