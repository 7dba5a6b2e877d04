// What clients say: texts of a usual length that carry the number of the message.

import type { Dialect } from './orders.ts'

const digits = 9
const words = 'the quick brown fox jumps over the lazy dog, twice'

const content = (number: number) => `${String(number).padStart(digits, '0')} ${words}`
const uuid = (number: number) => `019a9d5e-2c1b-7a40-8f00-${String(number).padStart(12, '0')}`

export function numberIn(content: string): number {
  return Number(content.slice(0, digits))
}

/** A message to send. A peer that passes on any text gets what our room would make of it. */
export function say(dialect: Dialect, number: number): string {
  const client_id = uuid(number)
  if (dialect !== 'bare')
    return JSON.stringify({ event: 'send_message', data: { content: content(number), client_id } })
  return JSON.stringify({
    event: 'new_message',
    data: {
      id: uuid(number),
      user_id: uuid(0),
      username: 'person-10',
      content: content(number),
      created_at: '2026-11-23T12:00:00.000Z',
      updated_at: null,
      is_deleted: false,
      revision: 1,
      client_id,
    },
    seq: number + 1,
  })
}
