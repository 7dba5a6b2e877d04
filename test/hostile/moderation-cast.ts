// The accounts with roles, and those that they moderate. All of them are hostile but one: the first
// well-behaved client owns the room, and nobody may act on an owner.

import type { Account, Accounts } from './accounts.ts'
import type { AttackRunner } from './attack-runner.ts'

export type Role = 'owner' | 'moderator' | 'member'

export type Cast = {
  owners: Account[]
  moderators: Account[]
  /** Members whom the others mute, ban, purge and appoint. */
  victims: Account[]
  /** The ids of all accounts that somebody was allowed to appoint. */
  appointed: Set<string>
}

export const emptyCast: Cast = { owners: [], moderators: [], victims: [], appointed: new Set() }

type Sizes = Record<'owners' | 'moderators' | 'victims', number>

export async function createCast(accounts: Accounts, sizes: Sizes): Promise<Cast> {
  return {
    owners: await accounts.createMany('hostile', sizes.owners),
    moderators: await accounts.createMany('hostile', sizes.moderators),
    victims: await accounts.createMany('hostile', sizes.victims),
    appointed: new Set(),
  }
}

/** Gives roles to the cast and to the first well-behaved account. */
export async function appointCast(runner: AttackRunner): Promise<void> {
  const { wellBehaved, cast } = runner.parts.target
  const owners = [...wellBehaved.slice(0, 1), ...cast.owners]
  for (const account of owners) await appoint(runner, account, 'owner')
  for (const account of cast.moderators) await appoint(runner, account, 'moderator')
}

/** The operator gives an account a role. */
export async function appoint(runner: AttackRunner, { id }: Account, role: Role): Promise<void> {
  const { cast, adminToken: token } = runner.parts.target
  cast.appointed.add(id)
  const asked = { token, isStaff: true, json: { role }, statuses: [200] }
  await runner.ask('moderation: a role', 'PUT', `/admin/users/${id}/role`, asked)
}
