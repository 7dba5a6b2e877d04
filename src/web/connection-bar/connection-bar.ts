// Shows the state of the connection, and nothing while all is well. A loss that ends within a second
// is not shown.

import type { ChatState } from '../../client/state.ts'
import { make, setAttribute, setText } from '../elements/dom.ts'
import * as strings from '../strings/en.json'
import { toMonotonic } from '../text/times.ts'
import { connectionNotice } from './connection-notice.ts'

export type ConnectionBarOptions = {
  /** Connects again, on the user's request. */
  reconnect: () => void
  /** Gets whether the presence on the page is current, or from before the connection was lost. */
  onFreshness: (freshness: 'now' | 'before') => void
  signal: AbortSignal
}

type ConnectionState = Pick<ChatState, 'status' | 'stopped' | 'retryAt' | 'retryNow' | 'ban'>

const showAfterMs = 1_000
/**
 * When the browser reports that it is offline, the client sends a ping and waits 10 s for the pong. A
 * connection that is still open after that proves that the browser is online.
 */
const trustBrowserForMs = 12_000
const tickMs = 500

export function createConnectionBar({ reconnect, onFreshness, signal }: ConnectionBarOptions) {
  // Screen readers read only this part, and so not each second of a countdown.
  const text = make('span', { role: 'status' })
  const countdown = make('span')
  const button = make('button', { type: 'button', class: 'plain', hidden: true })
  const element = make('div', { class: 'bar', 'data-state': 'idle' }, text, countdown, button)
  let state: ConnectionState = {
    status: 'idle',
    stopped: null,
    ban: null,
    retryAt: null,
    retryNow: false,
  }
  let retryAt: number | null = null
  let problemSince: number | null = null
  /** When the browser went offline while the client was connected. */
  let offlineAt = Number.NEGATIVE_INFINITY

  const networkStatus = (now: number): 'up' | 'down' => {
    if (navigator.onLine) return 'up'
    return state.status === 'online' && now - offlineAt > trustBrowserForMs ? 'up' : 'down'
  }
  const draw = () => {
    const now = performance.now()
    const moment = { now, date: Date.now(), network: networkStatus(now) }
    const notice = connectionNotice({ ...state, retryAt }, moment)
    if (!notice) problemSince = null
    else problemSince ??= now
    const isCertain = notice?.state === 'stopped' || notice?.state === 'offline'
    const isShown = notice && (isCertain || now - (problemSince ?? now) >= showAfterMs)
    onFreshness(isShown ? 'before' : 'now')
    setAttribute(element, 'data-state', notice?.state ?? state.status)
    setAttribute(element, 'data-shown', Boolean(isShown))
    countdown.hidden = !isShown || notice.countdown === null
    if (!notice && text.textContent !== '') setText(text, strings.connected)
    if (!isShown) return
    setText(text, notice.text)
    setText(countdown, notice.countdown ?? '')
    button.hidden = notice.action === null
    setText(button, notice.action ?? '')
  }

  button.addEventListener('click', reconnect)
  addEventListener('online', draw, { signal })
  addEventListener(
    'offline',
    () => {
      offlineAt = performance.now()
      draw()
    },
    { signal },
  )
  const timer = setInterval(draw, tickMs)
  signal.addEventListener('abort', () => clearInterval(timer))
  return {
    element,
    update(next: ConnectionState): void {
      if (next.retryAt !== state.retryAt) retryAt = toMonotonic(next.retryAt)
      // The client connected although the browser reports that it is offline.
      if (next.status === 'online' && state.status !== 'online')
        offlineAt = Number.NEGATIVE_INFINITY
      state = next
      draw()
    },
  }
}
