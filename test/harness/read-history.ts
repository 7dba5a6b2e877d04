// Reads the history over REST, shows each page to the consistency checker, and retries what the
// service cannot answer now.

import { setTimeout as delay } from 'node:timers/promises'
import { type ConsistencyChecker, newest } from '../kit/consistency-checker.ts'
import { type Loaded, loadHistory } from '../kit/history.ts'
import type { Page } from '../kit/protocol.ts'
import { call, NoAnswer } from './rest.ts'

const limit = 100
const retryAfterMs = 300
const retryAfterMaxMs = 5_000

export type HistoryReader = { name: string; port: number; checker: ConsistencyChecker }

/** @returns the page, or how long to wait where the service cannot answer now */
export async function readPage(
  { name, port, checker }: HistoryReader,
  cursor: string | null,
): Promise<Page | { waitMs: number }> {
  const asked = checker.snapshot()
  try {
    const path = `/messages?limit=${limit}${cursor === null ? '' : `&cursor=${cursor}`}`
    const answer = await call(port, 'GET', path)
    if (answer.status !== 200) {
      if (answer.status < 500) checker.report(`${name}: GET ${path} answers ${answer.status}`)
      return { waitMs: Math.max(retryAfterMs, Math.min(answer.retryAfterMs, retryAfterMaxMs)) }
    }
    const page = answer.body as Page
    checker.checkPage(name, page, { asked, below: cursor ?? newest })
    return page
  } catch (error) {
    if (error instanceof NoAnswer) return { waitMs: retryAfterMs }
    throw error
  }
}

/** The newest pages. @returns what was read before `shouldContinue` said no, null if that is nothing */
export function readHistory(
  reader: HistoryReader,
  {
    pages = Number.POSITIVE_INFINITY,
    shouldContinue = () => true,
  }: { pages?: number; shouldContinue?: () => boolean } = {},
): Promise<Loaded | null> {
  return loadHistory(
    async ({ cursor }) => {
      while (shouldContinue()) {
        const page = await readPage(reader, cursor)
        if (!('waitMs' in page)) return page
        await delay(page.waitMs)
      }
      return null
    },
    { limit, pages },
  )
}
