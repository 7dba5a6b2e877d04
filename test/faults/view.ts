// What one client shows, kept by the rules of the contract: a change counts only if its revision is
// higher, and a deletion is final. It knows nothing of sockets.

import type { Deletion, Edit, Message } from './wire.ts'

export class View {
  readonly #messages = new Map<string, Message>()
  readonly #deleted = new Set<string>()
  /** Edits of messages that no page has brought yet. */
  readonly #early = new Map<string, Edit>()
  /** The client has loaded no further back than this id; empty: it has everything. */
  horizon = ''

  put(message: Message): void {
    const { id, revision } = message
    if (message.is_deleted) this.remove({ message_id: id, revision })
    if (this.#deleted.has(id)) return
    const known = this.#messages.get(id)
    if (known && known.revision >= revision) return
    this.#messages.set(id, message)
    const early = this.#early.get(id)
    this.#early.delete(id)
    if (early) this.edit(early)
  }

  edit(edit: Edit): void {
    const { message_id: id, content, updated_at, revision } = edit
    const known = this.#messages.get(id)
    if (known && revision > known.revision)
      this.#messages.set(id, { ...known, content, updated_at, revision })
    if (!known && revision > (this.#early.get(id)?.revision ?? 0)) this.#early.set(id, edit)
  }

  remove({ message_id: id }: Deletion): void {
    this.#deleted.add(id)
    this.#messages.delete(id)
    this.#early.delete(id)
  }

  /** Oldest first, down to the horizon. */
  shown(): Message[] {
    return [...this.#messages.values()]
      .filter(({ id }) => id >= this.horizon)
      .sort((a, b) => (a.id < b.id ? -1 : 1))
  }
}
