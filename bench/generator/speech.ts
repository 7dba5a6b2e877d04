// What clients say and hear, in each dialect: texts of a usual length that carry the number of
// their message, so that every receiver's copies can be told apart.

import { randomUUID } from 'node:crypto'
import { canonicalPing, canonicalPong } from '../../src/contract/frames.ts'
import type { Dialect } from './orders.ts'

export type Frame = {
  event: string
  seq?: number
  data: { id: string; content: string; code?: string }
}

export type Speech = {
  /** What a client says when its socket opens. */
  greeting: string | null
  say(number: number): string
  read(text: string): Frame[]
  /** What the client sends to be known as a reader, and what comes back. */
  ping: string | null
  pong: Buffer
  /** The other way round: what the server asks and the client answers. */
  asked: Buffer
  answer: string
  /** The server gives ids and `seq`, which must rise. */
  isOrdered: boolean
}

const digits = 9
const words = 'the quick brown fox jumps over the lazy dog, twice'

const content = (number: number) => `${String(number).padStart(digits, '0')} ${words}`
const uuid = (number: number) => `019a9d5e-2c1b-7a40-8f00-${String(number).padStart(12, '0')}`

export function numberIn(content: string): number {
  return Number(content.slice(0, digits))
}

/** Another crowd counts from 0 again: its messages must not look like this one's, tried again. */
function messageToSend(number: number) {
  return { content: content(number), client_id: randomUUID() }
}

/** What our room would make of a message: for peers that pass on any text. */
function messageToPassOn(number: number) {
  return {
    id: uuid(number),
    user_id: uuid(0),
    username: 'person-10',
    content: content(number),
    created_at: '2026-11-23T12:00:00.000Z',
    updated_at: null,
    is_deleted: false,
    revision: 1,
    client_id: uuid(number),
  }
}

const never = Buffer.alloc(0)

const bare: Speech = {
  greeting: null,
  say: (number) =>
    JSON.stringify({ event: 'new_message', data: messageToPassOn(number), seq: number + 1 }),
  read: (text) => [JSON.parse(text)],
  ping: null,
  pong: never,
  asked: never,
  answer: '',
  isOrdered: false,
}

const ours: Speech = {
  ...bare,
  say: (number) => JSON.stringify({ event: 'send_message', data: messageToSend(number) }),
  read(text) {
    const parsed: Frame | Frame[] = JSON.parse(text)
    return Array.isArray(parsed) ? parsed : [parsed]
  },
  ping: canonicalPing,
  pong: Buffer.from(canonicalPong),
  isOrdered: true,
}

/** Engine.IO 4: a digit tells the kind of packet; 4 is a message, and 42 an event of Socket.IO. */
const socketIo: Speech = {
  ...bare,
  greeting: '40',
  say: (number) => `42${JSON.stringify(['send_message', messageToSend(number)])}`,
  read(text) {
    if (!text.startsWith('42')) return []
    const [event, data] = JSON.parse(text.slice(2))
    return [{ event, data }]
  },
  asked: Buffer.from('2'),
  answer: '3',
}

export const speeches: Record<Dialect, Speech> = {
  bare,
  plain: ours,
  'chat.v1': ours,
  'socket.io': socketIo,
}
