// Tells the truth about the line, and nothing while there is nothing to tell: a loss that mends
// within a second is nobody's business.

import type { ChatState } from '../client/state.ts'
import { make, setAttribute, setText } from './dom.ts'
import { onPageClock } from './times.ts'
import { lineNews } from './words.ts'

export type BarParts = {
  /** What the person can do about it: come in anew. */
  reconnect: () => void
  signal: AbortSignal
}

type Line = Pick<ChatState, 'status' | 'stopped' | 'retryAt'>

const quietForMs = 1_000
const tickMs = 500

export function openConnectionBar({ reconnect, signal }: BarParts) {
  const text = make('span')
  const offer = make('button', { type: 'button', class: 'plain', hidden: true })
  const element = make('div', { class: 'bar', role: 'status', 'data-state': 'idle' }, text, offer)
  let line: Line = { status: 'idle', stopped: null, retryAt: null }
  let retryAt: number | null = null
  let lostAt: number | null = null

  const draw = () => {
    const now = performance.now()
    const network = navigator.onLine ? 'up' : 'down'
    const news = lineNews({ ...line, retryAt }, { now, network })
    if (!news) lostAt = null
    else lostAt ??= now
    const told = news && (news.state === 'stopped' || now - (lostAt ?? now) >= quietForMs)
    setAttribute(element, 'data-state', news?.state ?? line.status)
    setAttribute(element, 'data-shown', Boolean(told))
    // Kept while it slides away.
    if (!told) return
    setText(text, news.text)
    offer.hidden = news.offer === null
    setText(offer, news.offer ?? '')
  }

  offer.addEventListener('click', reconnect)
  for (const event of ['online', 'offline']) addEventListener(event, draw, { signal })
  const ticking = setInterval(draw, tickMs)
  signal.addEventListener('abort', () => clearInterval(ticking))
  return {
    element,
    update(state: Line): void {
      if (state.retryAt !== line.retryAt) retryAt = onPageClock(state.retryAt)
      line = state
      draw()
    },
  }
}
