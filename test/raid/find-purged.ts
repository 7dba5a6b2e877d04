// Looks for the texts of purged people wherever one could still be: in the history, in the exports of
// their authors and in Postgres.

import { setTimeout as delay } from 'node:timers/promises'
import { call } from '../harness/rest.ts'
import { loadHistory } from '../kit/history.ts'
import type { Message, Page } from '../kit/protocol.ts'
import type { Account } from './accounts.ts'
import type { Stage } from './stage.ts'

const limit = 100
const giveUpMs = 60_000

export type Leftovers = { history: number; exports: number; postgres: number }

/** @returns how many texts of these authors are there */
export async function findTexts(stage: Stage, authors: Account[]): Promise<Leftovers> {
  const ids = new Set(authors.map(({ id }) => id))
  const history = await readHistory(stage)
  let exports = 0
  for (const author of authors) exports += texts(await readExport(stage, author))
  return {
    history: texts(history.filter(({ user_id }) => ids.has(user_id))),
    exports,
    postgres: await countInPostgres(stage, authors),
  }
}

/** @returns how long that took, in milliseconds */
export async function waitUntilPurged(stage: Stage, authors: Account[]): Promise<number> {
  const from = performance.now()
  while ((await countInPostgres(stage, authors)) > 0) {
    if (performance.now() - from > giveUpMs) break
    await delay(20)
  }
  return performance.now() - from
}

const texts = (messages: Message[]) => messages.filter(({ content }) => content !== '').length

async function readHistory({ port }: Stage): Promise<Message[]> {
  const loaded = await loadHistory(
    async ({ cursor }) => {
      const query = `limit=${limit}${cursor === null ? '' : `&cursor=${cursor}`}`
      return (await read(port, `/messages?${query}`)) as Page
    },
    { limit, pages: Number.POSITIVE_INFINITY },
  )
  return loaded?.messages ?? []
}

async function readExport({ port }: Stage, { token }: Account): Promise<Message[]> {
  const { messages } = (await read(port, '/auth/me/export', token)) as { messages: Message[] }
  return messages
}

async function read(port: number, path: string, token?: string): Promise<unknown> {
  const { status, body } = await call(port, 'GET', path, token === undefined ? {} : { token })
  if (status !== 200) throw new Error(`GET ${path} was answered with ${status}`)
  return body
}

async function countInPostgres({ query }: Stage, authors: Account[]): Promise<number> {
  const [row] = await query(
    `select count(*)::integer as count from messages where (content <> '' or not is_deleted)
     and user_id in (select value::uuid from json_array_elements_text($1::json))`,
    [JSON.stringify(authors.map(({ id }) => id))],
  )
  return Number(row?.count)
}
