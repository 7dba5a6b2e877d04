// Reactions to messages: how often each was chosen, and what the user has chosen. The user's own count at once,
// and are sent again until the room has acknowledged or refused them.

import { backOff, cappedPause } from '../backoff.ts'
import type { ClientEvents, Message, Page, RoomEvents } from '../contract.ts'
import type { Platform } from '../platform.ts'
import { ChatProblem } from '../problem.ts'
import type { ChatRest } from '../rest.ts'
import { temporaryCodes } from '../sending/send-queue.ts'
import type { SentMessage } from '../state.ts'

/** After so long without an answer on an open connection, the reactions are sent again. */
const answerWithinMs = 20_000

type Counts = RoomEvents['reactions_changed']['counts']
type Own = readonly string[]
type Reacted = {
  counts: Counts
  revision: number
  own: Own
  /** Counts with this revision include `own`. */
  ownRevision: number
  /** What `counts` include of the user. */
  counted: Own
}
type Pending = {
  own: string[]
  failures: number
  cancelTimer: () => void
  calls: { resolve: () => void; reject: (problem: ChatProblem) => void }[]
}

type Uses = {
  platform: Platform
  rest: Pick<ChatRest, 'ownReactions'>
  transmit: (data: ClientEvents['react']) => void
  /** Gets the id of a message whose reactions have changed. */
  changed: (id: string) => void
}

export type Reactions = ReturnType<typeof createReactions>

const isSame = (one: Own, other: Own) => [...one].sort().join() === [...other].sort().join()

function recounted(counts: Counts, without: Own, withOwn: Own): Counts {
  const sum = { ...counts }
  for (const emoji of without) sum[emoji] = (sum[emoji] ?? 0) - 1
  for (const emoji of withOwn) sum[emoji] = (sum[emoji] ?? 0) + 1
  return Object.fromEntries(Object.entries(sum).filter(([, count]) => count > 0))
}

export function createReactions({ platform, rest, transmit, changed }: Uses) {
  let known = new Map<string, Reacted>()
  const pending = new Map<string, Pending>()
  let isOnline = false

  function update(id: string, change: Partial<Reacted>): void {
    const before = known.get(id)
    const now = {
      counts: {},
      revision: 0,
      own: [],
      ownRevision: 0,
      counted: [],
      ...before,
      ...change,
    }
    if (now.revision >= now.ownRevision) now.counted = now.own
    known.set(id, now)
    changed(id)
  }

  function takeCounts(
    id: string,
    { counts, revision }: Pick<Reacted, 'counts' | 'revision'>,
  ): void {
    if (revision > (known.get(id)?.revision ?? 0)) update(id, { counts, revision })
  }

  function takeOwn(id: string, own: Own, ownRevision: number): void {
    const before = known.get(id)
    if (ownRevision >= (before?.ownRevision ?? 0) && (before || own.length > 0))
      update(id, { own, ownRevision })
  }

  /** Sends it now, and again if nothing answers. */
  function send(id: string, entry: Pending): void {
    entry.cancelTimer()
    if (!isOnline) return
    entry.cancelTimer = platform.after(answerWithinMs, () => send(id, entry))
    transmit({ message_id: id, reactions: entry.own })
  }

  function end(id: string): Pending['calls'] {
    const entry = pending.get(id)
    entry?.cancelTimer()
    pending.delete(id)
    changed(id)
    return entry?.calls ?? []
  }

  return {
    takeCounts,

    /** The reactions of a message that came in an answer or a frame. */
    take({ id, reactions }: Message): void {
      if (reactions) takeCounts(id, reactions)
    },

    /** What the user has chosen for the messages of a page. */
    takePage({ messages, own_reactions: own }: Page): void {
      if (!own) return
      for (const { id, reactions } of messages) takeOwn(id, own[id] ?? [], reactions?.revision ?? 0)
    },

    /** The fields of a message that show its reactions. */
    show(id: string): Pick<SentMessage, 'reactions' | 'ownReactions'> {
      const { counts = {}, revision = 0, own = [], counted = [] } = known.get(id) ?? {}
      const ownReactions = pending.get(id)?.own ?? own
      const now = recounted(counts, counted, ownReactions)
      const isNone = revision === 0 && ownReactions.length === 0
      return isNone ? {} : { reactions: { counts: now, revision }, ownReactions }
    },

    /** All messages are loaded again. */
    reset(): void {
      known = new Map()
    },

    forget: (id: string): void => void known.delete(id),

    react(id: string, reactions: string[]): Promise<void> {
      const calls = pending.get(id)?.calls ?? []
      pending.get(id)?.cancelTimer()
      const entry = { own: [...new Set(reactions)], failures: 0, cancelTimer() {}, calls }
      pending.set(id, entry)
      changed(id)
      send(id, entry)
      const done = new Promise<void>((resolve, reject) => calls.push({ resolve, reject }))
      // The state shows the failure too, so that a caller may ignore the promise.
      done.catch(() => {})
      return done
    },

    onSet({ message_id: id, reactions, revision }: RoomEvents['reaction_set']): void {
      takeOwn(id, reactions, revision)
      if (isSame(reactions, pending.get(id)?.own ?? []))
        for (const { resolve } of end(id)) resolve()
    },

    /** @returns whether the refusal is about reactions that wait */
    onRefusal(refusal: RoomEvents['error']): boolean {
      const { event, message_id: id = '', code, message, retry_after_ms } = refusal
      const entry = pending.get(id)
      if (event !== 'react' || !entry) return false
      if (temporaryCodes.includes(code)) {
        entry.cancelTimer()
        const waitMs = cappedPause(retry_after_ms) || backOff(entry.failures++, platform.random())
        entry.cancelTimer = platform.after(waitMs, () => send(id, entry))
      } else {
        const problem = new ChatProblem(code, message, { errors: refusal.errors })
        for (const { reject } of end(id)) reject(problem)
      }
      return true
    },

    /** @param messages oldest first: a replay has told nothing of the user's own reactions to them */
    async statusChanged(status: string, messages: readonly Message[]): Promise<void> {
      isOnline = status === 'online'
      for (const [id, entry] of pending) send(id, entry)
      const reacted = messages.filter(({ id }) => known.has(id))
      const to = reacted.at(-1)?.id
      if (!isOnline || !to) return
      for (let from: string | null = reacted[0]?.id ?? null; from; ) {
        const page = await rest.ownReactions({ from, to }).catch(() => null)
        if (!page) return
        const end = page.next_from ?? '~'
        for (const { id } of reacted)
          if (id >= from && id < end)
            takeOwn(id, page.reactions[id] ?? [], known.get(id)?.revision ?? 0)
        from = page.next_from
      }
    },
  }
}
