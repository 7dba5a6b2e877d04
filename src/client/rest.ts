// The REST calls: accounts, history, changes of messages, moderation. Each call carries the access token, and
// every refusal is a ChatProblem.

import { withMonotonicClock } from './clock.ts'
import type {
  HitPage,
  Member,
  MentionPage,
  Message,
  OwnReactionsPage,
  Page,
  PersonReactionsPage,
  ReadState,
  User,
} from './contract.ts'
import { createAccountTokens } from './http/account-tokens.ts'
import {
  type BodyCheck,
  createHttpRequest,
  hasList,
  isAnything,
  isAsked,
  isList,
  isMessage,
  isNothing,
  isOwnReactions,
  isPage,
  isReadState,
  isUser,
  type Target,
} from './http/http-request.ts'
import { serviceUrls } from './http/service-urls.ts'
import { createModeration, type Moderation } from './moderation.ts'
import { problemOf } from './problem.ts'
import type { HistoryRequest, RestOptions, SearchRequest } from './rest-options.ts'

/** A path with the values that are given. */
function withQuery(path: string, values: object): string {
  const given = Object.entries(values).filter(([, value]) => value)
  const pairs = given.map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
  return `${path}?${pairs.join('&')}`
}

/** Every call throws ChatProblem: with the code of the service, or `network`. */
export class ChatRest {
  /**
   * Gives the access token; null: logged out. A token that expires soon is renewed first, and `renew`
   * always renews it. Give this to `ChatClient`. Calls at the same time renew once.
   */
  readonly getToken: (ask: { renew: boolean }) => Promise<string | null>
  /**
   * Creates an account, and does not log in. A username has 3 to 50 characters; a password at least 8
   * characters and at most 72 bytes, and is none of the very common ones.
   * @throws ChatProblem `username_taken`, `email_taken`, `invalid`, `rate_limited`, or `network`
   */
  readonly register: (account: {
    username: string
    email: string
    password: string
  }) => Promise<User>
  /**
   * Begins a session. `getToken` gives its tokens from now on.
   * @throws ChatProblem `bad_credentials`, `invalid`, `rate_limited` or `network`, among others
   */
  readonly login: (credentials: { email: string; password: string }) => Promise<void>
  /**
   * Renews the tokens.
   * @returns whether someone is logged in
   * @throws ChatProblem `account_changed` if the cookie belongs to another account: nothing was renewed
   */
  readonly refresh: () => Promise<boolean>
  /**
   * Asks for a mail with a link to choose a new password. The answer does not say whether the address
   * has an account: it has the seconds for which such a link works.
   * @throws ChatProblem `unavailable` if the service sends no mail, `invalid`, `rate_limited` or `network`
   */
  readonly forgotPassword: (email: string) => Promise<{ expires_in: number }>
  /**
   * Chooses a new password with the token of such a link, and does not log in. All sessions end.
   * @throws ChatProblem `reset_token_invalid` for a link that no longer works, `invalid`, among others
   */
  readonly resetPassword: (choice: { token: string; password: string }) => Promise<void>
  /** Ends this session. If it throws, only this client has dropped the session. */
  readonly logout: () => Promise<void>
  readonly me: () => Promise<User>
  /**
   * A page, newest first: of the newest messages, or of what is below a `cursor`, next `after` a
   * message, or `around` one. Give at most one of the three. `limit`: 1 to 100.
   */
  readonly history: (ask?: HistoryRequest) => Promise<Page>
  /** One message. @throws ChatProblem `not_found` if there is none, or it is deleted */
  readonly message: (id: string) => Promise<Message>
  /**
   * The messages that contain a text, newest first. A page may be short, also empty, though there is
   * more. @throws ChatProblem `invalid` for a text that is too short
   */
  readonly search: (ask: SearchRequest) => Promise<HitPage>
  /** Messages of others that mention the user or the room, newest first. A page may be short. */
  readonly mentions: (ask?: { limit?: number; cursor?: string | null }) => Promise<MentionPage>
  /** How far the user has read. While the client is online, `ChatState.readMarker` has it. */
  readonly readState: () => Promise<ReadState>
  /** The people who reacted to a message, of one emoji or all. `cursor` is the `next_cursor` of a page. */
  readonly whoReacted: (
    id: string,
    ask?: { emoji?: string | null; cursor?: string | null },
  ) => Promise<PersonReactionsPage>
  /** The own reactions to messages from one id to another. While online, `ChatState.messages` has them. */
  readonly ownReactions: (range: { from: string; to: string }) => Promise<OwnReactionsPage>
  /** All users who are online. */
  readonly online: () => Promise<Member[]>
  /** Changes the text of an own message. @throws ChatProblem `not_the_author`, `not_found`, among others */
  readonly edit: (id: string, content: string) => Promise<Message>
  /** Deletes an own message, or as a moderator one of others, forever. */
  readonly remove: (id: string) => Promise<void>
  readonly moderation: Moderation
  /** Any other call of the service. A refused access token is renewed once. */
  readonly call: <Answer>(method: string, path: string, body?: object) => Promise<Answer>
  readonly #refreshToken: () => string | null

