// A virtual user with one socket. It reads, pings as the contract asks, and keeps its position,
// from which it resumes.

import type { Dialect, Endpoint } from './commands.ts'
import type { DeliveryChecker } from './delivery-checker.ts'
import { type DialectRules, dialects } from './dialects.ts'
import type { Batch, FrameReader } from './frame-reader.ts'
import { TextSocket } from './text-socket.ts'

const pingAfterBytes = 256 * 1024

/** Shared by the users of a crowd. */
export type Shared = {
  frames: FrameReader
  checker: DeliveryChecker
  received(bytes: number, at: number): void
  closed(code: number): void
  /** A reaction was acknowledged or refused. */
  answered(isAccepted: boolean): void
}

export class VirtualUser {
  readonly receiver: number
  readonly #endpoint: Endpoint
  readonly #localAddress: string
  readonly #dialect: DialectRules
  readonly #shared: Shared
  #socket: TextSocket | null = null
  #onOutcome: (outcome: string) => void = () => {}
  #isCut = false
  #unprovenBytes = 0
  #awaitsPong = false
  #userId = ''
  #epoch = ''
  #seq = -1
  /** How many are online, as far as this user knows. */
  online = 0
  resumed = false
  /** Connected, and knows everything. */
  isReady = false

  constructor(
    shared: Shared,
    address: { endpoint: Endpoint; localAddress: string },
    dialect: Dialect,
  ) {
    this.#shared = shared
    this.#endpoint = address.endpoint
    this.#localAddress = address.localAddress
    this.#dialect = dialects[dialect]
    this.receiver = shared.checker.addReceiver()
  }

  /** Gives `ready` once the user knows everything, or the reason why it was refused. */
  async connect(): Promise<string> {
    const { promise, resolve } = Promise.withResolvers<string>()
    this.#onOutcome = resolve
    this.#isCut = false
    this.#unprovenBytes = 0
    this.#awaitsPong = false
    const { url, subprotocols } = this.#endpoint
    const position = `${url.includes('?') ? '&' : '?'}epoch=${this.#epoch}&since=${this.#seq}`
    const isResume = this.#dialect.announcesReady && this.#seq >= 0
    this.#socket = new TextSocket(
      { url: isResume ? url + position : url, subprotocols, localAddress: this.#localAddress },
      { text: (text) => this.#receive(text), closed: (code) => this.#close(code) },
    )
    this.#socket.opened.then(
      () => this.#open(),
      (error) => resolve(String(error.message)),
    )
    return promise
  }

  send(number: number, content: string): void {
    this.#socket?.send(this.#dialect.encode(number, content))
  }

  react(message_id: string, reactions: string[]): void {
    this.#socket?.send(JSON.stringify({ event: 'react', data: { message_id, reactions } }))
  }

  ping(): void {
    const { ping } = this.#dialect
    if (ping === null || !this.#socket?.isOpen) return
    this.#awaitsPong = true
    this.#unprovenBytes = 0
    this.#socket.send(ping)
  }

  cut(): void {
    this.#isCut = true
    this.isReady = false
    this.#socket?.terminate()
  }

  #open(): void {
    const { greeting, announcesReady } = this.#dialect
    if (greeting !== null) this.#socket?.send(greeting)
    if (!announcesReady) this.#becomeReady()
  }

  #becomeReady(): void {
    this.isReady = true
    // The room does not know that a user reads until it has pinged.
    this.ping()
    this.#onOutcome('ready')
  }

  #close(code: number): void {
    this.isReady = false
    this.#onOutcome(`closed with ${code}`)
    if (this.#isCut) return
    this.#shared.closed(code)
    this.#shared.checker.close(this.receiver)
  }

  #receive(raw: Buffer): void {
    const now = performance.now()
    const { pong, serverPing, serverPong } = this.#dialect
    if (raw.length === serverPing.length && raw.equals(serverPing)) {
      this.#socket?.send(serverPong)
      return
    }
    if (raw.length === pong.length && raw.equals(pong)) {
      this.#awaitsPong = false
      return
    }
    this.#shared.received(raw.length, now)
    this.#unprovenBytes += raw.length
    if (this.#unprovenBytes >= pingAfterBytes && !this.#awaitsPong) this.ping()
    for (const batch of this.#shared.frames.read(raw)) this.#apply(batch, now)
  }

  #apply(batch: Batch, now: number): void {
    const { welcome, online, joined, left, seqs, syncedSeq, errors } = batch
    if (welcome) {
      this.#userId = welcome.user_id
      this.#epoch = welcome.epoch
      this.resumed = welcome.resumed
    }
    if (online !== null) this.online = online
    if (joined.length > 0) this.online += this.#countOthers(joined)
    if (left.length > 0) this.online -= this.#countOthers(left)
    if (batch.messages.length > 0) this.#shared.checker.take(this.receiver, batch, now)
    if (seqs && this.#dialect.isOrdered) {
      const follows = seqs.first === this.#seq + 1 && !seqs.hasGap
      if (!follows) this.#shared.checker.faults.disordered++
      this.#seq = seqs.last
    }
    for (let answers = batch.reactionSets; answers > 0; answers--) this.#shared.answered(true)
    for (let answers = batch.reactionErrors; answers > 0; answers--) this.#shared.answered(false)
    for (const code of errors) this.#shared.checker.refuse(code)
    if (syncedSeq === null) return
    this.#seq = syncedSeq
    this.#becomeReady()
  }

  #countOthers(users: string[]): number {
    return users.includes(this.#userId) ? users.length - 1 : users.length
  }
}
