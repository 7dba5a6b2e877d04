// What the REST calls are given: how to reach the service, and what to ask for.

import type { Platform } from './platform.ts'

/**
 * Gives the access token; null: nobody is logged in. With `renew`, the last token expires soon or was
 * refused, and a new one is wanted.
 */
export type TokenSource = (ask: { renew: boolean }) => Promise<string | null> | string | null

export type RestOptions = {
  /**
   * The URL of the service: `https://chat.example.com`, or with a path, `https://example.com/chat`.
   * Default: where the page comes from.
   */
  url?: string
  /** Gives the access token, instead of `login` and `refresh`. */
  getToken?: TokenSource
  /** A refresh token of an earlier login. */
  refreshToken?: string | null
  /**
   * Keeps the refresh token in a cookie that no script can read, so that a reload of the page stays
   * logged in. For pages of the service's own origin.
   */
  cookie?: boolean
  /**
   * The user whose tokens are kept, if the page knows it before a login. All tabs of a browser share
   * the cookie, and another account may have logged in since. Default: the user of the first answer.
   */
  userId?: string
  platform?: Partial<Platform>
}

/** `cursor` and `after` are those of a page, or the id of a message; `around` is the id of a message. */
export type HistoryRequest = {
  limit?: number
  cursor?: string | null
  after?: string | null
  around?: string | null
}

export type SearchRequest = {
  /** 3 to 100 characters, found anywhere in a text, in any case. */
  q: string
  /** The id of the user who wrote it. */
  from?: string | null
  /** Only what is older: the id of a message, or an ISO time. */
  before?: string | null
  /** Only what is newer. */
  after?: string | null
  /** The `next_cursor` of a page. */
  cursor?: string | null
  limit?: number
}
