// Changes the state of the room: limits, announcement, roles, words and pins. Each moderator has other
// things to change.

import type { Room } from '../../kit/protocol.ts'
import { unlessGone } from '../call-until-answered.ts'
import { mayBeGone } from '../own-message.ts'
import type { Settings } from './record.ts'
import { type Acting, set } from './team.ts'

/** Milliseconds: the campaign must still have traffic. */
const slowModes = [0, 0, 200, 700, 1_400] as const
const pinsMax = 5
const announcements = [null, 'Be kind.', 'Grüße\nan 北京 🦑'] as const
const terms = ['spam', '*casino*', 'b4d', 'kein zutritt', '禁止'] as const

async function change(acting: Acting, change: Partial<Settings>): Promise<void> {
  const thing = `room ${Object.keys(change).join()}`
  const answer = await set(acting, { thing, method: 'PATCH', path: '/room', body: change })
  if (answer?.refusal === null) Object.assign(acting.team.record.settings, change)
}

export const changeSlowMode = (acting: Acting) =>
  change(acting, { slow_mode_ms: acting.random.pick(slowModes) })

export const changeAnnouncement = (acting: Acting) =>
  change(acting, { announcement: acting.random.pick(announcements) })

/** No message of the campaign has one. */
export const changeLinks = (acting: Acting) =>
  change(acting, { links: acting.random.pick(['everyone', 'established', 'moderators']) })

export async function changeRole(acting: Acting): Promise<void> {
  const { id } = acting.team.trainee
  const { record } = acting.team
  const role = record.roles.has(id) ? 'member' : 'moderator'
  if (!record.mayChange(`role ${id}`)) return
  record.everStaff.add(id)
  const answer = await set(acting, {
    ...{ thing: `role ${id}`, method: 'PUT', path: `/users/${id}/role`, body: { role } },
  })
  if (answer?.refusal === null) record.setRole(id, role)
}

/** None of them is in a message of the campaign. */
export async function changeWords(acting: Acting): Promise<void> {
  const { random, team } = acting
  const list = random.some(terms, random.between(0, terms.length))
  const answer = await set(acting, {
    ...{ thing: 'words', method: 'PUT', path: '/room/words', body: { terms: list } },
  })
  if (answer?.refusal === null) team.record.words = list
}

const path = (messageId: string) => `/room/pins/${messageId}`

/** Pins a message of anybody. */
export async function pin(acting: Acting): Promise<void> {
  const { random, team, parts } = acting
  const { record } = team
  const author = random.pick(team.authors)
  const messages = [...(author?.accepted.values() ?? [])].filter((one) => !mayBeGone(parts, one))
  const message = random.pick(messages.slice(-20))
  // Those that were deleted since are unpinned already; the next answer tells.
  if (!message || record.pins.length >= pinsMax) return unpin(acting)
  const { id } = message
  if (!record.mayChange(`pin ${id}`)) return
  if (!record.pins.includes(id)) record.pins = [id, ...record.pins]
  const answer = await set(acting, {
    ...{ thing: `pin ${id}`, method: 'PUT', path: path(id) },
    allows: unlessGone(() => mayBeGone(parts, message)),
  })
  if (answer?.refusal === null) record.pins = (answer.body as Room).pins.map((one) => one.id)
}

export async function unpin(acting: Acting): Promise<void> {
  const { record } = acting.team
  const id = acting.random.pick(record.pins)
  if (id === undefined) return
  const answer = await set(acting, { thing: `pin ${id}`, method: 'DELETE', path: path(id) })
  if (answer?.refusal === null) record.pins = record.pins.filter((one) => one !== id)
}
