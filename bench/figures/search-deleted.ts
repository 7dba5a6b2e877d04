// Searches for messages at once after their deletion was answered, while others are sent.

import { setTimeout as delay } from 'node:timers/promises'
import type { RunningRoom } from '../harness/room.ts'
import type { Account, Stores } from '../harness/stores.ts'

type Options = { tries: number; searchesPerAccount: number }

const atOnce = 8
const senders = 10
/** The senders are the first accounts, then the authors, then those who search. */
const authors = 10

export async function findDeleted(
  room: RunningRoom,
  stores: Stores,
  { tries, searchesPerAccount }: Options,
): Promise<{ found: number; missed: number }> {
  // The room starts beside messages that it does not know, as after a loss of its storage, and refuses tokens
  // of before. Their times are in seconds.
  await fetch(`${room.url}/room`)
  await delay(2_000)
  const tokens = await Promise.all(room.accounts.map((account: Account) => room.token(account)))
  const as = (n: number, method: string, path: string, body?: object) =>
    fetch(room.url + path, {
      method,
      headers: { authorization: `Bearer ${tokens[n]}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    })
  const post = async (n: number, content: string) => {
    const answer = await as(n, 'POST', '/messages', { content })
    return { status: answer.status, ...((await answer.json()) as { id: string }) }
  }
  let searches = 0
  /** A store that is late refuses a search, which is then repeated. */
  const isFound = async (term: string): Promise<boolean> => {
    const by = senders + authors + Math.floor(searches++ / searchesPerAccount)
    const answer = await as(by, 'GET', `/messages/search?q=${term}`)
    const { hits } = (await answer.json()) as { hits?: unknown[] }
    if (hits) return hits.length > 0
    if (answer.status !== 503) throw new Error(`The search answers ${answer.status}`)
    await delay(500)
    return isFound(term)
  }
  const isInPostgres = async (id: string) =>
    (await stores.query('select 1 from messages where id = $1', [id])).length > 0

  const outcome = { found: 0, missed: 0 }
  let next = 0
  async function tryOneAfterTheOther(): Promise<void> {
    for (let n = next++; n < tries; n = next++) {
      const author = senders + (n % authors)
      const term = `deletedword${n}x`
      const { id } = await post(author, `a text with ${term} in it`)
      if (!(await isFound(term))) outcome.missed++
      while (n % 2 === 1 && !(await isInPostgres(id))) await delay(100)
      const { status } = await as(author, 'DELETE', `/messages/${id}`)
      if (status !== 204) throw new Error(`The deletion answers ${status}`)
      if (await isFound(term)) outcome.found++
    }
  }

  let isOver = false
  const load = Array.from({ length: senders }, async (_, n) => {
    while (!isOver) {
      await post(n, 'one of many messages that are sent meanwhile')
      await delay(100)
    }
  })
  try {
    await Promise.all(Array.from({ length: atOnce }, tryOneAfterTheOther))
  } finally {
    isOver = true
    await Promise.all(load)
  }
  return outcome
}
