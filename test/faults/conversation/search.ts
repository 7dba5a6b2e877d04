// Searches for texts of the authors: a deleted one is never found, and one that was confirmed always.

import { setTimeout as delay } from 'node:timers/promises'
import { Random } from '../../harness/random.ts'
import { type Answer, call, NoAnswer } from '../../harness/rest.ts'
import type { Message } from '../../kit/protocol.ts'
import type { Author } from '../author.ts'
import { isExplained } from '../client-parts.ts'
import type { Harness } from '../harness.ts'
import { mayBeGone, type OwnMessage } from '../own-message.ts'

/** Less often than ten times a minute for each user. */
const searchEveryMs = 700

/** Never ends. */
export async function searchTexts(harness: Harness): Promise<void> {
  const random = new Random(harness.seed, 6)
  for (;;)
    for (const searcher of harness.authors) {
      const target = pickText(harness.authors, random)
      if (target && searcher.client.shouldRun) await search(harness, searcher, target)
      await delay(searchEveryMs)
    }
}

/** Half of them are deleted. */
function pickText(authors: readonly Author[], random: Random): OwnMessage | undefined {
  const isDeleted = random.chance(0.5)
  const accepted = random.pick(authors)?.accepted.values() ?? []
  return random.pick([...accepted].filter(({ deleted }) => deleted === isDeleted))
}

async function search(
  { service, checker, metrics }: Harness,
  { client: { name, parts } }: Author,
  target: OwnMessage,
): Promise<void> {
  const { id, client_id, deleted } = target
  const isGone = deleted || checker.purges.toldAt(target) < Number.POSITIVE_INFINITY
  const from = Date.now()
  const answer = await ask(service.port, `${client_id}:`, parts.account.token)
  const found = answer && foundIn(answer)
  if (!found) {
    metrics.count('searches without an answer')
    const isFault = answer !== null && answer.status !== 429 && answer.status < 500
    if (isFault && !isExplained(parts, codeOf(answer), { from, to: Date.now() }))
      checker.report(`${name}: a search answers ${answer.status}`)
    return
  }
  metrics.count(isGone ? 'searches for deleted texts' : 'searches')
  const isFound = found.some((message) => message.id === id)
  if (isFound && isGone) checker.report(`${name}: a search finds the deleted ${id}`)
  if (!isFound && !isGone && !mayBeGone({ checker }, target))
    checker.report(`${name}: a search does not find ${id}: lost`)
}

async function ask(port: number, term: string, token: string): Promise<Answer | null> {
  try {
    return await call(port, 'GET', `/messages/search?q=${encodeURIComponent(term)}`, { token })
  } catch (error) {
    if (error instanceof NoAnswer) return null
    throw error
  }
}

/** @returns null: the search was refused */
function foundIn({ status, body }: Answer): Message[] | null {
  if (status !== 200) return null
  return (body as { hits: { message: Message }[] }).hits.map(({ message }) => message)
}

const codeOf = ({ body }: Answer): string => (body as { code?: string } | null)?.code ?? ''
