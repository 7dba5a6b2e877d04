// A client with a fake clock, fake sockets, and a fake room whose history and frames are consistent.
// Time passes and frames arrive only when the test says so.

import { setImmediate } from 'node:timers/promises'
import { ChatClient } from '../../src/client/chat-client.ts'
import type { ChatOptions } from '../../src/client/chat-options.ts'
import type {
  ClientEvents,
  Frame,
  Member,
  Message,
  Page,
  ReadState,
  RoomEvents,
} from '../../src/client/contract.ts'
import type { AnswerLike, Platform, SocketLike } from '../../src/client/platform.ts'
import type { ChatProblem } from '../../src/client/problem.ts'
import { createReactions } from '../../src/client/room-state/reactions.ts'

export const ada: Member = { id: '0b5c9a52-6f0e-4d0b-9a43-0f6a5f1f2f11', username: 'Ada' }
export const bo: Member = { id: '1c5c9a52-6f0e-4d0b-9a43-0f6a5f1f2f22', username: 'Bo' }

export const ping = '{"event":"ping","data":{}}'
export const pong = '{"event":"pong","data":{}}'

const start = Date.UTC(2026, 10, 23, 12)
const iso = (ms: number) => new Date(ms).toISOString()
const idAt = (n: number) => `019a9d5e-${String(n).padStart(4, '0')}-7a40-8f00-6b1f6f0e9a11`

let made = 0

export const person = ({ id, username }: Member) => ({ user_id: id, username })

/** Waits until all tasks that need no time have run. */
export const settle = () => setImmediate()

/** Time passes only by `advance`. `shift` sets the device's clock without a timer noticing. */
export class FakeClock {
  #passed = 0
  #setBy = 0
  #timers = new Set<{ at: number; run: () => void }>()

  get now(): number {
    return start + this.#passed + this.#setBy
  }

  /** Milliseconds by the monotonic clock. */
  get passed(): number {
    return this.#passed
  }

  get waiting(): number {
    return this.#timers.size
  }

  shift(ms: number): void {
    this.#setBy += ms
  }

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.#passed + ms, run }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  async advance(ms: number): Promise<void> {
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

type Refers = Pick<Message, 'reply_to' | 'mentions' | 'mentions_room'>

/** A room that keeps to the contract, as far as a client can see. */
export class FakeRoom {
  epoch = 'e1'
  seq = 0
  messages: Message[] = []
  /** Whether replies are sent with the message that they reply to. */
  hasTargets = true
  readonly #events: { seq: number; id: string; isNew: boolean }[] = []
  readonly #purges: { seq: number; data: RoomEvents['messages_purged'] }[] = []

  /** @returns the live frame */
  post(content: string, by: Member = bo, client_id?: string, refers: Refers = {}) {
    const message: Message = {
      id: idAt(this.messages.length + 1),
      ...person(by),
      content,
      created_at: iso(start),
      updated_at: null,
      is_deleted: false,
      revision: 1,
      ...(client_id !== undefined && { client_id }),
      ...refers,
    }
    this.messages.push(message)
    const seq = this.#note(message.id, true)
    return { event: 'new_message' as const, data: this.show(message), seq }
  }

  /** As the room sends it now, with the message that it replies to. */
  show(message: Message): Message {
    const target = this.messages.find(({ id }) => id === message.reply_to)
    if (!target || !this.hasTargets) return message
    const { id, user_id, username, content, is_deleted } = target
    return {
      ...message,
      referenced: { id, user_id, username, excerpt: content.slice(0, 140), is_deleted },
    }
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

  /** Deletes the messages of one person from one to another, both included. */
  purge({ id: from_id }: { id: string }, { id: to_id }: { id: string }, user_id = bo.id) {
    const isMeant = ({ id, ...of }: Message) =>
      of.user_id === user_id && from_id <= id && id <= to_id
    this.messages = this.messages.map((message) =>
      isMeant(message) ? { ...message, content: '', is_deleted: true } : message,
    )
    const data = { user_id, from_id, to_id, revision: 2 }
    this.#purges.push({ seq: ++this.seq, data })
    return { event: 'messages_purged' as const, data, seq: this.seq }
  }

  /** The current states: first new messages, then changes of older ones, then purges. */
  replay(since: number): Frame[] {
    const missed = this.#events.filter(({ seq }) => seq > since)
    const touched = new Set(missed.map(({ id }) => id))
    const created = new Set(missed.filter(({ isNew }) => isNew).map(({ id }) => id))
    const states = this.messages.filter(({ id }) => touched.has(id))
    const isNew = ({ id, is_deleted }: Message) => created.has(id) && !is_deleted
    return [
      ...states
        .filter(isNew)
        .map((data): Frame => ({ event: 'new_message', data: this.show(data) })),
      ...states.filter((state) => !isNew(state)).map(changeOf),
      ...this.#purges
        .filter(({ seq }) => seq > since)
        .map(({ data }): Frame => ({ event: 'messages_purged', data })),
    ]
  }

  page(limit: number, cursor: string | null): Page {
    return this.#pageBelow(
      limit,
      this.messages.findIndex(({ id }) => cursor !== null && id >= cursor),
    )
  }

