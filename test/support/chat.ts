// People and sockets for tests: everything goes through the Worker, as a stranger's would.

import { runDurableObjectAlarm } from 'cloudflare:test'
import { env, exports } from 'cloudflare:workers'
import { neon, neonConfig } from '@neondatabase/serverless'
import { expect, inject } from 'vitest'
import type { Member, Message } from '../../src/contract/entities.ts'
import {
  type ClientEvent,
  type RoomEvent,
  type RoomFrame,
  roomFrame,
} from '../../src/contract/frames.ts'
import { canonicalUsername } from '../../src/contract/username.ts'
import { createTokens } from '../../src/crypto/token.ts'
import type { Environment } from '../../src/domain/environment.ts'
import type { Room } from '../../src/room/chat-room.ts'
import type { Trouble } from './services.ts'

const origin = 'http://chat.test'
const worker = (exports as unknown as { default: Fetcher }).default

/** The token names the session. */
export type Person = Member & { token: string; sessionId: string }

let made = 0

export function sql() {
  const { databaseUrl, neonEndpoint } = inject('services')
  neonConfig.fetchEndpoint = neonEndpoint
  return neon(databaseUrl)
}

/** A new account, a session of it, and a token for that, without the cost of a password. */
export async function newPerson(name = `person-${++made}`): Promise<Person> {
  const id = crypto.randomUUID()
  const username = `${name}-${id.slice(0, 8)}`
  const sessionId = crypto.randomUUID()
  await sql()`
    with person as (
      insert into users (id, username, username_canonical, email, email_canonical, password_hash)
      values (${id}, ${username}, ${canonicalUsername(username)}, ${`${id}@chat.test`}, ${`${id}@chat.test`}, '-')
    )
    insert into sessions (id, user_id, created_at, last_used_at, expires_at, refresh_hash)
    values (${sessionId}, ${id}, now(), now(), now() + interval '30 days', '-')`
  const member = { id, username }
  return { ...member, sessionId, token: await tokenFor(member, 86_400, sessionId) }
}

export async function tokenFor(
  member: Member,
  ttlSeconds = 86_400,
  sessionId = crypto.randomUUID() as string,
  environment: Environment = 'local',
): Promise<string> {
  const { JWT_SECRET: secret } = inject('settings')
  const tokens = createTokens({ environment, secret, ttlSeconds })
  return (await tokens.issue({ member, sessionId }, Date.now())).access_token
}

/** The room itself, for what only its alarm, its storage and its end can show. */
export function theRoom(): DurableObjectStub<Room> {
  return objectOf('room')
}

/** Another object of its class, whose storage a single part of a room may have to itself. */
export function objectOf(name: string): DurableObjectStub<Room> {
  return (env as unknown as { ROOM: DurableObjectNamespace<Room> }).ROOM.getByName(name)
}

export function call(path: string, init: RequestInit = {}): Promise<Response> {
  return worker.fetch(new Request(origin + path, init))
}

