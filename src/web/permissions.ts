// Says what the user of this page may do to messages and people, so that the page offers nothing else.
// The room checks each call again.

import type { Role, Room } from '../client/contract.ts'

/** The user of this page. */
export type Viewer = {
  readonly userId: string
  readonly role: Role
  /** Whether the room accepts messages and edits of this user now. */
  readonly canWrite: boolean
  /** Whether the room accepts reactions of this user now, also where only moderators may write. */
  readonly canReact: boolean
  /** Whether the room refuses everything of this user now. */
  readonly isBanned: boolean
}

export type MessageButton = 'pick' | 'reply' | 'edit' | 'remove'
export type MenuAction =
  | 'who'
  | 'text'
  | 'link'
  | 'pin'
  | 'unpin'
  | 'report'
  | 'remove'
  | 'moderate'

export type MessageRights = {
  /** The buttons beside the message. */
  readonly buttons: readonly MessageButton[]
  /** The entries of its menu. */
  readonly menu: readonly MenuAction[]
}

const ranks: Record<Role, number> = { member: 0, moderator: 1, owner: 2 }

export const isStaff = (role: Role): boolean => role !== 'member'

/** Roles by user id. Everyone else is a member. */
export const rolesOf = (staff: Room['staff']): ReadonlyMap<string, Role> =>
  new Map(staff.map(({ user_id, role }) => [user_id, role]))

/** Whether one may moderate the other: only people of a strictly lower rank. */
export const outranks = (one: Role, other: Role): boolean => ranks[one] > ranks[other]

const moderatorActions = ['remove', 'moderate'] as const
const memberActions = ['report'] as const

const ownButtons = ['reply', 'edit', 'remove'] as const
const ownButtonsWhileMuted = ['remove'] as const
const otherButtons = ['reply'] as const

/** A message as far as it matters for what may be done to it. */
export type RightsTo = {
  own: boolean
  authorRole: Role
  pinned: boolean
  /** Whether anybody has reacted to it. */
  isReacted: boolean
  /** The emoji that people may react with. */
  offered: readonly string[]
}

export function messageRights(
  { role, canWrite, canReact, isBanned }: Viewer,
  { own, authorRole, pinned, isReacted, offered }: RightsTo,
): MessageRights {
  const who: MenuAction[] = isReacted ? ['who'] : []
  if (isBanned) return { buttons: [], menu: [...who, 'text', 'link'] }
  const pick: MessageButton[] = canReact && offered.length > 0 ? ['pick'] : []
  const pin: MenuAction[] = isStaff(role) ? [pinned ? 'unpin' : 'pin'] : []
  const menu: MenuAction[] = [...who, 'text', 'link', ...pin]
  if (own) return { buttons: [...pick, ...(canWrite ? ownButtons : ownButtonsWhileMuted)], menu }
  return {
    buttons: [...pick, ...(canWrite ? otherButtons : [])],
    menu: [...menu, ...(outranks(role, authorRole) ? moderatorActions : memberActions)],
  }
}

/** Whether the viewer may mute, ban and purge a person. */
export const mayModerate = (
  { userId, role }: Viewer,
  person: { id: string; role: Role },
): boolean => person.id !== userId && outranks(role, person.role)

/** The role that an owner may give to a person; null: none. The operator appoints owners. */
export function roleToGive(
  viewer: Viewer,
  person: { id: string; role: Role },
): 'moderator' | 'member' | null {
  if (viewer.role !== 'owner' || !mayModerate(viewer, person)) return null
  return person.role === 'member' ? 'moderator' : 'member'
}
