// The texts that clients send and receive in each dialect. Every text carries the number of its message, so
// that the copies of each receiver can be distinguished.

import { randomUUID } from 'node:crypto'
import { canonicalPing, canonicalPong } from '../../src/contract/frames.ts'
import type { Dialect } from './commands.ts'

export type Frame = {
  event: string
  seq?: number
  data: {
    id: string
    content: string
    code: string
    /** Of an error: what was refused. */
    event?: string
    user_id: string
    epoch: string
    resumed: boolean
    count: number
  }
}

export type DialectRules = {
  encode(number: number, content: string): string
  parse(text: string): Frame[]
  /** Sent by a client when its socket opens. */
  greeting: string | null
  /** The server announces that a client is connected and knows everything: `synced`. */
  announcesReady: boolean
  /** Sent by a client to prove that it reads, and the answer. */
  ping: string | null
  pong: Buffer
  /** The opposite direction. */
  serverPing: Buffer
  serverPong: string
  /** The server gives ids and `seq`, which must rise. */
  isOrdered: boolean
}

const uuid = (number: number) => `019a9d5e-2c1b-7a40-8f00-${String(number).padStart(12, '0')}`

/** With a new `client_id`: another crowd counts from 0 again, and its messages are no retries. */
const messageToSend = (content: string) => ({ content, client_id: randomUUID() })

/** The frame that the room would make of a message, for servers that pass on any text. */
const messageToPassOn = (number: number, content: string) => ({
  id: uuid(number),
  user_id: uuid(0),
  username: 'person-10',
  content,
  created_at: '2026-11-23T12:00:00.000Z',
  updated_at: null,
  is_deleted: false,
  revision: 1,
  client_id: uuid(number),
})

const none = Buffer.alloc(0)

const bare: DialectRules = {
  encode(number, content) {
    const data = messageToPassOn(number, content)
    return JSON.stringify({ event: 'new_message', data, seq: number + 1 })
  },
  parse(text) {
    const parsed: Frame | Frame[] = JSON.parse(text)
    return Array.isArray(parsed) ? parsed : [parsed]
  },
  greeting: null,
  announcesReady: false,
  ping: null,
  pong: none,
  serverPing: none,
  serverPong: '',
  isOrdered: false,
}

const room: DialectRules = {
  ...bare,
  encode: (_, content) => JSON.stringify({ event: 'send_message', data: messageToSend(content) }),
  announcesReady: true,
  ping: canonicalPing,
  pong: Buffer.from(canonicalPong),
  isOrdered: true,
}

/** In Engine.IO 4 the first digit is the kind of a packet: 4 is a message, and 42 an event. */
const socketIo: DialectRules = {
  ...bare,
  encode: (_, content) => `42${JSON.stringify(['send_message', messageToSend(content)])}`,
  parse(text) {
    if (!text.startsWith('42')) return []
    const [event, data] = JSON.parse(text.slice(2))
    return [{ event, data }]
  },
  greeting: '40',
  serverPing: Buffer.from('2'),
  serverPong: '3',
}

export const dialects: Record<Dialect, DialectRules> = {
  bare,
  plain: room,
  'chat.v1': room,
  'socket.io': socketIo,
}
