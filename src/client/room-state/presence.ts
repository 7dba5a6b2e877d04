// The users who are online, as far as the room lists them, and those who are typing. The room also
// reports the client's own user, which is ignored.

import type { Member, RoomEvents } from '../contract.ts'
import type { Emit } from '../emitter.ts'
import type { Platform } from '../platform.ts'

/** A client that types repeats the event every 2 seconds. */
const typingForMs = 5_000

type Person = RoomEvents['user_joined']

type Uses = {
  platform: Platform
  emit: Emit
  ownId: () => string | undefined
}

export function createPresence({ platform, emit, ownId }: Uses) {
  const isSelf = (id: string) => id === ownId()
  let onlineCount = 0
  /** In the order of joining. */
  const members = new Map<string, Member>()
  let online: readonly Member[] | null = null
  let typing: readonly Member[] = []
  /** By user id, cancels the timer that ends the typing. */
  const typingTimers = new Map<string, () => void>()

  function changeCount(by: number, joined: Member | null, left: Member | null): void {
    onlineCount += by
    online = null
    emit('presence', { count: onlineCount, joined, left })
  }

  /** To be called when the user has sent a message or left. */
  function stopTyping(userId: string): void {
    typingTimers.get(userId)?.()
    if (!typingTimers.delete(userId)) return
    typing = typing.filter(({ id }) => id !== userId)
    emit('typing', typing)
  }

  return {
    stopTyping,

    /** To be called when the connection is lost. */
    stopAllTyping(): void {
      for (const id of typingTimers.keys()) stopTyping(id)
    },

    state() {
      online ??= [...members.values()]
      return { online, onlineCount, typing }
    },

    handlers: {
      users_online({ count, users }: RoomEvents['users_online']): void {
        members.clear()
        for (const member of users) members.set(member.id, member)
        changeCount(count - onlineCount, null, null)
      },

      user_joined({ user_id: id, username }: Person): void {
        if (isSelf(id) || members.has(id)) return
        const joined = { id, username }
        members.set(id, joined)
        changeCount(1, joined, null)
      },

      user_left({ user_id: id, username }: Person): void {
        if (isSelf(id)) return
        stopTyping(id)
        members.delete(id)
        changeCount(-1, null, { id, username })
      },

      user_typing({ user_id: id, username }: Person): void {
        if (isSelf(id)) return
        const cancel = typingTimers.get(id)
        cancel?.()
        typingTimers.set(
          id,
          platform.after(typingForMs, () => stopTyping(id)),
        )
        if (cancel) return
        typing = [...typing, { id, username }]
        emit('typing', typing)
      },
    },
  }
}
