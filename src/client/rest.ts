// The REST half: accounts, history and changes. It keeps the tokens of who logged in through it,
// renews them, and turns every refusal into a ChatProblem.

import { addresses } from './address.ts'
import { steady } from './clock.ts'
import type { Platform } from './platform.ts'
import { ChatProblem, problemOf } from './problem.ts'
import type { Member, Message, Page, ProblemBody, Tokens, User } from './wire.ts'

const answerWithinMs = 15_000
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
  /** Renews the tokens. @returns whether someone is logged in */
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
  constructor({ url, getToken, refreshToken, cookie, platform: parts }: RestOptions = {}) {
    const platform = steady(parts)
    const { fetch, now, after, alone } = platform
    const address = addresses(url, platform.origin)
    let access: string | null = null
    let endsAt = 0
    let refreshing: Promise<boolean> | null = null

    async function ask<Answer>(method: string, path: string, body?: object, token?: string | null) {
      const late = new AbortController()
      const cancel = after(answerWithinMs, () => late.abort())
      try {
        const answer = await fetch(address(path), {
          method,
          headers: {
            ...(body && { 'content-type': 'application/json' }),
            ...(token && { authorization: `Bearer ${token}` }),
          },
          body: body && JSON.stringify(body),
          signal: late.signal,
        })
        const { ok, status } = answer
        if (status === 204) return undefined as Answer
        if (ok) return (await answer.json()) as Answer
        throw refusal(status, (await answer.json().catch(() => ({}))) as Partial<ProblemBody>)
      } catch (thrown) {
        throw problemOf(thrown)
      } finally {
        cancel()
      }
    }

    const take = (tokens: Tokens) => {
      access = tokens.access_token
      endsAt = now() + tokens.expires_in * 1000
      this.refreshToken = tokens.refresh_token
    }
    const forget = () => {
      access = this.refreshToken = null
    }
    /** What asks for new tokens; null: nothing could. */
    const renewal = () =>
      this.refreshToken ? { refresh_token: this.refreshToken } : cookie ? {} : null

    const renew = async () => {
      const body = renewal()
      if (!body) forget()
      else
        try {
          take(await ask('POST', '/auth/refresh', body))
        } catch (thrown) {
          const { status } = problemOf(thrown)
          // The session has ended. Whatever else it is may pass.
          if (status !== 401 && status !== 403) throw thrown
          forget()
        }
      return access !== null
    }

    const call = async <Answer>(method: string, path: string, body?: object): Promise<Answer> => {
      try {
        return await ask(method, path, body, await this.getToken({ renew: false }))
      } catch (thrown) {
        const token = problemOf(thrown).status === 401 && (await this.getToken({ renew: true }))
        if (!token) throw thrown
        return ask(method, path, body, token)
      }
    }

    this.refreshToken = refreshToken ?? null
    this.getToken = async ({ renew }) => {
      if (getToken) return getToken({ renew })
      if (renew || now() > endsAt - marginMs) await this.refresh()
      return access
    }
    this.register = (account) => ask('POST', '/auth/register', account)
    this.login = async (credentials) =>
      take(await ask('POST', '/auth/login', { ...credentials, cookie }))
    this.refresh = () => {
      refreshing ??= alone('chat.refresh', renew).finally(() => {
        refreshing = null
      })
      return refreshing
    }
    this.logout = async () => {
      // The access token may have ended; what renews it names the session as well.
      const body = renewal()
      const token = body ? null : access
      forget()
      await ask('POST', '/auth/logout', body ?? {}, token)
    }
    this.me = () => call('GET', '/auth/me')
    this.history = ({ limit = 50, cursor } = {}) => {
      const below = cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''
      return call('GET', `/messages?limit=${limit}${below}`)
    }
    this.online = () => call('GET', '/users/online')
    this.edit = (id, content) => call('PATCH', `/messages/${id}`, { content })
    this.remove = (id) => call('DELETE', `/messages/${id}`)
    this.call = call
  }
}

/** Whatever stands between may answer for the service, in words of its own. */
function refusal(status: number, { code, detail, errors, retry_after }: Partial<ProblemBody>) {
  return new ChatProblem(code ?? 'unavailable', detail ?? `The answer was ${status}.`, {
    status,
    errors,
    retryAfterMs: retry_after && retry_after * 1000,
  })
}
