// The client of the room. It keeps one correct list of messages: it loads and connects, resumes after
// a loss of the connection, and reloads where it cannot resume. It sends each message once, in order.

import type { ChatOptions, SendOptions } from './chat-options.ts'
import { withMonotonicClock } from './clock.ts'
import { createConnection } from './connection/connection.ts'
import type { Member, Message } from './contract.ts'
import { createEmitter } from './emitter.ts'
import type { ChatEvents } from './events.ts'
import { serviceUrls } from './http/service-urls.ts'
import type { Moderation } from './moderation.ts'
import { problemOf } from './problem.ts'
import { ChatRest } from './rest.ts'
import type { TokenSource } from './rest-options.ts'
import { createRoomState } from './room-state/room-state.ts'
import { createSender } from './sending/sender.ts'
import type { ChatState } from './state.ts'

/** The room forwards one typing event of a user in this time. */
const typingEveryMs = 2_000

export class ChatClient {
  /** Gives `state`, for `useSyncExternalStore` and similar functions. */
  readonly getSnapshot: () => ChatState
  /**
   * Calls `listener` after changes, once for all changes of one moment. Returns a function that ends
   * the subscription.
   */
  readonly subscribe: (listener: () => void) => () => void
  /** Calls `listener` at each of these events. Returns a function that ends the subscription. */
  readonly on: <E extends keyof ChatEvents>(
    event: E,
    listener: (value: ChatEvents[E]) => void,
  ) => () => void
  /**
   * Connects, and reconnects after every loss of the connection, until `close`. During a wait between
   * attempts, another call tries at once.
   * @returns true when the client is `online`; false if `close` is called first, which is no error
   * @throws ChatProblem if the client stops first: `unsupported` if the environment lacks something,
   * with what to do, else `stopped`; `state.stopped` has the reason. You may ignore the promise.
   */
  readonly connect: () => Promise<boolean>
  /** Disconnects. Pending messages are kept, and sent after the next `connect`. */
  readonly close: () => void
  /**
   * Sends a message. It is in `messages` at once, as `sending`. It is sent now, after the rate limit,
   * or after the next connect: always in the order of the calls, and never twice.
   * @returns the message as the room accepted it
   * @throws ChatProblem if the room refuses it (`invalid`, `too_large`, `client_id_reused`, `muted`,
   * `banned`, `posting_closed`, `content_refused`, `forbidden` for a mention of the room, `not_found`
   * for a reply) or it waited for 23 hours (`outdated`); its entry is then `failed`, and keeps its
   * text. You may ignore the promise.
   */
  readonly send: (content: string, options?: SendOptions) => Promise<Message>
  /**
   * Sends a `failed` message again, as a new one.
   * @returns undefined if there is no such message
   * @throws ChatProblem like `send`
   */
  readonly retry: (key: string) => Promise<Message | undefined>
  /** Removes a pending message from the list. One that is on its way may still arrive. */
  readonly discard: (key: string) => void
  /** Changes the text of an own message. @throws ChatProblem, also `network` */
  readonly edit: (id: string, content: string) => Promise<Message>
  /** Deletes an own message forever. @throws ChatProblem, also `network` */
  readonly remove: (id: string) => Promise<void>
  /** To be called at each keystroke. It is sent at most every 2 seconds. */
  readonly typing: () => void
  /**
   * Loads the next older page into `messages`, or into `detached` while there is one. Calls at the
   * same time load one page.
   * @returns whether there is more
   * @throws ChatProblem
   */
  readonly history: () => Promise<boolean>
  /** Loads the next newer page into `detached`, like `history`. The last one ends that view. */
  readonly newer: () => Promise<boolean>
  /**
   * Shows a message: in `messages` if it is there, otherwise in `detached`, where its page is loaded.
   * @returns whether it is shown now: not if there is none, it is deleted, the list is not loaded yet, or another
   * jump or `backToNow` came first
   * @throws ChatProblem
   */
  readonly jumpTo: (id: string) => Promise<boolean>
  /** Ends the detached view. */
  readonly backToNow: () => void
  /**
   * One message: from a list, or else loaded. Replies that lack it get it as `referenced`. Calls at the same time load it once.
   * @throws ChatProblem `not_found` if there is none, or it is deleted
   */
  readonly message: (id: string) => Promise<Message>
  /**
   * Marks all messages up to this one as read; default: the newest of `messages`. The marker never
   * goes back. It changes at once in `readMarker`, and is sent at most every 2 seconds, if needed after
   * the next connect. Calls before `readMarker` is loaded count afterwards.
   */
  readonly markRead: (id?: string) => void
  /**
   * Sends a mark that waits for its 2 seconds. To be called when the page is hidden: the browser may end
   * a hidden page without another event. `close` does the same.
   */
  readonly flushMark: () => void
  /**
   * Chooses the user's reactions to a message: all of them, or none. They count at once in `messages`, and are
   * sent until the room has acknowledged them, if needed after the next connect.
   * @throws ChatProblem if the room refuses them (`invalid`, `muted`, `not_found`): those of before are back.
   * You may ignore the promise.
   */
  readonly react: (id: string, reactions: string[]) => Promise<void>
  /** The people who reacted to a message. @throws ChatProblem */
  readonly whoReacted: ChatRest['whoReacted']
  /** Searches the texts of messages. @throws ChatProblem */
  readonly search: ChatRest['search']
  /** The messages that mention the user or the room. @throws ChatProblem */
  readonly mentions: ChatRest['mentions']
  /** All users who are online. @throws ChatProblem */
  readonly online: () => Promise<Member[]>
  /** The calls of moderation: reports for everyone, the rest by role. Each @throws ChatProblem. */
  readonly moderation: Moderation
  /**
   * New messages from this call on, each once, in order, over any number of reconnects. After a gap
   * that cannot be resumed, it has the newest 2,000 of the gap. Ends when the client closes or stops.
   */
  readonly messages: () => AsyncIterableIterator<Message>

