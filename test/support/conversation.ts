// Messages that refer to others, pages and look-ups of them, and a log that has forgotten its messages.

import { runInDurableObject } from 'cloudflare:test'
import { expect } from 'vitest'
import { Message } from '../../src/contract/entities.ts'
import { Page } from '../../src/contract/routes/messages.ts'
import { idAfter, idBefore } from '../../src/domain/ids.ts'
import { answer, callWith } from '../api/responses.ts'
import { call, callAs, flushed, newPerson, type Person, theRoom } from './chat.ts'
import { testClock } from './test-clock.ts'
import { retention } from './worker.ts'

type NewMessage = {
  content?: string
  client_id?: string
  reply_to?: string
  mentions?: string[]
  mentions_room?: boolean
}

export const post = (by: Person, message: NewMessage) =>
  callAs(by, 'POST', '/messages', { content: 'a reply', ...message })

/** Sends a message that the room must accept. */
export const send = async (by: Person, message: NewMessage): Promise<Message> =>
  answer(await post(by, message), 201, Message)

/** Sends this many messages, by as many people as the limits need. */
export async function sendMany(count: number): Promise<Message[]> {
  const sent: Message[] = []
  let by = await newPerson()
  for (let n = 0; n < count; n++) {
    if (n % 5 === 4) by = await newPerson()
    sent.push(await send(by, { content: `message ${n}` }))
  }
  return sent
}

export const readPage = async (query = ''): Promise<Page> =>
  answer(await call(`/messages${query}`), 200, Page)

export const lookUp = async (id: string): Promise<Message> =>
  answer(await call(`/messages/${id}`), 200, Message)

/** Postgres gets everything, and the log forgets it. */
export async function forgetAll(): Promise<void> {
  await flushed()
  Object.assign(retention, { messagesMin: 0, ageMinMs: 0 })
  await runInDurableObject(theRoom(), ({ components: { log, outbox } }) => {
    log.prune(testClock.now() + 1, outbox.flushedSeq, { ...retention, eventsMax: 0 })
  })
}

/** The message on every kind of page, and alone. */
export async function shownEverywhere({ id }: Pick<Message, 'id'>): Promise<Message[]> {
  const pages = [
    await readPage('?limit=100'),
    await readPage(`?limit=100&cursor=${idAfter(id)}`),
    await readPage(`?around=${id}`),
    await readPage(`?after=${idBefore(id)}`),
  ]
  const shown = pages.map(({ messages }) => messages.find((message) => message.id === id))
  expect(shown).not.toContain(undefined)
  return [...(shown as Message[]), await lookUp(id)]
}

type Reads = 'newest' | 'historyPage' | 'idsAfter' | 'overlay'
const reads: Reads[] = ['newest', 'historyPage', 'idsAfter', 'overlay']

/**
 * Reads with a Worker whose calls to the room do something first.
 * @param meanwhile gets the name of the call, and how many calls with this name there were
 */
export function callMeanwhile(
  path: string,
  meanwhile: (call: Reads, count: number) => Promise<void>,
): Promise<Response> {
  const counts: Partial<Record<Reads, number>> = {}
  const room = theRoom() as unknown as Record<Reads, (...args: unknown[]) => Promise<unknown>>
  const calls = Object.fromEntries(
    reads.map((name) => [
      name,
      async (...args: unknown[]) => {
        counts[name] = (counts[name] ?? 0) + 1
        await meanwhile(name, counts[name])
        return room[name](...args)
      },
    ]),
  )
  return callWith({ ROOM: { getByName: () => calls } }, path)
}