  /** What came after a message. */
  pageAfter(limit: number, id: string): Page {
    const from = this.messages.findIndex((message) => message.id > id)
    if (from < 0) return { ...this.#pageBelow(0, -1), next_cursor: id }
    const end = Math.min(from + limit, this.messages.length)
    return { ...this.#pageBelow(end - from, end), next_cursor: this.messages[from]?.id ?? null }
  }

  /** A message in the middle of what came before and after it. */
  pageAround(limit: number, id: string): Page {
    const from = this.messages.findIndex((message) => message.id > id)
    const end = from < 0 ? -1 : Math.min(from + Math.floor(limit / 2), this.messages.length)
    return this.#pageBelow(limit, end)
  }

  /** @param end behind the newest message of the page; -1: the page has the newest */
  #pageBelow(limit: number, end: number): Page {
    const below = end < 0 ? this.messages : this.messages.slice(0, end)
    const rows = below.slice(Math.max(0, below.length - limit)).reverse()
    const position = { epoch: this.epoch, seq: this.seq }
    const newest = below.length < this.messages.length ? below.at(-1) : undefined
    return {
      messages: rows.filter(({ is_deleted }) => !is_deleted).map((row) => this.show(row)),
      next_cursor: below.length > rows.length ? (rows.at(-1)?.id ?? null) : null,
      previous_cursor: newest?.id ?? null,
      position,
      session: position,
    }
  }

  /** What the service counts for a user. */
  readState(user_id: string, last_read_id: string | null): ReadState {
    const unread = this.messages.filter(
      (message) =>
        last_read_id !== null &&
        message.id > last_read_id &&
        message.user_id !== user_id &&
        !message.is_deleted,
    )
    const mentions = unread.filter(
      ({ mentions: ids, mentions_room }) => mentions_room || ids?.includes(user_id),
    )
    return {
      last_read_id,
      unread: Math.min(100, unread.length),
      mentions: Math.min(100, mentions.length),
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

export class FakeSocket implements SocketLike {
  onopen: SocketLike['onopen'] = null
  onmessage: SocketLike['onmessage'] = null
  onclose: SocketLike['onclose'] = null
  onerror: SocketLike['onerror'] = null
  readonly address: URL
  readonly protocols: string[]
  /** The sent frames as text. */
  readonly sent: string[] = []
  closed = false
  answersPings = true

  constructor(url: string, protocols: string[]) {
    this.address = new URL(url)
    this.protocols = protocols
  }

  send(text: string): void {
    this.sent.push(text)
    if (this.answersPings && text === ping) queueMicrotask(() => this.deliverText(pong))
  }

  close(): void {
    this.closed = true
  }

  /** The data of all frames that the client sent with this event. */
  sentData<E extends keyof ClientEvents>(event: E): ClientEvents[E][] {
    return this.sent
      .map((text) => JSON.parse(text) as { event: string; data: ClientEvents[E] })
      .filter((frame) => frame.event === event)
      .map(({ data }) => data)
  }

  open(): void {
    this.onopen?.(undefined as never)
  }

  /** Delivers these frames in one WebSocket message. */
  deliver(...frames: Frame[]): void {
    this.deliverText(JSON.stringify(frames.length === 1 ? frames[0] : frames))
  }

  deliverText(data: string): void {
    this.onmessage?.({ data } as never)
  }

  /** Closes the socket, as the room or the network would. */
  drop(code = 1006): void {
    this.onclose?.({ code } as never)
  }
}

type Init = { method: string; headers?: object; body?: string; signal: AbortSignal }
/** Without a `type`, the answer has no headers. */
export type Answer = {
  status: number
  body?: unknown
  type?: string
  retryAfter?: string
  etag?: string
}
export type Call = {
  method: string
  path: string
  body: unknown
  token: string | null
  ifMatch: string | null
}

export class Harness {
  readonly clock = new FakeClock()
  readonly room = new FakeRoom()
  readonly sockets: FakeSocket[] = []
  /** All but those that ask for the read marker, which each connect makes. */
  readonly calls: Call[] = []
  /** Whether these are counted apart. */
  countsReadCalls = true
  /** How often the read marker was asked for. */
  readCalls = 0
  /** The newest message that the user has marked, as far as the service knows. */
  lastReadId: string | null = null
  /** Replaces the answer to that. */
  answerReadState: (() => Answer | Promise<Answer>) | undefined
  /** One entry for each call of `getToken`: whether to renew. */
  readonly tokenRequests: boolean[] = []
  readonly client: ChatClient
  random = 0.5
  token: string | null = 't0'
  /** Replaces the answers of the fake room. */
  answer: ((call: Call) => Answer | Promise<Answer> | undefined) | undefined
  /** Calls the listener of `watch`: the network or the user is back. */
  signal = () => {}
  /** The number of active `watch` listeners. */
  watching = 0

  constructor(options: Partial<ChatOptions> = {}) {
    this.client = new ChatClient({
      url: 'https://chat.test',
      getToken: ({ renew }) => {
        this.tokenRequests.push(renew)
        return this.token
      },
      platform: this.platform,
      ...options,
    })
  }

  /** A harness whose client is online. */
  static async online(options: Partial<ChatOptions> = {}): Promise<Harness> {
    const harness = new Harness(options)
    await harness.goOnline()
    return harness
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
        const socket = new FakeSocket(url, protocols)
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

  get socket(): FakeSocket {
    const socket = this.sockets.at(-1)
    if (!socket) throw new Error('There is no socket')
    return socket
  }

  get state() {
    return this.client.state
  }

  /** The texts in the state. */
  get texts(): string[] {
    return this.state.messages.map(({ content }) => content)
  }

  welcome(changes: Partial<RoomEvents['welcome']> = {}): Frame {
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

  /** Connects until the socket is open, before its welcome. */
  async openSocket(): Promise<void> {
    this.client.connect()
    await settle()
    this.socket.open()
  }

  /** Connects until the client is `online`. */
  async goOnline(client = this.client): Promise<void> {
    client.connect()
    await settle()
    await this.admit()
  }

  /** Opens the latest socket, with this replay. */
  async admit(...replay: Frame[]): Promise<void> {
    await this.admitAs(ada, ...replay)
  }

  async admitAs(user: Member, ...replay: Frame[]): Promise<void> {
    this.socket.open()
    this.socket.deliver(this.welcome(person(user)), roster(user), ...replay, this.synced)
    await settle()
  }

  /** Closes the socket, as the room or the network would. */
  async drop(code = 1006): Promise<void> {
    this.socket.drop(code)
    await settle()
  }

  /** Closes the socket, and waits until the client has opened another one. */
  async dropAndRetry(): Promise<void> {
    this.socket.drop()
    await this.clock.advance(1_000)
  }

  /** Closes the socket, and admits the next one with this replay. */
  async reconnect(...replay: Frame[]): Promise<void> {
    await this.dropAndRetry()
    await this.admit(...replay)
  }

  /** The texts that the client sent on the latest socket. */
  get sentTexts(): string[] {
    return this.socket.sentData('send_message').map(({ content }) => content)
  }

  /** The room accepts the last message that was sent, and broadcasts it. */
  async accept(): Promise<void> {
    const sent = this.socket.sentData('send_message').at(-1)
    const { content = '', client_id, ...refers } = sent ?? {}
    await this.deliver(this.room.post(content, ada, client_id, refers as Refers))
  }

  /** The room refuses the last message that was sent. */
  async refuse(error: Partial<RoomEvents['error']>): Promise<void> {
    const { client_id } = this.socket.sentData('send_message').at(-1) ?? {}
    const data = { message: 'No.', code: 'rate_limited' as const, client_id, ...error }
    await this.deliver({ event: 'error', data })
  }

  async deliver(...frames: Frame[]): Promise<void> {
    this.socket.deliver(...frames)
    await settle()
  }

  async #answer(url: string, init: Init) {
    const { pathname, search, searchParams } = new URL(url)
    const headers = new Headers(init.headers as Record<string, string>)
    const call: Call = {
      method: init.method,
      path: pathname + search,
      body: init.body === undefined ? undefined : JSON.parse(init.body),
      token: headers.get('authorization'),
      ifMatch: headers.get('if-match'),
    }
    if (pathname === '/auth/me/read' && this.countsReadCalls) {
      this.readCalls++
      const body = this.room.readState(ada.id, this.lastReadId)
      return answerOf((await this.answerReadState?.()) ?? { status: 200, body })
    }
    this.calls.push(call)
    const late = new Promise<never>((_, reject) => {
      init.signal.addEventListener('abort', () => reject(init.signal.reason))
    })
    const given = await Promise.race([this.answer?.(call), late])
    if (given) return answerOf(given)
    const [, id] = /^\/messages\/([\w-]+)$/.exec(pathname) ?? []
    const found = this.room.messages.find((message) => message.id === id && !message.is_deleted)
    if (id && init.method === 'GET')
      return answerOf(
        found ? { status: 200, body: this.room.show(found) } : problem(404, 'not_found'),
      )
    if (pathname !== '/messages' || init.method !== 'GET') return answerOf({ status: 404 })
    const limit = Number(searchParams.get('limit'))
    const [after, around] = [searchParams.get('after'), searchParams.get('around')]
    const body = after
      ? this.room.pageAfter(limit, after)
      : around
        ? this.room.pageAround(limit, around)
        : this.room.page(limit, searchParams.get('cursor'))
    return answerOf({ status: 200, body })
  }
}

/** For a list without a client. Nothing is sent. */
export const lonelyReactions = () =>
  createReactions({
    platform: new Harness().platform,
    rest: { ownReactions: async () => ({ reactions: {}, next_from: null }) },
    transmit() {},
    changed() {},
  })

/** A storage whose content outlives a client. */
export function memoryStorage(content = new Map<string, string>()) {
  return {
    content,
    getItem: (key: string) => content.get(key) ?? null,
    setItem: (key: string, value: string) => void content.set(key, value),
  }
}

/** A client after a reload of the page, on a clock that is ahead by so much. */
export async function reloaded(kept: Map<string, string>, aheadMs = 0): Promise<Harness> {
  const harness = new Harness({ storage: memoryStorage(kept) })
  harness.clock.shift(aheadMs)
  await harness.goOnline()
  return harness
}

/** The storage after a client with these pending messages was closed, and this client. */
export async function leftBehind(...texts: string[]): Promise<[Map<string, string>, Harness]> {
  const kept = new Map<string, string>()
  const harness = await reloaded(kept)
  for (const text of texts) harness.client.send(text)
  harness.client.close()
  return [kept, harness]
}

/** Records the problems that a client emits from now on. */
export function problemsOf(client: ChatClient): ChatProblem[] {
  const problems: ChatProblem[] = []
  client.on('error', (problem) => problems.push(problem))
  return problems
}

/** Runs a test function, and gives the rejections that nothing handled. */
export async function unhandledDuring(run: () => Promise<void>): Promise<unknown[]> {
  const reasons: unknown[] = []
  const listen = (reason: unknown) => reasons.push(reason)
  process.on('unhandledRejection', listen)
  await run()
  await settle()
  process.off('unhandledRejection', listen)
  return reasons
}

export function roster(...users: Member[]): Frame {
  return { event: 'users_online', data: { count: users.length, users } }
}

export function problem(status: number, code: string, more: object = {}): Answer {
  return { status, body: { type: '', title: '', detail: `It is ${code}.`, status, code, ...more } }
}

function answerOf({ status, body, type, retryAfter, etag }: Answer): AnswerLike {
  const headers = new Headers({
    ...(type && { 'content-type': type }),
    ...(retryAfter && { 'retry-after': retryAfter }),
    ...(etag && { etag }),
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