/** A call with a token and, if there is one, a JSON body. */
export function callAs(
  person: Person,
  method: string,
  path: string,
  body?: unknown,
): Promise<Response> {
  return call(path, {
    method,
    headers: { Authorization: `Bearer ${person.token}`, 'Content-Type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
}

/** Says something that has to be taken. */
export async function say(person: Person, content: string): Promise<Message> {
  const answer = await callAs(person, 'POST', '/messages', { content })
  expect(answer.status).toBe(201)
  return answer.json()
}

/** Lets whatever is under way go on: real I/O, for a loop of calls alone would starve it. */
export async function roundTrip(): Promise<void> {
  await (await fetch(inject('services').controlUrl)).text()
}

/**
 * Lets the room's alarm ring until something is done. Each ring moves the room's time on to what
 * the alarm was armed for, so what was started before gets some round trips to finish first.
 */
export async function ringUntil(done: () => boolean | Promise<boolean>): Promise<void> {
  for (;;) {
    await runDurableObjectAlarm(theRoom())
    for (let trip = 0; trip < 20; trip++) {
      if (await done()) return
      await roundTrip()
    }
  }
}

/** Waits until Postgres has everything. */
export function flushed(): Promise<void> {
  return ringUntil(async () => (await theRoom().state()).dirty === 0)
}

export async function trouble(what: Trouble): Promise<void> {
  await fetch(inject('services').controlUrl, { method: 'POST', body: JSON.stringify(what) })
}

let addresses = 0

/** An address that nothing came from yet: only the first refusals of one are sockets. */
export function anAddress(): { 'cf-connecting-ip': string } {
  const n = ++addresses
  return { 'cf-connecting-ip': `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}` }
}

type Options = { batching?: boolean; query?: string; from?: Record<string, string> }

/** One socket. Keeps what it received; every frame is checked against the contract. */
export class Socket {
  readonly frames: RoomFrame[] = []
  /** The raw WebSocket messages, as they came. */
  readonly raw: string[] = []
  readonly closed: Promise<{ code: number; reason: string }>
  readonly protocol: string | null
  readonly #socket: WebSocket
  #read = 0
  #wake: () => void = () => {}

  constructor(socket: WebSocket, protocol: string | null) {
    this.#socket = socket
    this.protocol = protocol
    this.closed = new Promise((resolve) =>
      socket.addEventListener('close', ({ code, reason }) => {
        resolve({ code, reason })
        this.#wake()
      }),
    )
    socket.addEventListener('message', ({ data }) => {
      this.raw.push(String(data))
      const parsed: unknown = JSON.parse(String(data))
      for (const frame of Array.isArray(parsed) ? parsed : [parsed])
        this.frames.push(roomFrame(frame.event as RoomEvent).parse(frame) as RoomFrame)
      this.#wake()
    })
    socket.accept()
  }

  static async open(
    token: string,
    { batching = false, query = '', from = anAddress() }: Options = {},
  ) {
    const headers: Record<string, string> = { Upgrade: 'websocket', ...from }
    if (batching) headers['Sec-WebSocket-Protocol'] = `chat.v1, bearer.${token}`
    const address = batching ? `/ws/chat?${query}` : `/ws/chat?token=${token}&${query}`
    const response = await call(address, { headers })
    if (!response.webSocket) throw new Error(`No socket: ${response.status}`)
    return new Socket(response.webSocket, response.headers.get('Sec-WebSocket-Protocol'))
  }

  /** An open socket that was welcomed; the frames of the welcome are read. */
  static async join({ token }: Pick<Person, 'token'>, options: Options = {}): Promise<Socket> {
    const socket = await Socket.open(token, options)
    await socket.next('synced')
    return socket
  }

  send(event: ClientEvent, data: unknown = {}): void {
    this.sendRaw(JSON.stringify({ event, data }))
  }

  sendRaw(text: string | ArrayBuffer): void {
    this.#socket.send(text)
  }

  /** The next frame of this event. What came before it is passed over. */
  async next<E extends RoomEvent>(event: E): Promise<Extract<RoomFrame, { event: E }>> {
    for (;;) {
      while (this.#read < this.frames.length) {
        const frame = this.frames[this.#read++]
        if (frame?.event === event) return frame as Extract<RoomFrame, { event: E }>
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  /** Waits for a message that someone else sends now: proof of what did not come before it. */
  async settle(): Promise<RoomFrame[]> {
    const { id } = await say(await newPerson('witness'), 'settled')
    while ((await this.next('new_message')).data.id !== id);
    return this.frames
  }

  of<E extends RoomEvent>(event: E): Extract<RoomFrame, { event: E }>[] {
    return this.frames.filter(
      (frame): frame is Extract<RoomFrame, { event: E }> => frame.event === event,
    )
  }

  close(code = 1000): Promise<{ code: number; reason: string }> {
    this.#socket.close(code, 'done')
    return this.closed
  }
}
