// Accepted messages without a gap, each once, in the order of their ids. Pages, live events and replays
// may come in any order: the higher revision wins, and a deleted message never comes back.

import type { Message, Page } from '../contract.ts'
import type { SentMessage } from '../state.ts'
import type { Edit, KnownChanges } from './known-changes.ts'
import type { Reactions } from './reactions.ts'
import type { Targets } from './targets.ts'

/** Newest first. */
type Rows = { messages: readonly Message[] } & Pick<Page, 'next_cursor'>

type Uses = {
  changes: KnownChanges
  targets: Targets
  reactions: Reactions
  /** By message id, the key of its optimistic entry. */
  keys: Map<string, string>
}

export type MessageList = ReturnType<typeof createMessageList>

export function createMessageList({ changes, targets, reactions, keys }: Uses) {
  let messages: SentMessage[] = []
  let snapshot: readonly SentMessage[] | null = null
  let cursor: string | null = null

  /** Where the message is, or would be. */
  function indexOf(id: string): number {
    let low = 0
    let high = messages.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((messages[middle]?.id ?? '') < id) low = middle + 1
      else high = middle
    }
    return low
  }

  function find(id: string): SentMessage | undefined {
    const message = messages[indexOf(id)]
    return message?.id === id ? message : undefined
  }

  function splice(id: string, ...replacement: SentMessage[]): void {
    const present = find(id) ? 1 : 0
    messages.splice(indexOf(id), present, ...replacement)
    if (present + replacement.length > 0) snapshot = null
  }

  function set(message: Message): void {
    const { id, reply_to } = message
    const entry = withReactions({ ...message, key: keys.get(id) ?? id, state: 'sent' as const })
    splice(id, reply_to ? { ...entry, referenced: targets.follow(message) } : entry)
    targets.update(entry)
  }

  function upsert(message: Message): void {
    const { id } = message
    const isGone = changes.isGone(message)
    if (isGone) splice(id)
    if (isGone || id < (cursor ?? '')) return
    reactions.take(message)
    const current = changes.current(message)
    if ((find(id)?.revision ?? 0) < current.revision) set(current)
    else targets.follow(message)
  }

  function edit({ message_id: id, content, updated_at, revision }: Edit): void {
    const present = find(id)
    if (present && present.revision < revision) set({ ...present, content, updated_at, revision })
  }

  /** The message with its reactions as they are known now, and no others. */
  function withReactions<M extends Message>(message: M): M {
    const { reactions: _, ownReactions: __, ...other } = message as M & Partial<SentMessage>
    return { ...other, ...reactions.show(message.id) } as M
  }

  function showReactions(id: string): void {
    const present = find(id)
    const now = present && withReactions(present)
    const parts = (entry: SentMessage) => JSON.stringify([entry.reactions, entry.ownReactions])
    if (now && parts(now) !== parts(present)) splice(id, now)
  }

  return {
    find,
    upsert,
    showReactions,
    edit,
    remove: (id: string): void => splice(id),

    /** Oldest first. The same array until something changes. */
    snapshot(): readonly SentMessage[] {
      snapshot ??= messages.slice()
      return snapshot
    },

    /** The cursor of the next older page. No message below it is in the list; null: no older page. */
    cursor: () => cursor,

    /** Adds the rows below the cursor. */
    prepend(page: Rows): void {
      cursor = page.next_cursor
      for (const message of page.messages) upsert(message)
    },

    /** Replaces the list by these rows in one step. Entries that are among them stay the same objects. */
    replace(page: Rows): void {
      const usernames = new Map(page.messages.map(({ id, username }) => [id, username]))
      messages = messages.filter(({ id, username }) => usernames.get(id) === username)
      snapshot = null
      this.prepend(page)
      for (const { id } of messages.slice()) showReactions(id)
    },

    /** Events have deleted messages, or erased an account. @returns how many messages left the list */
    review(): number {
      const before = messages.slice()
      for (const message of before) {
        const username = changes.nameOf(message)
        if (changes.isGone(message)) splice(message.id)
        else if (username !== message.username) set({ ...message, username })
      }
      return before.length - messages.length
    },

    /** The target of replies has changed. */
    showTarget(id: string): void {
      const referenced = targets.get(id)
      for (const message of messages)
        if (message.reply_to === id) splice(message.id, { ...message, referenced })
    },
  }
}
