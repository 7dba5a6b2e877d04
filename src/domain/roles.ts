// Decides which ranks may act on which. People act only on those of a lower rank, and the operator on everyone.

import type { Role, StaffMember } from '../contract/moderation.ts'

export type Actor = { kind: 'operator' } | { kind: 'member'; id: string }

/** From the lowest to the highest. */
const ranks = ['member', 'moderator', 'owner', 'operator'] as const satisfies readonly (
  | Role
  | 'operator'
)[]
export type Rank = (typeof ranks)[number]

export function roleOf(staff: readonly StaffMember[], userId: string): Role {
  return staff.find(({ user_id }) => user_id === userId)?.role ?? 'member'
}

export function rankOf(staff: readonly StaffMember[], actor: Actor): Rank {
  return actor.kind === 'operator' ? 'operator' : roleOf(staff, actor.id)
}

/** Whether the actor may read reports and the audit log, and act on messages of members. */
export function isStaff(staff: readonly StaffMember[], actor: Actor): boolean {
  return rankOf(staff, actor) !== 'member'
}

/** Whether the actor may restrict the person. Nobody outranks themselves. */
export function outranks(staff: readonly StaffMember[], actor: Actor, targetId: string): boolean {
  return ranks.indexOf(rankOf(staff, actor)) > ranks.indexOf(roleOf(staff, targetId))
}

/**
 * Whether the actor may give the person the role. Owners make moderators of members and the other way
 * round. Only the operator makes and dismisses owners.
 */
export function mayAppoint(
  staff: readonly StaffMember[],
  actor: Actor,
  targetId: string,
  role: Role,
): boolean {
  const rank = rankOf(staff, actor)
  if (rank === 'operator') return true
  return rank === 'owner' && role !== 'owner' && outranks(staff, actor, targetId)
}
