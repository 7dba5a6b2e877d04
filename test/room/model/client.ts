// One client of the room: it loads pages, connects from there, and resumes after every drop. A frame
// that breaks the protocol throws.

import type { ClientData, RoomFrame } from '../../../src/contract/frames.ts'
import { ClientView } from '../../kit/client-view.ts'
import { type Loaded, loadHistory } from '../../kit/history.ts'
import type { Position } from '../../kit/protocol.ts'
import { type Delivery, ProtocolReader } from '../../kit/protocol-reader.ts'
import { type Person, Socket } from '../../support/chat.ts'
import { type DurableFrame, isDurable } from './expected-log.ts'
import { fetchPage } from './fetch-page.ts'
import { waitUntil } from './waiting.ts'

/** The size and the number of the pages that a client loads. */
export type PageOptions = { limit: number; pages: number }

/** What a new connection received until it was live. */
export type Welcome = {
  requested: Position
  resumed: boolean
  replay: DurableFrame[]
  /** null: the socket was lost before `synced`. */
  syncedAt: number | null
}

export class Client {
  readonly name: string
  readonly person: Person
  readonly #batching: boolean
  readonly #pages: PageOptions
  view = new ClientView()
  /** How many frames this socket has sent. */
  sentFrames = 0
  /** Live frames of this socket. */
  readonly events: (DurableFrame & { seq: number })[] = []
  /** Frames that only this socket received since it became live. */
  readonly replies: RoomFrame[] = []
  #socket: Socket | null = null
  #reader: ProtocolReader
  #received = 0
  #replay: DurableFrame[] = []
  #syncedAt: number | null = null
  #closeCode: number | null = null

  constructor(name: string, person: Person, options: { batching: boolean; pages: PageOptions }) {
    this.name = name
    this.person = person
    this.#batching = options.batching
    this.#pages = options.pages
    this.#reader = this.#newReader()
  }

  get isLive(): boolean {
    return this.#socket !== null && this.#reader.state === 'live'
  }

  /** The other users who are online, as far as this client knows. */
  get online(): ReadonlySet<string> {
    return this.#reader.online
  }

  /** @returns null when neither the room nor the archive could answer; then nothing changes */
  async load(): Promise<Loaded | null> {
    const loaded = await loadHistory(fetchPage, this.#pages)
    if (loaded) this.view.load(loaded)
    return loaded
  }

  /** @param dropAfter the socket is lost after this many frames of the replay; null: it is not */
  async connect(requested: Position, dropAfter: number | null): Promise<Welcome> {
    const query = `epoch=${requested.epoch}&since=${requested.seq}`
    const socket = await Socket.open(this.person.token, { batching: this.#batching, query })
    this.#begin(socket)
    await waitUntil(
      `${this.name} is admitted`,
      () => this.#closeCode !== null || socket.frames.some(isSynced),
    )
    if (dropAfter === null) this.receive()
    else this.#receiveUpTo(Math.min(2 + dropAfter, socket.frames.findIndex(isSynced)))
    const { state, resumed } = this.#reader
    if (state === 'opening') throw this.error(`was not welcomed: ${this.#closeCode}`)
    if (dropAfter !== null) await this.close()
    return { requested, resumed, replay: this.#replay, syncedAt: this.#syncedAt }
  }

  send(data: ClientData<'send_message'>): void {
    this.sentFrames++
    this.#socket?.send('send_message', data)
  }

  mark(message_id: string): void {
    this.sentFrames++
    this.#socket?.send('mark_read', { message_id })
  }

  async close(): Promise<void> {
    const socket = this.#socket
    this.dropSocket()
    await socket?.close()
  }

  /** The room has ended, and the socket with it. */
  dropSocket(): void {
    this.#socket = null
  }

  /** Handles all frames that have arrived. */
  receive(): void {
    this.#receiveUpTo(Number.POSITIVE_INFINITY)
    if (this.#socket && this.#closeCode !== null)
      throw this.error(`was closed with ${this.#closeCode}`)
  }

  error(what: string): Error {
    return new Error(`${this.name} ${what}`)
  }

  #newReader(): ProtocolReader {
    return new ProtocolReader({
      ...{ userId: this.person.id, batching: this.#batching },
      onFrame: (frame, delivery) => this.#handle(frame as RoomFrame, delivery),
      onViolation: (sentence) => {
        throw this.error(`received a wrong frame: ${sentence}`)
      },
    })
  }

  #begin(socket: Socket): void {
    this.#socket = socket
    this.#reader = this.#newReader()
    this.#received = 0
    this.#replay = []
    this.#syncedAt = null
    this.#closeCode = null
    this.sentFrames = 0
    this.events.length = 0
    this.replies.length = 0
    void socket.closed.then(({ code }) => {
      if (this.#socket === socket) this.#closeCode = code
    })
  }

  #receiveUpTo(count: number): void {
    const frames = this.#socket?.frames ?? []
    while (this.#received < Math.min(count, frames.length))
      this.#reader.readFrame(frames[this.#received++] as RoomFrame)
  }

  #handle(frame: RoomFrame, delivery: Delivery): void {
    if (frame.event === 'welcome' && !frame.data.resumed) this.view = new ClientView()
    this.view.apply(frame)
    if (frame.event === 'synced') this.#syncedAt = frame.seq ?? null
    if (frame.event === 'error') this.replies.push(frame)
    else if (isDurable(frame)) {
      if (delivery === 'replay') this.#replay.push(frame)
      else if (frame.seq === undefined) this.replies.push(frame)
      else this.events.push({ ...frame, seq: frame.seq })
    } else if (!expectedEvents.has(frame.event)) throw this.error(`received ${frame.event}`)
  }
}

/** No command leads to any other event. */
const expectedEvents = new Set([
  ...['welcome', 'users_online', 'room_changed', 'synced', 'user_joined', 'user_left'],
  'read_marked',
  'reaction_set',
])

const isSynced = ({ event }: RoomFrame) => event === 'synced'