  /** @throws ChatProblem `unsupported` where `url` is not the URL of a service */
  constructor(options: ChatOptions) {
    const platform = withMonotonicClock(options.platform)
    let state = {} as ChatState
    let isTypingPaused = false

    this.getSnapshot = () => {
      const now = { ...connection.state(), ...roomState.state() }
      for (const time of ['retryAt', 'sendPausedUntil'] as const)
        now[time] &&= now[time] - platform.aheadMs()
      const names = Object.keys(now) as (keyof ChatState)[]
      if (names.some((name) => state[name] !== now[name])) state = now
      return state
    }
    const { on, emit, stateChanged, messages } = createEmitter(this.getSnapshot)
    const { storage, user, pageSize = 50 } = options
    const urlFor = serviceUrls(options.url, platform.origin)
    const getToken: TokenSource = async (ask) => {
      try {
        return await options.getToken(ask)
      } catch (thrown) {
        // Whichever call needed the token, this tab cannot continue as its user.
        if (problemOf(thrown).code === 'account_changed') connection.stop('account_changed')
        throw thrown
      }
    }
    const rest = new ChatRest({ ...options, getToken, platform })
    const uses = { platform, urlFor, getToken, storage, user, pageSize, rest, emit, stateChanged }
    const sender = createSender({
      ...uses,
      transmit: (data) => connection.send('send_message', data),
    })
    const roomState = createRoomState({
      ...uses,
      sender,
      transmitMark: (message_id) => connection.send('mark_read', { message_id }),
      transmitReactions: (data) => connection.send('react', data),
    })
    const connection = createConnection({
      ...uses,
      loadNewest: roomState.loadNewest,
      replaceMessages: roomState.replaceMessages,
      applyFrame: roomState.applyFrame,
      ban: roomState.ban,
      endOf: roomState.endOf,
      statusChanged(status, stopped) {
        sender.statusChanged(status)
        roomState.statusChanged(status)
        emit('status', { status, stopped })
      },
    })

    this.subscribe = (listener) => on('change', listener)
    this.on = on
    this.connect = connection.connect
    this.close = () => {
      roomState.flushMark()
      connection.close()
    }
    this.send = roomState.send
    this.retry = sender.retry
    this.discard = sender.discard
    this.edit = roomState.edit
    this.remove = roomState.remove
    this.typing = () => {
      const { status, mute } = this.state
      if (status !== 'online' || mute || isTypingPaused) return
      isTypingPaused = true
      platform.after(typingEveryMs, () => {
        isTypingPaused = false
      })
      connection.send('typing', {})
    }
    this.history = roomState.olderPage
    this.newer = roomState.newerPage
    this.jumpTo = roomState.jumpTo
    this.backToNow = roomState.backToNow
    this.message = roomState.message
    this.markRead = roomState.markRead
    this.flushMark = roomState.flushMark
    this.react = roomState.react
    this.whoReacted = rest.whoReacted
    this.search = rest.search
    this.mentions = rest.mentions
    this.online = rest.online
    this.moderation = rest.moderation
    this.messages = messages
  }

  /** The current state: the same object until something changes. */
  get state(): ChatState {
    return this.getSnapshot()
  }
}
