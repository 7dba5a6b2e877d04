// A stage for the client: a clock that stands still until it is moved, sockets that say what the test
// tells them to, and a small room whose history and frames fit together.

import { setImmediate } from 'node:timers/promises'
import { ChatClient, type ChatOptions } from '../../src/client/chat-client.ts'
import type { AnswerLike, Platform, SocketLike } from '../../src/client/platform.ts'
import type { Frame, Member, Message, Said, Told } from '../../src/client/wire.ts'

export const ada: Member = { id: '0b5c9a52-6f0e-4d0b-9a43-0f6a5f1f2f11', username: 'Ada' }
export const bo: Member = { id: '1c5c9a52-6f0e-4d0b-9a43-0f6a5f1f2f22', username: 'Bo' }

export const ping = '{"event":"ping","data":{}}'
export const pong = '{"event":"pong","data":{}}'

const start = Date.UTC(2026, 10, 23, 12)
const iso = (ms: number) => new Date(ms).toISOString()
const idAt = (n: number) => `019a9d5e-${String(n).padStart(4, '0')}-7a40-8f00-6b1f6f0e9a11`

let made = 0

export const person = ({ id, username }: Member) => ({ user_id: id, username })

/** Lets everything happen that needs no time. */
export const settle = () => setImmediate()

/** Time that passes only by `pass`. The clock of the device can also be set; no timer notices. */
export class Clock {
  #passed = 0
  #setBy = 0
  #timers = new Set<{ at: number; run: () => void }>()

  get now(): number {
    return start + this.#passed + this.#setBy
  }

  /** By the clock that nobody sets, milliseconds. */
  get passed(): number {
    return this.#passed
  }

  get waiting(): number {
    return this.#timers.size
  }

  step(ms: number): void {
    this.#setBy += ms
  }

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.#passed + ms, run }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  async pass(ms: number): Promise<void> {
    const end = this.#passed + ms
    await settle()
    for (;;) {
      const due = [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
      if (!due) break
      this.#timers.delete(due)
      this.#passed = Math.max(this.#passed, due.at)
      due.run()
      await settle()
    }
    this.#passed = end
  }
}

/** The room's side of the contract, as far as a client can tell. */
export class Room {
  epoch = 'e1'
  seq = 0
  messages: Message[] = []
  readonly #events: { seq: number; id: string; isNew: boolean }[] = []

  /** @returns the live frame */
  say(content: string, by: Member = bo, client_id?: string) {
    const message: Message = {
      id: idAt(this.messages.length + 1),
      ...person(by),
      content,
      created_at: iso(start),
      updated_at: null,
      is_deleted: false,
      revision: 1,
      ...(client_id !== undefined && { client_id }),
    }
    this.messages.push(message)
    return { event: 'new_message' as const, data: message, seq: this.#note(message.id, true) }
  }

  edit({ id }: { id: string }, content: string) {
    const { revision } = this.#change(id, (old) => ({ ...old, content, updated_at: iso(start) }))
    const data = { message_id: id, content, updated_at: iso(start), revision }
    return { event: 'message_edited' as const, data, seq: this.#note(id, false) }
  }

  remove({ id }: { id: string }) {
    const { revision } = this.#change(id, (old) => ({ ...old, content: '', is_deleted: true }))
    const data = { message_id: id, revision }
    return { event: 'message_deleted' as const, data, seq: this.#note(id, false) }
  }

  /** States as they are now: first what is new, then what has changed. */
  replay(since: number): Frame[] {
    const missed = this.#events.filter(({ seq }) => seq > since)
    const touched = new Set(missed.map(({ id }) => id))
    const created = new Set(missed.filter(({ isNew }) => isNew).map(({ id }) => id))
    const states = this.messages.filter(({ id }) => touched.has(id))
    const isNew = ({ id, is_deleted }: Message) => created.has(id) && !is_deleted
    return [
      ...states.filter(isNew).map((data): Frame => ({ event: 'new_message', data })),
      ...states.filter((state) => !isNew(state)).map(changeOf),
    ]
  }

  page(limit: number, cursor: string | null) {
    const below = this.messages.filter(({ id }) => cursor === null || id < cursor)
    const rows = below.toReversed().slice(0, limit)
    const more = below.length > rows.length
    return {
      messages: rows.filter(({ is_deleted }) => !is_deleted),
      next_cursor: more ? (rows.at(-1)?.id ?? null) : null,
      session: { epoch: this.epoch, seq: this.seq },
    }
  }

  #note(id: string, isNew: boolean): number {
    this.#events.push({ seq: ++this.seq, id, isNew })
    return this.seq
  }

  #change(id: string, change: (old: Message) => Message): Message {
    const at = this.messages.findIndex((message) => message.id === id)
    const old = this.messages[at]
    if (!old) throw new Error('No such message')
    const changed = { ...change(old), revision: old.revision + 1 }
    this.messages[at] = changed
    return changed
  }
}

function changeOf({ id: message_id, content, updated_at, revision, is_deleted }: Message): Frame {
  if (is_deleted) return { event: 'message_deleted', data: { message_id, revision } }
  const data = { message_id, content, updated_at: updated_at ?? '', revision }
  return { event: 'message_edited', data }
}

export class ScriptedSocket implements SocketLike {
  onopen: SocketLike['onopen'] = null
  onmessage: SocketLike['onmessage'] = null
  onclose: SocketLike['onclose'] = null
  onerror: SocketLike['onerror'] = null
  readonly address: URL
  readonly protocols: string[]
  /** As they were spelled. */
  readonly sent: string[] = []
  closed = false
  answersPings = true

  constructor(url: string, protocols: string[]) {
    this.address = new URL(url)
    this.protocols = protocols
  }

