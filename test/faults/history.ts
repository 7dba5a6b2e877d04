// Reads the history page by page, and shows each page to the witness. Keeps trying: an answer that
// says "not now" is no answer.

import { setTimeout as delay } from 'node:timers/promises'
import { Away, call, type Message, type Page } from './wire.ts'
import { newest, type Witness } from './witness.ts'

const pageSize = 100
const againMs = 300

type Reader = { name: string; port: number; witness: Witness }

/** One page; null where the service can't answer now, for which it may say how long to wait. */
export async function readPage(
  { name, port, witness }: Reader,
  cursor: string | null,
): Promise<Page | { wait: number }> {
  const asked = witness.ask()
  try {
    const path = `/messages?limit=${pageSize}${cursor === null ? '' : `&cursor=${cursor}`}`
    const { status, body, retryAfterMs } = await call(port, 'GET', path)
    if (status !== 200) {
      if (status < 500) witness.accuse(`${name}: GET ${path} answers ${status}`)
      return { wait: Math.max(againMs, Math.min(retryAfterMs, 5_000)) }
    }
    const page = body as Page
    witness.sawPage(name, page, { asked, below: cursor ?? newest })
    return page
  } catch (error) {
    if (error instanceof Away) return { wait: againMs }
    throw error
  }
}

export type Loaded = {
  /** Newest first. */
  messages: Message[]
  /** Where the first page is true. */
  session: Page['session']
  /** What lies below this id was not loaded; empty: nothing does. */
  horizon: string
}

/** The newest pages. @returns null if it was told to stop meanwhile */
export async function load(
  reader: Reader,
  { pages, goOn }: { pages: number; goOn: () => boolean },
): Promise<Loaded | null> {
  const messages: Message[] = []
  let session: Page['session'] | undefined
  let cursor: string | null = null
  for (let read = 0; read < pages; ) {
    if (!goOn()) return null
    const page: Page | { wait: number } = await readPage(reader, cursor)
    if ('wait' in page) {
      await delay(page.wait)
      continue
    }
    read++
    session ??= page.session
    messages.push(...page.messages)
    cursor = page.next_cursor
    if (cursor === null) break
  }
  return session ? { messages, session, horizon: cursor ?? '' } : null
}
