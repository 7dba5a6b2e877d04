// The accepted messages, each once, in the order of their ids. Pages, live events and replays may
// come in any order: the higher revision wins, and a deleted message never comes back.

import type { Message, Page, RoomEvents } from '../contract.ts'
import type { SentMessage } from '../state.ts'

type Edit = Omit<RoomEvents['message_edited'], 'updated_at'> & Pick<Message, 'updated_at'>
/** Newest first. */
type Rows = Pick<Page, 'messages' | 'next_cursor'>

export type MessageList = ReturnType<typeof createMessageList>

export function createMessageList() {
  let messages: SentMessage[] = []
  let snapshot: readonly SentMessage[] | null = null
  let cursor: string | null = null
  const deletedIds = new Set<string>()
  /** By message id, the key of its optimistic entry. */
  const keys = new Map<string, string>()
  /** By user id. */
  const erasures = new Map<string, RoomEvents['user_erased']>()
  const purges: RoomEvents['messages_purged'][] = []
  /** Edits of messages that an older page, which is on its way, may bring in their old state. */
  let editsWhileLoading: Map<string, Edit> | null = null

  const isPurged = ({ id, user_id }: Message) =>
    purges.some((purge) => purge.user_id === user_id && purge.from_id <= id && id <= purge.to_id)

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
    messages.splice(indexOf(id), find(id) ? 1 : 0, ...replacement)
    snapshot = null
  }

  function set(message: Message): void {
    const { id } = message
    splice(id, { ...message, key: keys.get(id) ?? id, state: 'sent' })
  }

  function upsert(message: Message): void {
    const { id, user_id, username, is_deleted, revision } = message
    const erasure = erasures.get(user_id)
    if (is_deleted || erasure?.messages === 'delete' || isPurged(message)) remove(id)
    if (deletedIds.has(id) || id < (cursor ?? '')) return
    if ((find(id)?.revision ?? 0) < revision)
      set({ ...message, username: erasure?.username ?? username })
    const change = editsWhileLoading?.get(id)
    if (change) edit(change)
  }

  function edit(change: Edit): void {
    const { message_id: id, content, updated_at, revision } = change
    const present = find(id)
    if (((present ?? editsWhileLoading?.get(id))?.revision ?? 0) >= revision) return
    if (present) set({ ...present, content, updated_at, revision })
    else editsWhileLoading?.set(id, change)
  }

  function remove(id: string): void {
    deletedIds.add(id)
    splice(id)
  }

  return {
    find,
    upsert,
    edit,
    remove,

    /** Oldest first. The same array until something changes. */
    snapshot(): readonly SentMessage[] {
      snapshot ??= messages.slice()
      return snapshot
    },

    /** The cursor of the next older page. No message below it is in the list; null: no older page. */
    cursor: () => cursor,

    /** Replaces the list by these rows in one step. Entries that are among them stay the same objects. */
    replace(page: Rows): void {
      const usernames = new Map(page.messages.map(({ id, username }) => [id, username]))
      messages = messages.filter(({ id, username }) => usernames.get(id) === username)
      snapshot = editsWhileLoading = null
      cursor = page.next_cursor
      for (const message of page.messages) upsert(message)
    },

    /** Adds the rows below the cursor. Edits that come while they load are applied to them. */
    async prependOlder(load: (cursor: string | null) => Promise<Rows>): Promise<void> {
      const ownEdits = new Map<string, Edit>()
      editsWhileLoading = ownEdits
      try {
        const page = await load(cursor)
        // Otherwise the list was replaced meanwhile, and is newer than these rows.
        if (editsWhileLoading !== ownEdits) return
        cursor = page.next_cursor
        for (const message of page.messages) upsert(message)
      } finally {
        if (editsWhileLoading === ownEdits) editsWhileLoading = null
      }
    },

    /** Gives the entry of this message the key of its optimistic entry. */
    setKey(id: string, key: string): void {
      keys.set(id, key)
    },

    /** Messages of one person were deleted at once. @returns how many left the list */
    purge(purge: RoomEvents['messages_purged']): number {
      purges.push(purge)
      const purged = messages.filter(isPurged)
      for (const { id } of purged) remove(id)
      return purged.length
    },

    /** An account was erased. */
    erase(erasure: RoomEvents['user_erased']): void {
      erasures.set(erasure.user_id, erasure)
      const ofUser = messages.filter(({ user_id }) => user_id === erasure.user_id)
      for (const message of ofUser) {
        splice(message.id)
        upsert(message)
      }
    },
  }
}
