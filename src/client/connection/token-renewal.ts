// Renews the token of one socket before it expires, by the room's clock, or when the room asks.

import type { Frame } from '../contract.ts'
import type { Emit } from '../emitter.ts'
import type { Platform } from '../platform.ts'
import { problemOf } from '../problem.ts'
import type { TokenSource } from '../rest-options.ts'

const beforeExpiryMs = 60_000
const retryAfterMs = 10_000

type Uses = {
  platform: Platform
  getToken: TokenSource
  emit: Emit
}

export type TokenRenewal = ReturnType<typeof createTokenRenewal>

/** @param authenticate sends the new token to the room */
export function createTokenRenewal(
  { platform, getToken, emit }: Uses,
  authenticate: (token: string) => void,
) {
  /** How far this device's clock is behind the room's. */
  let behindMs = 0
  let isRenewing = false
  let isStopped = false
  let cancel = () => {}

  function renewAfter(ms: number): void {
    isRenewing = false
    cancel()
    cancel = platform.after(ms, renew)
  }

  async function renew(): Promise<void> {
    if (isRenewing) return
    isRenewing = true
    try {
      const token = await getToken({ renew: true })
      // Without a new token, the present one stays valid until it expires.
      if (token !== null && !isStopped) authenticate(token)
    } catch (thrown) {
      if (isStopped) return
      emit('error', problemOf(thrown))
      renewAfter(retryAfterMs)
    }
  }

  return {
    onFrame({ event, data }: Frame): void {
      if (event === 'welcome') behindMs = Date.parse(data.server_time) - platform.now()
      if (event === 'welcome' || event === 'authenticated') {
        const leftMs = Date.parse(data.token_expires_at) - behindMs - platform.now()
        // A token with a short life is renewed in the middle of it.
        renewAfter(Math.max(leftMs - beforeExpiryMs, leftMs / 2))
      }
      if (event === 'token_expiring') renew()
    },

    stop(): void {
      isStopped = true
      cancel()
    },
  }
}
