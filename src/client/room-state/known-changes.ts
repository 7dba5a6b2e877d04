// What events have said about messages, for answers that may be older: which ones are deleted, whose
// account is erased, and the edits that came while an answer was on its way.

import type { Message, RoomEvents } from '../contract.ts'

export type Edit = Omit<RoomEvents['message_edited'], 'updated_at'> & Pick<Message, 'updated_at'>
type Erasure = RoomEvents['user_erased']
type Purge = RoomEvents['messages_purged']

export type KnownChanges = ReturnType<typeof createKnownChanges>

export function createKnownChanges() {
  const deletedIds = new Set<string>()
  /** By user id. */
  const erasures = new Map<string, Erasure>()
  const purges: Purge[] = []
  const loads = new Set<object>()
  /** By message id, the latest edits while something loads. */
  const edits = new Map<string, Edit>()

  const nameOf = ({ user_id, username }: Pick<Message, 'user_id' | 'username'>): string =>
    erasures.get(user_id)?.username ?? username

  return {
    nameOf,
    remove: (id: string) => void deletedIds.add(id),
    purge: (purge: Purge) => void purges.push(purge),
    erase: (erasure: Erasure) => void erasures.set(erasure.user_id, erasure),

    edit(change: Edit): void {
      const { message_id: id, revision } = change
      if (loads.size > 0 && (edits.get(id)?.revision ?? 0) < revision) edits.set(id, change)
    },

    editOf: (id: string): Edit | undefined => edits.get(id),

    /** A deleted message never comes back. */
    isGone({ id, user_id, is_deleted }: Pick<Message, 'id' | 'user_id' | 'is_deleted'>): boolean {
      const isPurged = (purge: Purge) =>
        purge.user_id === user_id && purge.from_id <= id && id <= purge.to_id
      if (is_deleted || erasures.get(user_id)?.messages === 'delete' || purges.some(isPurged))
        deletedIds.add(id)
      return deletedIds.has(id)
    },

    /** The message with what is known to have changed, if that is newer. */
    current(message: Message): Message {
      const edit = edits.get(message.id)
      const newer = edit && edit.revision > message.revision ? edit : message
      const { content, updated_at, revision } = newer
      return { ...message, username: nameOf(message), content, updated_at, revision }
    },

    /**
     * Asks, and remembers the edits that come meanwhile until `apply` has run.
     * @returns undefined if the list was replaced meanwhile, and is newer than the answer
     */
    async during<T, R>(ask: () => Promise<T>, apply: (answer: T) => R): Promise<R | undefined> {
      const load = {}
      loads.add(load)
      try {
        const answer = await ask()
        return loads.has(load) ? apply(answer) : undefined
      } finally {
        loads.delete(load)
        if (loads.size === 0) edits.clear()
      }
    },

    /** The list is replaced: what loads now is older, and events may have been missed. */
    dropLoads(): void {
      loads.clear()
      edits.clear()
    },
  }
}
