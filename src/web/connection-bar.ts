// Tells the truth about the line, and nothing while there is nothing to tell: a loss that mends
// within a second is nobody's business.

import type { ChatState } from '../client/state.ts'
import { make, setAttribute, setText } from './dom.ts'
import { onPageClock } from './times.ts'
import { lineNews } from './words.ts'

export type BarParts = {
  /** What the person can do about it: come in anew. */
  reconnect: () => void
  /** Whether what is seen of the others is so now, or was so when the line was lost. */
  others: (known: 'now' | 'before') => void
  signal: AbortSignal
}

type Line = Pick<ChatState, 'status' | 'stopped' | 'retryAt' | 'retryNow'>

const quietForMs = 1_000
/**
 * When the browser says that it is offline, the client asks for a sign of life, and waits 10 s for
 * it. A line that lives on after that proves the browser wrong.
 */
const believedForMs = 12_000
const tickMs = 500

export function openConnectionBar({ reconnect, others, signal }: BarParts) {
  const text = make('span')
  const offer = make('button', { type: 'button', class: 'plain', hidden: true })
  const element = make('div', { class: 'bar', role: 'status', 'data-state': 'idle' }, text, offer)
  let line: Line = { status: 'idle', stopped: null, retryAt: null, retryNow: false }
  let retryAt: number | null = null
  let lostAt: number | null = null
  /** When the browser went offline with the line up. */
  let offlineAt = Number.NEGATIVE_INFINITY

  const networkNow = (now: number) => {
    if (navigator.onLine) return 'up'
    return line.status === 'online' && now - offlineAt > believedForMs ? 'up' : 'down'
  }
  const draw = () => {
    const now = performance.now()
    const news = lineNews({ ...line, retryAt }, { now, network: networkNow(now) })
    if (!news) lostAt = null
    else lostAt ??= now
    const certain = news?.state === 'stopped' || news?.state === 'offline'
    const told = news && (certain || now - (lostAt ?? now) >= quietForMs)
    others(told ? 'before' : 'now')
    setAttribute(element, 'data-state', news?.state ?? line.status)
    setAttribute(element, 'data-shown', Boolean(told))
    // Kept while it slides away.
    if (!told) return
    setText(text, news.text)
    offer.hidden = news.offer === null
    setText(offer, news.offer ?? '')
  }

  offer.addEventListener('click', reconnect)
  addEventListener('online', draw, { signal })
  addEventListener(
    'offline',
    () => {
      offlineAt = performance.now()
      draw()
    },
    { signal },
  )
  const ticking = setInterval(draw, tickMs)
  signal.addEventListener('abort', () => clearInterval(ticking))
  return {
    element,
    update(state: Line): void {
      if (state.retryAt !== line.retryAt) retryAt = onPageClock(state.retryAt)
      // It came up without the network of which the browser knows.
      if (state.status === 'online' && line.status !== 'online')
        offlineAt = Number.NEGATIVE_INFINITY
      line = state
      draw()
    },
  }
}
