// Renews the token of one line in place, before it ends: by the room's clock, or when the room says so.

import type { Tell } from './events.ts'
import type { Platform } from './platform.ts'
import { problemOf } from './problem.ts'
import type { TokenSource } from './rest.ts'
import type { Frame } from './wire.ts'

const beforeEndMs = 60_000
const againAfterMs = 10_000

type Uses = {
  platform: Platform
  getToken: TokenSource
  tell: Tell
}

export type Renewal = ReturnType<typeof createRenewal>

/** @param present hands the new token to the room */
export function createRenewal(
  { platform, getToken, tell }: Uses,
  present: (token: string) => void,
) {
  /** What this device's clock is behind the room's. */
  let behindMs = 0
  let renewing = false
  let over = false
  let cancel = () => {}

  function renewIn(ms: number): void {
    renewing = false
    cancel()
    cancel = platform.after(ms, renew)
  }

  async function renew(): Promise<void> {
    if (renewing) return
    renewing = true
    try {
      const token = await getToken({ renew: true })
      // Without one the present token serves until its end.
      if (token !== null && !over) present(token)
    } catch (thrown) {
      if (over) return
      tell('error', problemOf(thrown))
      renewIn(againAfterMs)
    }
  }

  return {
    hear({ event, data }: Frame): void {
      if (event === 'welcome') behindMs = Date.parse(data.server_time) - platform.now()
      if (event === 'welcome' || event === 'authenticated') {
        const leftMs = Date.parse(data.token_expires_at) - behindMs - platform.now()
        // A short-lived one in the middle of its life.
        renewIn(Math.max(leftMs - beforeEndMs, leftMs / 2))
      }
      if (event === 'token_expiring') renew()
    },

    end(): void {
      over = true
      cancel()
    },
  }
}
