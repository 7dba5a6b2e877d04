// Walks the history page by page, from the newest page or from a cursor.

import type { Message, Page, Position } from './protocol.ts'

/** @returns null when the page cannot be had; then the walk ends */
export type FetchPage = (query: { limit: number; cursor: string | null }) => Promise<Page | null>

export type Loaded = {
  /** Newest first. */
  messages: Message[]
  /** Everything from this id on was loaded; empty: there is nothing older. */
  horizon: string
  /** The position of the first page. */
  session: Position
  /** Whether no page was shorter than it could be. */
  isExact: boolean
}

type Walk = {
  limit: number
  pages: number
  /** The cursor of the first page; null: the newest. */
  from?: string | null
}

/** @returns null when not even the first page could be had */
export async function loadHistory(
  fetchPage: FetchPage,
  { limit, pages, from = null }: Walk,
): Promise<Loaded | null> {
  const messages: Message[] = []
  let session: Position | null = null
  let cursor = from
  let isExact = true
  for (let read = 0; read < pages; read++) {
    const page = await fetchPage({ limit, cursor })
    if (!page) break
    const { length } = page.messages
    if (length > limit) throw new Error(`A page of ${limit} has ${length} messages`)
    messages.push(...page.messages)
    session ??= page.session
    if ((page.next_cursor !== null && length < limit) || (read > 0 && length === 0)) isExact = false
    if (page.next_cursor === null) return { messages, horizon: '', session, isExact }
    // Otherwise the walk would never end.
    if (cursor !== null && page.next_cursor >= cursor)
      throw new Error(`The cursor after ${cursor} is ${page.next_cursor}`)
    cursor = page.next_cursor
  }
  return session && { messages, horizon: cursor ?? '', session, isExact }
}
