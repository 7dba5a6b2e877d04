// One client of the room: it loads pages, connects from there, resumes after every drop, and stores
// `seq` only from frames that carry it. A frame that breaks the protocol throws.

import type { Position } from '../../../src/contract/entities.ts'
import type { ClientData, RoomData, RoomFrame } from '../../../src/contract/frames.ts'
import { type Person, Socket } from '../../support/chat.ts'
import { type Loaded, loadHistory } from './history.ts'
import { type DurableFrame, isDurable } from './truth.ts'
import { View } from './view.ts'
import { until } from './waiting.ts'

/** How a client asks for pages. */
export type Reader = { limit: number; pages: number }

/** The frames that a new connection got before the first live frame. */
export type Welcome = {
  asked: Position
  resumed: boolean
  replay: DurableFrame[]
  /** null: the socket was lost before `synced`. */
  syncedAt: number | null
}

export class Client {
  readonly name: string
  readonly person: Person
  readonly #batching: boolean
  readonly #reader: Reader
  view = new View()
  /** Whether pages were loaded, or need not be. */
  loaded = false
  position: Position = { epoch: '', seq: 0 }
  isLive = false
  /** How many frames this socket has sent. */
  sentFrames = 0
  /** Live frames of this socket. */
  readonly events: (DurableFrame & { seq: number })[] = []
  /** Frames that only this socket got since it became live. */
  readonly replies: RoomFrame[] = []
  /** The users who are online, as far as this client knows. */
  online = new Set<string>()
  #socket: Socket | null = null
  #taken = 0
  #welcome: Omit<Welcome, 'asked'> | null = null
  #ended: number | null = null

  constructor(name: string, person: Person, options: { batching: boolean; reader: Reader }) {
    this.name = name
    this.person = person
    this.#batching = options.batching
    this.#reader = options.reader
  }

  /** @returns null when neither the room nor the archive could answer; then nothing changes */
  async load(): Promise<Loaded | null> {
    const loaded = await loadHistory(this.#reader)
    if (!loaded) return null
    for (const message of loaded.messages) this.view.take(message)
    this.view.horizon = loaded.horizon
    this.loaded = true
    return loaded
  }

  /** @param dropAfter the socket is lost after this many frames of the replay; null: it is not */
  async connect(asked: Position, dropAfter: number | null): Promise<Welcome> {
    const query = `epoch=${asked.epoch}&since=${asked.seq}`
    const socket = await Socket.open(this.person.token, { batching: this.#batching, query })
    this.#begin(socket)
    await until(
      `${this.name} is let in`,
      () => this.#ended !== null || socket.frames.some(isSynced),
    )
    if (dropAfter === null) this.take()
    else this.#takeUpTo(Math.min(2 + dropAfter, socket.frames.findIndex(isSynced)))
    const welcome = this.#welcome as Omit<Welcome, 'asked'> | null
    if (!welcome) throw new Error(`${this.name} was not welcomed: ${this.#ended}`)
    if (dropAfter !== null) await this.close()
    return { ...welcome, asked }
  }

  send(data: ClientData<'send_message'>): void {
    this.sentFrames++
    this.#socket?.send('send_message', data)
  }

  async close(): Promise<void> {
    const socket = this.#socket
    this.dropSocket()
    await socket?.close()
  }

  /** The room has ended, and the socket with it. */
  dropSocket(): void {
    this.#socket = null
    this.isLive = false
  }

  /** Handles all frames that have arrived. */
  take(): void {
    this.#takeUpTo(Number.POSITIVE_INFINITY)
    if (this.#socket && this.#ended !== null) throw this.wrong(`was closed with ${this.#ended}`)
  }

  wrong(what: string): Error {
    return new Error(`${this.name} ${what}`)
  }

  #begin(socket: Socket): void {
    this.#socket = socket
    this.#taken = 0
    this.#welcome = null
    this.#ended = null
    this.sentFrames = 0
    this.events.length = 0
    this.replies.length = 0
    void socket.closed.then(({ code }) => {
      if (this.#socket === socket) this.#ended = code
    })
  }

  #takeUpTo(count: number): void {
    const frames = this.#socket?.frames ?? []
    while (this.#taken < Math.min(count, frames.length))
      this.#receive(frames[this.#taken++] as RoomFrame)
  }

  #receive(frame: RoomFrame): void {
    const { event } = frame
    if ((event === 'welcome') !== (this.#taken === 1))
      throw this.wrong(`heard ${event} out of turn`)
    if (event === 'welcome') this.#welcomed(frame.data)
    else if (event === 'users_online') this.online = new Set(frame.data.users.map(({ id }) => id))
    else if (event === 'synced') this.#synced(frame.seq)
    else if (event === 'user_joined' || event === 'user_left')
      this.#receivePresence(event, frame.data)
    else if (event === 'error') this.replies.push(frame)
    else if (event === 'user_typing' || event === 'pong')
      throw this.wrong(`heard ${event} of nobody`)
    else if (isDurable(frame)) this.#receiveDurable(frame)
    else throw this.wrong(`heard ${event}, which nobody asked for`)
  }

  #welcomed({ epoch, resumed }: RoomData<'welcome'>): void {
    this.#welcome = { resumed, replay: [], syncedAt: null }
    this.position = { ...this.position, epoch }
    if (resumed) return
    this.view = new View()
    this.loaded = false
  }

  #synced(seq: number | undefined): void {
    if (seq === undefined || !this.#welcome) throw this.wrong('was synced with nothing')
    this.#welcome.syncedAt = seq
    this.position = { ...this.position, seq }
    this.isLive = true
  }

  #receivePresence(event: 'user_joined' | 'user_left', { user_id: id }: { user_id: string }): void {
    if (id === this.person.id) {
      if (!this.#batching) throw this.wrong(`is plain, and heard its own ${event}`)
    } else if (event === 'user_joined') {
      if (this.online.has(id)) throw this.wrong('heard someone join who was here')
      this.online.add(id)
    } else if (!this.online.delete(id)) throw this.wrong('heard someone leave who was not here')
  }

  #receiveDurable(frame: DurableFrame): void {
    const { seq } = frame
    if (!this.isLive) {
      if (seq !== undefined) throw this.wrong(`heard seq ${seq} in a replay`)
      this.#welcome?.replay.push(frame)
    } else if (seq === undefined) {
      this.replies.push(frame)
    } else {
      if (seq !== this.position.seq + 1) throw this.wrong(`heard ${seq} after ${this.position.seq}`)
      this.position = { ...this.position, seq }
      this.events.push({ ...frame, seq })
    }
    this.view.apply(frame)
  }
}

const isSynced = ({ event }: RoomFrame) => event === 'synced'
