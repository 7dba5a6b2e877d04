// The REST half: accounts, history and changes. It keeps the tokens of one account, renews them, never
// takes those of another account, and turns every refusal into a ChatProblem.

import { addresses } from './address.ts'
import * as shapes from './ask.ts'
import { answerWithinMs, createAsk, type Shape } from './ask.ts'
import { steady } from './clock.ts'
import type { Platform } from './platform.ts'
import { ChatProblem, problemOf } from './problem.ts'
import type { Member, Message, Page, Tokens, User } from './wire.ts'

/** Of a token's life, for the way of a request that carries it. */
const marginMs = 10_000

/**
 * Gives the access token; null: nobody is logged in. With `renew` the last one ends soon or was
 * refused, and a new one is wanted.
 */
export type TokenSource = (ask: { renew: boolean }) => Promise<string | null> | string | null

export type RestOptions = {
  /**
   * Where the service is: `https://chat.example.com`, or below a path, `https://example.com/chat`.
   * Default: where the page comes from.
   */
  url?: string
  /** Where the access token comes from, instead of from `login` and `refresh`. */
  getToken?: TokenSource
  /** A refresh token that was kept from before. */
  refreshToken?: string | null
  /**
   * Keeps the refresh token in a cookie that no script can read: a page that was loaded anew is
   * still logged in. For pages of the service's own origin.
   */
  cookie?: boolean
  /**
   * Whose tokens it is to keep, where the page knows that without a login: all tabs of a browser share
   * the cookie, and another account may have logged in since. Default: that of the first answer.
   */
  userId?: string
  platform?: Partial<Platform>
}

/** Every call throws ChatProblem: with the code of the service, or `network`. */
export class ChatRest {
  /** Another one after each renewal; null: none, or it is in the cookie. */
  refreshToken: string | null
  /**
   * The access token: a new one if the last one ends or `renew` is set; null: logged out. Give it to
   * `ChatClient`. Calls at the same time renew once.
   */
  readonly getToken: (ask: { renew: boolean }) => Promise<string | null>
  readonly register: (account: {
    username: string
    email: string
    password: string
  }) => Promise<User>
  readonly login: (credentials: { email: string; password: string }) => Promise<void>
  /**
   * Renews the tokens.
   * @returns whether someone is logged in
   * @throws ChatProblem `account_changed` where the cookie is another account's: nothing was renewed
   */
  readonly refresh: () => Promise<boolean>
  /** Ends this session: here in any case, there unless it throws. */
  readonly logout: () => Promise<void>
  readonly me: () => Promise<User>
  /** A page, newest first: of the newest messages, or below a cursor. `limit`: 1 to 100. */
  readonly history: (ask?: { limit?: number; cursor?: string | null }) => Promise<Page>
  /** Everyone who is online. */
  readonly online: () => Promise<Member[]>
  readonly edit: (id: string, content: string) => Promise<Message>
  readonly remove: (id: string) => Promise<void>
  /** Any other call of the service, with the access token, renewed once where it is refused. */
  readonly call: <Answer>(method: string, path: string, body?: object) => Promise<Answer>

  /** @throws ChatProblem `unsupported` where `url` is not the address of a service */
  constructor({ url, getToken, refreshToken, cookie, userId, platform: parts }: RestOptions = {}) {
    const platform = steady(parts)
    const { origin, now, after, alone } = platform
    const ask = createAsk(platform, addresses(url, origin))
    let access: string | null = null
    let endsAt = 0
    let refreshing: Promise<boolean> | null = null
    /** Another object after each login and logout: a renewal that began before counts no more. */
    let stay = {}
    /** After a logout the cookie is gone, or another account's. */
    let byCookie = cookie

    const demandSame = (id: string | undefined) => {
      if (userId && id && id !== userId)
        throw new ChatProblem('account_changed', 'Another account logged in in this browser.')
    }
    const take = ({ access_token, expires_in, refresh_token, user }: Tokens) => {
      // A service of an older release does not say whose they are.
      demandSame(user?.id)
      userId = user?.id ?? userId
      access = access_token
      endsAt = now() + expires_in * 1000
      this.refreshToken = refresh_token
    }
    const forget = () => {
      access = this.refreshToken = null
    }
    /** What asks for new tokens; null: nothing could. */
    const renewal = () =>
      this.refreshToken
        ? { refresh_token: this.refreshToken }
        : byCookie
          ? { user_id: userId }
          : null

    const renew = async () => {
      const own = stay
      const body = renewal()
      if (!body) forget()
      else
        try {
          const tokens: Tokens = await ask(['POST', '/auth/refresh'], shapes.tokens, body)
          if (own === stay) take(tokens)
        } catch (thrown) {
          const { status } = problemOf(thrown)
          // The session has ended. Whatever else it is may pass.
          if (status !== 401 && status !== 403) throw thrown
          if (own === stay) forget()
        }
      return access !== null
    }

    /** One tab at a time, but a tab that is suspended keeps none waiting: two renewals do no harm. */
    const renewInTurn = () =>
      new Promise<boolean>((resolve, reject) => {
        let renewed: Promise<boolean> | null = null
        const once = () => (renewed ??= renew())
        const cancel = after(answerWithinMs, () => resolve(once()))
        const inTurn = () => {
          cancel()
          return once()
        }
        alone('chat.refresh', inTurn).catch(once).then(resolve, reject)
      })

    /** @param mine whose token is wanted: by now it may be another account's */
    const tokenOf = async (renewing: boolean, mine: string | undefined) => {
      if (getToken) return getToken({ renew: renewing })
      if (renewing || now() > endsAt - marginMs) await this.refresh()
      demandSame(mine)
      return access
    }

    const call = async <Answer>(
      target: [method: string, path: string],
      fits: Shape,
      body?: object,
    ): Promise<Answer> => {
      const mine = userId
      try {
        return await ask(target, fits, body, await tokenOf(false, mine))
      } catch (thrown) {
        const token = problemOf(thrown).status === 401 && (await tokenOf(true, mine))
        if (!token) throw thrown
        return ask(target, fits, body, token)
      }
    }

    this.refreshToken = refreshToken ?? null
    this.getToken = ({ renew }) => tokenOf(renew, userId)
    this.register = (account) => ask(['POST', '/auth/register'], shapes.user, account)
    this.login = async (credentials) => {
      const body = { ...credentials, cookie }
      const tokens: Tokens = await ask(['POST', '/auth/login'], shapes.tokens, body)
      stay = {}
      byCookie = cookie
      userId = undefined
      take(tokens)
    }
    this.refresh = () => {
      refreshing ??= renewInTurn().finally(() => {
        refreshing = null
      })
      return refreshing
    }
    this.logout = async () => {
      // The access token may have ended; what renews it names the session as well. A cookie may be
      // another account's by now: then the access token alone says which session is meant.
      const body = renewal()
      const token = this.refreshToken ? null : access
      stay = {}
      byCookie = false
      forget()
      await ask(['POST', '/auth/logout'], shapes.nothing, body ?? {}, token)
    }
    this.me = () => call(['GET', '/auth/me'], shapes.user)
    this.history = ({ limit = 50, cursor } = {}) => {
      const below = cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''
      return call(['GET', `/messages?limit=${limit}${below}`], shapes.page)
    }
    this.online = () => call(['GET', '/users/online'], shapes.list)
    this.edit = (id, content) => call(['PATCH', `/messages/${id}`], shapes.message, { content })
    this.remove = (id) => call(['DELETE', `/messages/${id}`], shapes.nothing)
    this.call = (method, path, body) => call([method, path], shapes.anything, body)
  }
}
