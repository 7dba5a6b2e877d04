// Keeps the access token and the refresh token of one account, and renews them. It never takes the
// tokens of another account: all tabs of a browser share one cookie.

import type { Tokens } from '../contract.ts'
import type { Platform } from '../platform.ts'
import { ChatProblem, problemOf } from '../problem.ts'
import { answerWithinMs, areTokens, type HttpRequest, isNothing } from './http-request.ts'

/** A token that expires sooner is renewed first, so that the request arrives in time. */
const marginMs = 10_000

type Options = {
  refreshToken?: string | null | undefined
  cookie?: boolean | undefined
  userId?: string | undefined
}

export function createAccountTokens(
  request: HttpRequest,
  { now, after, alone }: Platform,
  { refreshToken: initialToken, cookie, userId }: Options,
) {
  let accessToken: string | null = null
  let refreshToken = initialToken ?? null
  let expiresAt = 0
  let refreshing: Promise<boolean> | null = null
  /** A new object after each login and logout: a renewal that began before it counts no more. */
  let login = {}
  /** False after a logout: the cookie is gone, or belongs to another account. */
  let hasCookie = cookie

  function requireSameUser(id: string | undefined): void {
    if (userId && id && id !== userId)
      throw new ChatProblem('account_changed', 'Another account logged in in this browser.')
  }

  function keep({ access_token, expires_in, refresh_token, user }: Tokens): void {
    // A service of an older release does not name the user.
    requireSameUser(user?.id)
    userId = user?.id ?? userId
    accessToken = access_token
    expiresAt = now() + expires_in * 1000
    refreshToken = refresh_token
  }

  function clear(): void {
    accessToken = refreshToken = null
  }

  /** The body of a request for new tokens; null where there is nothing to renew. */
  const renewalBody = () =>
    refreshToken ? { refresh_token: refreshToken } : hasCookie ? { user_id: userId } : null

  async function renew(): Promise<boolean> {
    const ownLogin = login
    const body = renewalBody()
    if (!body) clear()
    else
      try {
        const tokens: Tokens = await request(['POST', '/auth/refresh'], areTokens, body)
        if (ownLogin === login) keep(tokens)
      } catch (thrown) {
        const { status } = problemOf(thrown)
        // Only these two mean that the session has ended. Other problems may pass.
        if (status !== 401 && status !== 403) throw thrown
        if (ownLogin === login) clear()
      }
    return accessToken !== null
  }

  /** One tab at a time. A suspended tab does not block the others: two renewals do no harm. */
  const renewInTurn = () =>
    new Promise<boolean>((resolve, reject) => {
      let renewed: Promise<boolean> | null = null
      const renewOnce = () => (renewed ??= renew())
      const cancel = after(answerWithinMs, () => resolve(renewOnce()))
      const inTurn = () => {
        cancel()
        return renewOnce()
      }
      alone('chat.refresh', inTurn).catch(renewOnce).then(resolve, reject)
    })

  function refresh(): Promise<boolean> {
    refreshing ??= renewInTurn().finally(() => {
      refreshing = null
    })
    return refreshing
  }

  return {
    refresh,
    userId: () => userId,
    refreshToken: () => refreshToken,

    /** @param ofUser whose token is wanted: another account may have logged in meanwhile */
    async get({ renew }: { renew: boolean }, ofUser: string | undefined): Promise<string | null> {
      if (renew || now() > expiresAt - marginMs) await refresh()
      requireSameUser(ofUser)
      return accessToken
    },

    async login(credentials: { email: string; password: string }): Promise<void> {
      const body = { ...credentials, cookie }
      const tokens: Tokens = await request(['POST', '/auth/login'], areTokens, body)
      login = {}
      hasCookie = cookie
      userId = undefined
      keep(tokens)
    },

    async logout(): Promise<void> {
      // The access token may have expired, so the refresh token names the session. A cookie may
      // belong to another account by now: then only the access token names this session.
      const body = renewalBody()
      const token = refreshToken ? null : accessToken
      login = {}
      hasCookie = false
      clear()
      await request(['POST', '/auth/logout'], isNothing, body ?? {}, token)
    },
  }
}
