// The badge of an owner or a moderator, beside the name.

import type { Role } from '../../client/contract.ts'
import * as strings from '../strings/en.json'
import { make } from './dom.ts'

export const roleNames: Record<Role, string> = {
  owner: strings.owner,
  moderator: strings.moderator,
  member: strings.member,
}

/** null for a member: most people are members, and have no badge. */
export function roleBadge(role: Role): HTMLElement | null {
  if (role === 'member') return null
  return make('span', { class: 'badge', 'data-role': role }, roleNames[role])
}