  /** @throws ChatProblem `unsupported` where `url` is not the URL of a service */
  constructor(options: RestOptions = {}) {
    const platform = withMonotonicClock(options.platform)
    const request = createHttpRequest(platform, serviceUrls(options.url, platform.origin))
    const tokens = createAccountTokens(request, platform, options)

    /** @param user whose token is wanted */
    const tokenOf = async (ask: { renew: boolean }, user: string | undefined) =>
      options.getToken ? options.getToken(ask) : tokens.get(ask, user)

    const call = async <Answer>(
      target: Target,
      isExpected: BodyCheck,
      body?: object,
    ): Promise<Answer> => {
      const user = tokens.userId()
      try {
        return await request(target, isExpected, body, await tokenOf({ renew: false }, user))
      } catch (thrown) {
        const token = problemOf(thrown).status === 401 && (await tokenOf({ renew: true }, user))
        if (!token) throw thrown
        return request(target, isExpected, body, token)
      }
    }

    this.#refreshToken = tokens.refreshToken
    this.getToken = (ask) => tokenOf(ask, tokens.userId())
    this.register = (account) => request(['POST', '/auth/register'], isUser, account)
    this.login = tokens.login
    this.refresh = tokens.refresh
    this.forgotPassword = (email) => request(['POST', '/auth/password/forgot'], isAsked, { email })
    this.resetPassword = (choice) => request(['POST', '/auth/password/reset'], isNothing, choice)
    this.logout = tokens.logout
    this.me = () => call(['GET', '/auth/me'], isUser)
    this.history = ({ limit = 50, ...from } = {}) =>
      call(['GET', withQuery('/messages', { limit, ...from })], isPage)
    this.message = (id) => call(['GET', `/messages/${id}`], isMessage)
    this.search = (ask) => call(['GET', withQuery('/messages/search', ask)], hasList('hits'))
    this.mentions = (ask = {}) =>
      call(['GET', withQuery('/auth/me/mentions', ask)], hasList('messages'))
    this.readState = () => call(['GET', '/auth/me/read'], isReadState)
    this.whoReacted = (id, ask = {}) =>
      call(['GET', withQuery(`/messages/${id}/reactions`, ask)], hasList('people'))
    this.ownReactions = (range) =>
      call(['GET', withQuery('/auth/me/reactions', range)], isOwnReactions)
    this.online = () => call(['GET', '/users/online'], isList)
    this.edit = (id, content) => call(['PATCH', `/messages/${id}`], isMessage, { content })
    this.remove = (id) => call(['DELETE', `/messages/${id}`], isNothing)
    this.moderation = createModeration(call)
    this.call = (method, path, body) => call([method, path], isAnything, body)
  }

  /** The newest refresh token; null: logged out, or it is in the cookie. */
  get refreshToken(): string | null {
    return this.#refreshToken()
  }
}
