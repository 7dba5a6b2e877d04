// Reads everything that one connection receives, and reports each frame that breaks the protocol:
// wrong order, gaps and repeats in `seq`, falling ids, frames that this client must not receive.

import {
  type DurableFrame,
  type Frame,
  isDurable,
  type Member,
  type Restricted,
  readMessage,
  subjectOf,
} from './protocol.ts'

/**
 * How a durable frame came: as part of what a resuming client missed, as a live event with `seq`,
 * or as a reply to this connection alone.
 */
export type Delivery = 'replay' | 'live' | 'reply'

export type ProtocolReaderOptions = {
  userId: string
  /** Whether the client offered `chat.v1`. */
  batching: boolean
  /** Called for each frame that can be used, in order. */
  onFrame(frame: Frame, delivery: Delivery): void
  /** Called with one sentence for each broken rule. */
  onViolation(sentence: string): void
}

export class ProtocolReader {
  state: 'opening' | 'joining' | 'live' | 'refused' | 'broken' = 'opening'
  epoch = ''
  resumed = false
  /** The `seq` of the last live frame. */
  seq = -1
  /** The other users who are online, as far as this connection knows. */
  readonly online = new Set<string>()
  readonly #options: ProtocolReaderOptions
  /** In a crowd `users_online` lists only the latest users. */
  #listsEveryone = false
  #lastNewId = ''
  #lastMark = ''

  constructor(options: ProtocolReaderOptions) {
    this.#options = options
  }

  /** After a gap in `seq` nothing more is read, because the client must reconnect. */
  get isBroken(): boolean {
    return this.state === 'broken'
  }

  /** Reads one WebSocket message. */
  read(text: string): void {
    const { frames, violation } = readMessage(text, this.#options)
    if (violation !== null) this.#options.onViolation(violation)
    for (const frame of frames) this.readFrame(frame)
  }

  readFrame(frame: Frame): void {
    if (this.isBroken) return
    const delivery: Delivery =
      this.state !== 'live' ? 'replay' : frame.seq === undefined ? 'reply' : 'live'
    this.#check(frame)
    if (this.isBroken) return
    this.#options.onFrame(frame, delivery)
  }

  #check(frame: Frame): void {
    const { event } = frame
    if (this.state === 'opening' && frame.event === 'restricted') {
      this.#checkBan(frame.data)
      return
    }
    if (this.state === 'refused') this.#report(`${event} came after a ban`)
    if ((event === 'welcome') !== (this.state === 'opening'))
      this.#report(`out of order: ${event} while the connection is ${this.state}`)
    if (frame.event === 'room_changed' && frame.seq === undefined) {
      if (this.state === 'live') this.#report('room_changed has no seq')
      return
    }
    if (isDurable(frame)) {
      this.#checkDurable(frame)
      return
    }
    switch (frame.event) {
      case 'welcome':
        this.state = 'joining'
        this.epoch = frame.data.epoch
        this.resumed = frame.data.resumed
        break
      case 'synced':
        this.#becomeLive(frame.seq)
        break
      case 'users_online':
        this.#listOnline(frame.data)
        break
      case 'user_joined':
      case 'user_left':
      case 'user_typing':
        this.#checkPresence(frame.event, frame.data.user_id)
        break
      case 'read_marked':
        this.#checkMark(frame.data.message_id)
        break
      case 'restricted':
      case 'report_filed':
      case 'audit_added':
      case 'reaction_set':
      case 'error':
      case 'pong':
      case 'token_expiring':
      case 'authenticated':
      case 'reconnect':
        break
      default:
        this.#report(`${event} is an unknown event`)
    }
  }

  /** A banned person gets this instead of a welcome, and nothing else. */
  #checkBan({ user_id, ban }: Restricted): void {
    if (user_id !== this.#options.userId || ban === null)
      this.#report('restricted came before welcome, and is no ban of this client')
    this.state = 'refused'
  }

  #checkMark(id: string): void {
    if (id <= this.#lastMark)
      this.#report(`the read marker went back from ${this.#lastMark} to ${id}`)
    this.#lastMark = id
  }

  #listOnline({ count, users }: { count: number; users: Member[] }): void {
    this.#listsEveryone = count === users.length
    this.online.clear()
    for (const { id } of users) if (id !== this.#options.userId) this.online.add(id)
  }

  #becomeLive(seq: number | undefined): void {
    if (this.state === 'live') this.#report('out of order: synced came twice')
    if (seq === undefined) this.#report('synced has no seq')
    this.state = 'live'
    this.seq = seq ?? -1
  }

  #checkPresence(event: 'user_joined' | 'user_left' | 'user_typing', id: string): void {
    const { userId, batching } = this.#options
    if (id === userId) {
      if (!batching) this.#report(`a plain client received its own ${event}`)
    } else if (event === 'user_joined') {
      if (this.#listsEveryone && this.online.has(id))
        this.#report(`${id} joined and was online already`)
      this.online.add(id)
    } else if (event === 'user_left' && !this.online.delete(id) && this.#listsEveryone)
      this.#report(`${id} left and was not online`)
  }

  #checkDurable(frame: DurableFrame): void {
    const { seq, event, data } = frame
    if (event === 'new_message' && data.is_deleted && data.content !== '')
      this.#report(`the deleted ${data.id} has a text`)
    if (this.state !== 'live') {
      if (seq !== undefined) this.#report(`seq ${seq} came before synced`)
      if (this.state === 'joining' && !this.resumed)
        this.#report(`${event} was replayed to a client that does not resume`)
    } else if (seq !== undefined) this.#checkOrder(frame, seq)
  }

  #checkOrder(frame: DurableFrame, seq: number): void {
    if (seq !== this.seq + 1) {
      this.#report(`out of order: seq ${seq} came after ${this.seq}`)
      this.state = 'broken'
      return
    }
    this.seq = seq
    if (frame.event !== 'new_message') return
    const id = subjectOf(frame)
    if (id <= this.#lastNewId) this.#report(`out of order: ${id} came after ${this.#lastNewId}`)
    this.#lastNewId = id
  }

  #report(sentence: string): void {
    this.#options.onViolation(sentence)
  }
}
