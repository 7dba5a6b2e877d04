// Who is in the room, as far as it tells, and who of them is typing. A client hears of its own user
// too, and ignores that.

import type { Tell } from './events.ts'
import type { Platform } from './platform.ts'
import type { Member, Told } from './wire.ts'

/** Who types says so every 2 seconds. */
const typingForMs = 5_000

type Person = Told['user_joined']

type Uses = {
  platform: Platform
  tell: Tell
  isSelf: (userId: string) => boolean
}

export function createCompany({ platform, tell, isSelf }: Uses) {
  let onlineCount = 0
  /** In the order of arrival. */
  const members = new Map<string, Member>()
  let online: readonly Member[] | null = null
  let typing: readonly Member[] = []
  /** By user: what cancels the end of their typing. */
  const ends = new Map<string, () => void>()

  function changed(by: number, joined: Member | null, left: Member | null): void {
    onlineCount += by
    online = null
    tell('presence', { count: onlineCount, joined, left })
  }

  function hush(userId: string): void {
    ends.get(userId)?.()
    if (!ends.delete(userId)) return
    typing = typing.filter(({ id }) => id !== userId)
    tell('typing', typing)
  }

  return {
    /** They have said what they typed, or are gone. */
    hush,

    /** Nobody is heard of any more. */
    hushAll(): void {
      for (const id of ends.keys()) hush(id)
    },

    state() {
      online ??= [...members.values()]
      return { online, onlineCount, typing }
    },

    hears: {
      users_online({ count, users }: Told['users_online']): void {
        members.clear()
        for (const member of users) members.set(member.id, member)
        changed(count - onlineCount, null, null)
      },

      user_joined({ user_id: id, username }: Person): void {
        if (isSelf(id) || members.has(id)) return
        const joined = { id, username }
        members.set(id, joined)
        changed(1, joined, null)
      },

      user_left({ user_id: id, username }: Person): void {
        if (isSelf(id)) return
        hush(id)
        members.delete(id)
        changed(-1, null, { id, username })
      },

      user_typing({ user_id: id, username }: Person): void {
        if (isSelf(id)) return
        const before = ends.get(id)
        before?.()
        ends.set(
          id,
          platform.after(typingForMs, () => hush(id)),
        )
        if (before) return
        typing = [...typing, { id, username }]
        tell('typing', typing)
      },
    },
  }
}
