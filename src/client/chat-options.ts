// The options of the client, and of a message that it sends.

import type { Member } from './contract.ts'
import type { Platform, StorageLike } from './platform.ts'
import type { TokenSource } from './rest-options.ts'

export type ChatOptions = {
  /**
   * The URL of the service: `https://chat.example.com`, or with a path, `https://example.com/chat`.
   * It is also used for the socket. Default: where the page comes from.
   */
  url?: string
  /**
   * Gives the access token; null: nobody is logged in. With `renew`, the last token expires soon or
   * was refused, and a new one is wanted. It is called often, so keep the token. An error that it
   * throws counts as a failed attempt. `ChatRest.getToken` can be used here.
   */
  getToken: TokenSource
  /**
   * The user, if the application knows it. Messages that are sent before the room answers are then
   * stored for this user, and never sent as another user.
   */
  user?: Member | null
  /**
   * Stores pending messages, by user, so that they outlive a reload. `sessionStorage` keeps them as
   * long as the tab, `localStorage` longer. Default: they are not stored.
   */
  storage?: StorageLike
  /** Messages in a page of the history, 1 to 100. Default: 50. */
  pageSize?: number
  platform?: Partial<Platform>
}

export type SendOptions = {
  /** The id of the message that this one replies to. */
  replyTo?: string | null
  /** The ids of the people it mentions, at most 10. */
  mentions?: string[]
  /** Mentions everyone in the room. For moderators. */
  mentionsRoom?: boolean
}
