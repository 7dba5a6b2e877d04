// The calls of moderation for one person. Each gives a sentence that says what was done, and how to undo it.

import type { ChatClient } from '../../client/chat-client.ts'
import type { Member, Restriction, Restrictions } from '../../client/contract.ts'
import * as strings from '../strings/en.json'
import { fill } from '../strings/fill.ts'
import { restrictionText } from '../text/restrictions.ts'
import { purgedText } from '../text/sentences.ts'
import { sinceBefore, untilAfter } from './durations.ts'

export type RestrictionKind = 'mute' | 'ban'

export type Done = {
  readonly text: string
  /** Absent where it changed no restriction. */
  readonly restrictions?: Restrictions
  /** null: it cannot be undone. */
  readonly undo: (() => Promise<Done>) | null
}

const past = { mute: 'muted', ban: 'banned' } as const
const endings = { mute: 'unmute', ban: 'unban' } as const

/** All calls throw ChatProblem. */
export function personCalls(
  { moderation }: Pick<ChatClient, 'moderation'>,
  { id, username }: Member,
) {
  const end = async (kind: RestrictionKind, present: Restrictions): Promise<Done> => {
    await moderation[endings[kind]](id)
    return {
      text: fill(strings.usernameIsNotValueAnyMore, { username, value: past[kind] }),
      restrictions: { ...present, [kind]: null },
      undo: null,
    }
  }
  const set = async (
    kind: RestrictionKind,
    restriction: Restriction,
    present: Restrictions,
  ): Promise<Done> => {
    const before = present[kind]
    const restrictions = await moderation[kind](id, restriction)
    return {
      text: restrictionText(
        fill(strings.usernameIsValue, { username, value: past[kind] }),
        restriction,
        Date.now(),
      ),
      restrictions,
      undo: () => (before ? set(kind, before, restrictions) : end(kind, restrictions)),
    }
  }

  return {
    end,
    restrict: (
      kind: RestrictionKind,
      { ms, reason }: { ms: number | null; reason: string | null },
      present: Restrictions,
    ) => set(kind, { until: untilAfter(ms, Date.now()), reason }, present),

    async purge({ ms, reason }: { ms: number | null; reason: string | null }): Promise<Done> {
      const since = sinceBefore(ms, Date.now())
      const { messages } = await moderation.purge(id, { since, reason })
      return { text: purgedText(messages), undo: null }
    },

    async setRole(role: 'moderator' | 'member'): Promise<Done> {
      await moderation.setRole(id, role)
      const not = role === 'member' ? 'not a moderator any more' : 'a moderator'
      return { text: fill(strings.usernameIsNot, { username, not }), undo: null }
    },
  }
}