  send(text: string): void {
    this.sent.push(text)
    if (this.answersPings && text === ping) queueMicrotask(() => this.tellRaw(pong))
  }

  close(): void {
    this.closed = true
  }

  /** The data of what the client said by this event. */
  said<E extends keyof Said>(event: E): Said[E][] {
    return this.sent
      .map((text) => JSON.parse(text) as { event: string; data: Said[E] })
      .filter((frame) => frame.event === event)
      .map(({ data }) => data)
  }

  open(): void {
    this.onopen?.(undefined as never)
  }

  /** One WebSocket message. */
  tell(...frames: Frame[]): void {
    this.tellRaw(JSON.stringify(frames.length === 1 ? frames[0] : frames))
  }

  tellRaw(data: string): void {
    this.onmessage?.({ data } as never)
  }

  /** The other side, or the network, ends it. */
  drop(code = 1006): void {
    this.onclose?.({ code } as never)
  }
}

type Init = { method: string; headers?: object; body?: string; signal: AbortSignal }
/** Without a `type` it has no headers. */
export type Answer = { status: number; body?: unknown; type?: string; retryAfter?: string }
export type Call = { method: string; path: string; body: unknown; token: string | null }

export class Scene {
  readonly clock = new Clock()
  readonly room = new Room()
  readonly sockets: ScriptedSocket[] = []
  readonly calls: Call[] = []
  /** What `getToken` was asked for: whether to renew. */
  readonly asked: boolean[] = []
  readonly client: ChatClient
  random = 0.5
  token: string | null = 't0'
  /** Answers instead of the room's history. */
  answer: ((call: Call) => Answer | Promise<Answer> | undefined) | undefined
  /** The network, or the person, is back. */
  signal = () => {}
  /** How often signals are waited for. */
  watching = 0

  constructor(options: Partial<ChatOptions> = {}) {
    this.client = new ChatClient({
      url: 'https://chat.test',
      getToken: ({ renew }) => {
        this.asked.push(renew)
        return this.token
      },
      platform: this.platform,
      ...options,
    })
  }

  get platform(): Platform {
    return {
      origin: '',
      now: () => this.clock.now,
      elapsed: () => this.clock.passed,
      random: () => this.random,
      after: (ms, run) => this.clock.after(ms, run),
      newId: () => `c-${++made}`,
      fetch: (url, init) => this.#answer(url, init as Init),
      openSocket: (url, protocols) => {
        const socket = new ScriptedSocket(url, protocols)
        this.sockets.push(socket)
        return socket
      },
      watch: (listener) => {
        this.signal = listener
        this.watching++
        return () => {
          this.watching--
        }
      },
      alone: (_, run) => run(),
    }
  }

  get socket(): ScriptedSocket {
    const socket = this.sockets.at(-1)
    if (!socket) throw new Error('There is no socket')
    return socket
  }

  get state() {
    return this.client.state
  }

  /** The texts that are shown. */
  get texts(): string[] {
    return this.state.messages.map(({ content }) => content)
  }

  welcome(changes: Partial<Told['welcome']> = {}): Frame {
    return {
      event: 'welcome',
      data: {
        ...person(ada),
        epoch: this.room.epoch,
        resumed: true,
        server_time: iso(this.clock.now),
        token_expires_at: iso(this.clock.now + 3_600_000),
        heartbeat_ms: 30_000,
        max_content: 2000,
        rate_limit: { max: 5, window_ms: 5000 },
        online_count: 1,
        ...changes,
      },
    }
  }

  get synced(): Frame {
    return { event: 'synced', data: {}, seq: this.room.seq }
  }

  /** Comes in, as far as `online`. */
  async enter(): Promise<void> {
    this.client.connect()
    await settle()
    await this.admit()
  }

  /** The latest socket is let in, after this replay. */
  async admit(...replay: Frame[]): Promise<void> {
    this.socket.open()
    this.socket.tell(this.welcome(), roster(ada), ...replay, this.synced)
    await settle()
  }

  /** The line is lost, and another one is tried. */
  async dropAndRetry(code = 1006): Promise<void> {
    this.socket.drop(code)
    await this.clock.pass(1_000)
  }

  async tell(...frames: Frame[]): Promise<void> {
    this.socket.tell(...frames)
    await settle()
  }

  async #answer(url: string, init: Init) {
    const { pathname, search, searchParams } = new URL(url)
    const { authorization = null } = (init.headers ?? {}) as { authorization?: string }
    const call: Call = {
      method: init.method,
      path: pathname + search,
      body: init.body === undefined ? undefined : JSON.parse(init.body),
      token: authorization,
    }
    this.calls.push(call)
    const late = new Promise<never>((_, reject) => {
      init.signal.addEventListener('abort', () => reject(init.signal.reason))
    })
    const given = await Promise.race([this.answer?.(call), late])
    if (given) return answerOf(given)
    if (pathname !== '/messages' || init.method !== 'GET') return answerOf({ status: 404 })
    const page = this.room.page(Number(searchParams.get('limit')), searchParams.get('cursor'))
    return answerOf({ status: 200, body: page })
  }
}

export function roster(...users: Member[]): Frame {
  return { event: 'users_online', data: { count: users.length, users } }
}

export function problem(status: number, code: string, more: object = {}): Answer {
  return { status, body: { type: '', title: '', detail: `It is ${code}.`, status, code, ...more } }
}

function answerOf({ status, body, type, retryAfter }: Answer): AnswerLike {
  const headers = new Headers({
    ...(type && { 'content-type': type }),
    ...(retryAfter && { 'retry-after': retryAfter }),
  })
  return {
    ok: status >= 200 && status < 300,
    status,
    ...(type !== undefined && { headers }),
    json: async () => {
      if (body === undefined) throw new SyntaxError('No JSON')
      return structuredClone(body)
    },
  }
}
