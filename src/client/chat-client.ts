// A client of the room that keeps one list of messages true: it loads, connects, resumes, mends the
// list where it could not resume, and sends each message once, in order, whatever happens between.

import { addresses } from './address.ts'
import { steady } from './clock.ts'
import { createConnection } from './connection.ts'
import { createConversation } from './conversation.ts'
import type { ChatEvents } from './events.ts'
import { createNotices } from './notices.ts'
import type { Platform, StorageLike } from './platform.ts'
import { problemOf } from './problem.ts'
import { ChatRest, type TokenSource } from './rest.ts'
import { createSpeaker } from './speaker.ts'
import type { ChatState } from './state.ts'
import type { Member, Message } from './wire.ts'

/** The room passes one sign of typing on in that time. */
const typingEveryMs = 2_000

export type ChatOptions = {
  /**
   * Where the service is: `https://chat.example.com`, or below a path, `https://example.com/chat`. Its
   * socket is found there too. Default: where the page comes from.
   */
  url?: string
  /**
   * The access token; null: nobody is logged in. With `renew` the last one ends soon or was refused,
   * and a new one is wanted. It is asked often: keep the token. What it throws counts as a failed
   * attempt. `ChatRest.getToken` is one.
   */
  getToken: TokenSource
  /**
   * Who this is, where the application knows it. What is said before the room answers is then kept
   * for this user, and never goes out as another's.
   */
  user?: Member | null
  /**
   * Where pending messages outlive a reload, by user. `sessionStorage` keeps them with the tab,
   * `localStorage` also after its end. Default: nowhere.
   */
  storage?: StorageLike
  /** Messages a page of the history, 1 to 100. Default: 50. */
  pageSize?: number
  platform?: Partial<Platform>
}

export class ChatClient {
  /** `state` as a function, for `useSyncExternalStore` and its like. */
  readonly getSnapshot: () => ChatState
  /** Calls `listener` after changes, once for all that came together. Returns what ends it. */
  readonly subscribe: (listener: () => void) => () => void
  /** Calls `listener` at each event of this kind. Returns what ends it. */
  readonly on: <E extends keyof ChatEvents>(
    event: E,
    listener: (told: ChatEvents[E]) => void,
  ) => () => void
  /**
   * Comes in, and comes back after every loss of the line, until `close`. While it waits to come
   * back, another call tries at once.
   * @returns true when it is `online`; false when `close` is called before that, which is no error
   * @throws ChatProblem where it gives up before that: `unsupported` where this place lacks something,
   * with what to do, else `stopped`; `state.stopped` says why. Nobody has to catch that.
   */
  readonly connect: () => Promise<boolean>
  /** Leaves. Pending messages stay, and go out after the next `connect`. */
  readonly close: () => void
  /**
   * Says something. It stands in `messages` at once, as `sending`, and goes out by itself: now, after
   * the rate limit, or after the next connect, always in the order of the calls and never twice.
   * @returns the message as the room accepted it
   * @throws ChatProblem where the room refuses it (`invalid`, `too_large`, `client_id_reused`) or it
   * waited for 23 hours (`outdated`); its entry is then `failed`. Nobody has to catch that.
   */
  readonly send: (content: string) => Promise<Message>
  /**
   * Sends a `failed` message again, as a new one.
   * @returns undefined where there is no such message
   * @throws ChatProblem as `send`
   */
  readonly retry: (key: string) => Promise<Message | undefined>
  /** Takes a pending message out of the list. One that is on its way may still arrive. */
  readonly discard: (key: string) => void
  /** Changes the text of an own message. @throws ChatProblem, with `network` too */
  readonly edit: (id: string, content: string) => Promise<Message>
  /** Deletes an own message, for good. @throws ChatProblem, with `network` too */
  readonly remove: (id: string) => Promise<void>
  /** To be called at each stroke: the others hear of it at most every 2 seconds. */
  readonly typing: () => void
  /**
   * Loads the next older page into `messages`. Calls at the same time are one.
   * @returns whether there is more
   * @throws ChatProblem
   */
  readonly history: () => Promise<boolean>
  /** Everyone who is online. @throws ChatProblem */
  readonly online: () => Promise<Member[]>
  /**
   * What is said from now on, each message once, in order, over any number of reconnects; after a
   * gap that could not be resumed, the newest 2,000 of it. Ends with `close`, or when it stops.
   */
  readonly messages: () => AsyncIterableIterator<Message>

  /** @throws ChatProblem `unsupported` where `url` is not the address of a service */
  constructor(options: ChatOptions) {
    const platform = steady(options.platform)
    let state = {} as ChatState
    let resting = false

    this.getSnapshot = () => {
      const now = { ...connection.state(), ...conversation.state() }
      for (const end of ['retryAt', 'sendPausedUntil'] as const)
        now[end] &&= now[end] - platform.aheadMs()
      const names = Object.keys(now) as (keyof ChatState)[]
      if (names.some((name) => state[name] !== now[name])) state = now
      return state
    }
    const { on, tell, touch, messages } = createNotices(this.getSnapshot)
    const { storage, user, pageSize = 50 } = options
    const address = addresses(options.url, platform.origin)
    const getToken: TokenSource = async (ask) => {
      try {
        return await options.getToken(ask)
      } catch (thrown) {
        // Whatever asked for the token: this tab can't go on as its user.
        if (problemOf(thrown).code === 'account_changed') connection.stop('account_changed')
        throw thrown
      }
    }
    const rest = new ChatRest({ ...options, getToken, platform })
    const uses = { platform, address, getToken, storage, user, pageSize, rest, tell, touch }
    const speaker = createSpeaker({
      ...uses,
      say: ({ content, client_id }) => connection.say('send_message', { content, client_id }),
    })
    const conversation = createConversation({ ...uses, speaker })
    const connection = createConnection({
      ...uses,
      load: conversation.load,
      show: conversation.show,
      hear: conversation.hear,
      turned(status, stopped) {
        speaker.turned(status)
        conversation.turned(status)
        tell('status', { status, stopped })
      },
    })

    this.subscribe = (listener) => on('change', listener)
    this.on = on
    this.connect = connection.connect
    this.close = connection.close
    this.send = speaker.speak
    this.retry = speaker.retry
    this.discard = speaker.discard
    this.edit = conversation.edit
    this.remove = conversation.remove
    this.typing = () => {
      if (connection.state().status !== 'online' || resting) return
      resting = true
      platform.after(typingEveryMs, () => {
        resting = false
      })
      connection.say('typing', {})
    }
    this.history = conversation.older
    this.online = rest.online
    this.messages = messages
  }

  /** As it is now: the same object until something changes. */
  get state(): ChatState {
    return this.getSnapshot()
  }
}
