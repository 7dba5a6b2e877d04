// The state of one client between its connections: its position in the log and the messages that it
// shows. Of two revisions of a message the higher one wins, in whatever order they come.

import { excerptOf } from './compare-references.ts'
import type { Loaded } from './history.ts'
import { isInRange } from './known-purges.ts'
import type {
  Deletion,
  Erasure,
  Frame,
  Message,
  Position,
  Purge,
  Reactions,
  ReactionsChange,
  Referenced,
  Restricted,
  Room,
} from './protocol.ts'

/**
 * A change may come before the page with its message: until then other fields are missing. The message is
 * in no page if it was purged meanwhile, and is never shown.
 */
type MessageState = Partial<Message> & Pick<Message, 'id' | 'revision'>

export class ClientView {
  position: Position = { epoch: '', seq: -1 }
  /** Whether the pages of the history are here. */
  isLoaded = false
  /** The client has loaded no further back than this id; empty: it has everything. */
  horizon = ''
  /** null until the first welcome. */
  room: Room | null = null
  /** What this connection was told of restrictions, by user id. */
  readonly restricted = new Map<string, Restricted>()
  readonly #messages = new Map<string, MessageState>()
  readonly #purges: Purge[] = []
  /** By message id. They may come before the message. */
  readonly #reactions = new Map<string, Reactions>()

  /** Takes the pages in. Live frames may have come before them. */
  load({ messages, horizon }: Pick<Loaded, 'messages' | 'horizon'>): void {
    for (const message of messages) this.add(message)
    this.horizon = horizon
    this.isLoaded = true
  }

  /** Takes a frame in that a `ProtocolReader` accepted. */
  apply(frame: Frame): void {
    const { event, data, seq } = frame
    if (event === 'welcome') {
      this.position = { ...this.position, epoch: data.epoch }
      this.restricted.clear()
    }
    if (event === 'restricted') this.restricted.set(data.user_id, data)
    if (event === 'user_erased') this.#erase(data)
    if (event === 'messages_purged') this.#purges.push(data)
    if (event === 'room_changed') this.room = data
    if (event === 'new_message') this.add(data)
    if (event === 'reactions_changed') this.#react(data)
    if (event === 'message_edited') this.#change(data)
    if (event === 'message_deleted') this.#change({ ...data, content: '', is_deleted: true })
    if (seq !== undefined) this.position = { ...this.position, seq }
  }

  add({ reactions, ...message }: MessageState): void {
    const known = this.#messages.get(message.id)
    const isNewer = known === undefined || message.revision > known.revision
    this.#messages.set(message.id, isNewer ? { ...known, ...message } : { ...message, ...known })
    if (reactions) this.#react({ message_id: message.id, ...reactions })
  }

  /** Oldest first, down to the horizon, without the deleted ones. */
  shown(): Message[] {
    const isWhole = (message: MessageState): message is Message => message.user_id !== undefined
    return [...this.#messages.values()]
      .filter(isWhole)
      .filter(({ id }) => id >= this.horizon)
      .filter((message) => !this.isGone(message))
      .map((message) => this.#withReferenced(message))
      .map((message) => this.#withReactions(message))
      .sort((a, b) => (a.id < b.id ? -1 : 1))
  }

  /** Whether this client was told that the message is deleted. */
  isGone({ id, user_id }: Pick<Message, 'id' | 'user_id'>): boolean {
    const isPurged = this.#purges.some((purge) => isInRange({ id, user_id }, purge))
    return isPurged || this.#messages.get(id)?.is_deleted === true
  }

  #withReferenced(message: Message): Message {
    const { referenced } = message
    return referenced ? { ...message, referenced: this.#presentState(referenced) } : message
  }

  /** Changes of the message that a reply is to change what the reply shows. */
  #presentState(referenced: Referenced): Referenced {
    if (this.isGone(referenced)) return { ...referenced, excerpt: '', is_deleted: true }
    const content = this.#messages.get(referenced.id)?.content
    return content === undefined ? referenced : { ...referenced, excerpt: excerptOf(content) }
  }

  #react({ message_id, ...reactions }: ReactionsChange): void {
    const known = this.#reactions.get(message_id)
    if (!known || known.revision < reactions.revision) this.#reactions.set(message_id, reactions)
  }

  #withReactions(message: Message): Message {
    const reactions = this.#reactions.get(message.id)
    return reactions ? { ...message, reactions } : message
  }

  #change({ message_id: id, ...change }: Deletion & Partial<Message>): void {
    this.add({ id, ...change })
  }

  /** Messages that stay get another name, which nothing compares. */
  #erase({ user_id, messages }: Erasure): void {
    if (messages === 'keep') return
    for (const message of this.#messages.values())
      if (message.user_id === user_id) message.is_deleted = true
  }
}
