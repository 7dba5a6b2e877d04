// Who moderates: a member with a role, or the operator, who is above all roles.

import type { Member } from '../../contract/entities.ts'
import type { Role } from '../../contract/moderation.ts'
import type { Refusal } from '../../contract/problems.ts'
import { type Actor, isStaff, mayAppoint, outranks } from '../../domain/roles.ts'
import type { Caller } from '../../domain/session.ts'
import type { RoomSettings } from '../log/room-settings/room-settings.ts'

export type Moderator = {
  actor: Actor
  /** null: the operator. */
  caller: Caller | null
  member: Member | null
}

/** @param caller null: the operator */
export function moderatorOf(caller: Caller | null): Moderator {
  if (caller === null) return { actor: { kind: 'operator' }, caller, member: null }
  const { member } = caller
  return { actor: { kind: 'member', id: member.id }, caller, member }
}

type Staff = { roomSettings: Pick<RoomSettings, 'current'> }

const forbidden = (detail: string): Refusal => ({ code: 'forbidden', detail })

export function refusalOfStaff({ roomSettings }: Staff, { actor }: Moderator): Refusal | null {
  if (isStaff(roomSettings.current.staff, actor)) return null
  return forbidden('Only moderators and owners of this room may do this.')
}

export function refusalOfRole(
  { roomSettings }: Staff,
  { actor }: Moderator,
  { userId, role }: { userId: string; role: Role },
): Refusal | null {
  if (mayAppoint(roomSettings.current.staff, actor, userId, role)) return null
  return forbidden('Owners appoint and dismiss moderators; only the operator appoints owners.')
}

/** One acts only on strictly lower ranks. */
export function refusalOfTarget(
  { roomSettings }: Staff,
  { actor }: Moderator,
  userId: string,
): Refusal | null {
  if (outranks(roomSettings.current.staff, actor, userId)) return null
  return forbidden('You may do this only to people of a lower rank, and not to yourself.')
}
