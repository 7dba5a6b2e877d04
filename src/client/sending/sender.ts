// Sends the messages of the user, and stores them until the room has accepted them.

import type { MonotonicPlatform } from '../clock.ts'
import type { ClientEvents, Member, Message, Room, RoomEvents } from '../contract.ts'
import type { Emit } from '../emitter.ts'
import type { StorageLike } from '../platform.ts'
import { ChatProblem } from '../problem.ts'
import type { PendingMessage } from '../state.ts'
import { openPendingStorage, type PendingStorage } from './pending-storage.ts'
import { createSendQueue } from './send-queue.ts'

/** What a message refers to. */
type References = Pick<PendingMessage, 'reply_to' | 'mentions' | 'mentions_room'>

type Uses = {
  platform: MonotonicPlatform
  storage?: StorageLike | undefined
  /** The user, if the application knows it before the first welcome. */
  user?: Member | null | undefined
  /** Sends a frame to the room. */
  transmit: (data: ClientEvents['send_message']) => void
  emit: Emit
  /** To be called where the pending messages may have changed. */
  stateChanged: () => void
}

export type Sender = ReturnType<typeof createSender>

export function createSender({
  platform,
  storage,
  user: known,
  transmit,
  emit,
  stateChanged,
}: Uses) {
  const queue = createSendQueue()
  let user: Member | null = null
  let pendingStorage: PendingStorage | null = null
  let stored = queue.list()
  let isOnline = false
  let slowModeMs = 0
  let cancelTimer = () => {}

  function tryStorage<T>(access: () => T): T | undefined {
    try {
      return access()
    } catch {
      emit('error', new ChatProblem('storage', 'Pending messages could not be stored.'))
      return undefined
    }
  }

  /** Sends the next message if it may be sent now, and stores the queue if it has changed. */
  function advance(): void {
    cancelTimer()
    const now = platform.now()
    const { send, wakeAt } = isOnline ? queue.next(now, now - platform.aheadMs()) : {}
    if (wakeAt) cancelTimer = platform.after(wakeAt - now, advance)
    const list = queue.list()
    if (list !== stored) tryStorage(() => pendingStorage?.write(list))
    stored = list
    stateChanged()
    if (!send) return
    const { content, client_id, reply_to, mentions, mentions_room } = send
    transmit({ content, client_id, reply_to, mentions, mentions_room })
  }

  function setUser(next: Member, rateLimit: RoomEvents['welcome']['rate_limit']): void {
    const isSame = user?.id === next.id
    user = next
    // The messages of another user stay stored until that user is back.
    pendingStorage = storage ? openPendingStorage(storage, next.id) : null
    const restored = isSame ? null : (tryStorage(() => pendingStorage?.read()) ?? [])
    queue.adopt(next, restored, rateLimit)
  }

  // Messages that are sent before the first welcome belong to this user, and are stored.
  if (known) setUser(known, { max: 1, window_ms: 0 })

  function send(
    content: string,
    { reply_to, mentions, mentions_room }: References,
  ): Promise<Message> {
    const key = platform.newId()
    const accepted = queue.add({
      key,
      state: 'sending',
      problem: null,
      id: null,
      client_id: key,
      user_id: user?.id ?? '',
      username: user?.username ?? '',
      content,
      created_at: new Date(platform.now() - platform.aheadMs()).toISOString(),
      updated_at: null,
      is_deleted: false,
      revision: 0,
      reply_to,
      mentions,
      mentions_room,
    })
    advance()
    return accepted
  }

  function discard(key: string): void {
    queue.discard(key)
    advance()
  }

  /** @returns whether the refusal is about a pending message */
  function onRefusal(refusal: RoomEvents['error']): boolean {
    const isKnown = queue.refuse(refusal, platform.now(), platform.random())
    advance()
    return isKnown
  }

  return {
    send,
    discard,
    onRefusal,
    user: () => user,
    pending: queue.list,
    pausedUntil: queue.pausedUntil,

    retry(key: string): Promise<Message | undefined> {
      const failed = queue.find(key)
      if (!failed?.problem) return Promise.resolve(undefined)
      discard(key)
      return send(failed.content, failed)
    },

    onWelcome({ user_id: id, username, rate_limit }: RoomEvents['welcome']): void {
      setUser({ id, username }, rate_limit)
      advance()
    },

    /** If the slow mode still holds the next message back, the room says so again. */
    onRoomChanged({ slow_mode_ms, staff }: Room): void {
      const isStaff = staff.some(({ user_id }) => user_id === user?.id)
      if (isStaff || slow_mode_ms < slowModeMs) queue.easeSlowMode()
      slowModeMs = slow_mode_ms
      advance()
    },

    statusChanged(status: string): void {
      isOnline = status === 'online'
      if (!isOnline) queue.interrupt()
      advance()
    },

    /** @returns whether this message was pending until now */
    onMessage(message: Message): boolean {
      const isKnown = message.user_id === user?.id && queue.accept(message, platform.now())
      if (isKnown) advance()
      return isKnown
    },
  }
}
