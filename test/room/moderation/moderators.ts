// People with roles, and their calls, for tests of moderation.

import { inject } from 'vitest'
import type { Restrictions, Role, Room } from '../../../src/contract/moderation.ts'
import { call, callAs, newPerson, type Person } from '../../support/chat.ts'

/** A call below /admin, by the operator. */
export function callAsOperator(method: string, path: string, body?: unknown): Promise<Response> {
  return callAs({ token: inject('settings').ADMIN_TOKEN }, method, `/admin${path}`, body)
}

/** Appoints a new person, or dismisses with `member`. */
export async function appoint(person: Person, role: Role): Promise<Person> {
  const answer = await callAsOperator('PUT', `/users/${person.id}/role`, { role })
  if (!answer.ok) throw new Error(`The role was refused: ${await answer.text()}`)
  return person
}

export const newOwner = async () => appoint(await newPerson('owner'), 'owner')
export const newModerator = async () => appoint(await newPerson('moderator'), 'moderator')

export const readRoom = async (): Promise<Room> => (await call('/room')).json()

/** Changes the state of the room, and must be allowed to. */
export async function changeRoom(by: Person, change: Partial<Room>): Promise<Room> {
  const answer = await callAs(by, 'PATCH', '/room', change)
  if (!answer.ok) throw new Error(`The change was refused: ${await answer.text()}`)
  return answer.json()
}

export async function restrict(
  by: Person,
  kind: 'mute' | 'ban',
  target: Pick<Person, 'id'>,
  { until = null, reason = null }: { until?: string | null; reason?: string | null } = {},
): Promise<Restrictions> {
  const answer = await callAs(by, 'PUT', `/users/${target.id}/${kind}`, { until, reason })
  if (!answer.ok) throw new Error(`The ${kind} was refused: ${await answer.text()}`)
  return answer.json()
}

/** The status and code of a refusal, or the status alone. */
export async function outcomeOf(answer: Response): Promise<string> {
  if (answer.ok) return `${answer.status}`
  const { code } = (await answer.json()) as { code: string }
  return `${answer.status} ${code}`
}
