// Walks the history through GET /messages, from the newest or from a cursor, page by page.

import { expect } from 'vitest'
import type { Message, Position } from '../../../src/contract/entities.ts'
import { call } from '../../support/chat.ts'

type Page = { messages: Message[]; next_cursor: string | null; session: Position }

export type Loaded = {
  /** Newest first. */
  messages: Message[]
  /** Everything from this id on was loaded; empty: there is nothing older. */
  horizon: string
  /** The position of the first page. */
  session: Position
  /**
   * No page was short although older messages remained, and none was empty although it had a
   * cursor.
   */
  isExact: boolean
}

/** @returns null when the room has nothing of the page, and the archive is unavailable */
async function loadPage(limit: number, cursor: string | null): Promise<Page | null> {
  const answer = await call(`/messages?limit=${limit}${cursor === null ? '' : `&cursor=${cursor}`}`)
  if (answer.status === 503) return null
  expect(answer.status).toBe(200)
  return answer.json()
}

/** @returns null when not even the first page was available */
export async function loadHistory(
  { limit, pages }: { limit: number; pages: number },
  from: string | null = null,
): Promise<Loaded | null> {
  const messages: Message[] = []
  let session: Position | null = null
  let cursor = from
  let isExact = true
  for (let page = 0; page < pages; page++) {
    const loaded = await loadPage(limit, cursor)
    if (!loaded) break
    expect(loaded.messages.length).toBeLessThanOrEqual(limit)
    messages.push(...loaded.messages)
    session ??= loaded.session
    const isShort = loaded.next_cursor !== null && loaded.messages.length < limit
    const isEmpty = page > 0 && loaded.messages.length === 0
    if (isShort || isEmpty) isExact = false
    if (loaded.next_cursor === null) return { messages, horizon: '', session, isExact }
    // Otherwise the loop would never end.
    if (cursor !== null) expect(loaded.next_cursor < cursor).toBe(true)
    cursor = loaded.next_cursor
  }
  return session && { messages, horizon: cursor ?? '', session, isExact }
}
