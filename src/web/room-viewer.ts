// What the state of the room means for the user of this page: role, what may be done, and why not. The
// values stay the same objects while nothing in them changes.

import type { ChatClient } from '../client/chat-client.ts'
import type { Member, Role, Room } from '../client/contract.ts'
import { memoizeLast } from './elements/dom.ts'
import { rolesOf, type Viewer } from './permissions.ts'
import { writeRefusal } from './text/write-refusal.ts'

const noStaff: Room['staff'] = []

export function createRoomViewer({
  chat,
  user,
}: {
  chat: Pick<ChatClient, 'state'>
  user: Member
}) {
  const rolesOfStaff = memoizeLast(rolesOf)
  const refusalOf = memoizeLast(writeRefusal)
  const viewerOf = memoizeLast(
    (role: Role, canWrite: boolean, canReact: boolean, isBanned: boolean): Viewer => ({
      ...{ userId: user.id, role, canWrite, canReact, isBanned },
    }),
  )
  const roles = () => rolesOfStaff(chat.state.room?.staff ?? noStaff)
  const refusal = () => {
    const { stopped, mute, role, room } = chat.state
    return refusalOf(stopped, mute, role, room?.posting)
  }

  return {
    /** By user id. */
    roles,
    roleOf: (userId: string): Role => roles().get(userId) ?? 'member',
    /** Why the user cannot write now; null: the user can. */
    refusal,
    viewer() {
      const { role, mute, stopped } = chat.state
      const isBanned = stopped === 'banned'
      return viewerOf(role, refusal() === null, !mute && !isBanned, isBanned)
    },
    /** The slow mode for this user, which does not apply to staff; 0: off. */
    slowModeMs(): number {
      const { role, room } = chat.state
      return role === 'member' ? (room?.slow_mode_ms ?? 0) : 0
    },
  }
}
