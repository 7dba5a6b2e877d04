// Users, calls and sockets for tests in workerd. Everything goes through the Worker, as in production.

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
import { createTokens } from '../../src/crypto/access-token.ts'
import type { Environment } from '../../src/domain/environment.ts'
import { readMessage } from '../kit/protocol.ts'
import type { Trouble } from './services.ts'
import { testClock } from './test-clock.ts'
import type { ChatRoom } from './worker.ts'

const origin = 'http://chat.test'
const worker = (exports as unknown as { default: Fetcher }).default

/** A user with an access token of one session. */
export type Person = Member & { token: string; sessionId: string }

let made = 0

export function sql() {
  const { databaseUrl, neonEndpoint } = inject('services')
  neonConfig.fetchEndpoint = neonEndpoint
  return neon(databaseUrl)
}

/**
 * Empties tables, and what refers to their rows. Postgres may still run a statement of the room before, and then ends one of the two as a
 * deadlock.
 * @param names with a comma between them
 */
export async function emptyTables(names: string): Promise<void> {
  for (let tries = 1; ; tries++)
    try {
      await sql().query(`truncate ${names} cascade`)
      return
    } catch (error) {
      if (tries === 5 || (error as { code?: string }).code !== '40P01') throw error
    }
}

/** Creates an account with a session in Postgres, without the cost of hashing a password. */
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
  return (await tokens.issue({ member, sessionId }, testClock.now())).access_token
}

/** The room's object, for tests that run its alarm, read its storage or end it. */
export function theRoom(): DurableObjectStub<ChatRoom> {
  return objectOf('room')
}

/** Another object of the same class, for tests of one part of the room on an empty storage. */
export function objectOf(name: string): DurableObjectStub<ChatRoom> {
  return (env as unknown as { ROOM: DurableObjectNamespace<ChatRoom> }).ROOM.getByName(name)
}

export function call(path: string, init: RequestInit = {}): Promise<Response> {
  return worker.fetch(new Request(origin + path, init))
}

/** A call with the user's token and, if given, a JSON body. */
export function callAs(
  person: Pick<Person, 'token'>,
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

/** Sends a message that the room must accept. */
export async function say(person: Person, content: string): Promise<Message> {
  const answer = await callAs(person, 'POST', '/messages', { content })
  expect(answer.status).toBe(201)
  return answer.json()
}

/** One round trip of real I/O, so that pending work can go on. */
export async function roundTrip(): Promise<void> {
  await (await fetch(inject('services').controlUrl)).text()
}

/**
 * Runs the room's alarm until `done` is true. Each alarm moves the room's time on, so pending work
 * gets some round trips to finish first.
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

/** Runs the alarm until Postgres has everything. */
export function flushed(): Promise<void> {
  return ringUntil(async () => (await theRoom().state()).dirty === 0)
}

export async function trouble(what: Trouble): Promise<void> {
  await fetch(inject('services').controlUrl, { method: 'POST', body: JSON.stringify(what) })
}

let addresses = 0

/** A new client address. Only the first refusals of an address are sockets. */
export function anAddress(): { 'cf-connecting-ip': string } {
  const n = ++addresses
  return { 'cf-connecting-ip': `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}` }
}

type Options = { batching?: boolean; query?: string; from?: Record<string, string> }

/** One socket. It keeps all frames that it received, and checks each against the contract. */
export class Socket {
  readonly frames: RoomFrame[] = []
  /** The WebSocket messages, as they were received. */
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
      const { frames, violation } = readMessage(String(data), { batching: protocol !== null })
      if (violation !== null) throw new Error(violation)
      for (const frame of frames) this.frames.push(roomFrame(frame.event).parse(frame) as RoomFrame)
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

  /** Opens a socket and waits until it is live. */
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

  /** Waits for the next frame of this event, and skips the frames before it. */
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

  /** Waits for a message that is sent now, so that all earlier frames have been received. */
  async settle(): Promise<RoomFrame[]> {
    const { id } = await say(await newPerson('other'), 'settled')
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
