// Tries every way back for people who were put out. Each that succeeds is a sentence.

import { logIn, refresh } from '../faults/account.ts'
import { ChatSocket } from '../harness/chat-socket.ts'
import { type Answer, call } from '../harness/rest.ts'
import type { Store } from '../harness/stores.ts'
import { query } from './database-copy.ts'
import type { Person } from './people.ts'

const refusals = new Set([401, 403])
const socketWithinMs = 5_000

export async function findReturned(port: number, people: readonly Person[]): Promise<string[]> {
  const wrong: string[] = []
  for (const { account, fate } of people) {
    const { token, refreshToken, email, username } = account
    const expectRefusal = ({ status }: Answer, what: string) => {
      if (!refusals.has(status)) wrong.push(`${username} is ${fate}, and ${what} answers ${status}`)
    }
    const body = { content: 'I am back.' }
    expectRefusal(await call(port, 'POST', '/messages', { token, body }), 'sending')
    expectRefusal(await call(port, 'GET', '/auth/me', { token }), 'the access token')
    expectRefusal(await refresh(port, refreshToken), 'the refresh token')
    if (fate !== 'logged out') expectRefusal(await logIn(port, email), 'the password')
    if (await enters(port, token)) wrong.push(`${username} is ${fate}, and is in the room`)
  }
  return wrong
}

async function enters(port: number, token: string): Promise<boolean> {
  let isLive = false
  const socket = new ChatSocket({
    ...{ port, token, batching: false, liveWithinMs: socketWithinMs, isLive: () => isLive },
    onText: (text) => {
      isLive ||= text.includes('"welcome"')
      if (isLive) socket.close()
    },
  })
  await socket.closed
  return isLive
}

/** No place may have the name or the address of an erased account. */
export async function findNames(
  { store, history }: { store: Store; history: unknown },
  people: readonly Person[],
): Promise<string[]> {
  const places = {
    'the history': JSON.stringify(history),
    Postgres: JSON.stringify([
      await query(store, 'select users::text from users'),
      await query(store, 'select messages::text from messages'),
      await query(store, 'select sessions::text from sessions'),
    ]),
  }
  return people
    .filter(({ fate }) => fate === 'erased, keep' || fate === 'erased, delete')
    .flatMap(({ account: { username } }) =>
      Object.entries(places)
        .filter(([, text]) => text.includes(username))
        .map(([place]) => `${place} has the name of ${username}, who was erased`),
    )
}
