// The messages that the room has accepted, each once, in the order of their ids. Pages, live frames
// and replays may come in any order: revisions decide, and what was deleted stays away.

import type { SentMessage } from './state.ts'
import type { Message, Page, Told } from './wire.ts'

type Edit = Omit<Told['message_edited'], 'updated_at'> & Pick<Message, 'updated_at'>
/** Newest first. */
type Rows = Pick<Page, 'messages' | 'next_cursor'>

export function createTimeline() {
  let messages: SentMessage[] = []
  let shown: readonly SentMessage[] | null = null
  let cursor: string | null = null
  const gone = new Set<string>()
  /** Message id → key of its optimistic entry. */
  const keys = new Map<string, string>()
  /** By user, the ends of accounts. */
  const ends = new Map<string, Told['user_erased']>()
  /** Edits of messages that are not here, while a page may bring those as they were before. */
  let early: Map<string, Edit> | null = null

  /** Where it is, or would be. */
  function placeOf(id: string): number {
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
    const message = messages[placeOf(id)]
    return message?.id === id ? message : undefined
  }

  function splice(id: string, ...instead: SentMessage[]): void {
    messages.splice(placeOf(id), find(id) ? 1 : 0, ...instead)
    shown = null
  }

  function set(message: Message): void {
    const { id } = message
    splice(id, { ...message, key: keys.get(id) ?? id, state: 'sent' })
  }

  function put(message: Message): void {
    const { id, user_id, username, is_deleted, revision } = message
    const end = ends.get(user_id)
    if (is_deleted || end?.messages === 'delete') remove(id)
    if (gone.has(id) || id < (cursor ?? '')) return
    if ((find(id)?.revision ?? 0) < revision)
      set({ ...message, username: end?.username ?? username })
    const change = early?.get(id)
    if (change) edit(change)
  }

  function edit(change: Edit): void {
    const { message_id: id, content, updated_at, revision } = change
    const held = find(id)
    if (((held ?? early?.get(id))?.revision ?? 0) >= revision) return
    if (held) set({ ...held, content, updated_at, revision })
    else early?.set(id, change)
  }

  /** For good: no page brings it back. */
  function remove(id: string): void {
    gone.add(id)
    splice(id)
  }

  return {
    find,
    put,
    edit,
    remove,

    /** Oldest first. The same array until something changes. */
    shown(): readonly SentMessage[] {
      shown ??= messages.slice()
      return shown
    },

    /** Where the next older page begins, and below which nothing is known; null: at nothing. */
    cursor: () => cursor,

    /** The newest rows: at once instead of all that was here, of which stays what is among them. */
    replace(page: Rows): void {
      const names = new Map(page.messages.map(({ id, username }) => [id, username]))
      messages = messages.filter(({ id, username }) => names.get(id) === username)
      shown = early = null
      cursor = page.next_cursor
      for (const message of page.messages) put(message)
    },

    /** Brings the rows below the cursor. Edits that are told meanwhile are not lost. */
    async extend(load: (cursor: string | null) => Promise<Rows>): Promise<void> {
      const own = new Map<string, Edit>()
      early = own
      try {
        const page = await load(cursor)
        // Else the list was replaced, and is newer than these rows.
        if (early !== own) return
        cursor = page.next_cursor
        for (const message of page.messages) put(message)
      } finally {
        if (early === own) early = null
      }
    },

    /** The entry of this message is to have the key of an optimistic one. */
    name(id: string, key: string): void {
      keys.set(id, key)
    },

    /** An account has ended. */
    erase(end: Told['user_erased']): void {
      ends.set(end.user_id, end)
      const theirs = messages.filter(({ user_id }) => user_id === end.user_id)
      for (const message of theirs) {
        splice(message.id)
        put(message)
      }
    },
  }
}
