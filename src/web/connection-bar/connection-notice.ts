// The text of the connection bar for each state of the connection.

import type { ChatState } from '../../client/state.ts'
import * as strings from '../strings/en.json'
import { fill } from '../strings/fill.ts'
import { restrictionText } from '../text/restrictions.ts'
import { formatDuration, secondsUntil } from '../text/times.ts'

export type ConnectionNotice = {
  readonly state: 'connecting' | 'reconnecting' | 'offline' | 'stopped'
  readonly text: string
  /** When the next attempt starts. */
  readonly countdown: string | null
  /** The label of the button that connects again. */
  readonly action: string | null
}

const connecting = { state: 'connecting', text: strings.connecting } as const
const reconnecting = { state: 'reconnecting', text: strings.reconnecting } as const

type ConnectionState = Pick<ChatState, 'status' | 'stopped' | 'retryAt' | 'retryNow' | 'ban'>
type Moment = {
  /** By the same clock as `retryAt`. */
  now: number
  /** Milliseconds since 1970. */
  date: number
  /** Whether the browser is online, as far as it can be trusted. */
  network: 'up' | 'down'
}

/** @returns null if there is nothing to show */
export function connectionNotice(
  { status, stopped, retryAt, retryNow, ban }: ConnectionState,
  { now, date, network }: Moment,
): ConnectionNotice | null {
  if (status === 'idle' || (status === 'online' && network === 'up')) return null
  const notice = (
    state: ConnectionNotice['state'],
    text: string,
    action: string | null = null,
  ) => ({
    state,
    text,
    countdown: null,
    action,
  })
  if (status === 'stopped') {
    if (stopped === 'replaced')
      return notice('stopped', strings.youAreConnectedInTooManyTabs, strings.connectHere)
    if (stopped === 'banned') {
      const start = strings.youAreBannedFromThisRoom
      const text = ban ? restrictionText(start, ban, date) : `${start}.`
      const seconds = retryAt === null ? null : secondsUntil(retryAt, now)
      const countdown =
        seconds === null
          ? null
          : fill(strings.youCanReturnInDuration, { duration: formatDuration(seconds) })
      return { ...notice('stopped', text, strings.tryAgain), countdown }
    }
    if (stopped === 'refused') return notice('stopped', strings.thisAccountIsNotAllowedToConnect)
    // The page shows the login for these two.
    if (stopped === 'signed_out' || stopped === 'account_changed')
      return notice('stopped', strings.youAreLoggedOut)
    return notice('stopped', strings.somethingWentWrongWithTheConnection, strings.tryAgain)
  }
  if (network === 'down') return notice('offline', strings.youAreOfflineYourMessagesWillBe)
  const waits = retryAt !== null && retryAt - now > 1500
  return {
    ...(status === 'connecting' ? connecting : reconnecting),
    countdown: waits
      ? fill(strings.nextAttemptInDuration, {
          duration: formatDuration(secondsUntil(retryAt, now)),
        })
      : null,
    action: waits && retryNow ? strings.tryNow : null,
  }
}
